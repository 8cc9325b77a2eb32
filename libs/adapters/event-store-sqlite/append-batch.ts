import { epochMsOf } from '#libs/kernel/instant.ts';
import { leafMembersOf, leafOf } from '#libs/kernel/leaf.ts';
import { CommandRecorded } from '#libs/ports/command-results.ts';
import { Unavailable, WrongExpectedRevision } from '#libs/ports/event-store.ts';
import type { Appended, EventToAppend, ExpectedRevision } from '#libs/ports/event-store.ts';
import type { EventFile } from './event-file.ts';

export interface AppendWrite {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventToAppend[];
  /** Recorded with the events; where they stand is added to its outcome. */
  readonly result?: ResultWrite | undefined;
}
export interface ResultWrite {
  readonly commandId: string;
  readonly bodyHash: string;
  /** JSON text. */
  readonly outcome: string;
  /** See result-retention.ts. */
  readonly recordedAt: string;
}
/** Forgets these commands' results, as far as they were recorded before then. */
export interface ForgetWrite {
  readonly forget: readonly string[];
  readonly before: string;
}
export type Write = AppendWrite | ResultWrite | ForgetWrite;

/** What a write came to. What has no place among the events answers `nowhere`. */
export type Outcome = Appended | Error;

/** A result with the place of its events added to the JSON object that is its outcome. */
const placed = (result: ResultWrite, { revision, position }: Appended): ResultWrite => ({
  ...result,
  outcome: `${result.outcome.slice(0, -1)},"position":${position},"revision":${revision}}`,
});

const nowhere: Appended = { revision: -1, position: 0 };

const BUSY = 5;
const LOCKED = 6;
const OUT_OF_MEMORY = 7;
const IO_ERROR = 10;
const FULL = 13;
const passing = new Set([BUSY, LOCKED, OUT_OF_MEMORY, IO_ERROR, FULL]);

/** A failure of the file as the port names it. The lowest byte of SQLite's extended code is its kind. */
export const unavailable = (error: unknown): Unavailable => {
  const { errcode, message } = error as { errcode?: number; message: string };
  const kind = errcode === undefined ? undefined : errcode & 0xff;
  const retryable = kind !== undefined && passing.has(kind);
  const next =
    kind === FULL || kind === IO_ERROR
      ? 'make room on its disk (or repair it), then retry with the same event ids'
      : kind === BUSY || kind === LOCKED
        ? 'another process is writing; retry with the same event ids'
        : 'run `care doctor`, and restore a backup if it finds damage';
  return new Unavailable(`The event store could not write (${message}): ${next}.`, { retryable, cause: error });
};

/** Writes batches of appends, each batch with one fsync. The file's only writer in this process. */
export class BatchWriter {
  readonly #file: EventFile;
  #position = 0;
  #recordedMaxMs = 0;
  #storedAtMs = 0;

  constructor(file: EventFile) {
    this.#file = file;
  }

  close(): void {
    this.#file.close();
  }

