import type { InputRecord } from './saga-events.ts';

/** A process that waits for a mended programme. */
export interface ParkedProcess {
  readonly saga: string;
  readonly key: string;
  readonly stream: string;
  /** Inputs that wait, the one that could not be taken included. */
  readonly inputs: number;
  /** The first of them, where it is known here. */
  readonly since?: InputRecord;
  readonly reason: string;
}

export interface ProcessStatus {
  /** False: in another process, and these figures are as far as the read models and its last checkpoint. */
  readonly runsHere: boolean;
  /** Where several workers share them: how many of their partitions run here. `runsHere` is of all. */
  readonly partitionsHere?: number;
  /** Places in the store that were not looked at yet. */
  readonly positionsBehind: number;
  /** Timers set; seen from another process: instances that wait for one. */
  readonly timers: number;
  /** Age of the oldest timer that is due and has not fired, in seconds; 0 when there is none. */
  readonly dueLagSeconds: number;
  /** Process instances with inputs that they could not take. */
  readonly parked: number;
  /** Sagas that stand still as a whole until the programme is mended. */
  readonly halted: readonly string[];
  /** Why nothing is processed any more. */
  readonly failed?: string;
}

/** The durable processes of one ledger, at work. */
export interface Processes {
  /**
   * Resolves once every event stored when it was called has been taken, every timer due at the clock's present time has
   * fired, and everything that this led to has been done too. Rejects where the processes stand still.
   */
  settle(): Promise<void>;
  status(): Promise<ProcessStatus>;
  parked(): Promise<readonly ParkedProcess[]>;
  /** Takes parked inputs again, in order; resolves with how many went through and how many still wait. */
  retry(): Promise<{ readonly taken: number; readonly parked: number }>;
  /** Finishes what is under way. */
  close(): Promise<void>;
}
