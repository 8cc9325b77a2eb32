import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Decimal128, Long, MongoBulkWriteError, MongoClient, MongoServerError, ObjectId } from 'mongodb';
import type { Collection, Document } from 'mongodb';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import type { MongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';

/** MongoDB's documented behaviour, through its own driver. https://www.mongodb.com/docs/manual/crud/ */
type Id = number | string | null | number[];
type Row = Document & { _id: Id };
let server: MongoStandIn;
let client: MongoClient;
let rows: Collection<Row>;
beforeAll(async () => {
  server = await startMongoStandIn();
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client.close();
  await server.close();
});
let count = 0;
beforeEach(() => {
  count += 1;
  rows = client.db('crud').collection<Row>(`rows${count}`);
});

const ids = async (filter: Document, options = {}) =>
  (await rows.find(filter, options).toArray()).map((row) => row._id);
const failure = async (work: Promise<unknown>): Promise<MongoServerError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MongoServerError);
  return error as MongoServerError;
};
const abc = [
  { _id: 1, x: 11 },
  { _id: 2, x: 22 },
  { _id: 3, x: 33 },
];

describe('queries', () => {
  const cases: readonly (readonly [string, readonly unknown[], Document, readonly number[]])[] = [
    ['null matches missing and null', [{ x: null }, {}, { x: 1 }, { x: [null] }], { x: null }, [0, 1, 3]],
    ['$exists tells null from missing', [{ x: null }, {}], { x: { $exists: true } }, [0]],
    ['$ne matches what is missing', [{ x: 1 }, {}, { x: [1, 2] }], { x: { $ne: 1 } }, [1]],
    ['a range stays within its type', [{ x: 5 }, { x: '5' }, { x: true }, { x: null }], { x: { $gt: 1 } }, [0]],
    ['$gte null matches null and missing', [{ x: null }, {}, { x: 1 }], { x: { $gte: null } }, [0, 1]],
    [
      'an array is matched by element and as a whole',
      [{ x: [1, 2] }, { x: [[1, 2]] }, { x: 1 }],
      { x: [1, 2] },
      [0, 1],
    ],
    ['two ranges may be met by two elements', [{ x: [1, 9] }, { x: [9] }], { x: { $gt: 4, $lt: 5 } }, [0]],
    [
      '$elemMatch wants one element for all',
      [{ x: [1, 9] }, { x: [5] }],
      { x: { $elemMatch: { $gt: 4, $lt: 6 } } },
      [1],
    ],
    ['paths go into arrays of documents', [{ o: [{ x: 1 }, { x: 2 }] }, { o: { x: 2 } }], { 'o.x': 2 }, [0, 1]],
    ['paths take positions', [{ o: [{ x: 1 }, { x: 2 }] }], { 'o.1.x': 2 }, [0]],
    ['null on a path through an array', [{ o: [] }, { o: [{}] }, { o: [1] }, { o: 1 }], { 'o.x': null }, [1, 3]],
    [
      'documents are equal with their fields in order',
      [{ o: { a: 1, b: 2 } }, { o: { b: 2, a: 1 } }],
      { o: { a: 1, b: 2 } },
      [0],
    ],
    [
      'numbers are equal over their types',
      [{ x: 1 }, { x: Long.fromNumber(1) }, { x: Decimal128.fromString('1.0') }],
      { x: 1 },
      [0, 1, 2],
    ],
    ['$in takes patterns', [{ x: 'abc' }, { x: 'xabc' }], { x: { $in: [/^ab/] } }, [0]],
    ['$regex with options', [{ x: 'ABC' }, { x: 'b' }], { x: { $regex: '^a', $options: 'i' } }, [0]],
    ['$not turns a condition round, missing included', [{ x: 1 }, { x: 9 }, {}], { x: { $not: { $gt: 5 } } }, [0, 2]],
    ['$nor', [{ x: 1 }, { x: 2 }, {}], { $nor: [{ x: 1 }, { x: 2 }] }, [2]],
    ['$all and $size', [{ x: [1, 2] }, { x: [1] }, { x: [2, 1, 3] }], { x: { $all: [1, 2], $size: 2 } }, [0]],
    ['$type by name and number', [{ x: 1 }, { x: 'a' }, { x: [1] }, {}], { x: { $type: ['string', 4] } }, [1, 2]],
    ['$mod and bits', [{ x: 5 }, { x: 6 }], { x: { $mod: [4, 1], $bitsAllSet: [0, 2] } }, [0]],
    [
      '$expr compares fields',
      [
        { a: 1, b: 2 },
        { a: 2, b: 1 },
      ],
      { $expr: { $gt: ['$a', '$b'] } },
      [1],
    ],
  ];
  it.each(cases)('%s', async (_, documents, filter, expected) => {
    await rows.insertMany(documents.map((document, _id) => ({ _id, ...(document as Document) })));
    expect(await ids(filter)).toEqual(expected);
  });

  it('sorts by BSON order of types, text by bytes, arrays by least and greatest element', async () => {
    const values = [{ a: 1 }, true, 'é', 'b', 'B', 2, -1, null, undefined, [0, 99], new ObjectId()];
    await rows.insertMany(values.map((x, _id) => (x === undefined ? { _id } : { _id, x })));
    expect(await ids({}, { sort: { x: 1, _id: 1 } })).toEqual([7, 8, 6, 9, 5, 4, 3, 2, 0, 10, 1]);
    expect(await ids({ x: { $type: 'number' } }, { sort: { x: -1 } })).toEqual([9, 5, 6]);
  });

  it('skips, limits, batches and projects', async () => {
    await rows.insertMany(Array.from({ length: 250 }, (_, _id) => ({ _id, x: { a: _id, b: 1 }, list: [1, 2, 3] })));
    expect(await rows.find().toArray()).toHaveLength(250);
    expect(await rows.find({}, { batchSize: 7, limit: 20 }).toArray()).toHaveLength(20);
    expect(await ids({}, { skip: 248, sort: { _id: 1 } })).toEqual([248, 249]);
    const one = (projection: Document, filter: Document = { _id: 3 }) => rows.findOne(filter, { projection });
    expect(await one({ 'x.a': 1 })).toEqual({ _id: 3, x: { a: 3 } });
    expect(await one({ _id: 0, x: 0 })).toEqual({ list: [1, 2, 3] });
    expect(await one({ list: { $slice: -1 }, x: 0 })).toEqual({ _id: 3, list: [3] });
    expect(await one({ 'list.$': 1 }, { _id: 3, list: 2 })).toEqual({ _id: 3, list: [2] });
    expect(await one({ _id: 0, twice: { $multiply: ['$x.a', 2] } })).toEqual({ twice: 6 });
    expect((await failure(one({ x: 1, list: 0 }))).code).toBe(31254);
  });

  it('counts, tells distinct values, and compares under a collation', async () => {
    await rows.insertMany([
      { _id: 1, x: 'PING' },
      { _id: 2, x: 'ping' },
      { _id: 3, x: ['pong', 'ping'] },
    ]);
    const collation = { locale: 'en_US', strength: 2 };
    expect(await rows.countDocuments({ x: 'ping' })).toBe(2);
    expect(await rows.countDocuments({ x: 'ping' }, { collation })).toBe(3);
    expect(await rows.estimatedDocumentCount()).toBe(3);
    expect(await rows.distinct('x')).toEqual(['PING', 'ping', 'pong']);
    expect(await rows.distinct('x', {}, { collation })).toEqual(['PING', 'pong']);
    expect(
      (await failure(rows.countDocuments({}, { collation: { locale: 'de', alternate: 'shifted' } }))).message,
    ).toMatch(/alternate/);
  });

  it('refuses what is no query, with the code of the server', async () => {
    await rows.insertOne({ _id: 1 });
    for (const filter of [{ x: { $foo: 1 } }, { $where: '1' }, { $and: [] }, { x: { $in: 1 } }])
      expect((await failure(rows.find(filter as Document).toArray())).code).toBe(2);
    expect((await failure(rows.find({}, { hint: 'none' }).toArray())).code).toBe(2);
    expect((await failure(client.db('crud').command({ nonsense: 1 }))).code).toBe(59);
  });
});

