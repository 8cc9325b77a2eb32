import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import type { StandInOptions } from '#libs/testing/mongodb-stand-in/server.ts';
import { selfSigned } from '../../../test/mongodb/certificate.fixture.ts';
import { openMongoReadModels } from './read-models-mongodb.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

const start = async (options?: StandInOptions) => {
  const server = await startMongoStandIn(options);
  cleanUp.push(() => server.close());
  return server;
};
const open = async (url: string, connectTimeoutMs = 2_500): Promise<ReadModels> => {
  const models = await openMongoReadModels({ url, connectTimeoutMs });
  cleanUp.push(() => models.close());
  return models;
};
const spec = { name: 'cases', kind: 'versioned', indexes: [['status', 'dueAt']] } as const;
const fill = (models: ReadModels) =>
  models.apply({
    projection: 'cases@1',
    expected: undefined,
    next: { position: 3, epoch: 1 },
    writes: ['a', 'b', 'c'].map((id, index) => ({
      collection: 'cases@1',
      id,
      versions: [{ position: index + 1, document: { status: 'open' } }],
    })),
  });
const database = async (url: string) => {
  const client = new MongoClient(url);
  cleanUp.push(() => client.close());
  return client.db('careledger');
};

describe('MongoDB read models: a server that will not do', () => {
  it('standalone where a replica set is needed', async () => {
    const { url, port } = await start({ topology: 'standalone' });
    await expect(open(url)).rejects.toThrow(/127\.0\.0\.1:\d+: it is a standalone server.*rs\.initiate/);
    await expect(open(`mongodb://127.0.0.1:${port}/?replicaSet=standin`)).rejects.toThrow(/standalone/);
  });

  it('a read-only replica', async () => {
    const { url, port } = await start({ readOnly: true });
    await expect(open(url)).rejects.toThrow(/only secondaries answer/);
    await expect(open(`mongodb://127.0.0.1:${port}/?directConnection=true`)).rejects.toThrow(/secondary/);
  });

  it('unreachable', async () => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    await expect(open(`mongodb://127.0.0.1:${port}/?replicaSet=standin`)).rejects.toThrow(
      new RegExp(`127.0.0.1:${port}: it does not answer.*ECONNREFUSED.*Check that it runs`),
    );
  });

  it('silent: it takes the connection and never answers', async () => {
    const listener = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    cleanUp.push(() => new Promise((resolve) => listener.close(resolve)));
    const { port } = listener.address() as AddressInfo;
    await expect(open(`mongodb://127.0.0.1:${port}/?replicaSet=standin`)).rejects.toThrow(/does not answer/);
  });

  it('wrong credentials, which the error does not tell', async () => {
    const { port } = await start({ refusesCredentials: true });
    const refused = open(`mongodb://agent:s3cret@127.0.0.1:${port}/?replicaSet=standin&authMechanism=SCRAM-SHA-256`);
    await expect(refused).rejects.toThrow(/credentials are wrong.*authSource/);
    await refused.catch((error: Error) => expect(error.message).not.toContain('s3cret'));
    await expect(open(`mongodb://127.0.0.1:${port}/?replicaSet=standin`)).rejects.toThrow(/may not do this.*readWrite/);
  });

  it('wrong certificate; the same one is taken when its authority is named', async () => {
    const { url } = await start({ tls: selfSigned });
    await expect(open(url)).rejects.toThrow(/certificate is not accepted.*tlsCAFile/);
    const folder = await mkdtemp(join(tmpdir(), 'mongodb-'));
    cleanUp.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'ca.pem'), selfSigned.cert);
    const models = await open(`${url}&tlsCAFile=${encodeURIComponent(join(folder, 'ca.pem'))}`, 5_000);
    expect(await models.collections()).toEqual([]);
  });

  it('too old for the driver, and too old for CareLedger', async () => {
    await expect(open((await start({ wireVersion: 6 })).url)).rejects.toThrow(/too old. MongoDB 6\.0/);
    await expect(open((await start({ wireVersion: 13 })).url)).rejects.toThrow(/too old. MongoDB 6\.0/);
    await expect(open((await start({ wireVersion: 17 })).url)).resolves.toBeDefined();
  });

  it('another replica set than the URL names', async () => {
    const { port } = await start();
    await expect(open(`mongodb://127.0.0.1:${port}/?replicaSet=other`)).rejects.toThrow(
      /belongs to the replica set standin, not other/,
    );
  });

  it('a URL that is none', async () => {
    await expect(open('mongodb://host:notaport/')).rejects.toThrow(/URL cannot be used.*Expected: mongodb:/);
    await expect(open('http://host/')).rejects.toThrow(/URL cannot be used/);
  });

  it('a database of a newer schema, which is left as it is', async () => {
    const { url } = await start();
    await (await open(url)).close();
    const meta = (await database(url)).collection<{ _id: string; version: number }>('meta');
    await meta.updateOne({ _id: 'schema' }, { $set: { version: 99 } });
    await expect(open(url)).rejects.toThrow(/schema 99, this CareLedger knows 1/);
    expect((await meta.findOne({ _id: 'schema' }))?.version).toBe(99);
  });
});

