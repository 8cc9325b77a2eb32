import { withDatabase } from './with-database.ts';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import type { StoreAddress } from '#apps/server/configuration.ts';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import { openEsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openMongoReadModels } from '#libs/adapters/read-models-mongodb/read-models-mongodb.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { startEsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';

/** Servers whose URL is given take the place of the stand-ins; nothing else differs. */
const { TEST_EVENTSTORE_URL: realEvents, TEST_MONGODB_URL: realModels } = process.env;

export const onWhat = (): string =>
  [
    `EventStoreDB: ${realEvents === undefined ? 'protocol stand-in' : 'real server'}`,
    realModels === undefined
      ? 'MongoDB: protocol stand-in; MongoDB transactions: not verified on a real server'
      : 'MongoDB: real server',
  ].join('. ');

/** Short times, so that a test sees a server come back. */
export const patience = {
  appendDeadlineMs: 2_000,
  silenceMs: 10_000,
  giveUpAfterMs: 30_000,
  longestPauseMs: 200,
  probeMs: 100,
};

interface Server<Address> {
  readonly address: Address;
  /** Goes away without a word and comes back a little later; a real server is left in peace. */
  interrupt(): Promise<void>;
  close(): Promise<void>;
}

const away = () => sleep(400);
const noop = async () => undefined;

const events = {
  sqlite: async (folder: string): Promise<Server<StoreAddress>> => ({
    address: { kind: 'sqlite', folder },
    interrupt: noop,
    close: noop,
  }),
  esdb: async (): Promise<Server<StoreAddress>> => {
    if (realEvents !== undefined) return { address: { kind: 'esdb', url: realEvents }, interrupt: noop, close: noop };
    const node = await startEsdbStandIn();
    return {
      address: { kind: 'esdb', url: node.connectionString },
      interrupt: async () => {
        await node.kill();
        await away();
        await node.start();
      },
      close: () => node.stop(),
    };
  },
};

const models = {
  sqlite: async (folder: string): Promise<Server<StoreAddress>> => ({
    address: { kind: 'sqlite', folder },
    interrupt: noop,
    close: noop,
  }),
  mongodb: async (): Promise<Server<StoreAddress>> => {
    if (realModels !== undefined) {
      const database = `careledger-test-${randomUUID()}`;
      return {
        address: { kind: 'mongodb', url: withDatabase(realModels, database) },
        interrupt: noop,
        close: async () => {
          const client = new MongoClient(realModels);
          await client.db(database).dropDatabase();
          await client.close();
        },
      };
    }
    const node = await startMongoStandIn({ transactionLifetimeMs: 3_000 });
    return {
      address: { kind: 'mongodb', url: node.url },
      interrupt: async () => {
        node.stepDown();
        await away();
        node.stepUp();
      },
      close: () => node.close(),
    };
  },
};

/** One way to run the product: the stores by their addresses, and a folder for what stands beside them. */
export interface Deployment {
  readonly eventStore: StoreAddress;
  readonly readModels: StoreAddress;
  readonly folder: string;
  interrupt(): Promise<void>;
  /** The stores themselves, beside the ledger, for looking and comparing. */
  look(): Promise<{ readonly store: EventStore; readonly models: ReadModels; close(): Promise<void> }>;
  close(): Promise<void>;
}

export const deploy = async (eventKind: keyof typeof events, modelKind: keyof typeof models): Promise<Deployment> => {
  const folder = await mkdtemp(join(tmpdir(), 'care-production-'));
  const eventServer = await events[eventKind](folder);
  const modelServer = await models[modelKind](folder);
  // A server that has events already asks for a vault that is there already.
  await (await openFileKeyVault({ folder: folderPaths(folder).keys })).close();
  return {
    eventStore: eventServer.address,
    readModels: modelServer.address,
    folder,
    interrupt: async () => {
      await Promise.all([eventServer.interrupt(), modelServer.interrupt()]);
    },
    look: async () => {
      const store = await openEvents(eventServer.address);
      const readModels = await openModels(modelServer.address);
      return {
        store,
        models: readModels,
        close: async () => {
          await readModels.close();
          await store.close();
        },
      };
    },
    close: async () => {
      await eventServer.close();
      await modelServer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const openEvents = (address: StoreAddress): Promise<EventStore> =>
  address.kind === 'sqlite'
    ? openSqliteEventStore({ file: folderPaths(address.folder).ledger, readOnly: true })
    : openEsdbEventStore({ connectionString: address.url, patience, alarm: () => undefined });

const openModels = (address: StoreAddress): Promise<ReadModels> =>
  address.kind === 'sqlite'
    ? openSqliteReadModels({ file: folderPaths(address.folder).models, readOnly: true })
    : openMongoReadModels({ url: address.url });
