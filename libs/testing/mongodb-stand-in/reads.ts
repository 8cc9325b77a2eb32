import { BSON } from 'mongodb';
import { pipelineResult } from './aggregation.ts';
import { checkHint, collectionName, documentOf, matchOptions } from './call.ts';
import type { Call, Handler } from './call.ts';
import { compileFilter } from './matching.ts';
import { compileProjection } from './projecting.ts';
import { comparatorOf, valuesAt } from './sorting.ts';
import { ServerError, badValue, compare, isDocument, isNumeric, keyOf, toNumber } from './values.ts';
import type { Doc } from './values.ts';

const whole = (value: unknown, field: string, otherwise: number): number => {
  if (value === undefined || value === null) return otherwise;
  const number = isNumeric(value) ? toNumber(value) : Number.NaN;
  if (!Number.isInteger(number)) throw new ServerError(9, 'FailedToParse', `${field}: takes a whole number`);
  if (number < 0)
    throw new ServerError(51024, 'Location51024', `BSON field '${field}' value must be >= 0, actual value '${number}'`);
  return number;
};

/** The documents of a collection or view that a filter finds. */
export const documentsOf = (call: Call, name: string, filter: Doc, collation?: unknown): Doc[] => {
  const collection = call.store.collection(call.database, name, call.transaction);
  const options = matchOptions(call, collation);
  if (collection === undefined) {
    // The filter must be one all the same.
    compileFilter(filter, options);
    return [];
  }
  if (collection.options.viewOn === undefined)
    return collection.find(filter, call.view, options).map((each) => each.document);
  return pipelineResult(call, collection.options.viewOn as string, [
    ...((collection.options.pipeline as Doc[] | undefined) ?? []),
    { $match: filter },
  ]);
};

/** A cursor's answer: the first batch, the rest kept for getMore. */
export const cursorReply = (call: Call, name: string, documents: Doc[], batchSize: number, single: boolean): Doc => {
  const namespace = `${call.database}.${name}`;
  const firstBatch = documents.slice(0, batchSize);
  const id = single ? 0 : call.cursors.keep(namespace, documents.slice(batchSize), batchSize);
  return { cursor: { firstBatch, id: BSON.Long.fromNumber(id), ns: namespace } };
};

const find: Handler = (call) => {
  const name = collectionName(call);
  const { command } = call;
  const filter = documentOf(command.filter, 'filter');
  const options = matchOptions(call, command.collation);
  checkHint(command.hint, call.store.collection(call.database, name, call.transaction));
  let documents = documentsOf(call, name, filter, command.collation);
  const sort = documentOf(command.sort, 'sort');
  if (Object.keys(sort).length > 0) documents = documents.toSorted(comparatorOf(sort, options.collator));
  const skip = whole(command.skip, 'skip', 0);
  const limit = whole(command.limit, 'limit', 0);
  documents = documents.slice(skip, limit === 0 ? undefined : skip + limit);
  documents = documents.map(compileProjection(command.projection, filter, options));
  const batchSize = whole(command.batchSize, 'batchSize', 101);
  return cursorReply(call, name, documents, batchSize, command.singleBatch === true);
};

const getMore: Handler = (call) => {
  const { documents, left } = call.cursors.take(call.command.getMore, whole(call.command.batchSize, 'batchSize', 0));
  return {
    cursor: {
      nextBatch: documents,
      id: left ? BSON.Long.fromNumber(toNumber(call.command.getMore)) : BSON.Long.ZERO,
      ns: `${call.database}.${String(call.command.collection)}`,
    },
  };
};

const killCursors: Handler = (call) => {
  const ids = call.command.cursors as unknown[];
  const known = ids.map((id) => call.cursors.kill(id));
  const asLong = (id: unknown) => BSON.Long.fromNumber(toNumber(id));
  return {
    cursorsKilled: ids.filter((_, index) => known[index]).map(asLong),
    cursorsNotFound: ids.filter((_, index) => !known[index]).map(asLong),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
};

const aggregate: Handler = (call) => {
  const { command } = call;
  if (!Array.isArray(command.pipeline)) throw new ServerError(14, 'TypeMismatch', `'pipeline' must be an array`);
  const cursor = command.cursor;
  if (!isDocument(cursor) && command.explain !== true)
    throw new ServerError(
      9,
      'FailedToParse',
      `The 'cursor' option is required, except for aggregate with the explain argument`,
    );
  const name = command.aggregate === 1 ? undefined : collectionName(call);
  if (name !== undefined) checkHint(command.hint, call.store.collection(call.database, name, call.transaction));
  const documents = pipelineResult(call, name, command.pipeline as Doc[]);
  const batchSize = whole(documentOf(cursor, 'cursor').batchSize, 'batchSize', 101);
  return cursorReply(call, name ?? '$cmd.aggregate', documents, batchSize, false);
};

const count: Handler = (call) => {
  if (call.transaction !== undefined)
    throw new ServerError(
      263,
      'OperationNotSupportedInTransaction',
      `Cannot run 'count' in a multi-document transaction. Please see the documentation for a recommended alternative.`,
    );
  const { command } = call;
  const name = collectionName(call);
  checkHint(command.hint, call.store.collection(call.database, name, call.transaction));
  const found = documentsOf(call, name, documentOf(command.query, 'query'), command.collation).length;
  const skip = whole(command.skip, 'skip', 0);
  const limit = Math.abs(command.limit === undefined ? 0 : toNumber(command.limit));
  const n = Math.max(0, found - skip);
  return { n: limit === 0 ? n : Math.min(n, limit) };
};

const distinct: Handler = (call) => {
  const { command } = call;
  if (typeof command.key !== 'string') throw badValue('distinct needs a key');
  const path = command.key.split('.');
  const { collator } = matchOptions(call, command.collation);
  checkHint(command.hint, call.store.collection(call.database, collectionName(call), call.transaction));
  const values: unknown[] = [];
  const seen = new Set<string>();
  for (const document of documentsOf(call, collectionName(call), documentOf(command.query, 'query'), command.collation))
    for (const value of valuesAt(document, path)) {
      if (value === undefined) continue;
      const known =
        collator === undefined ? seen.has(keyOf(value)) : values.some((each) => compare(each, value, collator) === 0);
      if (known) continue;
      seen.add(keyOf(value));
      values.push(value);
    }
  return { values: values.toSorted((a, b) => compare(a, b, collator)) };
};

export const readCommands: { readonly [name: string]: Handler } = {
  find,
  getMore,
  killCursors,
  aggregate,
  count,
  distinct,
};
