import { Worker } from 'node:worker_threads';
import type { DeadLetter, DocumentChange, Lag, RebuildReport } from '#libs/runtime/ledger.ts';
import type { Projections } from '#libs/runtime/projections.ts';

export interface ProjectorFiles {
  readonly ledger: string;
  readonly models: string;
}

type Ask =
  | { readonly kind: 'listen'; readonly listened: boolean }
  | { readonly kind: 'caught-up'; readonly position: number; readonly timeoutMs: number }
  | { readonly kind: 'lag' }
  | { readonly kind: 'rebuild'; readonly collection: string | undefined }
  | { readonly kind: 'dead-letters' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'close' };
export type ToProjector = Ask & { readonly call: number };

/** Call 0 tells that the projector has started, or why not. */
export type FromProjector =
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly call: number; readonly message: string }
  | { readonly kind: 'progress'; readonly call: number; readonly done: number; readonly total: number }
  | { readonly kind: 'applied'; readonly position: number; readonly changes: readonly DocumentChange[] }
  | { readonly kind: 'alarm'; readonly message: string };

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The projector in a thread of its own: folding, scanning and rebuilding never hold up the thread that answers HTTP. */
export class ProjectorThread implements Projections {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(changes: readonly DocumentChange[], position: number) => void>();
  readonly #exited: Promise<void>;
  #last = 0;
  #gone: Error | undefined;

  private constructor(files: ProjectorFiles, onAlarm: (message: string) => void) {
    const file = import.meta.url.endsWith('.ts') ? './projector.worker.ts' : './projector.worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: files });
    this.#worker.on('message', (message: FromProjector) => {
      switch (message.kind) {
        case 'applied':
          for (const listener of this.#listeners) listener(message.changes, message.position);
          return;
        case 'alarm':
          onAlarm(message.message);
          return;
        case 'progress':
          this.#pending.get(message.call)?.onProgress?.(message.done, message.total);
          return;
        case 'answer':
          this.#pending.get(message.call)?.resolve(message.value as never);
          this.#pending.delete(message.call);
          return;
        case 'failure':
          this.#pending.get(message.call)?.reject(new Error(message.message));
          this.#pending.delete(message.call);
      }
    });
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end(new Error('The projector has stopped: restart the ledger.'));
        resolve();
      });
    });
  }

  static async start(files: ProjectorFiles, onAlarm: (message: string) => void): Promise<ProjectorThread> {
    const thread = new ProjectorThread(files, onAlarm);
    try {
      await new Promise((resolve, reject) => thread.#pending.set(0, { resolve, reject }));
      return thread;
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    }
  }

  caughtUp(position: number, timeoutMs: number): Promise<void> {
    return this.#ask({ kind: 'caught-up', position, timeoutMs });
  }
  lag(): Promise<readonly Lag[]> {
    return this.#ask({ kind: 'lag' });
  }
  rebuild(collection?: string, onProgress?: (done: number, total: number) => void): Promise<readonly RebuildReport[]> {
    return this.#ask({ kind: 'rebuild', collection }, onProgress);
  }
  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#ask({ kind: 'dead-letters' });
  }
  retryDeadLetters(): Promise<{ readonly taken: number; readonly parked: number }> {
    return this.#ask({ kind: 'retry' });
  }
  onApplied(listener: (changes: readonly DocumentChange[], position: number) => void): () => void {
    this.#listeners.add(listener);
    // Documents cross over between threads only while somebody looks at them.
    if (this.#listeners.size === 1) void this.#ask({ kind: 'listen', listened: true }).catch(() => undefined);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) void this.#ask({ kind: 'listen', listened: false }).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    if (this.#gone === undefined) await this.#ask({ kind: 'close' });
    await this.#exited;
  }

  #ask<T>(ask: Ask, onProgress?: (done: number, total: number) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone);
      const call = ++this.#last;
      this.#pending.set(call, { resolve, reject, ...(onProgress === undefined ? {} : { onProgress }) });
      this.#worker.postMessage({ ...ask, call });
    });
  }

  #end(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
