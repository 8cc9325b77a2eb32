import type { LedgerEvent } from '#libs/kernel/event.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { Projection } from '#libs/kernel/projection.ts';
import type { EventFilter, EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { DEAD_LETTERS, DEAD_LETTERS_PHYSICAL, deadLetterId } from './dead-letters.ts';
import { Exclusive } from './exclusive.ts';
import type { DeadLetter, DocumentChange, Lag, RebuildReport } from './ledger.ts';
import { deadLettersIn, lagOf } from './observed-projections.ts';
import type { Projections } from './projections.ts';
import { ProjectionRun } from './projection-run.ts';
import { generationOf, physicalName } from './physical-name.ts';
import type { Registry } from './registry.ts';

export interface ProjectorOptions {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly registry: Registry;
  readonly decode: Decode;
  /** Told of what needs a person: a dead letter, a fenced worker. */
  readonly onAlarm?: (message: string) => void;
  /**
   * Told that a read model is folded here no longer: another worker took over (CheckpointMismatch), or its store failed. The
   * others go on. Without it all stand still.
   */
  readonly onDropped?: (collection: string, error: Error) => void;
}

/** Events between two writes while many are to be folded: in a rebuild, and when starting far behind. */
const largeBatch = 5_000;
/** A live batch with fewer events than this is followed by a pause, so that more share the next one's transaction. */
const fullBatch = 500;
const pauseMs = 5;

/** Folds the store's events into every read model: one reading and decoding pass feeds them all. */
export class Projector implements Projections {
  readonly #options: ProjectorOptions;
  readonly #projections: readonly Projection[];
  readonly #filter: EventFilter;
  readonly #runs = new Map<string, ProjectionRun>();
  readonly #listeners = new Set<(changes: readonly DocumentChange[], position: number) => void>();
  readonly #waiting = new Set<{ position: number; resolve: () => void }>();
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
    this.#filter = { streamPrefixes: prefixesOf(this.#projections.flatMap((each) => each.reads)) };
  }

  /** Takes over the read models, finishes or begins what a new version of the programme asks for, and goes on live. */
  static async start(options: ProjectorOptions): Promise<Projector> {
    const projector = await Projector.standby(options);
    const outdated: Projection[] = [];
    for (const projection of projector.#projections) {
      const run = await projector.#openActive(projection);
      if (run === undefined) outdated.push(projection);
      else projector.#runs.set(projection.collection.name, run);
    }
    projector.#follow(Math.min(...[...projector.#runs.values()].map((run) => run.position)));
    if (outdated.length > 0)
      void projector.#rebuildAll(outdated).catch((error: unknown) => {
        if (!projector.#stop.signal.aborted) options.onAlarm?.(`The new read models were not built: ${String(error)}`);
      });
    return projector;
  }

  /** Folds nothing yet: read models are taken over one by one, by `adopt`. */
  static async standby(options: ProjectorOptions): Promise<Projector> {
    await options.models.ensure(DEAD_LETTERS_PHYSICAL, DEAD_LETTERS);
    return new Projector(options);
  }

  /** The collections folded here. */
  get adopted(): ReadonlySet<string> {
    return new Set([...this.#runs.values()].map((run) => run.projection.collection.name));
  }

  /**
   * Takes one read model over, whoever folded it before, brings it as far as the others and goes on with it; one of an older
   * version of the fold is built anew. Resolves when it is live. Rejects with CheckpointMismatch where another was faster.
   */
  async adopt(collection: string): Promise<void> {
    const [projection] = this.#named(collection);
    const run = await this.#openActive(projection!);
    if (run === undefined) {
      if (this.#running === undefined) this.#follow(await this.#options.store.head());
      await this.#rebuildAll([projection!]);
    } else if (this.#running === undefined) {
      this.#runs.set(collection, run);
      this.#follow(run.position);
    } else {
      await this.#fold([run]);
      await run.complete();
      await this.#exclusive.run(async () => {
        await this.#fold([run], this.#position);
        this.#runs.set(collection, run);
      });
    }
  }

  /** Stops folding one read model, after the batch under way. */
  async abandon(collection: string): Promise<void> {
    await this.#exclusive.run(async () => this.#forget(collection));
  }

  onApplied(listener: (changes: readonly DocumentChange[], position: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  caughtUp(position: number, timeoutMs: number): Promise<void> {
    if (this.#position >= position && !this.#isStarting) return Promise.resolve();
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(
          this.#failed ??
            new Error(
              `The read models are at position ${this.#position}, not yet at ${position}, after ${timeoutMs} ms: retry later, or look at the lag.`,
            ),
        );
      }, timeoutMs);
      const waiter = {
        position,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiting.add(waiter);
    });
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
        const run = [...this.#runs.values()].find((each) => each.physical === group[0]!.projection);
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
    return this.#rebuildAll(this.#named(collection), onProgress);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#exclusive.idle();
  }

  #named(collection: string | undefined): readonly Projection[] {
    const chosen = this.#projections.filter((each) => collection === undefined || each.collection.name === collection);
    if (chosen.length === 0)
      throw new Error(
        `There is no read model ${collection}. Known: ${this.#projections.map((each) => each.collection.name).join(', ')}.`,
      );
    return chosen;
  }

  /** Takes the active collection over, or makes the first one; undefined where the active one is of another version. */
  async #openActive(projection: Projection): Promise<ProjectionRun | undefined> {
    const { models } = this.#options;
    const logical = projection.collection.name;
    const known = (await models.collections()).filter((each) => each.logical === logical);
    const active = known.find((each) => each.active)?.physical;
    // What an interrupted rebuild left is begun anew: it is newer than the active one and nobody reads it.
    for (const each of known)
      if (active !== undefined && !each.active && generationOf(each.physical) > generationOf(active))
        await models.drop(each.physical);
    const physical = active ?? physicalName(projection.name, 1);
    if (!physical.startsWith(`${projection.name}~`)) return undefined;
    return ProjectionRun.open(projection, physical, models);
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
      this.#failed = error instanceof Error ? error : new Error(String(error));
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
    if (this.#isStarting) return;
    for (const waiter of this.#waiting)
      if (waiter.position <= this.#position) {
        this.#waiting.delete(waiter);
        waiter.resolve();
      }
  }

  #drop(run: ProjectionRun, reason: unknown): void {
    const { onDropped } = this.#options;
    if (onDropped === undefined) throw reason;
    const collection = run.projection.collection.name;
    this.#forget(collection);
    onDropped(collection, reason instanceof Error ? reason : new Error(String(reason)));
  }

  /** One that is being built included. */
  #forget(collection: string): void {
    for (const [key, run] of this.#runs) if (run.projection.collection.name === collection) this.#runs.delete(key);
  }

  #tell(changes: readonly DocumentChange[]): void {
    for (const listener of this.#listeners) listener(changes, this.#position);
  }

  /** Blue/green: builds beside, catches up, compares, switches. Readers see the old documents until the switch. */
  async #rebuildAll(
    projections: readonly Projection[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]> {
    const { models, store } = this.#options;
    const startedAt = performance.now();
    const builds: ProjectionRun[] = [];
    for (const projection of projections) {
      const known = (await models.collections()).filter((each) => each.logical === projection.collection.name);
      const newest = Math.max(...known.map((each) => generationOf(each.physical)), 0);
      // The generation before the active one was kept for switching back; it makes way now.
      for (const each of known) if (!each.active) await models.drop(each.physical);
      builds.push(await ProjectionRun.open(projection, physicalName(projection.name, newest + 1), models));
    }
    const total = await store.head();
    let events = 0;
    const onBatch = (folded: number) => {
      events += folded;
      onProgress?.(builds[0]!.position, total);
    };
    // Most of the way beside the live batches, the rest while they wait for a moment.
    await this.#fold(builds, undefined, onBatch);
    for (const run of builds) await run.complete();
    await this.#exclusive.run(async () => {
      await this.#fold(builds, this.#position, onBatch);
      for (const run of builds) this.#runs.set(`building ${run.physical}`, run);
    });
    try {
      return await this.#switchOver(builds, events, startedAt);
    } finally {
      for (const run of builds) this.#runs.delete(`building ${run.physical}`);
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
    for (const run of builds) {
      const logical = run.projection.collection.name;
      const before = this.#runs.get(logical);
      const comparison = await this.#compare(run, before);
      await this.#exclusive.run(async () => {
        // A worker that was frozen while another built must not switch readers to what it built itself.
        await run.confirm();
        await models.activate(logical, run.physical);
        this.#runs.delete(`building ${run.physical}`);
        this.#runs.set(logical, run);
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      reports.push({ collection: logical, events, ...comparison, seconds });
      // Letters of the replaced collection would wait for ever.
      if (before !== undefined) await this.#forgetLetters(before.physical);
    }
    return reports;
  }

  /** Folds what these runs lack, up to the position or as far as the store goes. */
  async #fold(
    runs: readonly ProjectionRun[],
    upTo?: number,
    onBatch: (events: number) => void = () => undefined,
  ): Promise<void> {
    const { models, store, decode } = this.#options;
    const filter = { streamPrefixes: prefixesOf(runs.flatMap((run) => run.projection.reads)) };
    let batch: LedgerEvent[] = [];
    const flush = async (position?: number) => {
      // What is cut off here is begun anew, or gone on with, at the next start.
      this.#stop.signal.throwIfAborted();
      const reached = position ?? batch.at(-1)?.position;
      if (reached !== undefined)
        for (const outcome of await ProjectionRun.takeAll(models, runs, batch, reached))
          if (outcome.status === 'rejected') throw outcome.reason;
      onBatch(batch.length);
      batch = [];
    };
    const after = Math.min(...runs.map((run) => run.position));
    if (upTo === undefined || after < upTo)
      for await (const page of store.readAll({ after, filter, ...(upTo === undefined ? {} : { upTo }) })) {
        batch.push(...page.map(decode));
        if (batch.length >= largeBatch) await flush();
      }
    await flush(upTo);
  }

  /** Page by page between live batches, so that both stand at the same position whenever they are looked at. */
  async #compare(
    built: ProjectionRun,
    before: ProjectionRun | undefined,
  ): Promise<{ documents: number; different: number }> {
    const { models } = this.#options;
    const sameFold = before !== undefined && before.projection.name === built.projection.name;
    let documents = 0;
    let different = 0;
    if (!sameFold || models.compare !== undefined) {
      for (let from: number | undefined = 0; sameFold && from !== undefined;)
        await this.#exclusive.run(async () => {
          const part = await models.compare!(built.physical, before.physical, from);
          different += part.different;
          from = part.next;
        });
      documents = await models.count(built.physical, {});
      return { documents, different: different + (sameFold ? await this.#lost(built, before) : 0) };
    }
    const text = ({ document, position }: StoredDocument) => canonicalJson({ document, position });
    for await (const page of models.scan(built.physical)) {
      documents += page.length;
      await this.#exclusive.run(async () => {
        const ids = page.map((each) => each.id);
        const [left, right] = await Promise.all([
          models.getMany(built.physical, ids),
          models.getMany(before.physical, ids),
        ]);
        const others = new Map(right.map((each) => [each.id, text(each)]));
        different += left.filter((each) => others.get(each.id) !== text(each)).length;
      });
    }
    return { documents, different: different + (await this.#lost(built, before)) };
  }

  /** How many documents there are no more. */
  async #lost(built: ProjectionRun, before: ProjectionRun): Promise<number> {
    const { models } = this.#options;
    return this.#exclusive.run(async () =>
      Math.max(0, (await models.count(before.physical, {})) - (await models.count(built.physical, {}))),
    );
  }

  async #forgetLetters(physical: string): Promise<void> {
    const { models } = this.#options;
    const letters = (await this.deadLetters()).filter((letter) => letter.projection === physical);
    if (letters.length === 0) return;
    for (let attempt = 1; ; attempt += 1) {
      const before = await models.checkpoint(DEAD_LETTERS_PHYSICAL);
      try {
        return await models.apply({
          projection: DEAD_LETTERS_PHYSICAL,
          expected: before,
          next: { position: (before?.position ?? 0) + 1, epoch: 1 },
          writes: letters.map(({ position }) => ({
            collection: DEAD_LETTERS_PHYSICAL,
            id: deadLetterId(physical, position),
            versions: [{ position, document: null }],
          })),
        });
      } catch (error) {
        // Another worker forgot letters of its own at the same moment.
        if (!(error instanceof CheckpointMismatch) || attempt === 20) throw error;
      }
    }
  }
}
