import { Worker } from 'node:worker_threads';
import type { Change, Response, WorkerOptions } from './protocol.ts';

/** The calling thread's end of the worker that writes: changes are made in the order they are sent. */
export class VaultWrites {
  readonly #worker: Worker;
  readonly #pending = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  readonly #exited: Promise<void>;
  #last = 0;
  #gone: Error | undefined;

  constructor(options: WorkerOptions) {
    const file = import.meta.url.endsWith('.ts') ? './key-vault.worker.ts' : './key-vault.worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: options });
    this.#worker.on('message', ({ call, error }: Response) => {
      const waiting = this.#pending.get(call);
      this.#pending.delete(call);
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(new Error(error));
    });
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end(new Error('The key vault is closed.'));
        resolve();
      });
    });
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => this.#pending.set(0, { resolve, reject }));
  }

  /** Resolves once the change survives a crash. */
  send(change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone);
      const call = ++this.#last;
      this.#pending.set(call, { resolve, reject });
      this.#worker.postMessage({ ...change, call });
    });
  }

  /** After the changes that are under way. */
  async close(): Promise<void> {
    if (this.#gone === undefined) {
      const closed = this.send({ kind: 'close' });
      this.#gone = new Error('The key vault is closed.');
      await closed;
    }
    await this.#exited;
  }

  #end(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