describe('inserts', () => {
  it('report the duplicate: ordered stops there, unordered goes on', async () => {
    const documents = () => [{ _id: 1 }, { _id: 2 }, { _id: 1 }, { _id: 3 }];
    const ordered = await failure(rows.insertMany(documents()));
    expect(ordered).toBeInstanceOf(MongoBulkWriteError);
    expect(ordered).toMatchObject({ code: 11000, insertedCount: 2 });
    await rows.deleteMany({});
    const unordered = await failure(rows.insertMany(documents(), { ordered: false }));
    expect(unordered).toMatchObject({ code: 11000, insertedCount: 3 });
    const one = await failure(rows.insertOne({ _id: 1 }));
    expect(one).toMatchObject({ code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } });
    expect(one.message).toMatch(/E11000 duplicate key error collection: crud\.rows\d+ index: _id_ dup key/);
  });

  it('keep null as an id, refuse a list', async () => {
    // The driver would give it an id of its own.
    const database = client.db('crud');
    await database.command({ insert: rows.collectionName, documents: [{ _id: null }] });
    await database.command({ insert: `${rows.collectionName}-2`, documents: [{ _id: 1 }] });
    const upsert = { q: { _id: null }, u: { $set: { a: 1 } }, upsert: true };
    const { upserted } = await database.command({ update: `${rows.collectionName}-2`, updates: [upsert] });
    expect(upserted).toEqual([{ index: 0, _id: null }]);
    expect(await ids({ _id: null })).toEqual([null]);
    expect((await failure(rows.insertOne({ _id: [1] }))).code).toBe(53);
  });

  it('obey unique, partial and sparse indexes and validators', async () => {
    await rows.createIndex({ a: 1 }, { unique: true, partialFilterExpression: { live: true } });
    await rows.insertMany([
      { _id: 1, a: 1, live: true },
      { _id: 2, a: 1 },
      { _id: 3, a: 1 },
    ]);
    expect((await failure(rows.insertOne({ _id: 4, a: 1, live: true }))).code).toBe(11000);
    expect((await failure(rows.updateOne({ _id: 2 }, { $set: { live: true } }))).code).toBe(11000);
    await rows.createIndex({ s: 1 }, { unique: true, sparse: true });
    expect((await failure(rows.createIndex({ z: 1 }, { unique: true }))).code).toBe(11000);
    await client.db('crud').command({ collMod: rows.collectionName, validator: { x: { $type: 'string' } } });
    const invalid = await failure(rows.insertOne({ _id: 9, x: 1 }));
    expect(invalid.code).toBe(121);
    expect(invalid.errInfo).toMatchObject({ failingDocumentId: 9 });
    await rows.insertOne({ _id: 9, x: 1 }, { bypassDocumentValidation: true });
  });
});

