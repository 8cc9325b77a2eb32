import { randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import { describeReadModels } from '#libs/testing/read-models.contract.ts';
import { openMongoReadModels } from './read-models-mongodb.ts';

describeReadModels('MongoDB stand-in', async () => {
  const server = await startMongoStandIn();
  const models = await openMongoReadModels({ url: server.url });
  return {
    models,
    dispose: async () => {
      await models.close();
      await server.close();
    },
  };
});

const realServer = process.env.TEST_MONGODB_URL;

if (realServer !== undefined)
  describeReadModels('MongoDB', async () => {
    const database = `careledger-test-${randomUUID()}`;
    const models = await openMongoReadModels({ url: realServer, database });
    return {
      models,
      dispose: async () => {
        await models.close();
        const client = new MongoClient(realServer);
        await client.db(database).dropDatabase();
        await client.close();
      },
    };
  });

afterAll(() => {
  process.stdout.write(
    realServer === undefined
      ? 'Read models ran on the MongoDB stand-in. MongoDB transactions: not verified on a real server (TEST_MONGODB_URL names none).\n'
      : 'Read models ran on the MongoDB stand-in and on the real server that TEST_MONGODB_URL names.\n',
  );
});
