import { createHash, randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { CollectionSpec } from '#libs/kernel/projection.ts';
import {
  checkedFilter,
  checkedLimit,
  checkedPath,
  checkedPosition,
  checkedSort,
  checkKeys,
} from '#libs/ports/checked-query.ts';
import { readCursor, writeCursor } from '#libs/ports/list-cursor.ts';
import { CheckpointMismatch, InvalidQuery, UnknownCollection } from '#libs/ports/read-models.ts';
import type { Batch, Checkpoint, Filter, Query } from '#libs/ports/read-models.ts';
import { compareValues, valueAt } from '#libs/ports/value-order.ts';
import { compileFilter, compileSort, jsonSql, valueSql } from './query-compiler.ts';
import type { Fragment, ShapeOf } from './query-compiler.ts';
import { addShapes, shape } from './values.ts';

/** The number in the file's user_version. A file with a greater one comes from newer code and is not touched. */
export const schemaVersion = 1;

export interface OpenOptions {
  /** Empty: a file without a name that goes when it is closed. */
  readonly file: string;
  readonly readOnly?: boolean;
  /** What new files sign their cursors with; default: a secret of each file's own. */
  readonly cursorSecret?: string;
}

/** A document as it is stored: its JSON text, to be parsed where it is used. */
export interface Row {
  readonly id: string;
  readonly position: number;
  readonly json: string;
}
export interface RowPage {
  readonly rows: readonly Row[];
  readonly next?: string;
  readonly position: number;
}

interface Collection {
  readonly key: number;
  readonly physical: string;
  readonly kind: CollectionSpec['kind'];
  /** The greatest position written: reading as of this one or a later one is reading the current documents. */
  readonly newest: number;
}

type Param = string | number | null;

/** A version to be written; without JSON the document is gone from there on. */
interface Version {
  readonly position: number;
  readonly json: string | undefined;
}

const schema = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE collections (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    logical TEXT NOT NULL,
    physical TEXT NOT NULL UNIQUE,
    spec TEXT NOT NULL,
    active INTEGER NOT NULL,
    newest INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX collections_active ON collections (logical) WHERE active = 1;
  CREATE TABLE checkpoints (projection TEXT PRIMARY KEY, position INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;
  -- The types that each field has held (bits), so that queries provide only for what occurs.
  CREATE TABLE shapes (collection INTEGER NOT NULL, path TEXT NOT NULL, types INTEGER NOT NULL, PRIMARY KEY (collection, path)) STRICT, WITHOUT ROWID;
`;

/** Beyond this many paths a collection's shapes are given up: every path may hold anything. */
const maxShapes = 2_000;
const everyPath = '*';

/** Rows compared at once, while nothing else is written. */
const comparedRows = 20_000;

/** The store itself, synchronous: one connection to one file. */
export class SqliteCollections {
  readonly #database: DatabaseSync;
  readonly #readOnly: boolean;
  readonly #secret: string;
  readonly #statements = new Map<string, StatementSync>();
  readonly #shapes = new Map<number, Map<string, number>>();

  constructor({ file, readOnly = false, cursorSecret = randomBytes(32).toString('hex') }: OpenOptions) {
    this.#readOnly = readOnly;
    this.#database = new DatabaseSync(file, { readOnly, timeout: 10_000 });
    try {
      this.#checkSchema(file);
      if (!readOnly) {
        // Short logs: copying a long one back holds up the batches behind it, and those who wait to see their own writes.
        this.#database.exec(`
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = NORMAL;
          PRAGMA secure_delete = ON;
          PRAGMA cache_size = -64000;
          PRAGMA threads = 2;
          PRAGMA wal_autocheckpoint = 800;
          PRAGMA journal_size_limit = 67108864;
        `);
        this.#writing(() => {
          if (this.#checkSchema(file) !== 0) return;
          this.#database.exec(schema);
          this.#run(`INSERT INTO meta VALUES ('cursor-secret', ?)`, cursorSecret);
          this.#database.exec(`PRAGMA user_version = ${schemaVersion}`);
        });
      }
      this.#secret = String(this.#one(`SELECT value FROM meta WHERE name = 'cursor-secret'`)?.value);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  ensure(physical: string, spec: CollectionSpec, { indexes }: { readonly indexes?: 'later' } = {}): void {
    this.#refuseIfReadOnly('ensure');
    if (typeof physical !== 'string' || physical === '' || physical.includes('#'))
      throw new TypeError(`${JSON.stringify(physical)} is not a collection's name: service-cases@2.`);
    if (spec.kind !== 'current' && spec.kind !== 'versioned')
      throw new TypeError(`${physical}: kind is current or versioned, not ${String(spec.kind)}.`);
    this.#writing(() => {
      const known = this.#one('SELECT key, logical, spec FROM collections WHERE physical = ?', physical);
      const text = canonicalJson(spec);
      let key: number;
      if (known === undefined) {
        const active = this.#one('SELECT 1 FROM collections WHERE logical = ?', spec.name) === undefined ? 1 : 0;
        this.#run(
          'INSERT INTO collections (logical, physical, spec, active) VALUES (?, ?, ?, ?)',
          spec.name,
          physical,
          text,
          active,
        );
        key = Number(this.#one('SELECT key FROM collections WHERE physical = ?', physical)!.key);
        this.#database.exec(
          `CREATE TABLE docs_${key} (
            id TEXT NOT NULL, from_position INTEGER NOT NULL, to_position INTEGER, document TEXT NOT NULL,
            PRIMARY KEY (id${spec.kind === 'versioned' ? ', from_position' : ''})
          ) STRICT`,
        );
        if (spec.kind === 'versioned')
          this.#database.exec(`CREATE UNIQUE INDEX docs_${key}_now ON docs_${key} (id) WHERE to_position IS NULL`);
      } else {
        key = Number(known.key);
        const before = JSON.parse(String(known.spec)) as CollectionSpec;
        if (before.kind !== spec.kind || known.logical !== spec.name)
          throw new Error(
            `${physical} exists as ${before.kind} collection ${String(known.logical)}: another kind or name needs another version.`,
          );
        if (text !== known.spec) this.#run('UPDATE collections SET spec = ? WHERE key = ?', text, key);
      }
      for (const fields of indexes === 'later' ? [] : spec.indexes) {
        if (fields.length === 0) continue;
        const columns = fields.map((field) => valueSql(checkedPath(field, `${physical} index`)));
        if (!fields.includes('_id')) columns.push('id');
        const name = `docs_${key}_${createHash('sha256').update(fields.join()).digest('hex').slice(0, 16)}`;
        this.#database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON docs_${key} (${columns.join(', ')})`);
        // Lists of the present would otherwise wade through all past versions.
        if (spec.kind === 'versioned')
          this.#database.exec(
            `CREATE INDEX IF NOT EXISTS ${name}_now ON docs_${key} (${columns.join(', ')}) WHERE to_position IS NULL`,
          );
      }
    });
  }

  activate(logical: string, physical: string): void {
    this.#refuseIfReadOnly('activate');
    this.#writing(() => {
      if (this.#one('SELECT 1 FROM collections WHERE logical = ? AND physical = ?', logical, physical) === undefined)
        throw this.#unknown(
          physical,
          this.#all('SELECT physical FROM collections WHERE logical = ? ORDER BY 1', logical),
        );
      this.#run('UPDATE collections SET active = 0 WHERE logical = ?', logical);
      this.#run('UPDATE collections SET active = 1 WHERE physical = ?', physical);
    });
  }

  collections(): { logical: string; physical: string; active: boolean }[] {
    return this.#all('SELECT logical, physical, active FROM collections ORDER BY logical, key').map((row) => ({
      logical: String(row.logical),
      physical: String(row.physical),
      active: row.active === 1,
    }));
  }

  drop(physical: string): void {
    this.#refuseIfReadOnly('drop');
    this.#writing(() => {
      const row = this.#one('SELECT key, logical, active FROM collections WHERE physical = ?', physical);
      if (row === undefined)
        throw this.#unknown(physical, this.#all('SELECT physical FROM collections ORDER BY physical'));
      if (row.active === 1)
        throw new Error(
          `${physical} is the active version of ${String(row.logical)}: activate another one before dropping it.`,
        );
      const key = Number(row.key);
      this.#run('DELETE FROM collections WHERE key = ?', key);
      this.#run('DELETE FROM shapes WHERE collection = ?', key);
      this.#run(
        `DELETE FROM checkpoints WHERE projection = ? OR (projection >= ? AND projection < ?)`,
        physical,
        `${physical}#`,
        `${physical}$`,
      );
      this.#statements.clear();
      this.#database.exec(`DROP TABLE docs_${key}`);
      this.#shapes.delete(key);
    });
    // What was dropped shall not live on in the log.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  getMany(name: string, ids: readonly string[], asOfPosition?: number): Row[] {
    return this.#reading(() => {
      const collection = this.#resolve(name);
      const visible = this.#visible(collection, this.#asked(collection, asOfPosition));
      return [...new Set(ids)].flatMap((id) => {
        const row = this.#one(
          `SELECT id, from_position, document FROM docs_${collection.key} WHERE id = ? AND ${visible.sql}`,
          id,
          ...visible.params,
        );
        return row === undefined ? [] : [toRow(row)];
      });
    });
  }

  find(name: string, query: Query): RowPage {
    checkKeys(query);
    const { filter = {}, sort = [], limit = 50, cursor: cursorText, asOfPosition } = query;
    checkedLimit(limit);
    const fields = checkedSort(sort);
    const cursor = cursorText === undefined ? undefined : readCursor(cursorText, this.#secret);
    return this.#reading(() => {
      const named = this.#resolve(name);
      const collection = cursor === undefined ? named : this.#lookUp(cursor.physical);
      const shapeOf = this.#shapeOf(collection ?? named);
      const where = compileFilter(checkedFilter(filter), shapeOf);
      const digest = createHash('sha256')
        .update(canonicalJson([name, filter, fields]))
        .digest('base64url');
      if (cursor !== undefined && cursor.query !== digest)
        throw new InvalidQuery(
          'cursor: belongs to another collection, filter or sort. Send the same ones with it, or leave it out.',
        );
      if (cursor !== undefined && asOfPosition !== undefined && cursor.asked !== asOfPosition)
        throw new InvalidQuery(
          `cursor: belongs to a list as of ${cursor.asked ?? 'now'}. Leave asOfPosition out or the same.`,
        );
      if (collection === undefined)
        throw new InvalidQuery('cursor: its version of the collection is gone. Start again without it.');

      const asked = this.#asked(collection, asOfPosition);
      const reached = this.#reached(collection);
      const position = cursor?.position ?? Math.min(asked ?? reached, reached);
      const visible = this.#visible(collection, collection.kind === 'versioned' ? position : undefined);
      const order = compileSort(fields, shapeOf, cursor?.after);
      const rows = this.#all(
        `SELECT id, from_position, document FROM docs_${collection.key}
         WHERE ${visible.sql} AND ${where.sql} AND ${order.after.sql} ORDER BY ${order.orderBy} LIMIT ?`,
        ...visible.params,
        ...where.params,
        ...order.after.params,
        limit + 1,
      ).map(toRow);
      if (rows.length <= limit) return { rows, position };

      rows.pop();
      const last = rows[rows.length - 1]!;
      const document = JSON.parse(last.json) as JsonValue;
      const next = writeCursor(
        {
          physical: collection.physical,
          query: digest,
          position: collection.kind === 'versioned' ? position : null,
          asked: cursor?.asked ?? asOfPosition ?? null,
          after: fields.map(({ field }) => (field === '_id' ? last.id : (valueAt(document, field) ?? null))),
        },
        this.#secret,
      );
      return { rows, next, position };
    });
  }

  count(name: string, filter: Filter, asOfPosition?: number): number {
    return this.#reading(() => {
      const { from, params } = this.#matching(name, filter, asOfPosition);
      return Number(this.#one(`SELECT count(*) AS count ${from}`, ...params)!.count);
    });
  }

  groupCounts(name: string, filter: Filter, by: string, asOfPosition?: number): { value: JsonValue; count: number }[] {
    const path = checkedPath(by, 'by');
    return this.#reading(() => {
      const { from, params } = this.#matching(name, filter, asOfPosition);
      return this.#all(`SELECT ${jsonSql(path)} AS value, count(*) AS count ${from} GROUP BY 1`, ...params)
        .map((row) => ({ value: JSON.parse(String(row.value)) as JsonValue, count: Number(row.count) }))
        .sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
    });
  }

  /** One page of a scan: the first fixes the physical collection and the position for those that follow. */
  scanPage(
    name: string,
    after: { readonly physical: string; readonly position: number; readonly id: string } | undefined,
    limit: number,
  ): { rows: Row[]; physical: string; position: number } {
    return this.#reading(() => {
      const collection = this.#resolve(after?.physical ?? name);
      const position = after?.position ?? collection.newest;
      const visible = this.#visible(collection, collection.kind === 'versioned' ? position : undefined);
      const rows = this.#all(
        `SELECT id, from_position, document FROM docs_${collection.key}
         WHERE ${visible.sql} AND id > ? ORDER BY id LIMIT ?`,
        ...visible.params,
        after?.id ?? '',
        limit,
      ).map(toRow);
      return { rows, physical: collection.physical, position };
    });
  }

  apply(batch: Batch): void {
    this.applyAll([batch]);
  }

  applyAll(batches: readonly Batch[]): void {
    this.#refuseIfReadOnly('apply');
    const seen = new Map<number, Map<string, number>>();
    this.#writing(() => {
      for (const batch of batches) this.#apply(batch, seen);
      for (const [key, shapes] of seen) this.#recordShapes(key, shapes);
    });
    for (const [key, shapes] of seen) {
      const known = this.#shapes.get(key) ?? new Map<string, number>();
      for (const [path, types] of shapes) known.set(path, (known.get(path) ?? 0) | types);
      // A cache of what needs no writing; it may be forgotten at any time.
      if (known.size > 2 * maxShapes) this.#shapes.delete(key);
      else this.#shapes.set(key, known);
    }
  }

  /** `seen`: the types of fields by collection, added to. */
  #apply({ projection, expected, next, writes }: Batch, seen: Map<number, Map<string, number>>): void {
    if (!Number.isSafeInteger(next.position) || !Number.isSafeInteger(next.epoch))
      throw new TypeError(`${projection}: a checkpoint is a whole position and a whole epoch.`);
    const actual = this.#checkpoint(projection);
    if (actual?.position !== expected?.position || actual?.epoch !== expected?.epoch)
      throw new CheckpointMismatch(projection, expected, actual);
    this.#run(
      `INSERT INTO checkpoints VALUES (?, ?, ?)
         ON CONFLICT (projection) DO UPDATE SET position = excluded.position, epoch = excluded.epoch`,
      projection,
      next.position,
      next.epoch,
    );

    const collections = new Map<string, { collection: Collection; newest: number }>();
    for (const { collection: physical, id, versions } of writes) {
      let target = collections.get(physical);
      if (target === undefined) {
        const collection = this.#lookUp(physical);
        if (collection === undefined)
          throw this.#unknown(physical, this.#all('SELECT physical FROM collections ORDER BY physical'));
        target = { collection, newest: collection.newest };
        collections.set(physical, target);
      }
      if (typeof id !== 'string' || id === '' || id.includes('\0') || !id.isWellFormed())
        throw new TypeError(`${physical}: ${JSON.stringify(id)} is not a document's id: a text that is not empty.`);
      const { collection } = target;
      let shapes = seen.get(collection.key);
      if (shapes === undefined) seen.set(collection.key, (shapes = new Map<string, number>()));
      const kept = collection.kind === 'current' ? versions.slice(-1) : versions;
      const written: Version[] = [];
      for (const { position, document } of kept) {
        if (!Number.isSafeInteger(position) || position < 0)
          throw new TypeError(`${physical} ${id}: ${position} is not a position.`);
        if (document !== null) addShapes(document as JsonValue, shapes);
        written.push({ position, json: document === null ? undefined : canonicalJson(document) });
        if (position > target.newest) target.newest = position;
      }
      if (collection.kind === 'versioned') this.#append(collection, id, written);
      else for (const { position, json } of written) this.#replace(collection, id, position, json);
    }
    for (const { collection, newest } of collections.values())
      if (newest > collection.newest)
        this.#run('UPDATE collections SET newest = ? WHERE key = ?', newest, collection.key);
  }

  /** One part of a comparison: rows after `from`, in the order in which they were written. */
  compare(physical: string, other: string, from = 0): { different: number; next?: number } {
    return this.#reading(() => {
      const [left, right] = [this.#resolve(physical), this.#resolve(other)];
      const now = (table: string, { kind }: Collection) =>
        kind === 'versioned' ? `AND ${table}.to_position IS NULL` : '';
      const last = this.#one(
        `SELECT max(rowid) AS last FROM (SELECT rowid FROM docs_${left.key} WHERE rowid > ? ORDER BY rowid LIMIT ${comparedRows})`,
        from,
      )?.last;
      if (typeof last !== 'number') return { different: 0 };
      const { different } = this.#one(
        `SELECT count(*) AS different
         FROM docs_${left.key} a LEFT JOIN docs_${right.key} b ON b.id = a.id ${now('b', right)}
         WHERE a.rowid > ? AND a.rowid <= ? ${now('a', left)}
           AND (b.document IS NOT a.document OR b.from_position IS NOT a.from_position)`,
        from,
        last,
      )!;
      return { different: Number(different), next: last };
    });
  }

  checkpoint(projection: string): Checkpoint | undefined {
    return this.#checkpoint(projection);
  }

  checkpoints(): Map<string, Checkpoint> {
    return new Map(
      this.#all('SELECT projection, position, epoch FROM checkpoints ORDER BY projection').map((row) => [
        String(row.projection),
        { position: Number(row.position), epoch: Number(row.epoch) },
      ]),
    );
  }

  #replace(collection: Collection, id: string, position: number, json: string | undefined): void {
    if (json === undefined) this.#run(`DELETE FROM docs_${collection.key} WHERE id = ?`, id);
    else
      this.#run(
        `INSERT INTO docs_${collection.key} VALUES (?, ?, NULL, ?)
         ON CONFLICT (id) DO UPDATE SET from_position = excluded.from_position, document = excluded.document`,
        id,
        position,
        json,
      );
  }

  /** Versions that end within these are written once, closed: each row that is touched twice costs all its indexes twice. */
  #append(collection: Collection, id: string, versions: readonly Version[]): void {
    const table = `docs_${collection.key}`;
    const insert = (from: number, to: number | null, json: string) =>
      this.#run(`INSERT INTO ${table} VALUES (?, ?, ?, ?)`, id, from, to, json);
    const latest = this.#one(
      `SELECT from_position, to_position FROM ${table} WHERE id = ? ORDER BY from_position DESC LIMIT 1`,
      id,
    );
    let end = latest === undefined ? -1 : Number(latest.to_position ?? latest.from_position);
    let stored = latest;
    let held: { readonly from: number; readonly json: string } | undefined;
    for (const { position, json } of versions) {
      if (position < end)
        throw new Error(
          `${collection.physical} ${id}: a version at position ${position} comes after one at ${end}; versions go forward.`,
        );
      if (held !== undefined) {
        // At the same position it is the same event, once more: the later outcome stands.
        if (position > held.from) insert(held.from, position, held.json);
      } else if (stored !== undefined) {
        const from = Number(stored.from_position);
        if (position === from) this.#run(`DELETE FROM ${table} WHERE id = ? AND from_position = ?`, id, from);
        else if (stored.to_position === null)
          this.#run(`UPDATE ${table} SET to_position = ? WHERE id = ? AND from_position = ?`, position, id, from);
      }
      stored = undefined;
      held = json === undefined ? undefined : { from: position, json };
      end = position;
    }
    if (held !== undefined) insert(held.from, null, held.json);
  }

  #recordShapes(key: number, shapes: ReadonlyMap<string, number>): void {
    const known = this.#shapes.get(key);
    let added = false;
    for (const [path, types] of shapes) {
      if (known !== undefined && ((known.get(path) ?? 0) & types) === types) continue;
      added = true;
      this.#run(
        `INSERT INTO shapes VALUES (?, ?, ?) ON CONFLICT (collection, path) DO UPDATE SET types = types | excluded.types`,
        key,
        path,
        types,
      );
    }
    if (!added) return;
    const { count } = this.#one('SELECT count(*) AS count FROM shapes WHERE collection = ?', key)!;
    if (Number(count) <= maxShapes) return;
    this.#run('DELETE FROM shapes WHERE collection = ?', key);
    this.#run('INSERT INTO shapes VALUES (?, ?, ?)', key, everyPath, shape.any);
  }

  #shapeOf({ key }: Collection): ShapeOf {
    const types = (path: string) =>
      Number(this.#one('SELECT types FROM shapes WHERE collection = ? AND path = ?', key, path)?.types ?? 0);
    return (path) => types(everyPath) | types(path);
  }

  #lookUp(physical: string): Collection | undefined {
    const row = this.#one(
      `SELECT key, physical, spec ->> 'kind' AS kind, newest FROM collections WHERE physical = ?`,
      physical,
    );
    return row === undefined ? undefined : toCollection(row);
  }

  #resolve(name: string): Collection {
    const row =
      this.#lookUp(name) ??
      this.#one(
        `SELECT key, physical, spec ->> 'kind' AS kind, newest FROM collections WHERE logical = ? AND active = 1`,
        name,
      );
    if (row === undefined)
      throw this.#unknown(name, this.#all('SELECT DISTINCT logical FROM collections ORDER BY logical'));
    return toCollection(row as { [column: string]: SQLOutputValue });
  }

  #unknown(name: string, rows: readonly { readonly [column: string]: SQLOutputValue }[]): UnknownCollection {
    return new UnknownCollection(
      name,
      rows.map((row) => String(Object.values(row)[0])),
    );
  }

  #asked(collection: Collection, asOfPosition: number | undefined): number | undefined {
    if (asOfPosition === undefined) return undefined;
    if (collection.kind === 'current')
      throw new InvalidQuery(
        `asOfPosition: ${collection.physical} keeps current documents only. Leave it out; only versioned collections show the past.`,
      );
    return checkedPosition(asOfPosition, 'asOfPosition');
  }

  /** Where the collection stands: its projection's checkpoint or, with partitions, that of the slowest. */
  #reached({ physical }: Collection): number {
    const own = this.#checkpoint(physical);
    if (own !== undefined) return own.position;
    const slowest = this.#one(
      'SELECT min(position) AS position FROM checkpoints WHERE projection >= ? AND projection < ?',
      `${physical}#`,
      `${physical}$`,
    );
    return Number(slowest?.position ?? 0);
  }

  /** undefined: the current documents. */
  #visible(collection: Collection, position: number | undefined): Fragment {
    if (collection.kind === 'current') return { sql: '1', params: [] };
    if (position === undefined || position >= collection.newest) return { sql: 'to_position IS NULL', params: [] };
    return {
      sql: '(from_position <= ? AND (to_position IS NULL OR to_position > ?))',
      params: [position, position],
    };
  }

  #matching(name: string, filter: Filter, asOfPosition: number | undefined): { from: string; params: Param[] } {
    const collection = this.#resolve(name);
    const visible = this.#visible(collection, this.#asked(collection, asOfPosition));
    const where = compileFilter(checkedFilter(filter), this.#shapeOf(collection));
    return {
      from: `FROM docs_${collection.key} WHERE ${visible.sql} AND ${where.sql}`,
      params: [...visible.params, ...where.params],
    };
  }

  #checkpoint(projection: string): Checkpoint | undefined {
    const row = this.#one('SELECT position, epoch FROM checkpoints WHERE projection = ?', projection);
    return row === undefined ? undefined : { position: Number(row.position), epoch: Number(row.epoch) };
  }

  #checkSchema(file: string): number {
    const version = Number(this.#database.prepare('PRAGMA user_version').get()!.user_version);
    if (version > schemaVersion)
      throw new Error(
        `${file} has read-model schema ${version}, this CareLedger knows ${schemaVersion}: run the newer CareLedger that wrote it, or rebuild the read models into another file.`,
      );
    if (version === 0 && this.#readOnly)
      throw new Error(`${file} holds no read models yet: open it for writing once before reading it.`);
    return version;
  }

  #refuseIfReadOnly(what: string): void {
    if (this.#readOnly) throw new Error(`These read models are opened read-only: ${what} is not possible.`);
  }

  #reading<T>(read: () => T): T {
    return this.#transaction('BEGIN', read);
  }

  #writing<T>(write: () => T): T {
    return this.#transaction('BEGIN IMMEDIATE', write);
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.#database.exec(begin);
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #prepare(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      if (this.#statements.size >= 300) this.#statements.clear();
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
  #one(text: string, ...params: Param[]): { [column: string]: SQLOutputValue } | undefined {
    return this.#prepare(text).get(...params);
  }
  #all(text: string, ...params: Param[]): { [column: string]: SQLOutputValue }[] {
    return this.#prepare(text).all(...params);
  }
  #run(text: string, ...params: Param[]): void {
    this.#prepare(text).run(...params);
  }
}

const toRow = (row: { readonly [column: string]: SQLOutputValue }): Row => ({
  id: String(row.id),
  position: Number(row.from_position),
  json: String(row.document),
});

const toCollection = (row: { readonly [column: string]: unknown }): Collection => ({
  key: Number(row.key),
  physical: String(row.physical),
  kind: row.kind as CollectionSpec['kind'],
  newest: Number(row.newest),
});
