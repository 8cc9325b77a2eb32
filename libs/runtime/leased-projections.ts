import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import { ensureFirstCollections } from './first-collections.ts';
import { LeaseShare } from './lease-share.ts';
import type { DeadLetter, DocumentChange, Lag, RebuildReport } from './ledger.ts';
import { observedProjections } from './observed-projections.ts';
import type { Projections } from './projections.ts';
import { Projector } from './projector.ts';
import type { ProjectorOptions } from './projector.ts';
import { reasonOf } from './reason-of.ts';
import { collectionIn } from './partitions.ts';
import { checkSamePartitions, seatsOf } from './same-partitions.ts';
import { Outdated, unitsOf } from './units.ts';
import type { Unit } from './units.ts';

export interface LeasedOptions extends Omit<ProjectorOptions, 'onDropped'> {
  readonly leaseMs?: number;
  /** Told whenever what this worker folds has changed: the read models, or their partitions, by name. */
  readonly onShare?: (held: readonly string[]) => void;
}

const WORKERS = 'worker';

/**
 * The read models as one of several workers writes them. Each partition of each is folded by the worker that holds its lease. A
 * worker that lost a lease without knowing is fenced by the checkpoint's epoch and stands by.
 */
export class LeasedProjections implements Projections {
  readonly #options: LeasedOptions;
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #projector: Projector;
  readonly #observed: Projections;
  readonly #share: LeaseShare;
  /** Collections that are being built anew here: their partitions are taken up with the switch. */
  readonly #rebuilding = new Set<string>();
  #said = '';

  private constructor(options: LeasedOptions, projector: Projector) {
    const { store, models, registry, decode, partitions = 1, leaseMs, onAlarm = () => undefined } = options;
    this.#options = options;
    this.#units = unitsOf(registry, partitions);
    this.#projector = projector;
    this.#observed = observedProjections(store, models, registry, decode, onAlarm);
    this.#share = new LeaseShare({
      ...{ models, names: [...this.#units.keys()], seats: seatsOf(WORKERS, partitions), leaseMs, onAlarm },
      work: {
        takeUp: (names) => this.#adopt(names),
        layDown: (name) => projector.abandon(name),
        isUnderWay: (name) => projector.adopted.has(name),
        onChange: () => this.#say(),
      },
    });
  }

  /**
   * Takes its share of the read models and goes on by itself. Rejects where the read models cannot be reached, and where other
   * workers fold them in another number of partitions.
   */
  static async start(options: LeasedOptions): Promise<LeasedProjections> {
    await checkSamePartitions(options.models, WORKERS, options.partitions ?? 1);
    await ensureFirstCollections(options.models, options.registry);
    const projector = await Projector.standby({
      ...options,
      onDropped: (name, error) => leased.#dropped(name, error),
    });
    const leased: LeasedProjections = new LeasedProjections(options, projector);
    await leased.#share.start();
    return leased;
  }

  /** What this worker folds now. */
  get held(): readonly string[] {
    return this.#share.held;
  }

  async caughtUp(position: number, timeoutMs: number): Promise<void> {
    const startedAt = performance.now();
    if (this.#share.hasAll) await this.#projector.caughtUp(position, timeoutMs);
    if (!this.#share.hasAll) await this.#observed.caughtUp(position, timeoutMs - (performance.now() - startedAt));
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

  /** Takes the read models, all partitions of them, over from whichever workers hold them, and builds them anew here. */
  async rebuild(
    collection?: string,
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]> {
    const names = this.#namesOf((each) => collection === undefined || each === collection);
    const collections = [...new Set(names.map((name) => this.#collectionOf(name)))];
    const underWay = collections.find((each) => this.#rebuilding.has(each));
    if (underWay !== undefined) throw new Error(`${underWay} is being built anew here already: wait for that.`);
    for (const each of collections) this.#rebuilding.add(each);
    try {
      return await this.#share.seizing(names, async () => {
        await this.#adoptSeized(names);
        return this.#projector.rebuild(collection, onProgress);
      });
    } finally {
      for (const each of collections) this.#rebuilding.delete(each);
    }
  }

  async retryDeadLetters(): Promise<{ readonly taken: number; readonly parked: number }> {
    const letters = await this.deadLetters();
    const collections = await this.#options.models.collections();
    const names = this.#namesOf((each) =>
      collections.some(
        ({ logical, physical }) =>
          logical === each && letters.some(({ projection }) => collectionIn(projection) === physical),
      ),
    );
    return this.#share.seizing(names, async () => {
      await this.#adoptSeized(names);
      return this.#projector.retryDeadLetters();
    });
  }

  /** Finishes the batch under way and lets the others have what it held, at once. */
  async close(): Promise<void> {
    await this.#share.stop();
    await this.#projector.close();
    await this.#observed.close();
    await this.#share.release();
  }

  #namesOf(matches: (collection: string) => boolean): readonly string[] {
    return [...this.#units.values()].flatMap(({ name, projection }) =>
      matches(projection.collection.name) ? [name] : [],
    );
  }

  /** One of an older version of the programme is built anew by who holds its first partition; the others wait for that. */
  async #adopt(names: readonly string[]): Promise<void> {
    const failures = await this.#projector.adopt(
      names.filter((name) => !this.#rebuilding.has(this.#collectionOf(name))),
    );
    for (const [name, error] of failures)
      if (!(error instanceof Outdated)) this.#dropped(name, error);
      else if (this.#units.get(name)!.partition.index === 0) this.#renew(this.#collectionOf(name));
  }

  /** In the background: it seizes units that are not being taken up any more. */
  #renew(collection: string): void {
    if (this.#share.isStopping) return;
    this.rebuild(collection).catch((error: unknown) => {
      if (!this.#share.isStopping)
        this.#options.onAlarm?.(`${collection} was not built anew, trying again: ${reasonOf(error)}`);
    });
  }

  #collectionOf(name: string): string {
    return this.#units.get(name)!.projection.collection.name;
  }

  /** What can be: one that is outdated is only built anew. */
  async #adoptSeized(names: readonly string[]): Promise<void> {
    const missing = names.filter((name) => !this.#projector.adopted.has(name));
    for (const error of (await this.#projector.adopt(missing)).values()) if (!(error instanceof Outdated)) throw error;
  }

  /** Fenced: stand by. Any other failure: it is taken up again at the next round, while the lease is held. */
  #dropped(name: string, error: Error): void {
    const { onAlarm } = this.#options;
    if (error instanceof CheckpointMismatch) {
      onAlarm?.(`${name} is folded by another worker now, this one stands by: ${error.message}`);
      this.#share.giveUp(name);
    } else onAlarm?.(`${name} stands still, trying again: ${error.message}`);
  }

  #say(): void {
    const { held } = this;
    if (held.join() === this.#said) return;
    this.#said = held.join();
    this.#options.onShare?.(held);
  }
}
