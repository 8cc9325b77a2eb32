import { compileFilter } from './matching.ts';
import type { MatchOptions, Predicate } from './matching.ts';
import { valuesAt } from './sorting.ts';
import { ServerError, compare, isDocument, keyOf } from './values.ts';
import type { Doc } from './values.ts';

/** A document through time: each commit adds a version; null: it is gone. */
interface StoredRecord {
  readonly key: string;
  readonly versions: { readonly at: number; readonly document: Doc | null }[];
  /** The open transaction that has written it. */
  lock?: Transaction;
}

/** What a command sees: the commits up to a moment, and its own transaction's writes. */
export interface View {
  readonly at: number;
  readonly transaction?: Transaction | undefined;
}

export interface Index {
  readonly name: string;
  readonly key: Doc;
  readonly unique: boolean;
  readonly spec: Doc;
  readonly covers: Predicate;
  /** Documents by index key: all that ever had it, to be checked against what they have now. */
  readonly entries: Map<string, Set<StoredRecord>>;
}

/** Another transaction holds the document: a write outside transactions waits. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly by: Transaction;
  constructor(by: Transaction) {
    super('a document is locked by an open transaction');
    this.by = by;
  }
}

export const writeConflict = () =>
  new ServerError(
    112,
    'WriteConflict',
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
  );

export class Transaction {
  readonly snapshot: number;
  readonly writes = new Map<StoredRecord, Doc | null>();
  /** Collections that come to be with the commit, and go with the abort. */
  readonly made: { readonly collection: Collection; readonly forget: () => void }[] = [];
  readonly #store: Store;
  readonly done: Promise<void>;
  #finish!: () => void;

  constructor(store: Store) {
    this.#store = store;
    this.snapshot = store.now;
    this.done = new Promise((resolve) => (this.#finish = resolve));
    store.open.add(this);
  }
  commit(): void {
    this.#store.commit(this.writes);
    for (const { collection } of this.made.splice(0)) delete collection.pending;
    this.end();
  }
  /** Gives its locks back; what was not committed is forgotten. */
  end(): void {
    for (const { forget } of this.made) forget();
    for (const record of this.writes.keys()) delete record.lock;
    this.writes.clear();
    this.#store.open.delete(this);
    this.#finish();
  }
}

const indexKeys = (index: Index, document: Doc): string[] => {
  if (!index.covers(document)) return [];
  const parts = Object.keys(index.key).map((field) => {
    const values = valuesAt(document, field.split('.'));
    return [...new Set(values.map(keyOf))];
  });
  return parts.reduce((keys, values) => keys.flatMap((key) => values.map((value) => `${key}|${value}`)), ['']);
};

/** Values that a look-up by equality finds exactly. */
const isExact = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) ||
  (typeof value === 'object' &&
    value !== null &&
    (value as { _bsontype?: string })._bsontype !== 'BSONRegExp' &&
    !Array.isArray(value) &&
    !(value instanceof RegExp) &&
    !(isDocument(value) && Object.keys(value)[0]?.startsWith('$')));

const exactValues = (condition: unknown): unknown[] | undefined => {
  if (isExact(condition)) return [condition];
  if (!isDocument(condition)) return undefined;
  if (isExact(condition.$eq)) return [condition.$eq];
  const within = condition.$in;
  return Array.isArray(within) && within.every(isExact) ? within.toSorted((a, b) => compare(a, b)) : undefined;
};

export class Collection {
  readonly namespace: string;
  options: Doc;
  /** The open transaction that has made it: nobody else sees it yet. */
  pending?: Transaction;
  readonly indexes: Index[] = [];
  readonly #store: Store;
  readonly #records = new Map<string, StoredRecord>();
  /** By the first field of each index: the documents that ever had a value there. */
  readonly #lookups = new Map<string, Map<string, Set<StoredRecord>>>();
  #validator: Predicate | undefined;

  constructor(store: Store, namespace: string, options: Doc) {
    this.#store = store;
    this.namespace = namespace;
    this.options = options;
    this.setOptions(options);
  }

  setOptions(options: Doc): void {
    this.options = options;
    this.#validator = options.validator === undefined ? undefined : compileFilter(options.validator);
  }

  seen(record: StoredRecord, view: View): Doc | null {
    const own = view.transaction?.writes.get(record);
    if (own !== undefined) return own;
    for (let index = record.versions.length - 1; index >= 0; index -= 1)
      if (record.versions[index]!.at <= view.at) return record.versions[index]!.document;
    return null;
  }