describe('MongoDB read models: the database', () => {
  it('keeps documents, checkpoints and the validity of cursors over a reopening', async () => {
    const { url } = await start();
    const before = await open(url);
    await before.ensure('cases@1', spec);
    await fill(before);
    const { next } = await before.find('cases', { limit: 1 });
    await before.close();
    const after = await open(url);
    expect(await after.checkpoint('cases@1')).toEqual({ position: 3, epoch: 1 });
    const page = await after.find('cases', { cursor: next! });
    expect(page.documents.map((each) => each.id)).toEqual(['b', 'c']);
  });

  it('is the one that the URL or the options name', async () => {
    const { url } = await start();
    await open(url.replace('/?', '/ours?'));
    const client = new MongoClient(url);
    cleanUp.push(() => client.close());
    const named = await openMongoReadModels({ url, database: 'given' });
    cleanUp.push(() => named.close());
    const { databases } = await client.db().admin().listDatabases();
    expect(databases.map((each) => each.name)).toEqual(expect.arrayContaining(['ours', 'given']));
  });

  it('lets exactly one of two openings win the same checkpoint', async () => {
    const { url } = await start();
    const both = await Promise.all([open(url), open(url)]);
    await Promise.all(both.map((each) => each.ensure('cases@1', spec)));
    const outcomes = await Promise.allSettled(both.map(fill));
    expect(outcomes.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
  });

  it('takes one of two versions made at once as the active one', async () => {
    const { url } = await start();
    const both = await Promise.all([open(url), open(url)]);
    await Promise.all(both.map((each, index) => each.ensure(`cases@${index + 1}`, spec)));
    const collections = await both[0].collections();
    expect(collections.map((each) => each.physical).sort()).toEqual(['cases@1', 'cases@2']);
    expect(collections.filter((each) => each.active)).toHaveLength(1);
  });

  it('has the indexes of the collection, those of the present partial', async () => {
    const { url } = await start();
    const models = await open(url);
    await models.ensure('cases@1', spec);
    const all = await (await database(url)).collections();
    const documents = all.find((each) => each.collectionName.startsWith('docs.cases@1.'))!;
    const indexes = await documents.indexes();
    expect(indexes.map((each) => [each.name, each.key, each.partialFilterExpression, each.unique])).toEqual([
      ['_id_', { _id: 1 }, undefined, undefined],
      ['latest', { id: 1 }, { last: true }, true],
      ['history', { id: 1, from: -1 }, undefined, undefined],
      ['doc.status+doc.dueAt+id', { 'doc.status': 1, 'doc.dueAt': 1, id: 1 }, undefined, undefined],
      ['doc.status+doc.dueAt+id latest', { 'doc.status': 1, 'doc.dueAt': 1, id: 1 }, { last: true }, undefined],
    ]);
  });

  it('keeps nothing of a dropped collection, even when the server failed amid the drop', async () => {
    const server = await start();
    const models = await open(server.url);
    await models.ensure('cases@1', spec);
    await fill(models);
    await models.ensure('cases@2', spec);
    await models.activate('cases', 'cases@2');
    server.failNext({ commands: ['drop'], times: 1, errorCode: 8 });
    await expect(models.drop('cases@1')).rejects.toThrow();
    expect(await models.collections()).toEqual([{ logical: 'cases', physical: 'cases@2', active: true }]);
    await open(server.url);
    const names = (await (await database(server.url)).collections()).map((each) => each.collectionName);
    expect(names.filter((name) => name.startsWith('docs.'))).toEqual([expect.stringContaining('docs.cases@2.')]);
  });
});
