import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BareRow } from './bare-events.ts';

/** Grouped, fsynced inserts in a thread of their own: the least that a durable program needs. */
export class BareWriter {
  readonly #worker: Worker;
  #outbox: BareRow[] = [];
  readonly #waiting: (() => void)[] = [];

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (rows: number) => {
      for (const resolve of this.#waiting.splice(0, rows)) resolve();
    });
  }

  static async open(file: string): Promise<BareWriter> {
    const worker = new Worker(new URL('./bare-writer.worker.ts', import.meta.url), { workerData: { file } });
    await once(worker, 'message');
    return new BareWriter(worker);
  }

  /** Durable when it resolves. */
  insert(row: BareRow): Promise<void> {
    return new Promise((resolve) => {
      if (this.#outbox.push(row) === 1)
        process.nextTick(() => {
          this.#worker.postMessage(this.#outbox);
          this.#outbox = [];
        });
      this.#waiting.push(resolve);
    });
  }

  async close(): Promise<void> {
    this.#worker.postMessage('close');
    await once(this.#worker, 'exit');
  }
}