  /** Outcomes in the order of the writes. When it returns, what was accepted is durable; it throws nothing. */
  commit(writes: readonly Write[]): Outcome[] {
    try {
      return this.#file.transaction(() => {
        const last = this.#file.row('SELECT position, recorded_max_ms FROM events ORDER BY position DESC LIMIT 1') as
          readonly [number, number] | undefined;
        [this.#position, this.#recordedMaxMs] = last ?? [0, Number.MIN_SAFE_INTEGER];
        this.#storedAtMs = Date.now();
        return writes.map((write) => {
          if ('stream' in write) return this.#append(write);
          if ('forget' in write) this.#forget(write);
          else this.#record(write);
          return nowhere;
        });
      });
    } catch (error) {
      const failure = unavailable(error);
      return writes.map(() => failure);
    }
  }

  /** Refuses before anything is inserted, so that the neighbours in the transaction are not touched. */
  #append({ stream, expected, events, result }: AppendWrite): Outcome {
    const known = this.#file.row('SELECT key FROM streams WHERE name = ?', stream)?.[0] as number | undefined;
    const last = (
      known === undefined
        ? undefined
        : this.#file.row('SELECT revision, position FROM places WHERE stream = ? ORDER BY revision DESC LIMIT 1', known)
    ) as readonly [number, number] | undefined;
    const [revision, position] = last ?? [-1, 0];
    if (events.length === 0) return { revision, position };

    const start = this.#placeOf(expected, known, revision, events[0]!.id);
    if (start === undefined || start > revision + 1)
      return new WrongExpectedRevision(stream, expected, last === undefined ? 'no-stream' : revision);
    if (start <= revision) {
      const repeated = this.#repeated(known!, start, events);
      if (repeated === undefined) return new WrongExpectedRevision(stream, expected, revision);
      if (result !== undefined) this.#record(placed(result, repeated));
      return repeated;
    }

    let prepared: { readonly leaf: Buffer; readonly recordedAtMs: number }[];
    try {
      prepared = events.map((event, index) => {
        const members = leafMembersOf(event.metadata);
        const { id, type, data, metadata } = event;
        const leaf = leafOf({ stream, revision: start + index, id, type, data, metadata }, members);
        return { leaf, recordedAtMs: epochMsOf(members.recordedAt) };
      });
    } catch (error) {
      return error as Error;
    }
    if (result !== undefined) {
      const place = { revision: start + events.length - 1, position: this.#position + events.length };
      if (!this.#record(placed(result, place))) return new CommandRecorded(result.commandId);
    }
    const key = known ?? this.#addStream(stream);
    for (const [index, { id, type, data, metadata }] of events.entries()) {
      const { leaf, recordedAtMs } = prepared[index]!;
      this.#position += 1;
      this.#recordedMaxMs = Math.max(this.#recordedMaxMs, recordedAtMs);
      this.#file.run('INSERT INTO places VALUES (?, ?, ?, ?)', key, start + index, id, this.#position);
      this.#file.run(
        'INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        this.#position,
        key,
        start + index,
        this.#storedAtMs,
        this.#recordedMaxMs,
        leaf,
        id,
        type,
        data,
        metadata,
      );
    }
    return { revision: start + events.length - 1, position: this.#position };
  }

  /** The revision that the first event is to have; undefined: the expectation is wrong whatever the events are. */
  #placeOf(expected: ExpectedRevision, key: number | undefined, last: number, firstId: string): number | undefined {
    if (typeof expected === 'number') return expected + 1;
    if (expected === 'no-stream') return 0;
    if (expected === 'exists' && last < 0) return undefined;
    const before =
      key === undefined
        ? undefined
        : this.#file.row('SELECT revision FROM places WHERE stream = ? AND id = ? LIMIT 1', key, firstId);
    return before === undefined ? last + 1 : Number(before[0]);
  }

  /** Where these events stand already; undefined: others stand there, or none. */
  #repeated(key: number, start: number, events: readonly EventToAppend[]): Appended | undefined {
    let position = 0;
    let count = 0;
    for (const row of this.#file.rows(
      'SELECT id, position FROM places WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
      key,
      start,
      events.length,
    )) {
      if (row[0] !== events[count]!.id) return undefined;
      position = Number(row[1]);
      count += 1;
    }
    return count === events.length ? { revision: start + count - 1, position } : undefined;
  }

  #addStream(name: string): number {
    const key = this.#file.number('SELECT max(key) FROM streams') + 1;
    this.#file.run('INSERT INTO streams VALUES (?, ?)', key, name);
    return key;
  }

  #forget({ forget, before }: ForgetWrite): void {
    for (const commandId of forget)
      this.#file.run('DELETE FROM command_results WHERE command_id = ? AND recorded_at < ?', commandId, before);
  }

  /** Whether it was the first for its id. */
  #record({ commandId, bodyHash, outcome, recordedAt }: ResultWrite): boolean {
    const changes = this.#file.run(
      'INSERT OR IGNORE INTO command_results VALUES (?, ?, ?, ?)',
      commandId,
      bodyHash,
      outcome,
      recordedAt,
    );
    return changes === 1;
  }
}
