import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** The number in the file's user_version. A file with a greater one comes from newer code and is not touched. */
export const schemaVersion = 1;

const schema = `
  CREATE TABLE streams (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  -- The small columns come first: they are read without the texts behind them.
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    stored_at_ms INTEGER NOT NULL,
    -- The greatest recordedAt up to this event: it never falls, so an instant's place is found by halving.
    recorded_max_ms INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL
  ) STRICT;
  -- Where each stream's events stand. With the id in it, a repeated append is recognised here; an index of its own on the ids
  -- would be written at random places by every append, and halves the speed of appending.
  CREATE TABLE places (
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE command_results (
    command_id TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    outcome TEXT NOT NULL,
    recorded_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export type Row = readonly SQLOutputValue[];

/** One connection to the file, with the schema checked and, where it writes, made. */
export class EventFile {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws Error where the file cannot be opened, holds no events (read-only), or has a newer schema. */
  constructor(file: string, { readOnly }: { readonly readOnly: boolean }) {
    if (readOnly && !existsSync(file))
      throw new Error(`There is no event store at ${file}: check the path, or open it for writing once.`);
    try {
      this.#database = new DatabaseSync(file, { readOnly, timeout: 10_000 });
    } catch (error) {
      throw new Error(`The event store at ${file} cannot be opened: check that its folder exists and is yours.`, {
        cause: error,
      });
    }
    try {
      this.#database.exec('PRAGMA cache_size = -32000');
      const version = this.#checkSchema(file);
      if (readOnly && version === 0)
        throw new Error(`${file} holds no events yet: open it for writing once before reading it.`);
      if (!readOnly) this.#prepareForWriting(file);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  /** The first row, as an array of its columns. */
  row(sql: string, ...params: SQLInputValue[]): Row | undefined {
    // With setReturnArrays, which the type does not know of.
    return this.#prepare(sql).get(...params) as unknown as Row | undefined;
  }
  /** The first row's first column as a number; 0 where there is no row or it is NULL. */
  number(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.row(sql, ...params)?.[0] ?? 0);
  }
  rows(sql: string, ...params: SQLInputValue[]): IterableIterator<Row> {
    return this.#prepare(sql).iterate(...params) as unknown as IterableIterator<Row>;
  }
  /** How many rows it changed. */
  run(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...params).changes);
  }

  /** All of the work or nothing; durable when it returns. */
  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk may have rolled back already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #prepareForWriting(file: string): void {
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = 67108864;
    `);
    this.transaction(() => {
      if (this.#checkSchema(file) !== 0) return;
      this.#database.exec(schema);
      this.#database.exec(`PRAGMA user_version = ${schemaVersion}`);
    });
  }

  #checkSchema(file: string): number {
    const version = Number(this.#database.prepare('PRAGMA user_version').get()!.user_version);
    if (version > schemaVersion)
      throw new Error(
        `${file} has event-store schema ${version}, this CareLedger knows ${schemaVersion}: run the newer CareLedger that wrote it.`,
      );
    return version;
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      // Filters make texts of their own.
      if (this.#statements.size >= 100) this.#statements.clear();
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
