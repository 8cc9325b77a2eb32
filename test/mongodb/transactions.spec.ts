import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient, MongoError } from 'mongodb';
import type { Collection, Document, MongoServerError } from 'mongodb';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import type { MongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';

/** What drivers rely on: https://www.mongodb.com/docs/manual/core/transactions/ and …/core/retryable-writes/ */
type Id = number | string | null | number[];
type Row = Document & { _id: Id };
let server: MongoStandIn;
let client: MongoClient;
let rows: Collection<Row>;
beforeEach(async () => {
  server = await startMongoStandIn();
  client = await new MongoClient(server.url).connect();
  rows = client.db('tests').collection<Row>('rows');
  await rows.insertOne({ _id: 0, n: 0 });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

const failure = async (work: Promise<unknown>): Promise<MongoServerError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MongoError);
  return error as MongoServerError;
};

describe('transactions', () => {
  it('are seen by others when committed, not before; reads stay at their moment', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      expect(await rows.countDocuments({}, { session })).toBe(1);
      await rows.insertOne({ _id: 1 });
      expect(await rows.countDocuments({}, { session })).toBe(1);
      await rows.insertOne({ _id: 2 }, { session });
      expect(await rows.countDocuments({}, { session })).toBe(2);
      expect(await rows.countDocuments({})).toBe(2);
      await session.commitTransaction();
      expect(await rows.countDocuments({})).toBe(3);
      await session.commitTransaction(); // once more is no error
    });
  });

  it('leave nothing when aborted', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await rows.updateOne({ _id: 0 }, { $inc: { n: 1 } }, { session });
      await rows.insertOne({ _id: 1 }, { session });
      await session.abortTransaction();
    });
    expect(await rows.find().toArray()).toEqual([{ _id: 0, n: 0 }]);
  });

  it('conflict on the same document: WriteConflict, transient; the other goes on', async () => {
    await client.withSession((one) =>
      client.withSession(async (other) => {
        one.startTransaction();
        other.startTransaction();
        await rows.updateOne({ _id: 0 }, { $inc: { n: 1 } }, { session: one });
        const lost = await failure(rows.updateOne({ _id: 0 }, { $inc: { n: 1 } }, { session: other }));
        expect(lost.code).toBe(112);
        expect(lost.hasErrorLabel('TransientTransactionError')).toBe(true);
        expect((await failure(rows.findOne({}, { session: other }))).code).toBe(251);
        await one.commitTransaction();
      }),
    );
    expect(await rows.findOne({ _id: 0 })).toEqual({ _id: 0, n: 1 });
  });

  it('conflict with what was committed after their snapshot', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await rows.findOne({}, { session });
      await rows.updateOne({ _id: 0 }, { $inc: { n: 5 } });
      expect((await failure(rows.updateOne({ _id: 0 }, { $inc: { n: 1 } }, { session }))).code).toBe(112);
    });
  });

  it('hold up a write outside until they end', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await rows.updateOne({ _id: 0 }, { $set: { n: 10 } }, { session });
      const order: string[] = [];
      const outside = rows.updateOne({ _id: 0 }, { $inc: { n: 1 } }).then(() => order.push('outside'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push('commit');
      await session.commitTransaction();
      await outside;
      expect(order).toEqual(['commit', 'outside']);
      expect((await rows.findOne({ _id: 0 }))?.n).toBe(11);
      session.startTransaction();
      await rows.updateOne({ _id: 0 }, { $set: { n: 0 } }, { session });
      const impatient = rows.findOneAndUpdate({ _id: 0 }, { $inc: { n: 1 } }, { maxTimeMS: 50 });
      expect((await failure(impatient)).code).toBe(50);
    });
  });

  it('end at an error: a duplicate key, then no such transaction', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await rows.insertOne({ _id: 5 }, { session });
      expect((await failure(rows.insertOne({ _id: 0 }, { session }))).code).toBe(11000);
      const after = await failure(session.commitTransaction());
      expect(after.code).toBe(251);
      expect(after.hasErrorLabel('TransientTransactionError')).toBe(true);
    });
    expect(await rows.countDocuments({})).toBe(1);
  });

  it('make collections and indexes that others see with the commit, or never', async () => {
    const database = client.db('tests');
    const names = async () => (await database.listCollections().toArray()).map((each) => each.name);
    await client.withSession(async (session) => {
      session.startTransaction();
      await database.createCollection('made', { session });
      await database.collection('made').createIndex({ a: 1 }, { session });
      await database.collection<Row>('implied').insertOne({ _id: 1 }, { session });
      expect(await names()).toEqual(['rows']);
      await session.abortTransaction();
      expect(await names()).toEqual(['rows']);
      session.startTransaction();
      await database.collection<Row>('implied').insertOne({ _id: 1 }, { session });
      await session.commitTransaction();
      expect(await names()).toEqual(['rows', 'implied']);
    });
  });

  it('refuse what they cannot do', async () => {
    await client.withSession(async (session) => {
      session.startTransaction();
      const counted = await failure(rows.estimatedDocumentCount({ session }));
      expect(counted.code).toBe(263);
    });
  });

  it('two that add up never lose one, whatever the order', async () => {
    const add = () =>
      client.withSession((session) =>
        session.withTransaction(async () => {
          const row = await rows.findOne({ _id: 0 }, { session });
          await rows.updateOne({ _id: 0 }, { $set: { n: Number(row?.n) + 1 } }, { session });
        }),
      );
    await Promise.all(Array.from({ length: 8 }, add));
    expect((await rows.findOne({ _id: 0 }))?.n).toBe(8);
  });

  it.each([
    ['the answer lost', { closeConnection: true, answerLost: true }],
    ['the request lost', { closeConnection: true }],
    ['a step-down', { errorCode: 10107 }],
    ['a shutdown', { errorCode: 91 }],
    [
      'a write concern that failed',
      { writeConcernError: { code: 91, errmsg: 'shutting down' }, errorLabels: ['RetryableWriteError'] },
    ],
  ])('are committed once over %s', async (_, fault) => {
    await client.withSession(async (session) => {
      session.startTransaction();
      await rows.updateOne({ _id: 0 }, { $inc: { n: 1 } }, { session });
      server.failNext({ commands: ['commitTransaction'], times: 1, ...fault });
      await session.commitTransaction();
    });
    expect((await rows.findOne({ _id: 0 }))?.n).toBe(1);
    expect(server.commands.filter((name) => name === 'commitTransaction')).toHaveLength(2);
  });

  it('snapshot sessions read one moment', async () => {
    await client.withSession({ snapshot: true }, async (session) => {
      expect(await rows.find({}, { session }).toArray()).toHaveLength(1);
      await rows.insertOne({ _id: 1 });
      await rows.updateOne({ _id: 0 }, { $set: { n: 9 } });
      expect(await rows.find({}, { session }).toArray()).toEqual([{ _id: 0, n: 0 }]);
    });
  });
});

