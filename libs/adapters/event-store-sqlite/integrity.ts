import { Worker } from 'node:worker_threads';
import { fromMessage } from './protocol.ts';
import type { ErrorMessage } from './protocol.ts';

/** Something that is not as it was written. */
export interface Finding {
  /** `file`: the database itself; else what of an event is wrong. */
  readonly kind: 'file' | 'position' | 'revision' | 'place' | 'leaf' | 'id';
  readonly message: string;
  readonly position?: number;
  readonly stream?: string;
  readonly revision?: number;
}

export type IntegrityMessage =
  | { readonly checked: number; readonly events: number }
  | { readonly findings: readonly Finding[] }
  | { readonly error: ErrorMessage };

/**
 * Checks a whole file beside its writer, in a thread of its own: SQLite's own integrity check, positions and each stream's
 * revisions without gaps, every event's leaf made again, no event id twice. Findings in store order, the first bad event
 * first, at most 100; none: the file is sound.
 * @throws Error where the file is missing or has a newer schema.
 */
export const integrityOf = (
  file: string,
  onProgress: (checked: number, events: number) => void = () => {},
): Promise<readonly Finding[]> =>
  new Promise((resolve, reject) => {
    const script = import.meta.url.endsWith('.ts') ? './integrity.worker.ts' : './integrity.worker.js';
    const worker = new Worker(new URL(script, import.meta.url), { workerData: { file } });
    worker.on('message', (message: IntegrityMessage) => {
      if ('checked' in message) onProgress(message.checked, message.events);
      else if ('findings' in message) resolve(message.findings);
      else reject(fromMessage(message.error));
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error(`The check of ${file} stopped before its end: run it again.`)));
  });
