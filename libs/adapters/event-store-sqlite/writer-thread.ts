import { Worker } from 'node:worker_threads';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { Appended } from '#libs/ports/event-store.ts';
import { BatchWriter } from './append-batch.ts';
import type { Outcome, Write } from './append-batch.ts';
import { EventFile } from './event-file.ts';
import { flatten, fromAnswer, fromMessage } from './protocol.ts';
import type { Answer, ErrorMessage } from './protocol.ts';

interface Pending {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

/** Counts since the store was opened. */
export interface CommitCounts {
  /** Appends and command results written or refused. */
  readonly writes: number;
  /** Transactions, each with one fsync. */
  readonly commits: number;
}

export const closed = () => new Unavailable('The event store is closed: open it again.', { retryable: false });

/** Takes writes and hands those of one turn of the event loop on together. */
export abstract class Writer {
  #outbox: Write[] = [];
  #pending: Pending[] = [];
  #gone: Error | undefined;
  #writes = 0;
  #commits = 0;
  readonly #onCommit: () => void;

  constructor(onCommit: () => void) {
    this.#onCommit = onCommit;
  }

  get counts(): CommitCounts {
    return { writes: this.#writes, commits: this.#commits };
  }

  submit(write: Write): Promise<Appended> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone);
      // From a microtask, the next tick comes after all microtasks: callers woken together append together.
      if (this.#outbox.push(write) === 1) process.nextTick(() => this.flush());
      this.#pending.push({ resolve, reject });
    });
  }

  /** After the writes that are under way. */
  async close(): Promise<void> {
    this.flush();
    this.#gone ??= closed();
    await this.end();
  }

  protected abstract send(writes: readonly Write[]): void;
  protected abstract end(): Promise<void>;

  protected flush(): void {
    if (this.#outbox.length === 0 || this.#gone !== undefined) return;
    const writes = this.#outbox;
    this.#outbox = [];
    this.send(writes);
  }

  /** The outcomes of the oldest pending writes. */
  protected settle(outcomes: readonly Outcome[]): void {
    this.#writes += outcomes.length;
    this.#commits += 1;
    const settled = this.#pending.splice(0, outcomes.length);
    this.#onCommit();
    for (const [index, { resolve, reject }] of settled.entries()) {
      const outcome = outcomes[index]!;
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    }
  }

  /** Nothing will be written any more; whether what is pending was, is not known. */
  protected fail(error: Error): void {
    this.#gone ??= error;
    this.#outbox = [];
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }
}

/** Writes on the calling thread: for a thread that serves nobody else meanwhile. */
export class InlineWriter extends Writer {
  readonly #batches: BatchWriter;

  constructor(file: string, onCommit: () => void) {
    super(onCommit);
    this.#batches = new BatchWriter(new EventFile(file, { readOnly: false }));
  }

  protected send(writes: readonly Write[]): void {
    this.settle(this.#batches.commit(writes));
  }
  protected async end(): Promise<void> {
    this.#batches.close();
  }
}

/** Writes in a thread of its own, so that no fsync runs on the calling one. */
export class WriterThread extends Writer {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #opened: Promise<void>;
  #closing = false;

  constructor(file: string, onCommit: () => void) {
    super(onCommit);
    const script = import.meta.url.endsWith('.ts') ? './writer.worker.ts' : './writer.worker.js';
    this.#worker = new Worker(new URL(script, import.meta.url), { workerData: { file } });
    this.#opened = new Promise((resolve, reject) => {
      this.#worker.once('message', (message: 'open' | ErrorMessage) => {
        if (message !== 'open') return reject(fromMessage(message));
        this.#worker.on('message', (answer: Answer) => this.settle(fromAnswer(answer)));
        resolve();
      });
      this.#worker.once('error', reject);
    });
    this.#worker.on('error', (error) => this.#died(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#died();
        resolve();
      });
    });
  }

  /** Resolves when the file is open for writing. */
  opened(): Promise<void> {
    return this.#opened;
  }

  protected send(writes: readonly Write[]): void {
    this.#worker.postMessage(flatten(writes));
  }
  protected async end(): Promise<void> {
    if (!this.#closing) this.#worker.postMessage('close');
    this.#closing = true;
    await this.#exited;
  }

  #died(cause?: unknown): void {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    this.fail(
      new Unavailable(
        `The event store's writer stopped${why}. What was being appended may or may not be stored: open the store again and retry with the same event ids.`,
        { retryable: false, cause },
      ),
    );
  }
}
