import { BSON } from 'mongodb';
import { checkedName, collectionName, documentOf } from './call.ts';
import type { Call, Handler } from './call.ts';
import { compileFilter } from './matching.ts';
import { cursorReply } from './reads.ts';
import type { Collection } from './store.ts';
import { ServerError, badValue, equal, isDocument } from './values.ts';
import type { Doc } from './values.ts';

const missing = (call: Call) =>
  new ServerError(26, 'NamespaceNotFound', `ns does not exist: ${call.database}.${String(call.command[call.name])}`);

const existing = (call: Call): Collection => {
  const collection = call.store.collection(call.database, collectionName(call), call.transaction);
  if (collection === undefined) throw missing(call);
  return collection;
};

const idIndex = { v: 2, key: { _id: 1 }, name: '_id_' };

const create: Handler = (call) => {
  const name = collectionName(call);
  const options: Doc = {};
  for (const option of [
    'validator',
    'viewOn',
    'pipeline',
    'capped',
    'size',
    'max',
    'collation',
    'changeStreamPreAndPostImages',
  ])
    if (call.command[option] !== undefined) options[option] = call.command[option];
  const known = call.store.collection(call.database, name, call.transaction);
  if (known !== undefined) {
    if (equal(known.options, options)) return {};
    throw new ServerError(48, 'NamespaceExists', `Collection ${call.database}.${name} already exists.`);
  }
  call.store.create(call.database, name, options, call.transaction);
  return {};
};