describe('updates', () => {
  const cases: readonly (readonly [string, Document, Document, Document])[] = [
    ['$set makes the way', { a: 1 }, { $set: { 'b.c': 2 } }, { a: 1, b: { c: 2 } }],
    ['$unset of an element leaves null', { a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
    ['$inc and $mul', { a: 1 }, { $inc: { a: 2, b: 1 }, $mul: { c: 5 } }, { a: 3, b: 1, c: 0 }],
    ['$min and $max', { a: 5, b: 5 }, { $min: { a: 3 }, $max: { b: 3, c: 1 } }, { a: 3, b: 5, c: 1 }],
    ['$rename', { a: 1 }, { $rename: { a: 'b.c' } }, { b: { c: 1 } }],
    ['$push with its modifiers', { a: [3] }, { $push: { a: { $each: [1, 2], $sort: 1, $slice: -2 } } }, { a: [2, 3] }],
    ['$push at a position', { a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
    ['$addToSet', { a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] }],
    ['$pop', { a: [1, 2, 3], b: [1, 2] }, { $pop: { a: 1, b: -1 } }, { a: [1, 2], b: [2] }],
    [
      '$pull by value and by condition',
      { a: [1, 5, 9], o: [{ x: 1 }, { x: 2 }] },
      { $pull: { a: { $gte: 5 }, o: { x: 1 } } },
      { a: [1], o: [{ x: 2 }] },
    ],
    ['$pullAll', { a: [1, 2, 1] }, { $pullAll: { a: [1] } }, { a: [2] }],
    ['$bit', { a: 5 }, { $bit: { a: { and: 6, or: 8 } } }, { a: 12 }],
    ['all elements', { a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] }],
    ['replacement', { a: 1 }, { b: 2 }, { b: 2 }],
  ];
  it.each(cases)('%s', async (_, before, update, after) => {
    await rows.insertOne({ _id: 1, ...before });
    const result = Object.keys(update)[0]!.startsWith('$')
      ? await rows.updateOne({ _id: 1 }, update)
      : await rows.replaceOne({ _id: 1 }, update);
    expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
    expect(await rows.findOne()).toEqual({ _id: 1, ...after });
  });

  it('count what matched and what changed', async () => {
    await rows.insertMany(abc);
    expect(await rows.updateMany({}, { $set: { x: 22 } })).toMatchObject({ matchedCount: 3, modifiedCount: 2 });
    expect(await rows.updateOne({ _id: 9 }, { $set: { x: 1 } })).toMatchObject({ matchedCount: 0, upsertedCount: 0 });
  });

  it('take array filters, the positional operator and pipelines', async () => {
    await rows.insertOne({ _id: 1, y: [{ b: 3 }, { b: 1 }, { b: 3 }] });
    await rows.updateOne({}, { $set: { 'y.$[i].b': 2 } }, { arrayFilters: [{ 'i.b': 3 }] });
    await rows.updateOne({ 'y.b': 1 }, { $set: { 'y.$.hit': true } });
    await rows.updateOne({}, [{ $set: { n: { $size: '$y' } } }, { $unset: 'gone' }]);
    expect(await rows.findOne()).toEqual({ _id: 1, y: [{ b: 2 }, { b: 1, hit: true }, { b: 2 }], n: 3 });
    expect(
      (await failure(rows.updateOne({}, { $set: { 'y.$[i].b': 2 } }, { arrayFilters: [{ 'k.b': 3 }] }))).code,
    ).toBe(9);
  });

  it('upsert from the query, the update and $setOnInsert', async () => {
    const first = await rows.updateOne(
      { _id: 4, k: { $eq: 1 }, z: { $gt: 1 } },
      { $set: { x: 1 }, $setOnInsert: { y: 2 } },
      { upsert: true },
    );
    expect(first).toMatchObject({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1, upsertedId: 4 });
    expect(await rows.findOne()).toEqual({ _id: 4, k: 1, x: 1, y: 2 });
    const replaced = await rows.replaceOne({ k: 9 }, { x: 5 }, { upsert: true });
    expect(replaced.upsertedId).toBeInstanceOf(ObjectId);
    expect(await rows.findOne({ x: 5 }, { projection: { _id: 0 } })).toEqual({ x: 5 });
  });

  it('refuse with the codes of the server', async () => {
    await rows.insertOne({ _id: 1, a: 'text', b: 1 });
    const codes: readonly (readonly [Document, number])[] = [
      [{ $set: { _id: 2 } }, 66],
      [{ $inc: { a: 1 } }, 14],
      [{ $push: { b: 1 } }, 2],
      [{ $set: { 'a.b': 1 } }, 28],
      [{ $set: { b: 1 }, $inc: { b: 1 } }, 40],
      [{ $set: { 'b.c': 1, b: 1 } }, 40],
      [{ $foo: { b: 1 } }, 9],
    ];
    for (const [update, code] of codes) expect((await failure(rows.updateOne({ _id: 1 }, update))).code).toBe(code);
    expect(await rows.findOne()).toEqual({ _id: 1, a: 'text', b: 1 });
  });

  it('find one and modify it: before, after, removed, none', async () => {
    await rows.insertMany(abc);
    expect(await rows.findOneAndUpdate({ x: { $gt: 11 } }, { $inc: { x: 1 } }, { sort: { x: -1 } })).toEqual({
      _id: 3,
      x: 33,
    });
    expect(
      await rows.findOneAndReplace({ _id: 1 }, { y: 1 }, { returnDocument: 'after', projection: { _id: 0 } }),
    ).toEqual({ y: 1 });
    expect(await rows.findOneAndDelete({ _id: 2 })).toEqual({ _id: 2, x: 22 });
    expect(await rows.findOneAndDelete({ _id: 2 })).toBeNull();
    expect(
      await rows.findOneAndUpdate(
        { _id: 7 },
        { $set: { x: 1 } },
        { upsert: true, returnDocument: 'after', includeResultMetadata: true },
      ),
    ).toMatchObject({
      value: { _id: 7, x: 1 },
      lastErrorObject: { updatedExisting: false, n: 1, upserted: 7 },
    });
  });

  it('bulk writes report each kind, across collections too', async () => {
    await rows.insertMany(abc);
    const result = await rows.bulkWrite([
      { insertOne: { document: { _id: 4, x: 44 } } },
      { updateMany: { filter: { x: { $gte: 33 } }, update: { $inc: { x: 1 } } } },
      { updateOne: { filter: { _id: 9 }, update: { $set: { x: 1 } }, upsert: true } },
      { replaceOne: { filter: { _id: 1 }, replacement: { x: 11 } } },
      { deleteMany: { filter: { x: { $lt: 12 } } } },
    ]);
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 3,
      modifiedCount: 2,
      deletedCount: 2,
      upsertedCount: 1,
      upsertedIds: { 2: 9 },
    });
    const namespace = rows.namespace;
    const whole = await client.bulkWrite<{ [namespace: string]: Row }>([
      { namespace, name: 'insertOne', document: { _id: 20 } },
      {
        namespace: `${namespace}-other`,
        name: 'updateOne',
        filter: { _id: 1 },
        update: { $set: { x: 1 } },
        upsert: true,
      },
      { namespace, name: 'deleteOne', filter: { _id: 20 } },
    ]);
    expect(whole).toMatchObject({ insertedCount: 1, upsertedCount: 1, deletedCount: 1 });
  });
});

