import { setTimeout as pause } from 'node:timers/promises';
import { Exclusive } from './exclusive.ts';
import { LEASE_MS } from './lease.ts';
import type { Lease } from './lease.ts';
import { Superseded } from './saga-checkpoint.ts';
import type { ParkedProcess, ProcessStatus, Processes } from './saga-processes.ts';
import type { SagaRunner } from './saga-runner.ts';

/** The lease under which one worker at a time runs the processes. */
export const PROCESSES_LEASE = 'processes';

export interface LeasedProcessesOptions {
  readonly lease: Lease;
  /** Starts what runs them; `onEnd` is to be told where it stops by itself. */
  readonly start: (lease: Lease, onEnd: (error: Error) => void) => SagaRunner;
  /** What is known of them while another worker runs them. */
  readonly observed: Processes;
  readonly onAlarm: (message: string) => void;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The processes as one of several workers runs them: whoever holds the lease does, the others stand by and take it when its
 * holder dies or freezes. As with read models, correctness does not rest on the lease: a worker that was frozen and wakes up is
 * refused by the expected revisions of the processes' streams and of their checkpoint.
 */
export class LeasedProcesses implements Processes {
  readonly #options: LeasedProcessesOptions;
  readonly #exclusive = new Exclusive();
  readonly #stop = new AbortController();
  #runner: SagaRunner | undefined;
  #running: Promise<void> = Promise.resolve();
  #waiting: (() => void)[] = [];
  #isTroubled = false;

  private constructor(options: LeasedProcessesOptions) {
    this.#options = options;
  }

  /** Goes on by itself; runs the processes as soon as nobody else does. */
  static start(options: LeasedProcessesOptions): LeasedProcesses {
    const leased = new LeasedProcesses(options);
    leased.#running = leased.#run();
    return leased;
  }

  /** Waits, where another worker runs them, until this one does. */
  async settle(): Promise<void> {
    for (;;) {
      if (this.#stop.signal.aborted) throw new Error('The processes were stopped.');
      const runner = this.#runner;
      try {
        if (runner !== undefined) return await runner.settle();
      } catch (error) {
        // Taken over meanwhile: it is asked for again when they run here again.
        if (this.#runner === runner) throw error;
      }
      if (this.#runner === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  status(): Promise<ProcessStatus> {
    return (this.#runner ?? this.#options.observed).status();
  }

  parked(): Promise<readonly ParkedProcess[]> {
    return (this.#runner ?? this.#options.observed).parked();
  }

  /** Takes the processes over from whichever worker runs them: a retry runs on whichever was asked. */
  async retry(): Promise<{ readonly taken: number; readonly parked: number }> {
    const runner = await this.#exclusive.run(async () => {
      if (this.#runner === undefined) {
        if (!(await this.#options.lease.seize()))
          throw new Error('The processes were taken by another worker at the same moment: try again.');
        this.#begin();
      }
      return this.#runner!;
    });
    return runner.retry();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#exclusive.idle();
    await this.#end();
    // What cannot be given back ends by itself.
    await this.#options.lease.release().catch(() => undefined);
    this.#tellWaiting();
  }

  async #run(): Promise<void> {
    const signal = this.#stop.signal;
    const everyMs = (this.#options.lease.durationMs ?? LEASE_MS) / 3;
    while (!signal.aborted) {
      await this.#exclusive.run(() => this.#tick());
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #tick(): Promise<void> {
    const { lease, onAlarm } = this.#options;
    try {
      if (this.#runner === undefined) {
        if (await lease.take()) this.#begin();
      } else if (!(await lease.renew())) {
        await this.#end();
        onAlarm('The processes are run by another worker now, this one stands by.');
      }
      this.#isTroubled = false;
    } catch (error) {
      // Held until it ends: the runner looks at that by itself.
      if (!this.#isTroubled && !this.#stop.signal.aborted)
        onAlarm(`The lease on the processes could not be kept, trying again: ${reasonOf(error)}`);
      this.#isTroubled = true;
    }
  }

  #begin(): void {
    const { lease, start, onAlarm } = this.#options;
    const runner = start(lease, (error) => {
      if (this.#runner !== runner) return;
      this.#runner = undefined;
      onAlarm(
        error instanceof Superseded
          ? `The processes are run by another worker now, this one stands by: ${error.message}`
          : `The processes stand still, trying again: ${error.message}`,
      );
      void this.#exclusive.run(async () => {
        await runner.close();
        if (this.#runner === undefined) await lease.release().catch(() => undefined);
      });
    });
    this.#runner = runner;
    this.#tellWaiting();
  }

  /** What it has under way is finished, or refused. */
  async #end(): Promise<void> {
    const runner = this.#runner;
    this.#runner = undefined;
    await runner?.close();
  }

  #tellWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
