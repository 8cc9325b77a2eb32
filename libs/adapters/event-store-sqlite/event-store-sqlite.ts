import { statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Instant } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { CommandResult, CommandResults } from '#libs/ports/command-results.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import type {
  Appended,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  StoredEvent,
  SubscribeOptions,
  SubscriptionSignal,
} from '#libs/ports/event-store.ts';
import type { ResultWrite } from './append-batch.ts';
import { checkAppend } from './check-append.ts';
import { CommitWatch } from './commit-watch.ts';
import { EventFile } from './event-file.ts';
import { EventReads, eventsOf } from './event-reads.ts';
import type { EventPage, PageRequest, Plan } from './event-reads.ts';
import { recordedText } from './result-retention.ts';
import { ReaderThread } from './reader-thread.ts';
import { InlineWriter, WriterThread, closed } from './writer-thread.ts';
import type { CommitCounts, Writer } from './writer-thread.ts';

export { integrityOf } from './integrity.ts';
export type { Finding } from './integrity.ts';

/** As much is read on the calling thread; anything longer is read in the reader's. */
const shortRead = 100;

export interface SqliteEventStoreStats extends CommitCounts {
  readonly events: number;
  readonly streams: number;
  /** Size of the file with its write-ahead log. */
  readonly bytes: number;
}

/** Events and command results in one file. `results` is closed with the store. */
export interface SqliteEventStore extends EventStore {
  readonly results: CommandResults;
  stats(): Promise<SqliteEventStoreStats>;
}

const resultWrite = ({ commandId, bodyHash, outcome, ...retention }: CommandResult): ResultWrite => ({
  commandId,
  bodyHash,
  outcome: canonicalJson(outcome),
  recordedAt: recordedText(retention),
});

class SqliteEvents implements SqliteEventStore {
  readonly results: CommandResults;
  readonly #file: string;
  readonly #writer: Writer | undefined;
  readonly #reads: EventReads;
  readonly #reader: ReaderThread | undefined;
  readonly #watch: CommitWatch;
  #closed = false;

