import type { LedgerEvent } from '#libs/kernel/event.ts';
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
}

/** Events that a rebuild folds between two writes. */
const rebuildBatch = 5_000;

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

  private constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#projections = [...options.registry.projections.values()];
    this.#filter = { streamPrefixes: prefixesOf(this.#projections.flatMap((each) => each.reads)) };
  }

  /** Takes over the read models, finishes or begins what a new version of the programme asks for, and goes on live. */
  static async start(options: ProjectorOptions): Promise<Projector> {
    const projector = new Projector(options);
    const { models } = options;
    await models.ensure(DEAD_LETTERS_PHYSICAL, DEAD_LETTERS);
    const outdated: Projection[] = [];
    for (const projection of projector.#projections) {
      const logical = projection.collection.name;
      const known = (await models.collections()).filter((each) => each.logical === logical);
      const active = known.find((each) => each.active)?.physical;
      // What an interrupted rebuild left is begun anew: it is newer than the active one and nobody reads it.
      for (const each of known)
        if (active !== undefined && !each.active && generationOf(each.physical) > generationOf(active))
          await models.drop(each.physical);
      const physical = active ?? physicalName(projection.name, 1);
      if (!physical.startsWith(`${projection.name}~`)) outdated.push(projection);
      else projector.#runs.set(logical, await ProjectionRun.open(projection, physical, models));
    }
    projector.#position = Math.min(
      ...[...projector.#runs.values()].map((run) => run.position),
      Number.MAX_SAFE_INTEGER,
    );
    if (projector.#runs.size === 0) projector.#position = 0;
    projector.#running = projector.#goOn();
    if (outdated.length > 0)
      void projector
        .#rebuildAll(outdated)
        .catch((error: unknown) => options.onAlarm?.(`The new read models were not built: ${String(error)}`));
    return projector;
  }

  onApplied(listener: (changes: readonly DocumentChange[], position: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  caughtUp(position: number, timeoutMs: number): Promise<void> {
    if (this.#position >= position) return Promise.resolve();
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
    const chosen = this.#projections.filter((each) => collection === undefined || each.collection.name === collection);
    if (chosen.length === 0)
      throw new Error(
        `There is no read model ${collection}. Known: ${this.#projections.map((each) => each.collection.name).join(', ')}.`,
      );
    return this.#rebuildAll(chosen, onProgress);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#exclusive.idle();
  }

  async #goOn(): Promise<void> {
    const { store } = this.#options;
    try {
      const signals = store.subscribe({ after: this.#position, filter: this.#filter, signal: this.#stop.signal });
      for await (const signal of signals) {
        if (signal.kind === 'events') await this.#take(signal.events);
        else if (signal.position > this.#position) await this.#take([], signal.position);
      }
    } catch (error) {
      this.#failed = error instanceof Error ? error : new Error(String(error));
      const fenced = error instanceof CheckpointMismatch ? ' Another worker took over.' : '';
      this.#options.onAlarm?.(`The read models stand still: ${this.#failed.message}${fenced}`);
    }
  }

  async #take(stored: readonly StoredEvent[], upTo = stored.at(-1)!.position): Promise<void> {
    await this.#exclusive.run(async () => {
      const events = stored.map(this.#options.decode);
      const changes: DocumentChange[] = [];
      for (const run of this.#runs.values()) changes.push(...(await run.take(events, upTo)));
      this.#position = upTo;
      this.#tell(changes);
    });
    for (const waiter of this.#waiting)
      if (waiter.position <= this.#position) {
        this.#waiting.delete(waiter);
        waiter.resolve();
      }
  }

  #tell(changes: readonly DocumentChange[]): void {
    for (const listener of this.#listeners) listener(changes, this.#position);
  }

  /** Blue/green: builds beside, catches up, compares, switches. Readers see the old documents until the switch. */
  async #rebuildAll(
    projections: readonly Projection[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]> {
    const { models, store, decode } = this.#options;
    const startedAt = performance.now();
    const builds: ProjectionRun[] = [];
    for (const projection of projections) {
      const known = (await models.collections()).filter((each) => each.logical === projection.collection.name);
      const newest = Math.max(...known.map((each) => generationOf(each.physical)), 0);
      // The generation before the active one was kept for switching back; it makes way now.
      for (const each of known) if (!each.active) await models.drop(each.physical);
      builds.push(await ProjectionRun.open(projection, physicalName(projection.name, newest + 1), models));
    }
    const filter = { streamPrefixes: prefixesOf(projections.flatMap((each) => each.reads)) };
    const total = await store.head();
    let events = 0;
    const build = async (upTo?: number) => {
      let batch: LedgerEvent[] = [];
      const flush = async (position?: number) => {
        for (const run of builds) await run.take(batch, position ?? batch.at(-1)?.position ?? run.position);
        events += batch.length;
        batch = [];
        onProgress?.(builds[0]!.position, total);
      };
      for await (const page of store.readAll({
        after: builds[0]!.position,
        filter,
        ...(upTo === undefined ? {} : { upTo }),
      })) {
        batch.push(...page.map(decode));
        if (batch.length >= rebuildBatch) await flush();
      }
      await flush(upTo);
    };
    // Most of the way beside the live batches, the rest while they wait for a moment.
    await build();
    await this.#exclusive.run(async () => {
      await build(this.#position);
      for (const run of builds) this.#runs.set(`building ${run.physical}`, run);
    });
    // The builders may have read further than the live batches had come: only from there on both can be compared.
    await this.caughtUp(Math.max(...builds.map((run) => run.position)), 60_000);
    const reports: RebuildReport[] = [];
    for (const run of builds) {
      const logical = run.projection.collection.name;
      const before = this.#runs.get(logical);
      const comparison = await this.#compare(run, before);
      await this.#exclusive.run(async () => {
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

  /** Page by page between live batches, so that both stand at the same position whenever they are looked at. */
  async #compare(
    built: ProjectionRun,
    before: ProjectionRun | undefined,
  ): Promise<{ documents: number; different: number }> {
    const { models } = this.#options;
    const sameFold = before !== undefined && before.projection.name === built.projection.name;
    let documents = 0;
    let different = 0;
    const text = ({ document, position }: StoredDocument) => canonicalJson({ document, position });
    for await (const page of models.scan(built.physical)) {
      documents += page.length;
      if (!sameFold) continue;
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
    if (sameFold) {
      const lost = (await models.count(before.physical, {})) - (await models.count(built.physical, {}));
      if (lost > 0) different += lost;
    }
    return { documents, different };
  }

  async #forgetLetters(physical: string): Promise<void> {
    const { models } = this.#options;
    const before = await models.checkpoint(DEAD_LETTERS_PHYSICAL);
    const letters = (await this.deadLetters()).filter((letter) => letter.projection === physical);
    if (letters.length === 0) return;
    await models.apply({
      projection: DEAD_LETTERS_PHYSICAL,
      expected: before,
      next: { position: (before?.position ?? 0) + 1, epoch: 1 },
      writes: letters.map(({ position }) => ({
        collection: DEAD_LETTERS_PHYSICAL,
        id: deadLetterId(physical, position),
        versions: [{ position, document: null }],
      })),
    });
  }
}