const createIndexes: Handler = (call) => {
  const name = collectionName(call);
  const known = call.store.collection(call.database, name, call.transaction);
  const collection = known ?? call.store.create(call.database, name, {}, call.transaction);
  const before = collection.indexes.length + 1;
  if (call.transaction !== undefined && collection.pending === undefined && collection.find({}, call.view).length > 0)
    throw new ServerError(
      263,
      'OperationNotSupportedInTransaction',
      `Cannot create new indexes on existing collection ${collection.namespace} in a multi-document transaction.`,
    );
  for (const given of call.command.indexes as Doc[]) {
    const { key, name: indexName, ...spec } = given;
    if (!isDocument(key) || Object.keys(key).length === 0 || typeof indexName !== 'string')
      throw new ServerError(67, 'CannotCreateIndex', 'Index keys cannot be empty and an index has a name.');
    if (equal(key, { _id: 1 })) continue;
    delete spec.v;
    if (spec.expireAfterSeconds !== undefined || Object.values(key).some((each) => typeof each === 'string'))
      throw new ServerError(67, 'CannotCreateIndex', 'This stand-in has ascending and descending indexes only.');
    const sameName = collection.indexes.find((index) => index.name === indexName);
    const full = { v: 2, key, name: indexName, ...spec };
    if (sameName !== undefined) {
      if (equal(sameName.spec, full)) continue;
      throw new ServerError(
        86,
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index: ${indexName}`,
      );
    }
    const sameKey = collection.indexes.find(
      (index) => equal(index.key, key) && equal(index.spec.partialFilterExpression, spec.partialFilterExpression),
    );
    if (sameKey !== undefined)
      throw new ServerError(85, 'IndexOptionsConflict', `Index already exists with a different name: ${sameKey.name}`);
    collection.addIndex(indexName, key, spec);
  }
  return {
    numIndexesBefore: before,
    numIndexesAfter: collection.indexes.length + 1,
    createdCollectionAutomatically: known === undefined,
  };
};

const listIndexes: Handler = (call) => {
  const collection = existing(call);
  const documents = [idIndex, ...collection.indexes.map((index) => index.spec)];
  return cursorReply(call, collectionName(call), documents, documents.length, true);
};

const dropIndexes: Handler = (call) => {
  const collection = existing(call);
  const before = collection.indexes.length + 1;
  const given = call.command.index;
  if (given === '*') collection.indexes.splice(0);
  else
    for (const each of Array.isArray(given) ? (given as unknown[]) : [given]) {
      if (each === '_id_' || (isDocument(each) && equal(each, { _id: 1 })))
        throw new ServerError(72, 'InvalidOptions', 'cannot drop _id index');
      const name = isDocument(each) ? collection.indexes.find((index) => equal(index.key, each))?.name : String(each);
      if (name === undefined || !collection.dropIndex(name))
        throw new ServerError(27, 'IndexNotFound', `index not found with name [${name ?? JSON.stringify(each)}]`);
    }
  return { nIndexesWas: before };
};

const drop: Handler = (call) => {
  const collection = call.store.collection(call.database, collectionName(call), call.transaction);
  // Since 7.0 dropping what is not there is no error.
  if (collection === undefined) return {};
  call.store.databases.get(call.database)!.delete(collectionName(call));
  return { nIndexesWas: collection.indexes.length + 1, ns: collection.namespace };
};

const dropDatabase: Handler = (call) => (call.store.databases.delete(call.database) ? { dropped: call.database } : {});

const listCollections: Handler = (call) => {
  const matches = compileFilter(documentOf(call.command.filter, 'filter'));
  const nameOnly = call.command.nameOnly === true;
  const shown = [...(call.store.databases.get(call.database) ?? [])].filter(
    ([, { pending }]) => pending === undefined || pending === call.transaction,
  );
  const all = shown.map(([name, { options }]): Doc => {
    const type = options.viewOn === undefined ? 'collection' : 'view';
    return nameOnly
      ? { name, type }
      : { name, type, options, info: { readOnly: type === 'view' }, ...(type === 'view' ? {} : { idIndex }) };
  });
  const found = all.filter(matches);
  return cursorReply(call, '$cmd.listCollections', found, found.length, true);
};

const listDatabases: Handler = (call) => {
  const matches = compileFilter(documentOf(call.command.filter, 'filter'));
  const databases = [...call.store.databases]
    .map(([name, collections]): Doc => ({ name, sizeOnDisk: 1, empty: collections.size === 0 }))
    .filter(matches);
  return call.command.nameOnly === true
    ? { databases: databases.map(({ name }) => ({ name })) }
    : { databases, totalSize: databases.length };
};

const renameCollection: Handler = (call) => {
  const split = (namespace: unknown): [string, string] => {
    const [database, ...rest] = String(namespace).split('.');
    return [database!, checkedName(rest.join('.'))];
  };
  const [from, to] = [split(call.command.renameCollection), split(call.command.to)];
  const collection = call.store.collection(...from);
  if (collection === undefined)
    throw new ServerError(26, 'NamespaceNotFound', `Source collection ${from.join('.')} does not exist`);
  if (call.store.collection(...to) !== undefined && call.command.dropTarget !== true)
    throw new ServerError(48, 'NamespaceExists', 'target namespace exists');
  if (from[0] !== to[0]) throw badValue('This stand-in renames within a database only.');
  call.store.databases.get(from[0])!.delete(from[1]);
  call.store.databases.get(to[0])!.set(to[1], collection);
  return {};
};

const collMod: Handler = (call) => {
  const collection = existing(call);
  if (call.command.validator !== undefined)
    collection.setOptions({ ...collection.options, validator: call.command.validator });
  return {};
};

const collStats: Handler = (call) => {
  const collection = call.store.collection(call.database, collectionName(call), call.transaction);
  return {
    ns: `${call.database}.${collectionName(call)}`,
    count: collection?.find({}, call.view).length ?? 0,
    nindexes: (collection?.indexes.length ?? -1) + 1,
  };
};

const version = '8.0.0';

const buildInfo: Handler = () => ({
  version,
  versionArray: [8, 0, 0, 0],
  gitVersion: 'stand-in',
  modules: [],
  maxBsonObjectSize: 16_777_216,
});

export const adminCommands: { readonly [name: string]: Handler } = {
  ping: () => ({}),
  buildInfo,
  buildinfo: buildInfo,
  getParameter: () => ({
    featureCompatibilityVersion: { version: '8.0' },
    authenticationMechanisms: [],
    requireApiVersion: false,
  }),
  getCmdLineOpts: () => ({ argv: [], parsed: {} }),
  serverStatus: () => ({
    version,
    process: 'mongod',
    storageEngine: { name: 'stand-in', supportsCommittedReads: true },
  }),
  connectionStatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
  whatsmyuri: () => ({ you: '127.0.0.1' }),
  getLog: () => ({ totalLinesWritten: 0, log: [] }),
  refreshSessions: () => ({}),
  startSession: () => ({ id: { id: new BSON.UUID() }, timeoutMinutes: 30 }),
  logout: () => ({}),
  create,
  createIndexes,
  listIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
  collMod,
  collStats,
};
