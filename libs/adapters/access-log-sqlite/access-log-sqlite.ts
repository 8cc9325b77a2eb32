import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { AccessLog, AccessPage, AccessQuery, AccessRecord } from '#libs/ports/access-log.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import { AccessFile } from './access-file.ts';
import type { ToWriter } from './access-log.worker.ts';
import { AccessWriter } from './access-writer.ts';

interface Waiting {
  readonly record: AccessRecord;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const notKept = (file: string, why: string): Unavailable =>
  new Unavailable(
    `The access record cannot be kept in ${file} (${why}), and without it no personal data is shown: see to the file and its disk.`,
    { retryable: true },
  );

class SqliteAccessLog implements AccessLog {
  readonly #file: string;
  readonly #inline: AccessWriter | undefined;
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #reads: AccessFile | undefined;
  #waiting: Waiting[] = [];
  /** Batches that the writer has; it answers them in order. */
  #underWay: Waiting[][] = [];
  #closed = false;

  constructor(file: string, inline: boolean) {
    this.#file = file;
    if (inline) this.#inline = new AccessWriter(file);
  }

  record(record: AccessRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(notKept(this.#file, 'it is closed'));
      // From a microtask, the next tick comes after all microtasks: answers made together are recorded together.
      if (this.#waiting.push({ record, resolve, reject }) === 1) process.nextTick(() => this.#sendNext());
    });
  }

  async find(query: AccessQuery): Promise<AccessPage> {
    if (this.#reads === undefined) {
      if (this.#closed || !existsSync(this.#file)) return { records: [] };
      this.#reads = new AccessFile(this.#file, { readOnly: true });
    }
    return this.#reads.find(query);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#send();
    this.#worker?.postMessage('close' satisfies ToWriter);
    await this.#exited;
    this.#inline?.close();
    this.#reads?.close();
  }

  /** One batch at a time: what comes meanwhile shares the next commit. */
  #sendNext(): void {
    if (this.#underWay.length === 0) this.#send();
  }

  #send(): void {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#underWay.push(batch);
    const records = batch.map(({ record }) => record);
    if (this.#inline !== undefined) this.#settle(this.#inline.add(records));
    else this.#writer().postMessage(records satisfies ToWriter);
  }

  #settle(failure: string | undefined): void {
    for (const { resolve, reject } of this.#underWay.shift() ?? [])
      if (failure === undefined) resolve();
      else reject(notKept(this.#file, failure));
    this.#sendNext();
  }

  /** Started with the first record: most programs of the command line show nothing personal. */
  #writer(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const script = import.meta.url.endsWith('.ts') ? './access-log.worker.ts' : './access-log.worker.js';
    const worker = new Worker(new URL(script, import.meta.url), { workerData: { file: this.#file } });
    let why = 'its writer stopped';
    worker.on('message', (failure: string | undefined) => this.#settle(failure));
    worker.on('error', (error) => {
      if (error instanceof Error) why = error.message;
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#worker = undefined;
        const lost = this.#underWay.splice(0).flat();
        for (const { reject } of lost) reject(notKept(this.#file, why));
        resolve();
      });
    });
    return (this.#worker = worker);
  }
}

/**
 * Access records in one SQLite file, made with the first record. Records that come while others are being written are committed
 * together, with one fsync, on a thread of their own; `inline`: on the calling thread, for one that serves nobody else. Any number of
 * processes may write the same file.
 */
export const openSqliteAccessLog = ({
  file,
  inline = false,
}: {
  readonly file: string;
  readonly inline?: boolean;
}): AccessLog => new SqliteAccessLog(file, inline);