  /** The documents that match, in the order they were inserted or, when looked up by id, in the order of ids. */
  find(filter: Doc, view: View, options: MatchOptions = {}): { record: StoredRecord; document: Doc }[] {
    const matches = compileFilter(filter, options);
    const found: { record: StoredRecord; document: Doc }[] = [];
    for (const record of this.#candidates(filter, options) ?? this.#records.values()) {
      const document = this.seen(record, view);
      if (document !== null && matches(document)) found.push({ record, document });
    }
    if (filter._id !== undefined) found.sort((a, b) => compare(a.document._id, b.document._id));
    return found;
  }

  /** Some documents among which all that match are; undefined: all. */
  #candidates(filter: Doc, options: MatchOptions): Set<StoredRecord> | undefined {
    if (options.collator !== undefined) return undefined;
    let best: Set<StoredRecord> | undefined;
    for (const [path, condition] of Object.entries(filter)) {
      if (path === '$and' || path === '$or') {
        const parts = (condition as Doc[]).map((part) => this.#candidates(part, options));
        const given = parts.filter((part) => part !== undefined).sort((a, b) => a.size - b.size);
        const chosen = path === '$and' ? given.slice(0, 1) : given.length < parts.length ? [] : given;
        const union = chosen.length === 0 ? undefined : chosen.reduce((all, part) => all.union(part));
        if (union !== undefined && (best === undefined || union.size < best.size)) best = union;
        continue;
      }
      const lookup = path === '_id' ? undefined : this.#lookups.get(path);
      if (path !== '_id' && lookup === undefined) continue;
      const values = exactValues(condition);
      if (values === undefined) continue;
      const records = new Set<StoredRecord>();
      for (const key of values.map(keyOf)) {
        const record = path === '_id' ? this.#records.get(key) : undefined;
        if (record !== undefined) records.add(record);
        for (const each of lookup?.get(key) ?? []) records.add(each);
      }
      if (best === undefined || records.size < best.size) best = records;
    }
    return best;
  }

  insert(document: Doc, transaction: Transaction | undefined): void {
    const key = keyOf(document._id);
    if (document._id === undefined || Array.isArray(document._id) || document._id instanceof RegExp)
      throw new ServerError(53, 'InvalidIdField', `The '_id' value cannot be of type array or regex`);
    let record = this.#records.get(key);
    if (record !== undefined) {
      this.#checkLock(record, transaction);
      if (this.seen(record, { at: Infinity, transaction }) !== null)
        throw this.#duplicate({ name: '_id_', key: { _id: 1 } }, document);
      this.#records.delete(key);
    }
    record ??= { key, versions: [] };
    this.#checkUnique(record, document, transaction);
    this.#records.set(key, record);
    this.#write(record, document, transaction);
  }

  /** null: deletes. */
  replace(record: StoredRecord, document: Doc | null, transaction: Transaction | undefined): void {
    this.#checkLock(record, transaction);
    if (document !== null) this.#checkUnique(record, document, transaction);
    this.#write(record, document, transaction);
  }

  checkValid(document: Doc): void {
    if (this.#validator === undefined || this.#validator(document)) return;
    throw new ServerError(121, 'DocumentValidationFailure', 'Document failed validation', {
      errInfo: {
        failingDocumentId: document._id,
        details: { operatorName: '$expr', specifiedAs: this.options.validator, reason: 'expression did not match' },
      },
    });
  }

  addIndex(name: string, key: Doc, spec: Doc): void {
    const partial = spec.partialFilterExpression;
    const covers = isDocument(partial) ? compileFilter(partial) : () => true;
    const sparse = spec.sparse === true;
    const path = (field: string) => field.split('.');
    const index: Index = {
      name,
      key,
      unique: spec.unique === true,
      spec: { v: 2, key, name, ...spec },
      covers: (document) =>
        covers(document) &&
        (!sparse || Object.keys(key).some((field) => valuesAt(document, path(field)).some((v) => v !== undefined))),
      entries: new Map(),
    };
    const newest = { at: Infinity };
    if (index.unique)
      for (const record of this.#records.values()) {
        const document = this.seen(record, newest);
        for (const entry of document === null ? [] : indexKeys(index, document))
          if ((index.entries.get(entry)?.size ?? 0) > 0) throw this.#duplicate(index, document!);
          else index.entries.set(entry, new Set([record]));
      }
    this.indexes.push(index);
    const first = Object.keys(key)[0]!;
    if (first !== '_id' && !this.#lookups.has(first)) {
      this.#lookups.set(first, new Map());
      for (const record of this.#records.values())
        for (const { document } of record.versions) if (document !== null) this.#enter(record, document, first);
    }
  }

  dropIndex(name: string): boolean {
    const at = this.indexes.findIndex((index) => index.name === name);
    if (at === -1) return false;
    this.indexes.splice(at, 1);
    return true;
  }

  #checkLock(record: StoredRecord, transaction: Transaction | undefined): void {
    if (record.lock !== undefined && record.lock !== transaction) {
      if (transaction === undefined) throw new Blocked(record.lock);
      throw writeConflict();
    }
    if (transaction !== undefined && (record.versions.at(-1)?.at ?? 0) > transaction.snapshot) throw writeConflict();
  }

  #checkUnique(record: StoredRecord, document: Doc, transaction: Transaction | undefined): void {
    for (const index of this.indexes) {
      if (!index.unique) continue;
      for (const entry of indexKeys(index, document))
        for (const owner of index.entries.get(entry) ?? []) {
          if (owner === record) continue;
          const has = (each: Doc | null | undefined) => each != null && indexKeys(index, each).includes(entry);
          const committed = owner.versions.at(-1);
          if (owner.lock !== undefined && owner.lock !== transaction) {
            if (has(owner.lock.writes.get(owner)) || has(committed?.document)) this.#checkLock(owner, transaction);
          } else if (has(this.seen(owner, { at: Infinity, transaction }))) {
            if (transaction !== undefined && (committed?.at ?? 0) > transaction.snapshot) throw writeConflict();
            throw this.#duplicate(index, document);
          }
        }
    }
  }

