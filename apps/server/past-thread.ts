import { Worker } from 'node:worker_threads';
import { Unavailable } from '#libs/ports/event-store.ts';
import { InvalidQuery, UnknownCollection } from '#libs/ports/read-models.ts';
import { PastTooLong } from '#libs/runtime/ledger.ts';
import type { PastCollections } from '#libs/runtime/past-collections.ts';
import { errorOf } from '#libs/runtime/reason-of.ts';

/** Where the worker finds the events, and how it answers. */
export interface PastWork {
  /** SQLite: the ledger's file; EventStoreDB: its connection string. */
  readonly events: { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'esdb'; readonly url: string };
  /** Signs cursors: the same for as long as the ledger lives, so that they are good in the next process too. */
  readonly cursorSecret: string;
  readonly foldMs?: number;
}

type Method = keyof PastCollections;
export interface PastRequest {
  readonly call: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}
/** Call 0 tells that the worker has started, or why not. */
export type PastResponse =
  | { readonly call: number; readonly value: unknown }
  | {
      readonly call: number;
      readonly error: { readonly name: string; readonly message: string; readonly retryable?: boolean };
    };

const toldBy = ({ name, message, retryable = false }: Extract<PastResponse, { error: object }>['error']): Error => {
  switch (name) {
    case 'InvalidQuery':
      return new InvalidQuery(message);
    case 'UnknownCollection':
      return Object.assign(new UnknownCollection('', []), { message });
    case 'PastTooLong':
      return Object.assign(new PastTooLong('', 0), { message });
    case 'Unavailable':
      return new Unavailable(message, { retryable });
    default:
      return new Error(message);
  }
};

/** Longer folds than this are refused by a server, in milliseconds. */
export const SERVER_FOLD_MS = 20_000;

/** Folds the past in a thread of its own, begun with the first question: no scan holds up the thread that answers. */
export class PastThread implements PastCollections {
  readonly #work: PastWork;
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #last = 0;
  #closed = false;

  constructor(work: PastWork) {
    this.#work = work;
  }

  find(...args: Parameters<PastCollections['find']>) {
    return this.#ask('find', args);
  }
  count(...args: Parameters<PastCollections['count']>) {
    return this.#ask('count', args);
  }
  groupCounts(...args: Parameters<PastCollections['groupCounts']>) {
    return this.#ask('groupCounts', args);
  }
  document(...args: Parameters<PastCollections['document']>) {
    return this.#ask('document', args);
  }
  origin(...args: Parameters<PastCollections['origin']>) {
    return this.#ask('origin', args);
  }

  async close(): Promise<void> {
    if (this.#worker !== undefined && !this.#closed) await this.#ask('close', []).catch(() => undefined);
    this.#closed = true;
    await this.#exited;
  }

  #ask<M extends Method>(method: M, args: readonly unknown[]): ReturnType<PastCollections[M]> {
    const answer = new Promise((resolve, reject) => {
      if (this.#closed) throw new Error('The ledger is closed: it answers no more questions about the past.');
      const worker = (this.#worker ??= this.#start());
      const call = ++this.#last;
      this.#pending.set(call, { resolve, reject });
      worker.postMessage({ call, method, args } satisfies PastRequest);
    });
    return answer as ReturnType<PastCollections[M]>;
  }

  #start(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './past.worker.ts' : './past.worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { workerData: this.#work });
    worker.on('message', (response: PastResponse) => {
      const pending = this.#pending.get(response.call);
      this.#pending.delete(response.call);
      if ('value' in response) pending?.resolve(response.value as never);
      else if (response.call === 0) this.#give(toldBy(response.error));
      else pending?.reject(toldBy(response.error));
    });
    worker.on('error', (error) => this.#give(errorOf(error)));
    this.#exited = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#give(new Error('The thread that folds the past has stopped: ask again.'));
        // The next question begins a new one.
        if (this.#worker === worker) this.#worker = undefined;
        resolve();
      });
    });
    return worker;
  }

  /** Gives up what waits for an answer. */
  #give(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
