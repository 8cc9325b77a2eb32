import { BSON } from 'mongodb';
import { checkHint, collectionName, documentOf, matchOptions, whenFree } from './call.ts';
import type { Call, Handler } from './call.ts';
import { compileProjection } from './projecting.ts';
import { comparatorOf } from './sorting.ts';
import type { Collection, View } from './store.ts';
import { compileUpdate, documentFromFilter, keepId } from './updating.ts';
import type { CompiledUpdate } from './updating.ts';
import type { MatchOptions } from './matching.ts';
import { ServerError, badValue, failedToParse, identical, isDocument, toNumber } from './values.ts';
import type { Doc } from './values.ts';

const maxDocumentBytes = 16 * 1024 * 1024;

const writable = (call: Call, name: string): Collection => {
  const known = call.store.collection(call.database, name, call.transaction);
  if (known?.options.viewOn !== undefined)
    throw new ServerError(166, 'CommandNotSupportedOnView', `Namespace ${known.namespace} is a view, not a collection`);
  return known ?? call.store.create(call.database, name, {}, call.transaction);
};

const checkSize = (document: Doc): void => {
  if (BSON.calculateObjectSize(document) > maxDocumentBytes)
    throw new ServerError(
      10334,
      'BSONObjectTooLarge',
      `object to insert too large. size in bytes: ${BSON.calculateObjectSize(document)}, max size: ${maxDocumentBytes}`,
    );
};

/** Writes look at the newest, transactions at their snapshot. */
const viewOf = (call: Call): View =>
  call.transaction === undefined ? { at: Infinity } : { at: call.transaction.snapshot, transaction: call.transaction };

const bypassing = (call: Call) => call.command.bypassDocumentValidation === true;

export const insertOne = (call: Call, name: string, given: Doc): Promise<{ n: number }> =>
  whenFree(call, () => {
    const collection = writable(call, name);
    const document: Doc = given._id === undefined ? { _id: new BSON.ObjectId(), ...given } : { ...given };
    checkSize(document);
    if (!bypassing(call)) collection.checkValid(document);
    collection.insert(document, call.transaction);
    return { n: 1 };
  });

export interface UpdateStatement {
  readonly filter: Doc;
  readonly update: unknown;
  readonly multi: boolean;
  readonly upsert: boolean;
  readonly arrayFilters: unknown;
  readonly collation: unknown;
  readonly hint: unknown;
  readonly sort: unknown;
}
interface Updated {
  readonly n: number;
  readonly nModified: number;
  readonly upserted?: unknown;
  readonly before?: Doc;
  readonly after?: Doc;
}

const first = (call: Call, collection: Collection, filter: Doc, sort: unknown, options: MatchOptions) => {
  const found = collection.find(filter, viewOf(call), options);
  if (sort === undefined || found.length < 2) return found[0];
  const by = comparatorOf(sort, options.collator);
  return found.toSorted((a, b) => by(a.document, b.document))[0];
};

const upsertedDocument = (filter: Doc, { apply, replaces }: CompiledUpdate): Doc => {
  const base = documentFromFilter(filter);
  const after = replaces
    ? apply(base._id === undefined ? {} : { _id: base._id }, filter, true)
    : apply(base, filter, true);
  return keepId({ _id: after._id === undefined ? new BSON.ObjectId() : after._id }, after);
};

export const update = async (call: Call, name: string, statement: UpdateStatement): Promise<Updated> => {
  const { filter, multi, upsert } = statement;
  const options = matchOptions(call, statement.collation);
  const compiled = compileUpdate(statement.update, statement.arrayFilters, options);
  if (multi && compiled.replaces) throw failedToParse('multi update is not supported for replacement-style update');
  const collection = await whenFree(call, () => writable(call, name));
  checkHint(statement.hint, collection);
  const change = (record: Parameters<Collection['replace']>[0], before: Doc): Updated => {
    const after = compiled.apply(before, filter, false);
    if (identical(before, after)) return { n: 1, nModified: 0, before, after: before };
    checkSize(after);
    if (!bypassing(call)) collection.checkValid(after);
    collection.replace(record, after, call.transaction);
    return { n: 1, nModified: 1, before, after };
  };
  const insert = (): Updated => {
    const after = upsertedDocument(filter, compiled);
    checkSize(after);
    if (!bypassing(call)) collection.checkValid(after);
    collection.insert(after, call.transaction);
    return { n: 1, nModified: 0, upserted: after._id, after };
  };
  if (!multi)
    return whenFree(call, () => {
      const found = first(call, collection, filter, statement.sort, options);
      if (found !== undefined) return change(found.record, found.document);
      return upsert ? insert() : { n: 0, nModified: 0 };
    });
  let n = 0;
  let nModified = 0;
  for (const { record } of collection.find(filter, viewOf(call), options))
    await whenFree(call, () => {
      const document = collection.seen(record, viewOf(call));
      if (document === null) return;
      const changed = change(record, document);
      n += changed.n;
      nModified += changed.nModified;
    });
  return n === 0 && upsert ? whenFree(call, insert) : { n, nModified };
};

