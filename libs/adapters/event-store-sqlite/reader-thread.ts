import { Worker } from 'node:worker_threads';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { EventPage, PageRequest } from './event-reads.ts';
import { fromMessage } from './protocol.ts';
import type { ErrorMessage } from './protocol.ts';

interface Pending {
  readonly resolve: (page: EventPage) => void;
  readonly reject: (error: Error) => void;
}

/** Reads pages in a thread of its own, started when the first is asked for. */
export class ReaderThread {
  readonly #file: string;
  readonly #pending: Pending[] = [];
  #worker: Worker | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  page(request: PageRequest): Promise<EventPage> {
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#start();
      this.#pending.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  /** After the pages that are under way. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close');
    await exited;
  }

  #start(): Worker {
    const script = import.meta.url.endsWith('.ts') ? './reader.worker.ts' : './reader.worker.js';
    const worker = new Worker(new URL(script, import.meta.url), { workerData: { file: this.#file } });
    worker.on('message', (answer: EventPage | ErrorMessage) => {
      const pending = this.#pending.shift();
      if ('cells' in answer) pending?.resolve(answer);
      else pending?.reject(fromMessage(answer));
    });
    let cause: unknown;
    worker.on('error', (error: unknown) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      for (const { reject } of this.#pending.splice(0))
        reject(new Unavailable("The event store's reader stopped: read again.", { retryable: true, cause }));
    });
    return worker;
  }
}