describe('aggregation', () => {
  it('groups, unwinds, looks up, and counts', async () => {
    await rows.insertMany([
      { _id: 1, k: 'a', n: [1, 2] },
      { _id: 2, k: 'b', n: [3] },
      { _id: 3, k: 'a', n: [] },
    ]);
    const pipeline = [{ $unwind: '$n' }, { $group: { _id: '$k', sum: { $sum: '$n' } } }, { $sort: { _id: 1 } }];
    expect(await rows.aggregate(pipeline).toArray()).toEqual([
      { _id: 'a', sum: 3 },
      { _id: 'b', sum: 3 },
    ]);
    const joined = await rows
      .aggregate([
        { $match: { _id: 1 } },
        { $lookup: { from: rows.collectionName, localField: 'k', foreignField: 'k', as: 'same' } },
      ])
      .toArray();
    expect(joined[0]?.same).toHaveLength(2);
    expect(await rows.aggregate([{ $match: { k: '$$no' } }, { $count: 'n' }]).toArray()).toEqual([]);
    expect(
      await rows
        .aggregate([{ $match: { $expr: { $eq: ['$k', '$$wanted'] } } }, { $count: 'n' }], { let: { wanted: 'a' } })
        .toArray(),
    ).toEqual([{ n: 2 }]);
    expect((await failure(rows.aggregate([{ $nothing: 1 }]).toArray())).code).toBe(40324);
  });

  it('writes by $out and $merge; reads views', async () => {
    await rows.insertMany(abc);
    const target = client.db('crud').collection<Row>(`${rows.collectionName}-out`);
    await rows.aggregate([{ $match: { x: { $gt: 11 } } }, { $out: target.collectionName }]).toArray();
    expect(await target.countDocuments()).toBe(2);
    await rows.aggregate([{ $project: { y: '$x' } }, { $merge: { into: target.collectionName } }]).toArray();
    expect(await target.findOne({ _id: 2 })).toEqual({ _id: 2, x: 22, y: 22 });
    expect(
      (await failure(rows.aggregate([{ $merge: { into: target.collectionName, whenMatched: 'fail' } }]).toArray()))
        .code,
    ).toBe(11000);
    const view = await client.db('crud').createCollection<Row>(`${rows.collectionName}-view`, {
      viewOn: rows.collectionName,
      pipeline: [{ $match: { _id: { $gt: 1 } } }],
    });
    expect(await view.find({ x: 22 }).toArray()).toEqual([{ _id: 2, x: 22 }]);
    expect(await view.estimatedDocumentCount()).toBe(2);
    expect((await failure(view.insertOne({ _id: 5 }))).code).toBe(166);
  });
});

describe('collections and indexes', () => {
  it('are made, listed, renamed and dropped', async () => {
    const database = client.db('admin-test');
    await database.createCollection('one');
    await database.createCollection('one'); // the same once more is no error
    expect((await failure(database.createCollection('one', { validator: { x: 1 } }))).code).toBe(48);
    await database.renameCollection('one', 'two');
    expect((await database.listCollections({ name: 'two' }).toArray()).map((each) => each.type)).toEqual([
      'collection',
    ]);
    const two = database.collection('two');
    await two.createIndex({ a: 1, b: -1 });
    await two.createIndex({ a: 1, b: -1 });
    expect((await two.indexes()).map((each) => each.name)).toEqual(['_id_', 'a_1_b_-1']);
    expect((await failure(two.createIndex({ a: 1, b: -1 }, { name: 'other' }))).code).toBe(85);
    expect((await failure(two.dropIndex('none'))).code).toBe(27);
    await two.dropIndex('a_1_b_-1');
    expect((await failure(database.collection('none').indexes())).code).toBe(26);
    expect(await database.dropDatabase()).toBe(true);
    expect(await database.listCollections().toArray()).toEqual([]);
  });
});
