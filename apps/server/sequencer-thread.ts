import { Worker } from 'node:worker_threads';
import { reasonOf } from '#libs/runtime/reason-of.ts';

export interface SequencerFiles {
  readonly folder: string;
  /** The events' file. */
  readonly ledger: string;
  readonly tenant: string;
}

export type FromSequencer =
  { readonly kind: 'head'; readonly note: string } | { readonly kind: 'alarm'; readonly message: string };

/** The sequencer of an embedded ledger in a thread of its own: hashing and syncing never hold up the thread that answers. */
export class SequencerThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #isClosing = false;

  constructor(
    files: SequencerFiles,
    told: { readonly onHead: (note: string) => void; readonly onAlarm: (message: string) => void },
  ) {
    const script = import.meta.url.endsWith('.ts') ? './sequencer.worker.ts' : './sequencer.worker.js';
    this.#worker = new Worker(new URL(script, import.meta.url), { workerData: files });
    this.#worker.on('message', (message: FromSequencer) => {
      if (message.kind === 'head') told.onHead(message.note);
      else told.onAlarm(message.message);
    });
    this.#worker.on('error', (error) => told.onAlarm(`The log is not signed any more: ${reasonOf(error)}`));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        if (!this.#isClosing && code === 0) told.onAlarm('The log is not signed any more: restart the ledger.');
        resolve();
      });
    });
  }

  /** Signs what the store holds, for ten seconds at the most, and stops. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#worker.postMessage('close');
    await this.#exited;
  }
}