describe('retryable writes', () => {
  const writes: readonly (readonly [string, () => Promise<unknown>, number])[] = [
    ['insert', () => rows.insertMany([{ _id: 1 }, { _id: 2 }]), 0],
    ['update', () => rows.updateOne({ _id: 0 }, { $inc: { n: 1 } }), 1],
    ['delete', () => rows.deleteOne({ n: 7 }), 0],
    ['findAndModify', () => rows.findOneAndUpdate({ _id: 0 }, { $inc: { n: 1 } }), 1],
    [
      'update',
      () =>
        rows.bulkWrite([
          { updateOne: { filter: { _id: 0 }, update: { $inc: { n: 1 } } } },
          { updateOne: { filter: { _id: 0 }, update: { $inc: { n: 1 } } } },
        ]),
      2,
    ],
  ];
  it.each(writes)('%s: the answer is lost, the retry does it no second time', async (command, write, n) => {
    await rows.insertMany([
      { _id: 'x', n: 7 },
      { _id: 'y', n: 7 },
    ]);
    server.failNext({ commands: [command], times: 1, closeConnection: true, answerLost: true });
    await write();
    expect(server.faultsStruck).toBe(1);
    expect((await rows.findOne({ _id: 0 }))?.n).toBe(n);
    if (command === 'delete') expect(await rows.countDocuments({ n: 7 })).toBe(1);
    if (command === 'insert') expect(await rows.countDocuments({ _id: { $in: [1, 2] } })).toBe(2);
  });

  it.each([10107, 91, 189, 11600])('code %i is tried again, with the label that allows it', async (errorCode) => {
    server.failNext({ commands: ['insert'], times: 1, errorCode });
    await rows.insertOne({ _id: 1 });
    expect(await rows.countDocuments({ _id: 1 })).toBe(1);
  });

  it('an error that does not pass is not tried again', async () => {
    server.failNext({ commands: ['insert'], times: 1, errorCode: 8 });
    const error = await failure(rows.insertOne({ _id: 1 }));
    expect(error.code).toBe(8);
    expect(error.hasErrorLabel('RetryableWriteError')).toBe(false);
    expect(await rows.countDocuments({ _id: 1 })).toBe(0);
  });

  it("fail points are set as drivers' tests set them", async () => {
    const admin = client.db('admin');
    await admin.command({
      configureFailPoint: 'failCommand',
      mode: { times: 2 },
      data: { failCommands: ['insert'], errorCode: 10107, errorLabels: ['RetryableWriteError'] },
    });
    expect((await failure(rows.insertOne({ _id: 1 }))).code).toBe(10107);
    await admin.command({
      configureFailPoint: 'failCommand',
      mode: 'alwaysOn',
      data: { failCommands: ['find'], errorCode: 8 },
    });
    expect((await failure(rows.findOne())).code).toBe(8);
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
    await admin.command({ configureFailPoint: 'onPrimaryTransactionalWrite', mode: { times: 1 } });
    await rows.updateOne({ _id: 0 }, { $inc: { n: 1 } });
    await admin.command({
      configureFailPoint: 'onPrimaryTransactionalWrite',
      mode: { times: 1 },
      data: { failBeforeCommitExceptionCode: 1 },
    });
    await rows.updateOne({ _id: 0 }, { $inc: { n: 1 } });
    expect((await rows.findOne({ _id: 0 }))?.n).toBe(2);
  });

  it('a step-down and an election in between', async () => {
    server.stepDown();
    setTimeout(() => server.stepUp(), 200);
    await rows.insertOne({ _id: 1 });
    expect(await rows.countDocuments({ _id: 1 })).toBe(1);
  });
});
