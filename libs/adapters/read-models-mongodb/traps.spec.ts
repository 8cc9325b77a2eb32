import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Document } from '#libs/kernel/projection.ts';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { Batch, ReadModels } from '#libs/ports/read-models.ts';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import type { MongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import { openMongoReadModels } from './read-models-mongodb.ts';

describe('MongoDB read models: what a server does to a batch', () => {
  let server: MongoStandIn;
  let models: ReadModels;
  beforeEach(async () => {
    server = await startMongoStandIn();
    models = await openMongoReadModels({ url: server.url, connectTimeoutMs: 4_000, applyTimeoutMs: 10_000 });
    await models.ensure('cases@1', { name: 'cases', kind: 'versioned', indexes: [['f']] });
    await models.apply(batch(1, undefined));
  });
  afterEach(async () => {
    await models.close();
    await server.close();
  });

  const batch = (position: number, after: number | undefined, epoch = 1): Batch => ({
    projection: 'cases@1',
    expected: after === undefined ? undefined : { position: after, epoch },
    next: { position, epoch },
    writes: ['a', 'b'].map((id) => ({
      collection: 'cases@1',
      id,
      versions: [{ position, document: { f: position } }],
    })),
  });

  const expectAt = async (position: number) => {
    expect(await models.checkpoint('cases@1')).toEqual({ position, epoch: 1 });
    const { documents } = await models.find('cases', {});
    expect(documents).toEqual(['a', 'b'].map((id) => ({ id, position, document: { f: position } })));
    for (let before = 1; before <= position; before += 1)
      expect(await models.count('cases', { f: before }, { asOfPosition: before })).toBe(2);
  };

  it('unknown commit result: the commit took, its answer is lost', async () => {
    server.failNext({ commands: ['commitTransaction'], times: 1, closeConnection: true, answerLost: true });
    await models.apply(batch(2, 1));
    expect(server.faultsStruck).toBe(1);
    await expectAt(2);
  });

  it('unknown commit result: the commit took, and the retry finds no transaction: the batch is known as its own', async () => {
    server.failNext({ commands: ['commitTransaction'], times: 1, closeConnection: true, answerLost: true });
    server.failNext({ commands: ['commitTransaction'], times: 1, errorCode: 251 });
    await models.apply(batch(2, 1));
    expect(server.faultsStruck).toBe(2);
    await expectAt(2);
  });

  it('unknown commit result: the same for the first batch of a projection, whose insert comes twice', async () => {
    await models.ensure('others@1', { name: 'others', kind: 'current', indexes: [] });
    server.failNext({ commands: ['commitTransaction'], times: 1, closeConnection: true, answerLost: true });
    server.failNext({ commands: ['commitTransaction'], times: 1, errorCode: 251 });
    await models.apply({ projection: 'others@1', expected: undefined, next: { position: 1, epoch: 1 }, writes: [] });
    expect(await models.checkpoint('others@1')).toEqual({ position: 1, epoch: 1 });
  });

  it('unknown commit result: the commit never arrived', async () => {
    server.failNext({ commands: ['commitTransaction'], times: 1, closeConnection: true });
    await models.apply(batch(2, 1));
    await expectAt(2);
  });

  it('unknown commit result, and another worker came in between: it stops', async () => {
    // The commit is refused, and before the batch runs again the checkpoint has gone on.
    server.failNext({ commands: ['commitTransaction'], times: 1, errorCode: 251 });
    server.failNext({ commands: ['update'], skip: 2, times: 1, blockMs: 400 });
    const late = models.apply(batch(2, 1));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const client = new MongoClient(server.url);
    await client
      .db('careledger')
      .collection<{ _id: string }>('checkpoints')
      .updateOne({ _id: 'cases@1' }, { $set: { position: 2, epoch: 2, batch: 'of another' } });
    await client.close();
    await expect(late).rejects.toBeInstanceOf(CheckpointMismatch);
    expect(await models.checkpoint('cases@1')).toEqual({ position: 2, epoch: 2 });
    expect((await models.get('cases', 'a'))?.document).toEqual({ f: 1 });
  });

  it('a write conflict is tried again', async () => {
    server.failNext({ commands: ['update'], times: 3, errorCode: 112 });
    await models.apply(batch(2, 1));
    expect(server.faultsStruck).toBe(3);
    await expectAt(2);
  });

  it('the primary steps down amid a batch and another is elected', async () => {
    server.failNext({ commands: ['commitTransaction'], times: 1, blockMs: 200 });
    const applied = models.apply(batch(2, 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.stepDown();
    setTimeout(() => server.stepUp(), 300);
    await applied;
    await expectAt(2);
  });

  it('the primary steps down and none comes: an error that says so, nothing written, the batch applies later', async () => {
    server.stepDown();
    await expect(models.apply(batch(2, 1))).rejects.toThrow(/127\.0\.0\.1:\d+: only secondaries answer.*rs\.status/);
    server.stepUp();
    await expectAt(1);
    await models.apply(batch(2, 1));
    await expectAt(2);
  });

  it.each(['update', 'insert', 'find'])('the connection is lost during %s', async (command) => {
    server.failNext({ commands: [command], times: 1, closeConnection: true });
    await models.apply(batch(2, 1));
    expect(server.faultsStruck).toBe(1);
    await expectAt(2);
  });

  it('the answer to a write inside the batch is lost', async () => {
    server.failNext({ commands: ['insert'], times: 1, closeConnection: true, answerLost: true });
    await models.apply(batch(2, 1));
    await expectAt(2);
  });

  it('the disk is full: an error that says so, nothing written, the batch applies once there is space', async () => {
    server.failNext({ commands: ['insert'], errorCode: 14031 });
    await expect(models.apply(batch(2, 1))).rejects.toThrow(/disk is full.*Free space/);
    await expectAt(1);
    server.clearFaults();
    await models.apply(batch(2, 1));
    await expectAt(2);
  });

  it('is slow: the batch waits; slower than allowed: it is given up whole', async () => {
    server.failNext({ commands: ['insert'], times: 1, blockMs: 300 });
    await models.apply(batch(2, 1));
    await expectAt(2);
    const hurried = await openMongoReadModels({ url: server.url, answerTimeoutMs: 200, applyTimeoutMs: 300 });
    server.failNext({ commands: ['insert'], blockMs: 1_000 });
    await expect(hurried.apply(batch(3, 2))).rejects.toThrow(/cases@1: the batch could not be written within 300 ms/);
    server.clearFaults();
    await hurried.close();
    await models.apply(batch(3, 2));
    await expectAt(3);
  });

  it('readers see a batch whole or not at all, under the position that they are told', async () => {
    let reading = true;
    const reader = (async () => {
      let last = 0;
      while (reading) {
        const { documents, position } = await models.find('cases', { sort: [{ field: 'f', direction: 'asc' }] });
        expect(documents.map((each) => each.document.f)).toEqual([position, position]);
        expect(position).toBeGreaterThanOrEqual(last);
        last = position;
      }
    })();
    for (let position = 2; position <= 40; position += 1) await models.apply(batch(position, position - 1));
    reading = false;
    await reader;
  });

  it('documents under names that mean something to MongoDB or its driver come back as they were', async () => {
    const document = JSON.parse(
      '{"$set":{"a":1},"a.b":[{"$ref":"x","$id":1}],"%24":1,"_bsontype":"ObjectId","__proto__":{"x":1},"nul\\u0000l":"n\\u0000","":1,"n":-0,"big":9007199254740991}',
    ) as Document;
    await models.apply({
      projection: 'cases@1',
      expected: { position: 1, epoch: 1 },
      next: { position: 2, epoch: 1 },
      writes: [{ collection: 'cases@1', id: '$where', versions: [{ position: 2, document }] }],
    });
    const found = await models.get('cases', '$where');
    expect(JSON.parse(JSON.stringify(found?.document))).toEqual(JSON.parse(JSON.stringify(document)));
    expect((await models.find('cases', { filter: { _bsontype: 'ObjectId' } })).documents).toHaveLength(1);
  });

  it('an id that is no text is refused, whatever operators it holds', async () => {
    await expect(models.get('cases', { $gt: '' } as unknown as string)).rejects.toThrow(/not a document's id/);
    await expect(models.getMany('cases', [{ $ne: null } as unknown as string])).rejects.toThrow(/not a document's id/);
  });
});
