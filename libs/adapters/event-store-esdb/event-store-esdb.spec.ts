import { describeEventStore } from '#libs/testing/event-store.contract.ts';
import { startEsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import { openEsdbEventStore } from './event-store-esdb.ts';

const real = process.env.TEST_EVENTSTORE_URL;

if (real !== undefined)
  describeEventStore(`EventStoreDB, real server ${real.replace(/\/\/[^@]*@/, '//…@')}`, async () => {
    let store = await openEsdbEventStore({ connectionString: real });
    return {
      store,
      reopen: async () => {
        await store.close();
        return (store = await openEsdbEventStore({ connectionString: real }));
      },
      dispose: () => store.close(),
    };
  });
else
  describeEventStore('EventStoreDB, protocol stand-in (TEST_EVENTSTORE_URL is not set)', async () => {
    const node = await startEsdbStandIn();
    let store = await openEsdbEventStore({ connectionString: node.connectionString });
    return {
      store,
      reopen: async () => {
        await store.close();
        await node.stop();
        await node.start();
        return (store = await openEsdbEventStore({ connectionString: node.connectionString }));
      },
      dispose: async () => {
        await store.close();
        await node.stop();
      },
    };
  });
