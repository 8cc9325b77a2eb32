import type { LedgerEvent } from '#libs/kernel/event.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { Projection } from '#libs/kernel/projection.ts';
import type { EventFilter, EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { differenceBetween } from './compare-collections.ts';
import { DEAD_LETTERS, DEAD_LETTERS_PHYSICAL, deadLettersIn, forgetLettersOf } from './dead-letters.ts';
import { Exclusive } from './exclusive.ts';
import type { DeadLetter, DocumentChange, Lag, RebuildReport } from './ledger.ts';
import { foldMissing, largeBatch } from './fold-runs.ts';
import { lagOf } from './observed-projections.ts';
import { partitionCountOf, partitionsOf } from './partitions.ts';
import type { PartitionCount } from './partitions.ts';
import type { Projections } from './projections.ts';
import { PositionWaiters } from './position-waiters.ts';
import { ProjectionRun } from './projection-run.ts';
import { generationOf, physicalName } from './physical-name.ts';
import { errorOf } from './reason-of.ts';
import type { Registry } from './registry.ts';
import { sideBySide } from './side-by-side.ts';
import { Outdated, unitOf, unitsOf } from './units.ts';
import type { Unit } from './units.ts';

export interface ProjectorOptions {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly registry: Registry;
  readonly decode: Decode;
  /** Told of what needs a person: a dead letter, a fenced worker. */
  readonly onAlarm?: (message: string) => void;
  /** In how many partitions each read model is folded: all of its writers must say the same. Default: 1. */
  readonly partitions?: PartitionCount;
  /**
   * Told that a partition is folded here no longer: another worker took over (CheckpointMismatch), or its store failed. The
   * others go on. Without it all stand still.
   */
  readonly onDropped?: (unit: string, error: Error) => void;
}

const buildName = ({ name }: ProjectionRun): string => `building ${name}`;

/** Units opened at the same time. */
const openedAtOnce = 16;
/** A live batch with fewer events than this is followed by a pause, so that more share the next one's transaction. */
const fullBatch = 500;
const pauseMs = 5;

/** Folds the store's events into every read model: one reading and decoding pass feeds them all. */
export class Projector implements Projections {
  readonly #options: ProjectorOptions;
  readonly #projections: readonly Projection[];
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #filter: EventFilter;
  /** By unit. Those of a build also stand here, under names of their own, while it waits for its switch. */
  readonly #runs = new Map<string, ProjectionRun>();
  readonly #listeners = new Set<(changes: readonly DocumentChange[], position: number) => void>();
  readonly #waiting = new PositionWaiters();
  /** One batch, rebuild step or retry at a time: they share documents and checkpoints. */
  readonly #exclusive = new Exclusive();
  readonly #stop = new AbortController();
  #position = 0;
  #running: Promise<void> | undefined;
  #failed: Error | undefined;
  /** Still on the way to where the store was at the start: nobody is told yet that the read models have caught up. */
  #isStarting = true;

  private constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#projections = [...options.registry.projections.values()];
    this.#units = unitsOf(options.registry, options.partitions);
    this.#filter = { streamPrefixes: prefixesOf(this.#projections.flatMap((each) => each.reads)) };
  }

  /** Takes over the read models, finishes or begins what a new version of the programme asks for, and goes on live. */
  static async start(options: ProjectorOptions): Promise<Projector> {
    const projector = await Projector.standby(options);
    const outdated = new Set<Projection>();
    for (const projection of projector.#projections) await projector.#dropUnfinished(projection);
    for (const unit of projector.#units.values()) {
      const run = await projector.#openActive(unit);
      if (run === undefined) outdated.add(unit.projection);
      else projector.#runs.set(unit.name, run);
    }
    projector.#follow(Math.min(...[...projector.#runs.values()].map((run) => run.position)));
    if (outdated.size > 0)
      void projector.#rebuildAll([...outdated]).catch((error: unknown) => {
        if (!projector.#stop.signal.aborted) options.onAlarm?.(`The new read models were not built: ${String(error)}`);
      });
    return projector;
  }

  /** Folds nothing yet: read models are taken over one by one, by `adopt`. */
  static async standby(options: ProjectorOptions): Promise<Projector> {
    await options.models.ensure(DEAD_LETTERS_PHYSICAL, DEAD_LETTERS);
    return new Projector(options);
  }

  /** The units folded here, those that are being built included. */
  get adopted(): ReadonlySet<string> {
    return new Set([...this.#runs.values()].map(unitOf));
  }

  /**
   * Takes units over, whoever folded them before, brings them as far as the others in one reading and goes on with them. Resolves
   * when they are live, with those that could not be: CheckpointMismatch where another was faster, Outdated, or the store's error.
   */
  async adopt(names: readonly string[]): Promise<ReadonlyMap<string, Error>> {
    const failures = new Map<string, Error>();
    const runs = new Map<string, ProjectionRun>();
    const fail = (name: string, error: unknown) => {
      runs.delete(name);
      failures.set(name, errorOf(error));
    };
    await sideBySide(openedAtOnce, names, async (name) => {
      try {
        const run = await this.#openActive(this.#units.get(name)!);
        if (run === undefined) fail(name, new Outdated(name));
        else runs.set(name, run);
      } catch (error) {
        fail(name, error);
      }
    });
    if (runs.size === 0) return failures;
    if (this.#running === undefined) {
      for (const [name, run] of runs) this.#runs.set(name, run);
      this.#follow(Math.min(...[...runs.values()].map((run) => run.position)));
      return failures;
    }
    const onFailed = (run: ProjectionRun, reason: unknown) => fail(unitOf(run), reason);
    await foldMissing(this.#reading, [...runs.values()], { onFailed });
    for (const run of runs.values()) await run.complete();
    await this.#exclusive.run(async () => {
      await foldMissing(this.#reading, [...runs.values()], { upTo: this.#position, onFailed });
      for (const [name, run] of runs) this.#runs.set(name, run);
    });
    return failures;
  }

  /** Stops folding one unit, after the batch under way. */
  async abandon(name: string): Promise<void> {
    await this.#exclusive.run(async () => this.#forget(name));
  }

  onApplied(listener: (changes: readonly DocumentChange[], position: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  caughtUp(position: number, timeoutMs: number): Promise<void> {
    if (this.#position >= position && !this.#isStarting) return Promise.resolve();
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return this.#waiting.until(
      position,
      timeoutMs,
      () =>
        this.#failed ??
        new Error(
          `The read models are at position ${this.#position}, not yet at ${position}, after ${timeoutMs} ms: retry later, or look at the lag.`,
        ),
    );
  }

  lag(): Promise<readonly Lag[]> {
    const { store, models, registry } = this.#options;
    return lagOf(store, models, registry);
  }

  deadLetters(): Promise<readonly DeadLetter[]> {
    return deadLettersIn(this.#options.models);
  }

  async retryDeadLetters(): Promise<{ taken: number; parked: number }> {
    return this.#exclusive.run(async () => {
      const letters = await this.deadLetters();
      let taken = 0;
      let parked = 0;
      const groups = Map.groupBy(letters, (letter) => `${letter.projection}\n${letter.subject}`);
      for (const group of groups.values()) {
        const run = [...this.#runs.values()].find((each) => each.name === group[0]!.projection);
        if (run === undefined) continue;
        const events: LedgerEvent[] = [];
        for (const letter of group.toSorted((a, b) => a.position - b.position))
          for await (const page of this.#options.store.readStream(letter.stream, { from: letter.revision, limit: 1 }))
            events.push(...page.map(this.#options.decode));
        const outcome = await run.retake(events);
        parked += outcome.parked;
        taken += events.length - outcome.parked;
        this.#tell(outcome.changes);
      }
      return { taken, parked };
    });
  }

  async rebuild(
    collection?: string,
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]> {
    if (this.#running === undefined) this.#follow(await this.#options.store.head());
    return this.#rebuildAll(this.#named(collection), onProgress);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#exclusive.idle();
  }

  get #reading() {
    const { models, store, decode } = this.#options;
    return { models, store, decode, signal: this.#stop.signal };
  }

  #named(collection: string | undefined): readonly Projection[] {
    const chosen = this.#projections.filter((each) => collection === undefined || each.collection.name === collection);
    if (chosen.length === 0)
      throw new Error(
        `There is no read model ${collection}. Known: ${this.#projections.map((each) => each.collection.name).join(', ')}.`,
      );
    return chosen;
  }

  /** What an interrupted rebuild left is newer than the active collection, and nobody reads it. */
  async #dropUnfinished({ collection }: Projection): Promise<void> {
    const { models } = this.#options;
    const known = (await models.collections()).filter((each) => each.logical === collection.name);
    const active = known.find((each) => each.active)?.physical;
    if (active === undefined) return;
    for (const { physical } of known) if (generationOf(physical) > generationOf(active)) await models.drop(physical);
  }

  /** Takes it over in the active collection, or makes the first one; undefined where the active one is outdated. */
  async #openActive({ projection, partition }: Unit): Promise<ProjectionRun | undefined> {
    const { models } = this.#options;
    const logical = projection.collection.name;
    const active = (await models.collections()).find((each) => each.logical === logical && each.active)?.physical;
    const physical = active ?? physicalName(projection.name, 1);
    const count = partitionCountOf(await models.checkpoints(), physical) ?? partition.of;
    if (!physical.startsWith(`${projection.name}~`) || count !== partition.of) return undefined;
    return ProjectionRun.open(projection, physical, models, partition);
  }

  #follow(from: number): void {
    this.#position = Number.isFinite(from) ? from : 0;
    this.#running = this.#goOn();
  }

  async #goOn(): Promise<void> {
    const { store } = this.#options;
    try {
      await this.#catchUp();
      const signals = store.subscribe({ after: this.#position, filter: this.#filter, signal: this.#stop.signal });
      for await (const signal of signals) {
        if (signal.kind === 'events') {
          await this.#take(signal.events);
          if (signal.events.length < fullBatch) await this.#pause();
        } else if (signal.position > this.#position) await this.#take([], signal.position);
      }
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#failed = errorOf(error);
      const fenced = error instanceof CheckpointMismatch ? ' Another worker took over.' : '';
      this.#options.onAlarm?.(`The read models stand still: ${this.#failed.message}${fenced}`);
    }
  }

  /** From where the read models were left to where the store is now, in large batches. */
  async #catchUp(): Promise<void> {
    const { store } = this.#options;
    let batch: StoredEvent[] = [];
    for await (const page of store.readAll({ after: this.#position, filter: this.#filter })) {
      this.#stop.signal.throwIfAborted();
      batch.push(...page);
      if (batch.length < largeBatch) continue;
      await this.#take(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#take(batch);
    await this.#exclusive.run(async () => {
      for (const run of this.#runs.values()) await run.complete();
    });
    this.#isStarting = false;
    this.#wake();
  }

  async #pause(): Promise<void> {
    await pause(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async #take(stored: readonly StoredEvent[], upTo = stored.at(-1)!.position): Promise<void> {
    await this.#exclusive.run(async () => {
      const events = this.#runs.size === 0 ? [] : stored.map(this.#options.decode);
      const runs = [...this.#runs.values()];
      const outcomes = await ProjectionRun.takeAll(this.#options.models, runs, events, upTo);
      const changes: DocumentChange[] = [];
      for (const [index, outcome] of outcomes.entries())
        if (outcome.status === 'fulfilled') changes.push(...outcome.value);
        else this.#drop(runs[index]!, outcome.reason);
      this.#position = upTo;
      this.#tell(changes);
    });
    this.#wake();
  }

  /** Those who wait for a position that is reached. */
  #wake(): void {
    if (!this.#isStarting) this.#waiting.reached(this.#position);
  }

  #drop(run: ProjectionRun, reason: unknown): void {
    const { onDropped } = this.#options;
    if (onDropped === undefined) throw reason;
    this.#forget(unitOf(run));
    onDropped(unitOf(run), reason instanceof Error ? reason : new Error(String(reason)));
  }

  /** One that is being built included. */
  #forget(unit: string): void {
    for (const [key, run] of this.#runs) if (unitOf(run) === unit) this.#runs.delete(key);
  }

  #tell(changes: readonly DocumentChange[]): void {
    for (const listener of this.#listeners) listener(changes, this.#position);
  }

  /** Blue/green: builds beside, catches up, compares, switches. Readers see the old documents until the switch. */
  async #rebuildAll(
    projections: readonly Projection[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]> {
    const { store } = this.#options;
    const startedAt = performance.now();
    const builds: ProjectionRun[] = [];
    for (const projection of projections) builds.push(...(await this.#beginBuild(projection)));
    const total = await store.head();
    let events = 0;
    const onBatch = (folded: number) => {
      events += folded;
      onProgress?.(builds[0]!.position, total);
    };
    // Most of the way beside the live batches, the rest while they wait for a moment.
    await foldMissing(this.#reading, builds, { onBatch });
    for (const run of builds) await run.complete();
    await this.#exclusive.run(async () => {
      await foldMissing(this.#reading, builds, { upTo: this.#position, onBatch });
      for (const run of builds) this.#runs.set(buildName(run), run);
    });
    try {
      return await this.#switchOver(builds, events, startedAt);
    } finally {
      for (const run of builds) this.#runs.delete(buildName(run));
    }
  }

  async #switchOver(
    builds: readonly ProjectionRun[],
    events: number,
    startedAt: number,
  ): Promise<readonly RebuildReport[]> {
    const { models } = this.#options;
    // The builders may have read further than the live batches had come: only from there on both can be compared.
    await this.caughtUp(Math.max(...builds.map((run) => run.position)), 60_000);
    const reports: RebuildReport[] = [];
    for (const [projection, runs] of Map.groupBy(builds, (run) => run.projection)) {
      const { name: logical } = projection.collection;
      const { physical } = runs[0]!;
      const before = this.#beforeOf(projection);
      const different = before === undefined ? 0 : await differenceBetween(models, physical, before, this.#exclusive);
      const documents = await models.count(physical, {});
      const replaced = (await models.collections()).find((each) => each.logical === logical && each.active);
      await this.#exclusive.run(async () => {
        // One that was dropped meanwhile, with its share or for its store's sake, has missed what came since.
        if (runs.some((run) => this.#runs.get(buildName(run)) !== run))
          throw new Error(`${logical} was not switched: a part of it was dropped while it was built. Build it anew.`);
        // A worker that was frozen while another built must not switch readers to what it built itself.
        for (const run of runs) await run.confirm();
        await models.activate(logical, physical);
        for (const run of runs) {
          this.#runs.delete(buildName(run));
          this.#runs.set(unitOf(run), run);
        }
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      reports.push({ collection: logical, events, documents, different, seconds });
      if (replaced !== undefined && replaced.physical !== physical) await forgetLettersOf(models, replaced.physical);
    }
    return reports;
  }

  /** The collection that the same fold fills here as a whole: only that can be compared with. */
  #beforeOf(projection: Projection): string | undefined {
    const units = [...this.#units.values()].filter((unit) => unit.projection === projection);
    const physicals = new Set(units.map(({ name }) => this.#runs.get(name)?.physical));
    const [physical] = physicals;
    return physicals.size === 1 ? physical : undefined;
  }

  /** Opens a new collection beside the active one; the one before that was kept for switching back, and makes way now. */
  async #beginBuild(projection: Projection): Promise<readonly ProjectionRun[]> {
    const { models, partitions = 1 } = this.#options;
    const known = (await models.collections()).filter((each) => each.logical === projection.collection.name);
    const newest = Math.max(...known.map((each) => generationOf(each.physical)), 0);
    for (const each of known) if (!each.active) await models.drop(each.physical);
    const physical = physicalName(projection.name, newest + 1);
    const runs: ProjectionRun[] = [];
    for (const partition of partitionsOf(partitions))
      runs.push(await ProjectionRun.open(projection, physical, models, partition));
    return runs;
  }
}
