import type { DeadLetter, DocumentChange, Lag, RebuildReport } from './ledger.ts';

/** The side of the projector that the ledger uses; also offered by a projector in another thread. */
export interface Projections {
  caughtUp(position: number, timeoutMs: number): Promise<void>;
  lag(): Promise<readonly Lag[]>;
  rebuild(collection?: string, onProgress?: (done: number, total: number) => void): Promise<readonly RebuildReport[]>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  retryDeadLetters(): Promise<{ readonly taken: number; readonly parked: number }>;
  onApplied(listener: (changes: readonly DocumentChange[], position: number) => void): () => void;
  close(): Promise<void>;
}
