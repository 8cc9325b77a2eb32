import { hash } from 'node:crypto';
import { existsSync, openSync, closeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';
import { canonicalJson } from '#libs/kernel/json.ts';
import { epochMsOf } from '#libs/kernel/instant.ts';
import { NO_ACCESS_RECORD } from '#libs/ports/access-log.ts';
import type {
  AccessLogHead,
  AccessPage,
  AccessQuery,
  AccessRecord,
  ChainedAccessRecord,
} from '#libs/ports/access-log.ts';

const schemaVersion = 1;
const schema = `
  CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    -- RFC 8785 JSON of everything but the hash: what the hash is taken over. The columns before it only find it.
    content TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX records_by_actor ON records (actor, number);
  CREATE INDEX records_by_time ON records (at_ms, number);
  CREATE TABLE subjects (
    subject TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (subject, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX subjects_by_number ON subjects (number);
`;

export const hashOf = (content: string): string => hash('sha256', content, 'hex');

/** A row of the chain as the file holds it. */
export interface Link {
  readonly number: number;
  readonly atMs: number;
  readonly actor: string;
  readonly content: string;
  readonly hash: string;
}

const recordIn = ({ content, hash: own }: Pick<Link, 'content' | 'hash'>): ChainedAccessRecord => ({
  ...(JSON.parse(content) as Omit<ChainedAccessRecord, 'hash'>),
  hash: own,
});

/** SQLite would make it readable by the group. */
const makePrivate = (file: string): void => closeSync(openSync(file, 'a', 0o600));

/** One connection to the file with the access records. */
export class AccessFile {
  readonly #database: DatabaseSync;

  /** @throws Error where the file cannot be opened, is missing (read-only), or comes from a newer version. */
  constructor(file: string, { readOnly }: { readonly readOnly: boolean }) {
    if (readOnly && !existsSync(file)) throw new Error(`There are no access records at ${file}.`);
    if (!readOnly) makePrivate(file);
    this.#database = new DatabaseSync(file, { readOnly, timeout: 10_000 });
    try {
      if (!readOnly) this.#prepare();
      const version = this.#number('PRAGMA user_version');
      if (version > schemaVersion)
        throw new Error(`${file} was written by a newer version (schema ${version}): use that version.`);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Adds the records to the chain, all or none; durable when it returns. Another process may have added some before. */
  add(records: readonly AccessRecord[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const insert = this.#database.prepare(
        'INSERT INTO records (number, at_ms, actor, content, hash) VALUES (?, ?, ?, ?, ?)',
      );
      const name = this.#database.prepare('INSERT INTO subjects (subject, number) VALUES (?, ?)');
      let { number, hash: previous } = this.head();
      for (const record of records) {
        number += 1;
        const content = canonicalJson({ ...record, number, previous });
        previous = hashOf(content);
        insert.run(number, epochMsOf(record.at), record.actor, content, previous);
        for (const subject of record.subjects) name.run(subject, number);
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  head(): AccessLogHead {
    const last = this.#database.prepare('SELECT number, hash FROM records ORDER BY number DESC LIMIT 1').get();
    return last === undefined
      ? { number: 0, hash: NO_ACCESS_RECORD }
      : { number: Number(last['number']), hash: String(last['hash']) };
  }

  find({ subject, actor, from, to, after = 0, limit = 100 }: AccessQuery): AccessPage {
    const conditions = ['r.number > ?'];
    const values: SQLInputValue[] = [after];
    const where = (condition: string, value: SQLInputValue | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    where('s.subject = ?', subject);
    where('r.actor = ?', actor);
    where('r.at_ms >= ?', from === undefined ? undefined : epochMsOf(from));
    where('r.at_ms < ?', to === undefined ? undefined : epochMsOf(to));
    const source = subject === undefined ? 'records r' : 'subjects s JOIN records r ON r.number = s.number';
    const rows = this.#database
      .prepare(`SELECT r.content, r.hash FROM ${source} WHERE ${conditions.join(' AND ')} ORDER BY r.number LIMIT ?`)
      .all(...values, limit) as unknown as readonly Link[];
    const records = rows.map(recordIn);
    const last = records.at(-1);
    return { records, ...(last === undefined || records.length < limit ? {} : { next: last.number }) };
  }

  /** The chain from its beginning, for verification. */
  links(): IterableIterator<Link> {
    return this.#database
      .prepare('SELECT number, at_ms AS atMs, actor, content, hash FROM records ORDER BY number')
      .iterate() as unknown as IterableIterator<Link>;
  }

  /** The subjects under which a record is found. */
  subjectsOf(number: number): readonly string[] {
    const rows = this.#database.prepare('SELECT subject FROM subjects WHERE number = ? ORDER BY subject').all(number);
    return rows.map((row) => String(row['subject']));
  }

  #number(sql: string): number {
    return Number(Object.values(this.#database.prepare(sql).get() ?? {})[0] ?? 0);
  }

  #prepare(): void {
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    if (this.#number('PRAGMA user_version') > 0) return;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      // Another process may have made it meanwhile.
      if (this.#number('PRAGMA user_version') === 0)
        this.#database.exec(`${schema}; PRAGMA user_version = ${schemaVersion}`);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
