import type { ReadModels } from '#libs/ports/read-models.ts';
import type { Lease } from './lease.ts';
import { LeaseShare } from './lease-share.ts';
import type { Right } from './lease-share.ts';
import { partitionName, partitionsOf } from './partitions.ts';
import type { Partition, PartitionCount } from './partitions.ts';
import { Superseded } from './saga-checkpoint.ts';
import type { ParkedProcess, ProcessStatus, Processes } from './saga-processes.ts';
import type { SagaRunner } from './saga-runner.ts';
import { seatsOf } from './same-partitions.ts';

export interface LeasedProcessesOptions {
  readonly models: ReadModels;
  /** All workers must say the same. Default: 1. */
  readonly partitions?: PartitionCount;
  readonly leaseMs?: number;
  readonly leaseOn?: (name: string, durationMs: number) => Lease;
  /** Starts what runs one partition; `onEnd` is to be told where it stops by itself. */
  readonly start: (partition: Partition, right: Right, onEnd: (error: Error) => void) => SagaRunner;
  /** What is known of them while other workers run some. */
  readonly observed: Processes;
  readonly onAlarm: (message: string) => void;
}

const PROCESSES = 'processes';
const WORKERS = 'process-worker';

/**
 * The processes, with their timers, as one of several workers runs them: partitions by hash of the instance, each run by the worker
 * that holds its lease; the others take it when its holder dies or freezes. As with read models, correctness does not rest on the
 * lease: a worker that was frozen and wakes up is refused by the expected revisions of the processes' streams and of the
 * partition's checkpoint.
 */
export class LeasedProcesses implements Processes {
  readonly #options: LeasedProcessesOptions;
  readonly #partitions: ReadonlyMap<string, Partition>;
  readonly #runners = new Map<string, SagaRunner>();
  /** Runners that ended by themselves and finish what they have under way. */
  readonly #ending = new Set<Promise<void>>();
  readonly #share: LeaseShare;
  #waiting: (() => void)[] = [];

  private constructor(options: LeasedProcessesOptions) {
    const { models, partitions = 1, leaseMs, leaseOn, onAlarm } = options;
    this.#options = options;
    this.#partitions = new Map(partitionsOf(partitions).map((each) => [partitionName(PROCESSES, each), each]));
    this.#share = new LeaseShare({
      ...{ models, names: [...this.#partitions.keys()], seats: seatsOf(WORKERS, partitions), leaseMs, onAlarm },
      ...(leaseOn === undefined ? {} : { leaseOn }),
      work: {
        takeUp: async (names) => names.forEach((name) => this.#begin(name)),
        layDown: (name) => this.#end(name),
        isUnderWay: (name) => this.#runners.has(name),
      },
    });
  }

  /** Goes on by itself; runs its share of the processes as soon as nobody else does. */
  static start(options: LeasedProcessesOptions): LeasedProcesses {
    const leased = new LeasedProcesses(options);
    leased.#share.begin();
    return leased;
  }

  /** Waits, where other workers run some of them, until this one runs all. */
  async settle(): Promise<void> {
    for (;;) {
      if (this.#share.isStopping) throw new Error('The processes were stopped.');
      const runners = [...this.#runners.values()];
      try {
        if (this.#runsAll) return void (await Promise.all(runners.map((runner) => runner.settle())));
      } catch (error) {
        // Taken over meanwhile: it is asked for again when they run here again.
        if (this.#runsAll && [...this.#runners.values()].every((each) => runners.includes(each))) throw error;
      }
      if (!this.#runsAll) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async status(): Promise<ProcessStatus> {
    if (!this.#runsAll) return { ...(await this.#options.observed.status()), partitionsHere: this.#runners.size };
    const all = await Promise.all([...this.#runners.values()].map((runner) => runner.status()));
    const sum = (figure: (each: ProcessStatus) => number) => all.reduce((total, each) => total + figure(each), 0);
    const most = (figure: (each: ProcessStatus) => number) => Math.max(...all.map(figure));
    const failed = all.find((each) => each.failed !== undefined)?.failed;
    return {
      runsHere: all.every((each) => each.runsHere),
      partitionsHere: all.length,
      positionsBehind: most((each) => each.positionsBehind),
      timers: sum((each) => each.timers),
      dueLagSeconds: most((each) => each.dueLagSeconds),
      parked: sum((each) => each.parked),
      halted: [...new Set(all.flatMap((each) => each.halted))],
      ...(failed === undefined ? {} : { failed }),
    };
  }

  async parked(): Promise<readonly ParkedProcess[]> {
    if (!this.#runsAll) return this.#options.observed.parked();
    return (await Promise.all([...this.#runners.values()].map((runner) => runner.parked()))).flat();
  }

  /** Takes the processes over from whichever workers run them: a retry runs on whichever was asked. */
  retry(): Promise<{ readonly taken: number; readonly parked: number }> {
    const names = this.#share.names;
    return this.#share.seizing(names, async () => {
      for (const name of names) if (!this.#runners.has(name)) this.#begin(name);
      const outcomes = await Promise.all([...this.#runners.values()].map((runner) => runner.retry()));
      return {
        taken: outcomes.reduce((total, { taken }) => total + taken, 0),
        parked: outcomes.reduce((total, { parked }) => total + parked, 0),
      };
    });
  }

  async close(): Promise<void> {
    await this.#share.stop();
    await Promise.all([...this.#runners.keys()].map((name) => this.#end(name)));
    await Promise.all(this.#ending);
    await this.#share.release();
    this.#tellWaiting();
  }

  get #runsAll(): boolean {
    return this.#runners.size === this.#partitions.size;
  }

  #begin(name: string): void {
    if (this.#share.isStopping) return;
    const { start, onAlarm } = this.#options;
    const runner = start(this.#partitions.get(name)!, this.#share.rightTo(name), (error) => {
      if (this.#runners.get(name) !== runner) return;
      this.#runners.delete(name);
      onAlarm(
        error instanceof Superseded
          ? `The ${name} are run by another worker now, this one stands by: ${error.message}`
          : `The ${name} stand still, trying again: ${error.message}`,
      );
      const ending = runner.close().finally(() => {
        this.#ending.delete(ending);
        if (!this.#runners.has(name)) this.#share.giveUp(name);
      });
      this.#ending.add(ending);
    });
    this.#runners.set(name, runner);
    this.#tellWaiting();
  }

  /** What it has under way is finished, or refused. */
  async #end(name: string): Promise<void> {
    const runner = this.#runners.get(name);
    this.#runners.delete(name);
    await runner?.close();
  }

  #tellWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