  constructor(parts: {
    readonly file: string;
    readonly writer: Writer | undefined;
    readonly reads: EventReads;
    readonly reader: ReaderThread | undefined;
    readonly watch: CommitWatch;
  }) {
    this.#file = parts.file;
    this.#writer = parts.writer;
    this.#reads = parts.reads;
    this.#reader = parts.reader;
    this.#watch = parts.watch;
    this.results = {
      get: async (commandId) => this.#read((reads) => reads.result(commandId)),
      put: async (result: CommandResult) => {
        await this.#open().submit(resultWrite(result));
      },
      append: async (stream, expected, events, result) => {
        checkAppend(stream, expected, events);
        return this.#open().submit({ stream, expected, events, result: resultWrite(result) });
      },
      ...(this.#writer === undefined ? {} : { forget: (before: Instant, from = '') => this.#forget(before, from) }),
      close: async () => {},
    };
  }

  async #forget(before: Instant, from: string): Promise<{ forgotten: number; next?: string }> {
    const { commandIds, ...rest } = this.#read((reads) => reads.resultsBefore(before, from));
    if (commandIds.length > 0) await this.#open().submit({ forget: commandIds, before });
    return { forgotten: commandIds.length, ...rest };
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended> {
    checkAppend(stream, expected, events);
    return this.#open().submit({ stream, expected, events });
  }

  async *readStream(
    stream: string,
    { direction = 'forwards', from, limit = Number.MAX_SAFE_INTEGER }: ReadStreamOptions = {},
  ): AsyncIterable<readonly StoredEvent[]> {
    const forwards = direction === 'forwards';
    let next = from ?? (forwards ? 0 : Number.MAX_SAFE_INTEGER);
    let left = limit;
    for (let first = true; left > 0; first = false) {
      // A long stream does not hold up what else the thread has to do.
      if (!first && this.#reader !== undefined) await turn();
      const { cells, ended } = this.#read((reads) => reads.streamPage(stream, next, direction, left));
      if (cells.length > 0) {
        const events = eventsOf(cells);
        left -= events.length;
        next = events.at(-1)!.revision + (forwards ? 1 : -1);
        yield events;
      }
      if (ended) return;
    }
  }

  async *readAll({
    direction = 'forwards',
    after,
    upTo,
    limit = Number.MAX_SAFE_INTEGER,
    filter,
  }: ReadAllOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    let from = after ?? (direction === 'forwards' ? 0 : Number.MAX_SAFE_INTEGER);
    let left = limit;
    let plan: Plan | undefined;
    while (left > 0) {
      const page = await this.#page({ after: from, upTo, direction, limit: left, filter, plan });
      if (page.cells.length > 0) {
        const events = eventsOf(page.cells);
        left -= events.length;
        yield events;
      }
      if (page.ended) return;
      ({ reached: from, plan } = page);
    }
  }

  async *subscribe({ after, filter, signal }: SubscribeOptions): AsyncIterable<SubscriptionSignal> {
    let position = after;
    let announced: number | undefined;
    let plan: Plan | undefined;
    while (!signal.aborted && !this.#closed) {
      const mark = this.#watch.mark();
      const page = await this.#page({
        after: position,
        direction: 'forwards',
        limit: Number.MAX_SAFE_INTEGER,
        filter,
        plan,
      });
      if (signal.aborted || this.#closed) return;
      ({ reached: position, plan } = page);
      if (page.cells.length > 0) yield { kind: 'events', events: eventsOf(page.cells) };
      else if (!page.ended) yield { kind: 'checkpoint', position };
      // The reader's thread may have answered before the newest commit.
      else if (this.#reads.head() > position) continue;
      else if (announced !== position) yield { kind: 'caught-up', position: (announced = position) };
      else await this.#watch.changedSince(mark, signal);
    }
  }

  async head(): Promise<number> {
    return this.#read((reads) => reads.head());
  }

  async positionAsOf(recordedAt: Instant): Promise<number> {
    return this.#read((reads) => reads.positionAsOf(recordedAt));
  }

  async stats(): Promise<SqliteEventStoreStats> {
    const sizes = [this.#file, `${this.#file}-wal`].map((each) => statSync(each, { throwIfNoEntry: false })?.size ?? 0);
    return {
      events: this.#read((reads) => reads.head()),
      streams: this.#read((reads) => reads.streams()),
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      ...(this.#writer?.counts ?? { writes: 0, commits: 0 }),
    };
  }

  #closing: Promise<void> | undefined;
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await this.#reader?.close();
    this.#reads.close();
    // Last, since only a connection that writes can empty the write-ahead log into the file.
    await this.#writer?.close();
  }

  #open(): Writer {
    if (this.#closed) throw closed();
    if (this.#writer === undefined)
      throw new Unavailable('This event store is opened read-only: open it for writing to append.', {
        retryable: false,
      });
    return this.#writer;
  }

  #read<T>(read: (reads: EventReads) => T): T {
    if (this.#closed) throw closed();
    return read(this.#reads);
  }

  async #page(request: PageRequest): Promise<EventPage> {
    const isShort =
      this.#reader === undefined ||
      (request.filter === undefined && request.limit <= shortRead) ||
      (request.direction === 'forwards' && this.#read((reads) => reads.head()) - request.after <= shortRead);
    return isShort ? this.#read((reads) => reads.page(request)) : this.#reader.page(request);
  }
}

/**
 * Opens the events of one SQLite file. Appends run in one writer thread, which commits what came in together with one fsync;
 * long reads run in a reader thread, short indexed ones on the caller's connection. `inline`: everything on the calling
 * thread, for one that serves nobody else (the projector's). `readOnly`: beside a writer, in whatever process it is.
 * @throws Error where the file cannot be opened, is missing (read-only), or has a newer schema.
 */
export const openSqliteEventStore = async ({
  file,
  readOnly = false,
  inline = false,
}: {
  readonly file: string;
  readonly readOnly?: boolean;
  readonly inline?: boolean;
}): Promise<SqliteEventStore> => {
  let watch: CommitWatch | undefined;
  const onCommit = () => watch?.wake();
  const thread = readOnly || inline ? undefined : new WriterThread(file, onCommit);
  await thread?.opened();
  const writer = inline && !readOnly ? new InlineWriter(file, onCommit) : thread;
  try {
    const reads = new EventReads(new EventFile(file, { readOnly: true }));
    watch = new CommitWatch(() => reads.dataVersion());
    return new SqliteEvents({ file, writer, reads, reader: inline ? undefined : new ReaderThread(file), watch });
  } catch (error) {
    await writer?.close();
    throw error;
  }
};