export interface DeleteStatement {
  readonly filter: Doc;
  readonly multi: boolean;
  readonly collation: unknown;
  readonly hint: unknown;
  readonly sort?: unknown;
}

export const remove = async (
  call: Call,
  name: string,
  statement: DeleteStatement,
): Promise<{ n: number; before?: Doc }> => {
  const options = matchOptions(call, statement.collation);
  const collection = call.store.collection(call.database, name, call.transaction);
  checkHint(statement.hint, collection);
  if (collection === undefined) return { n: 0 };
  writable(call, name);
  if (!statement.multi)
    return whenFree(call, () => {
      const found = first(call, collection, statement.filter, statement.sort, options);
      if (found === undefined) return { n: 0 };
      collection.replace(found.record, null, call.transaction);
      return { n: 1, before: found.document };
    });
  let n = 0;
  for (const { record } of collection.find(statement.filter, viewOf(call), options))
    await whenFree(call, () => {
      if (collection.seen(record, viewOf(call)) === null) return;
      collection.replace(record, null, call.transaction);
      n += 1;
    });
  return { n };
};

export const toUpdate = (each: Doc): UpdateStatement => ({
  filter: documentOf(each.q, 'q'),
  update: each.u,
  multi: each.multi === true,
  upsert: each.upsert === true,
  arrayFilters: each.arrayFilters,
  collation: each.collation,
  hint: each.hint,
  sort: each.sort,
});
const toDelete = (each: Doc): DeleteStatement => ({
  filter: documentOf(each.q, 'q'),
  multi: toNumber(each.limit ?? 0) === 0,
  collation: each.collation,
  hint: each.hint,
});

/** One statement of a write; undefined: it was not reached. In a transaction the first error of the store ends all. */
export type StatementResult = { readonly ok: Doc; readonly retried: boolean } | { readonly error: ServerError };

/** Runs statements in order, each once even when the command comes twice. */
export const runStatements = async (
  call: Call,
  statements: readonly (() => Promise<Doc>)[],
  ordered: boolean,
): Promise<StatementResult[]> => {
  const ids = call.command.stmtIds as unknown[] | undefined;
  const results: StatementResult[] = [];
  for (const [index, statement] of statements.entries()) {
    const id = toNumber(ids?.[index] ?? toNumber(call.command.stmtId ?? 0) + index);
    const before = call.results?.get(id);
    if (before !== undefined) {
      results.push({ ok: before, retried: true });
      continue;
    }
    try {
      const ok = await statement();
      call.results?.set(id, ok);
      results.push({ ok, retried: false });
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (call.transaction !== undefined && error.code === 112) throw error;
      results.push({ error });
      if (ordered || call.transaction !== undefined) break;
    }
  }
  return results;
};

const reply = (call: Call, results: readonly StatementResult[]): Doc => {
  const writeErrors: Doc[] = [];
  const upserted: Doc[] = [];
  const retriedStmtIds: number[] = [];
  let n = 0;
  let nModified = 0;
  results.forEach((result, index) => {
    if ('error' in result) {
      const { code, message, details } = result.error;
      writeErrors.push({ index, code, errmsg: message, ...details });
      return;
    }
    if (result.retried) retriedStmtIds.push(index);
    n += toNumber(result.ok.n);
    nModified += toNumber(result.ok.nModified ?? 0);
    if (result.ok.upserted !== undefined) upserted.push({ index, _id: result.ok.upserted });
  });
  return {
    n,
    ...(call.name === 'update' ? { nModified } : {}),
    ...(upserted.length > 0 ? { upserted } : {}),
    ...(writeErrors.length > 0 ? { writeErrors } : {}),
    ...(retriedStmtIds.length > 0 ? { retriedStmtIds } : {}),
  };
};

const statementsOf = (call: Call, field: string): Doc[] => {
  const given = call.command[field];
  if (!Array.isArray(given) || given.length === 0 || given.length > 100_000)
    throw new ServerError(16, 'InvalidLength', 'Write batch sizes must be between 1 and 100000.');
  return given as Doc[];
};
const ordered = (call: Call) => call.command.ordered !== false;

const insert: Handler = async (call) => {
  const name = collectionName(call);
  const run = statementsOf(call, 'documents').map((document) => () => insertOne(call, name, document));
  return reply(call, await runStatements(call, run, ordered(call)));
};

