import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { KeyObject } from 'node:crypto';
import { purposeOf, unwrap, wrap, wrappedBytes } from './wrapping.ts';
import type { Foundation } from './wrapping.ts';

export const schemaVersion = 1;
const nothing = Buffer.alloc(wrappedBytes);
const rowsPerPage = 1_000;

/**
 * Wrapped keys stand in a table that only grows at its end, all of one length: no page is ever split, so a key is in one place
 * only and is overwritten there. The index by subject, whose pages do split, holds no key.
 */
const schema = `
  CREATE TABLE keys (id INTEGER PRIMARY KEY, wrapped BLOB NOT NULL, erased INTEGER NOT NULL, subject TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX keys_by_subject ON keys (subject);
  CREATE TABLE foundation (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
  PRAGMA user_version = ${schemaVersion};`;

interface StoredKey {
  readonly wrapped: Uint8Array;
  readonly erased: 0 | 1;
}

const schemaOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA user_version').get()!.user_version);

const foundationOf = (db: DatabaseSync): Foundation => {
  const rows = db.prepare('SELECT name, wrapped FROM foundation').all() as unknown as {
    name: string;
    wrapped: Uint8Array;
  }[];
  const named = (name: string) => rows.find((row) => row.name === name)?.wrapped ?? new Uint8Array();
  return { check: named(purposeOf.check), blindIndex: named(purposeOf.blindIndex) };
};

/** Looks into a vault without leaving a trace; undefined where none was completed. */
export const peek = (file: string): { schema: number; foundation: Foundation | undefined } | undefined => {
  if (!existsSync(file)) return undefined;
  const url = pathToFileURL(file);
  // Closed in good order, the file is whole by itself; only "immutable" keeps SQLite from making files beside it.
  if (!existsSync(`${file}-wal`)) url.searchParams.set('immutable', '1');
  const db = new DatabaseSync(url, { readOnly: true });
  try {
    const found = schemaOf(db);
    if (found === 0) return undefined;
    return { schema: found, foundation: found === schemaVersion ? foundationOf(db) : undefined };
  } finally {
    db.close();
  }
};

/** The lookup on the calling thread. */
export class VaultReader {
  readonly #db: DatabaseSync;
  readonly #bySubject: StatementSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    this.#bySubject = this.#db.prepare('SELECT wrapped, erased FROM keys WHERE subject = ?');
  }

  foundation(): Foundation {
    return foundationOf(this.#db);
  }
  find(subject: string): StoredKey | undefined {
    return this.#bySubject.get(subject) as StoredKey | undefined;
  }
  close(): void {
    this.#db.close();
  }
}

/** The one connection that writes. Runs in the worker. */
export class VaultWriter {
  readonly #db: DatabaseSync;

  /** With a foundation: makes the vault's tables first. */
  constructor(file: string, newFoundation?: Foundation) {
    this.#db = new DatabaseSync(file, { timeout: 5_000 });
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY',
    );
    if (newFoundation !== undefined)
      this.inTransaction(() => {
        this.#db.exec(schema);
        const insert = this.#db.prepare('INSERT INTO foundation VALUES (?, ?)');
        insert.run(purposeOf.check, newFoundation.check);
        insert.run(purposeOf.blindIndex, newFoundation.blindIndex);
      });
  }

  inTransaction(write: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      write();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  insert(keys: readonly (readonly [subject: string, wrapped: Uint8Array])[]): void {
    const insert = this.#db.prepare('INSERT INTO keys (wrapped, erased, subject) VALUES (?, 0, ?)');
    for (const [subject, wrapped] of keys) insert.run(wrapped, subject);
  }

  /** Overwrites the key and leaves a tombstone, for a subject never heard of too: a restored vault must not forget it. */
  erase(subject: string): void {
    const { changes } = this.#db
      .prepare('UPDATE keys SET wrapped = ?, erased = 1 WHERE subject = ?')
      .run(nothing, subject);
    if (changes === 0)
      this.#db.prepare('INSERT INTO keys (wrapped, erased, subject) VALUES (?, 1, ?)').run(nothing, subject);
  }

  rewrap(from: KeyObject, to: KeyObject): void {
    const again = (purpose: string, wrapped: Uint8Array): Uint8Array => {
      const key = unwrap(from, purpose, wrapped);
      if (key === undefined)
        throw new Error(
          `The key for "${purpose}" is damaged: restore the vault from its own backup, then rotate again.`,
        );
      return wrap(to, purpose, key);
    };
    const update = this.#db.prepare('UPDATE keys SET wrapped = ? WHERE id = ?');
    const page = this.#db.prepare(
      `SELECT id, wrapped, subject FROM keys WHERE id > ? AND erased = 0 ORDER BY id LIMIT ${rowsPerPage}`,
    );
    for (let after = 0; ;) {
      const rows = page.all(after) as unknown as { id: number; wrapped: Uint8Array; subject: string }[];
      for (const { id, wrapped, subject } of rows) update.run(again(purposeOf.subject(subject), wrapped), id);
      if (rows.length < rowsPerPage) break;
      after = rows.at(-1)!.id;
    }
    const { check, blindIndex } = foundationOf(this.#db);
    const replace = this.#db.prepare('UPDATE foundation SET wrapped = ? WHERE name = ?');
    replace.run(again(purposeOf.check, check), purposeOf.check);
    replace.run(again(purposeOf.blindIndex, blindIndex), purposeOf.blindIndex);
  }

  /** Empties the write-ahead log, which still holds what was overwritten. */
  truncateLog(): void {
    const { busy } = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()!;
    if (busy !== 0)
      throw new Error(
        'The keys are destroyed, but another process still reads the vault, so their bytes are still in vault.db-wal: ' +
          'end the other process and repeat the erasure.',
      );
  }

  close(): void {
    this.#db.close();
  }
}