  #write(record: StoredRecord, document: Doc | null, transaction: Transaction | undefined): void {
    if (document !== null) {
      for (const index of this.indexes)
        if (index.unique)
          for (const entry of indexKeys(index, document)) {
            const owners = index.entries.get(entry);
            if (owners === undefined) index.entries.set(entry, new Set([record]));
            else owners.add(record);
          }
      for (const path of this.#lookups.keys()) this.#enter(record, document, path);
    }
    if (transaction === undefined) this.#store.commit([[record, document]]);
    else {
      record.lock = transaction;
      transaction.writes.set(record, document);
    }
  }

  #enter(record: StoredRecord, document: Doc, path: string): void {
    const lookup = this.#lookups.get(path)!;
    for (const value of new Set(valuesAt(document, path.split('.')).map(keyOf))) {
      const records = lookup.get(value);
      if (records === undefined) lookup.set(value, new Set([record]));
      else records.add(record);
    }
  }

  #duplicate({ name, key }: { readonly name: string; readonly key: Doc }, document: Doc): ServerError {
    const keyValue = Object.fromEntries(
      Object.keys(key).map((field) => [field, valuesAt(document, field.split('.'))[0] ?? null]),
    );
    return new ServerError(
      11000,
      'DuplicateKey',
      `E11000 duplicate key error collection: ${this.namespace} index: ${name} dup key: ${JSON.stringify(keyValue)}`,
      { keyPattern: key, keyValue },
    );
  }
}

/** How long reads of the past stay possible. */
const historyMs = 10_000;

/** All databases, and the one order of commits. */
export class Store {
  now = 1;
  readonly open = new Set<Transaction>();
  readonly databases = new Map<string, Map<string, Collection>>();
  readonly #moments: { readonly at: number; readonly time: number }[] = [];

  collection(database: string, name: string, transaction?: Transaction): Collection | undefined {
    const found = this.databases.get(database)?.get(name);
    return found?.pending === undefined || found.pending === transaction ? found : undefined;
  }

  create(database: string, name: string, options: Doc = {}, transaction?: Transaction): Collection {
    const pending = this.databases.get(database)?.get(name)?.pending;
    if (pending !== undefined && pending !== transaction) {
      if (transaction === undefined) throw new Blocked(pending);
      throw writeConflict();
    }
    let collections = this.databases.get(database);
    if (collections === undefined) this.databases.set(database, (collections = new Map<string, Collection>()));
    const collection = new Collection(this, `${database}.${name}`, options);
    collections.set(name, collection);
    if (transaction !== undefined) {
      collection.pending = transaction;
      transaction.made.push({ collection, forget: () => collections.delete(name) });
    }
    return collection;
  }

  commit(writes: Iterable<readonly [StoredRecord, Doc | null]>): void {
    const at = ++this.now;
    const horizon = this.#horizon(at);
    for (const [record, document] of writes) {
      record.versions.push({ at, document });
      while (record.versions.length > 1 && record.versions[1]!.at <= horizon) record.versions.shift();
    }
  }

  /** The earliest moment that somebody may still ask for. */
  #horizon(at: number): number {
    const time = Date.now();
    if (time - (this.#moments.at(-1)?.time ?? 0) > 1_000) this.#moments.push({ at: at - 1, time });
    while (this.#moments.length > 1 && this.#moments[1]!.time < time - historyMs) this.#moments.shift();
    const oldest = this.#moments[0]!;
    return Math.min(oldest.at, ...[...this.open].map((transaction) => transaction.snapshot));
  }
}
