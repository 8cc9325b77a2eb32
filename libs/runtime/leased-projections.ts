import { setTimeout as pause } from 'node:timers/promises';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import { ensureFirstCollections } from './first-collections.ts';
import { LEASE_MS, Lease, leasesHeld } from './lease.ts';
import type { DeadLetter, DocumentChange, Lag, RebuildReport } from './ledger.ts';
import { observedProjections } from './observed-projections.ts';
import type { Projections } from './projections.ts';
import { Projector } from './projector.ts';
import type { ProjectorOptions } from './projector.ts';

export interface LeasedOptions extends Omit<ProjectorOptions, 'onDropped'> {
  readonly leaseMs?: number;
  /** Told whenever what this worker folds has changed: the read models, by name. */
  readonly onShare?: (held: readonly string[]) => void;
}

/** Workers that share the load at most; more stand by. */
const SEATS = 64;
const SEAT = 'worker/';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The read models as one of several workers writes them. Each is folded by the worker that holds its lease; workers count each
 * other (each has a seat, which is a lease too) and hold no more than their share, so that one that comes or goes is made up for
 * within the time of a lease. A worker that lost a lease without knowing is fenced by the checkpoint's epoch and stands by.
 */
export class LeasedProjections implements Projections {
  readonly #options: LeasedOptions;
  readonly #projector: Projector;
  readonly #observed: Projections;
  readonly #leases: ReadonlyMap<string, Lease>;
  readonly #seats: readonly Lease[];
  readonly #adopting = new Map<string, Promise<void>>();
  /** Leases that are being taken, renewed or released. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #troubled = new Set<string>();
  /** Being rebuilt here on demand: kept, whatever the share. */
  readonly #pinned = new Set<string>();
  readonly #stop = new AbortController();
  #seat: Lease | undefined;
  #running: Promise<void> = Promise.resolve();
  #said = '';

  private constructor(options: LeasedOptions, projector: Projector) {
    const { store, models, registry, decode, onAlarm, leaseMs: durationMs = LEASE_MS } = options;
    this.#options = options;
    this.#projector = projector;
    this.#observed = observedProjections(store, models, registry, decode, onAlarm);
    const leaseOn = (name: string) => new Lease({ models, name, durationMs });
    this.#leases = new Map([...registry.projections.keys()].map((name) => [name, leaseOn(name)]));
    this.#seats = Array.from({ length: SEATS }, (_, index) => leaseOn(`${SEAT}${index}`));
  }

  /** Takes its share of the read models and goes on by itself. Rejects where the read models cannot be reached. */
  static async start(options: LeasedOptions): Promise<LeasedProjections> {
    await ensureFirstCollections(options.models, options.registry);
    const projector = await Projector.standby({
      ...options,
      onDropped: (collection, error) => leased.#dropped(collection, error),
    });
    const leased: LeasedProjections = new LeasedProjections(options, projector);
    await leased.#round();
    leased.#running = leased.#run();
    return leased;
  }