const updates: Handler = async (call) => {
  const name = collectionName(call);
  const run = statementsOf(call, 'updates').map((each) => async () => {
    const { n, nModified, upserted } = await update(call, name, toUpdate(each));
    return upserted === undefined ? { n, nModified } : { n, nModified, upserted };
  });
  return reply(call, await runStatements(call, run, ordered(call)));
};

const deletes: Handler = async (call) => {
  const name = collectionName(call);
  const run = statementsOf(call, 'deletes').map((each) => async () => ({
    n: (await remove(call, name, toDelete(each))).n,
  }));
  return reply(call, await runStatements(call, run, ordered(call)));
};

const findAndModify: Handler = async (call) => {
  const { command } = call;
  const stmtId = toNumber(command.stmtId ?? 0);
  const before = call.results?.get(stmtId);
  if (before !== undefined) return { ...before, retriedStmtId: stmtId };
  const name = collectionName(call);
  const filter = documentOf(command.query, 'query');
  const sort = isDocument(command.sort) && Object.keys(command.sort).length > 0 ? command.sort : undefined;
  const { collation, hint } = command;
  const project = compileProjection(command.fields, filter, matchOptions(call, collation));
  let result: Doc;
  if (command.remove === true) {
    if (command.update !== undefined || command.new === true || command.upsert === true)
      throw failedToParse(`Cannot specify both an update and remove=true`);
    const removed = await remove(call, name, { filter, multi: false, collation, hint, sort });
    result = {
      lastErrorObject: { n: removed.n },
      value: removed.before === undefined ? null : project(removed.before),
    };
  } else {
    if (command.update === undefined) throw failedToParse('Either an update or remove=true must be specified');
    const updated = await update(call, name, {
      filter,
      update: command.update,
      multi: false,
      upsert: command.upsert === true,
      arrayFilters: command.arrayFilters,
      collation,
      hint,
      sort,
    });
    const value = command.new === true ? updated.after : updated.before;
    result = {
      lastErrorObject: {
        n: updated.n,
        updatedExisting: updated.before !== undefined,
        ...(updated.upserted === undefined ? {} : { upserted: updated.upserted }),
      },
      value: value === undefined ? null : project(value),
    };
  }
  call.results?.set(stmtId, result);
  return result;
};

/** The client-wide bulk write of 8.0. */
const bulkWrite: Handler = async (call) => {
  const { command } = call;
  const targets = (command.nsInfo as Doc[]).map(({ ns }) => {
    const [database, ...rest] = String(ns).split('.');
    return { ...call, database: database!, collection: rest.join('.') };
  });
  const target = (index: unknown) => {
    const found = targets[toNumber(index)];
    if (found === undefined) throw badValue(`BulkWrite ops entry has no nsInfo at ${String(index)}`);
    return found;
  };
  const ops = statementsOf(call, 'ops');
  const kinds = ops.map((op) => ['insert', 'update', 'delete'].find((kind) => op[kind] !== undefined) ?? 'unknown');
  const run = ops.map((op, index) => async (): Promise<Doc> => {
    const on = target(op[kinds[index]!]);
    if (kinds[index] === 'insert') return insertOne(on, on.collection, documentOf(op.document, 'document'));
    const filter = documentOf(op.filter, 'filter');
    const { collation, hint } = op;
    const multi = op.multi === true;
    if (kinds[index] === 'delete')
      return { n: (await remove(on, on.collection, { filter, multi, collation, hint })).n };
    const { n, nModified, upserted } = await update(
      on,
      on.collection,
      toUpdate({ ...op, q: filter, u: op.updateMods }),
    );
    return { n, nModified, ...(upserted === undefined ? {} : { upserted: { _id: upserted } }) };
  });
  const results = await runStatements(call, run, ordered(call));
  const totals = { nErrors: 0, nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
  const firstBatch: Doc[] = [];
  results.forEach((result, idx) => {
    if ('error' in result) {
      totals.nErrors += 1;
      const { code, message, details } = result.error;
      firstBatch.push({ ok: 0, idx, code, errmsg: message, ...details, n: 0 });
      return;
    }
    const n = toNumber(result.ok.n);
    if (kinds[idx] === 'insert') totals.nInserted += n;
    else if (kinds[idx] === 'delete') totals.nDeleted += n;
    else if (result.ok.upserted !== undefined) totals.nUpserted += n;
    else {
      totals.nMatched += n;
      totals.nModified += toNumber(result.ok.nModified);
    }
    if (command.errorsOnly !== true) firstBatch.push({ ok: 1, idx, ...result.ok });
  });
  return { cursor: { id: BSON.Long.ZERO, firstBatch, ns: 'admin.$cmd.bulkWrite' }, ...totals };
};

export const writeCommands: { readonly [name: string]: Handler } = {
  insert,
  update: updates,
  delete: deletes,
  findAndModify,
  findandmodify: findAndModify,
  bulkWrite,
};