  /** The read models that this worker folds now. */
  get held(): readonly string[] {
    const { adopted } = this.#projector;
    return [...this.#leases].flatMap(([name, lease]) => (lease.held && adopted.has(name) ? [name] : []));
  }

  async caughtUp(position: number, timeoutMs: number): Promise<void> {
    const startedAt = performance.now();
    if (this.#hasAll) await this.#projector.caughtUp(position, timeoutMs);
    if (!this.#hasAll) await this.#observed.caughtUp(position, timeoutMs - (performance.now() - startedAt));
  }
  lag(): Promise<readonly Lag[]> {
    return this.#observed.lag();
  }
  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#observed.deadLetters();
  }
  onApplied(listener: (changes: readonly DocumentChange[], position: number) => void): () => void {
    return this.#observed.onApplied(listener);
  }

  /** Takes the read models over from whichever worker holds them, and builds them anew here. */
  async rebuild(
    collection?: string,
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]> {
    const names = collection === undefined ? [...this.#leases.keys()] : [collection];
    return this.#holding(names, () => this.#projector.rebuild(collection, onProgress));
  }

  async retryDeadLetters(): Promise<{ readonly taken: number; readonly parked: number }> {
    const letters = await this.deadLetters();
    const collections = await this.#options.models.collections();
    const names = [...this.#leases.keys()].filter((name) =>
      collections.some(
        ({ logical, physical }) => logical === name && letters.some(({ projection }) => projection === physical),
      ),
    );
    return this.#holding(names, () => this.#projector.retryDeadLetters());
  }

  /** Finishes the batch under way and lets the others have what it held, at once. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#projector.close();
    await Promise.allSettled([...this.#adopting.values(), ...this.#busy.values()]);
    await this.#observed.close();
    // What cannot be given back ends by itself.
    await Promise.allSettled([...this.#leases.values(), ...this.#seats].map((lease) => lease.release()));
  }

  get #hasAll(): boolean {
    return this.held.length === this.#leases.size;
  }

  async #run(): Promise<void> {
    const { leaseMs = LEASE_MS, onAlarm } = this.#options;
    const signal = this.#stop.signal;
    while (!signal.aborted) {
      await pause(leaseMs / 3, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#round();
        this.#troubled.delete('');
      } catch (error) {
        if (!this.#troubled.has('')) onAlarm?.(`The read models cannot be reached, trying again: ${reasonOf(error)}`);
        this.#troubled.add('');
      }
    }
  }

  /**
   * Renews, gives away what is more than its share, takes what is free. Each read model by itself: a write that waits for a frozen
   * worker's transaction to time out must not let the other leases end.
   */
  async #round(): Promise<void> {
    const { models, leaseMs = LEASE_MS } = this.#options;
    await this.#takeSeat();
    const taken = await leasesHeld(models);
    const workers = Math.max(1, [...taken].filter((name) => name.startsWith(SEAT)).length);
    const share = Math.ceil(this.#leases.size / workers);
    const { adopted } = this.#projector;
    let count = [...this.#leases].filter(([name, lease]) => lease.epoch > 0 || this.#busy.has(name)).length;
    for (const [name, lease] of this.#leases) {
      if (this.#busy.has(name) || this.#stop.signal.aborted) continue;
      if (lease.epoch === 0) {
        if (count >= share || this.#seat === undefined || taken.has(name)) continue;
        count += 1;
        this.#attend(name, async () => void (await lease.take()));
      } else if (count > share && !this.#adopting.has(name) && !this.#pinned.has(name)) {
        count -= 1;
        this.#attend(name, async () => {
          await this.#projector.abandon(name);
          await lease.release();
        });
      } else
        this.#attend(name, async () => {
          if (!(await lease.renew())) await this.#lost(name);
          else if (!adopted.has(name) && !this.#adopting.has(name)) void this.#adopt(name);
        });
    }
    await Promise.race([Promise.all(this.#busy.values()), pause(leaseMs / 3)]);
    for (const [name, lease] of this.#leases)
      if (lease.held && !this.#projector.adopted.has(name) && !this.#adopting.has(name) && !this.#busy.has(name))
        void this.#adopt(name);
    this.#say();
  }

  #attend(name: string, work: () => Promise<void>): void {
    const attending = work()
      .then(() => void this.#troubled.delete(name))
      .catch((error: unknown) => this.#trouble(name, error))
      .finally(() => this.#busy.delete(name));
    this.#busy.set(name, attending);
  }

  /** Said once, until it works again. */
  #trouble(name: string, error: unknown): void {
    if (this.#troubled.has(name) || this.#stop.signal.aborted) return;
    this.#troubled.add(name);
    this.#options.onAlarm?.(`The lease on ${name} could not be kept, trying again: ${reasonOf(error)}`);
  }

  #say(): void {
    const { held } = this;
    if (held.join() === this.#said) return;
    this.#said = held.join();
    this.#options.onShare?.(held);
  }

  async #takeSeat(): Promise<void> {
    if (this.#busy.has(SEAT)) return;
    this.#attend(SEAT, async () => {
      if (this.#seat !== undefined && (await this.#seat.renew())) return;
      this.#seat = undefined;
      const taken = await leasesHeld(this.#options.models);
      for (const seat of this.#seats)
        if (!taken.has(seat.name) && (await seat.take())) {
          this.#seat = seat;
          return;
        }
    });
    await Promise.race([this.#busy.get(SEAT), pause(1_000)]);
  }

  #adopt(name: string): Promise<void> {
    const adopting = this.#projector
      .adopt(name)
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted)
          this.#dropped(name, error instanceof Error ? error : new Error(reasonOf(error)));
      })
      .finally(() => {
        this.#adopting.delete(name);
        this.#say();
      });
    this.#adopting.set(name, adopting);
    return adopting;
  }

  /** Fenced: stand by. Any other failure: it is taken up again at the next round, while the lease is held. */
  #dropped(name: string, error: Error): void {
    const { onAlarm } = this.#options;
    if (error instanceof CheckpointMismatch) {
      onAlarm?.(`${name} is folded by another worker now, this one stands by: ${error.message}`);
      const lease = this.#leases.get(name)!;
      void (this.#busy.get(name) ?? Promise.resolve()).then(() => this.#attend(name, () => lease.release()));
    } else onAlarm?.(`${name} stands still, trying again: ${error.message}`);
  }

  async #lost(name: string): Promise<void> {
    await this.#projector.abandon(name);
    this.#options.onAlarm?.(`The lease on ${name} went to another worker, this one stands by.`);
  }

  async #holding<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const name of names) this.#pinned.add(name);
    try {
      for (const name of names) {
        const lease = this.#leases.get(name);
        if (lease === undefined) continue;
        if (!(await lease.seize()))
          throw new Error(`${name} was taken by another worker at the same moment: try again.`);
        await this.#adopting.get(name);
        if (!this.#projector.adopted.has(name)) await this.#projector.adopt(name);
      }
      return await work();
    } finally {
      for (const name of names) this.#pinned.delete(name);
    }
  }
}
