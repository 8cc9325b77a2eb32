import type { LedgerEvent } from '#libs/kernel/event.ts';
import { foldEvent, isUnprojectable } from '#libs/kernel/projection.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import type { Batch, Checkpoint, DocumentWrite, ReadModels } from '#libs/ports/read-models.ts';
import { deadLetterOf, deadLetterId, DEAD_LETTERS_PHYSICAL } from './dead-letters.ts';
import type { DocumentChange } from './ledger.ts';
import { LruMap } from './lru-map.ts';
import { WHOLE, isIn, partitionName } from './partitions.ts';
import type { Partition } from './partitions.ts';
import { reasonOf } from './reason-of.ts';

type Versions = { position: number; document: Document | null }[];

interface Held {
  readonly document: Document | undefined;
  /** Position of its newest version: an event taken late (a dead letter) does not write before it. */
  readonly position: number;
}

/** A document that was never seen has no version either. */
const unwritten: Held = { document: undefined, position: 0 };

const documentsInMemory = 50_000;

/** Events folded, and not stored yet. */
interface Folded {
  /** undefined: there is nothing to store. */
  readonly batch: Batch | undefined;
  /** To be called once the batch is stored. */
  readonly stored: () => readonly DocumentChange[];
}
const nothing: Folded = { batch: undefined, stored: () => [] };

/**
 * One physical collection being folded: the only writer of its documents while its epoch is the newest. Whatever it keeps
 * in memory mirrors what is stored; a crash loses nothing.
 */
export class ProjectionRun {
  readonly projection: Projection;
  readonly physical: string;
  readonly partition: Partition;
  /** Of its checkpoint and its dead letters. */
  readonly name: string;
  readonly #models: ReadModels;
  readonly #held: LruMap<string, Held>;
  /** Subjects with a parked event, and where the first one stands. */
  readonly #parked: Map<string, number>;
  #checkpoint: Checkpoint;
  /** It was filled here from nothing, and is still without the indexes that only readers need. */
  #isNew: boolean;
  /** How many more documents fit into memory before some are only in the store; 0: some are. */
  #room: number;

  private constructor(
    projection: Projection,
    physical: string,
    partition: Partition,
    models: ReadModels,
    checkpoint: Checkpoint,
    parked: Map<string, number>,
    isNew: boolean,
  ) {
    this.projection = projection;
    this.physical = physical;
    this.partition = partition;
    this.name = partitionName(physical, partition);
    const inMemory = Math.ceil(documentsInMemory / partition.of);
    this.#held = new LruMap(inMemory);
    this.#models = models;
    this.#checkpoint = checkpoint;
    this.#parked = parked;
    this.#isNew = isNew;
    this.#room = isNew ? inMemory : 0;
  }

  /** Takes it over: whoever wrote it before is fenced by the new epoch. A new one needs `complete` when it is filled. */
  static async open(
    projection: Projection,
    physical: string,
    models: ReadModels,
    partition: Partition = WHOLE,
  ): Promise<ProjectionRun> {
    const name = partitionName(physical, partition);
    const before = await models.checkpoint(name);
    await models.ensure(physical, projection.collection, before === undefined ? { indexes: 'later' } : {});
    const checkpoint = { position: before?.position ?? 0, epoch: (before?.epoch ?? 0) + 1 };
    await models.apply({ projection: name, expected: before, next: checkpoint, writes: [] });
    const parked = new Map<string, number>();
    for await (const page of models.scan(DEAD_LETTERS_PHYSICAL))
      for (const { document } of page) {
        const letter = deadLetterOf(document);
        if (letter.projection === name && !parked.has(letter.subject)) parked.set(letter.subject, letter.position);
      }
    return new ProjectionRun(projection, physical, partition, models, checkpoint, parked, before === undefined);
  }

  get position(): number {
    return this.#checkpoint.position;
  }

  /**
   * Each run folds the events in store order; the outcomes are stored with the new checkpoints in one transaction. Events up to a run's checkpoint are passed over. `upTo`: the place that is reached by this, at least the last
   * event's. A run that fails does not keep the others from going on.
   */
  static async takeAll(
    models: ReadModels,
    runs: readonly ProjectionRun[],
    events: readonly LedgerEvent[],
    upTo: number,
  ): Promise<readonly PromiseSettledResult<readonly DocumentChange[]>[]> {
    if (runs.length === 1)
      return Promise.allSettled(runs.map(async (run) => run.#store(await run.#take(events, upTo))));
    const folded = await Promise.allSettled(runs.map((run) => run.#take(events, upTo)));
    const batches = folded.flatMap((each) => (each.status === 'fulfilled' ? (each.value.batch ?? []) : []));
    const isStored = await models.applyAll(batches).then(
      () => true,
      // One by one it shows which of them it is.
      () => false,
    );
    return Promise.allSettled(
      folded.map(async (each, index) => {
        if (each.status === 'rejected') throw each.reason;
        return isStored ? each.value.stored() : runs[index]!.#store(each.value);
      }),
    );
  }

  async #take(events: readonly LedgerEvent[], upTo: number): Promise<Folded> {
    const { position } = this.#checkpoint;
    const mine = events.filter((event) => event.position > position && this.projection.on[event.type] !== undefined);
    return this.#foldAll(mine, Math.max(upTo, position), []);
  }

  async #store({ batch, stored }: Folded): Promise<readonly DocumentChange[]> {
    if (batch !== undefined) await this.#models.apply(batch);
    return stored();
  }

  /** Gives a collection that was filled from nothing the indexes that it was filled faster without. */
  async complete(): Promise<void> {
    if (!this.#isNew) return;
    await this.#models.ensure(this.physical, this.projection.collection);
    this.#isNew = false;
  }

  /** Rejects with CheckpointMismatch where another worker has taken the collection over. */
  async confirm(): Promise<void> {
    await this.#models.apply({
      projection: this.name,
      expected: this.#checkpoint,
      next: this.#checkpoint,
      writes: [],
    });
  }

  /** Takes the parked events of one subject again, oldest first. Returns how many stay parked. */
  async retake(
    events: readonly LedgerEvent[],
  ): Promise<{ readonly parked: number; readonly changes: readonly DocumentChange[] }> {
    const subject = events[0]?.subject;
    if (subject === undefined) return { parked: 0, changes: [] };
    this.#parked.delete(subject);
    const changes = await this.#store(await this.#foldAll(events, this.#checkpoint.position, events));
    const first = this.#parked.get(subject);
    const parked = first === undefined ? 0 : events.filter((event) => event.position >= first).length;
    return { parked, changes };
  }

  async #foldAll(events: readonly LedgerEvent[], position: number, retaken: readonly LedgerEvent[]): Promise<Folded> {
    const keys = events.map((event) => this.#keysOf(event));
    await this.#fetch(events, keys);
    const documents = new Map<string, { held: Held; versions: Versions }>();
    const named = new Set<string>();
    const letters: DocumentWrite[] = [];

    const park = (event: LedgerEvent, reason: string) => {
      if (!this.#parked.has(event.subject)) this.#parked.set(event.subject, event.position);
      const id = deadLetterId(this.name, event.position);
      const document = { ...letterFor(this.name, event), reason };
      letters.push({ collection: DEAD_LETTERS_PHYSICAL, id, versions: [{ position: event.position, document }] });
    };

    for (const [index, event] of events.entries()) {
      const own = keys[index]!;
      if (own.length === 0) continue;
      const behind = this.#parked.get(event.subject);
      if (behind !== undefined) {
        park(event, `waits behind position ${behind}`);
        continue;
      }
      if (typeof own === 'string') {
        park(event, own);
        continue;
      }
      // All of the event's documents or none: the outcomes are kept aside until each fold has succeeded.
      const outcomes: [string, Document | undefined][] = [];
      let failure: string | undefined;
      for (const key of own) {
        const before = (documents.get(key)?.held ?? this.#held.get(key))?.document;
        const after = this.#fold(before, event, key);
        if (typeof after === 'string') {
          failure = after;
          break;
        }
        if (after.document !== before) outcomes.push([key, after.document]);
      }
      if (failure !== undefined) {
        park(event, failure);
        continue;
      }
      for (const [key, document] of outcomes) {
        const entry = documents.get(key) ?? { held: this.#held.get(key) ?? unwritten, versions: [] };
        const at = Math.max(event.position, entry.held.position);
        entry.held = { document, position: at };
        entry.versions.push({ position: at, document: document ?? null });
        documents.set(key, entry);
        if (key === event.id) named.add(key);
      }
    }

    for (const event of retaken)
      if (!letters.some((letter) => letter.id === deadLetterId(this.name, event.position)))
        letters.push({
          collection: DEAD_LETTERS_PHYSICAL,
          id: deadLetterId(this.name, event.position),
          versions: [{ position: event.position, document: null }],
        });
    if (documents.size === 0 && letters.length === 0 && position === this.#checkpoint.position) return nothing;

    const writes: DocumentWrite[] = [...documents].map(([id, { versions }]) => ({
      collection: this.physical,
      id,
      versions: this.projection.collection.kind === 'current' ? versions.slice(-1) : versions,
    }));
    const next = { position, epoch: this.#checkpoint.epoch };
    const batch = { projection: this.name, expected: this.#checkpoint, next, writes: [...writes, ...letters] };
    const stored = () => {
      this.#checkpoint = next;
      // What is named after its event is complete with it: nothing will be folded into it again.
      for (const [key, { held }] of documents) if (!named.has(key)) this.#held.set(key, held);
      return [...documents].map(([id, { held }]) => ({
        collection: this.projection.collection.name,
        id,
        position: held.position,
        document: held.document ?? null,
      }));
    };
    return { batch, stored };
  }

  /** The event's keys in this partition, or why it has none that could be found: it may concern any then. */
  #keysOf(event: LedgerEvent): readonly string[] | string {
    try {
      return this.projection.keysOf(event).filter((key) => isIn(this.partition, key));
    } catch (error) {
      return failed(error);
    }
  }

  #fold(
    before: Document | undefined,
    event: LedgerEvent,
    key: string,
  ): { readonly document: Document | undefined } | string {
    try {
      const after = foldEvent(this.projection, before, event, key);
      return isUnprojectable(after) ? after.unprojectable : { document: after };
    } catch (error) {
      return failed(error);
    }
  }

  /** Documents into memory that the events concern. One that is named after the event itself begins with it. */
  async #fetch(events: readonly LedgerEvent[], keys: readonly (readonly string[] | string)[]): Promise<void> {
    const unknown = new Set<string>();
    for (const [index, event] of events.entries()) {
      const own = keys[index]!;
      if (typeof own === 'string') continue;
      for (const key of own) if (key !== event.id && this.#held.get(key) === undefined) unknown.add(key);
    }
    if (unknown.size === 0) return;
    for (const key of unknown) this.#held.set(key, unwritten);
    // What was filled from nothing, and fits into memory, has no document that is not known.
    if (unknown.size <= this.#room) {
      this.#room -= unknown.size;
      return;
    }
    this.#room = 0;
    for (const { id, position, document } of await this.#models.getMany(this.physical, [...unknown]))
      this.#held.set(id, { document, position });
  }
}

/** A fold that throws is a mistake of the programme: it must stop its own subject only. */
const failed = (error: unknown): string => `the fold failed: ${reasonOf(error)}`;

const letterFor = (projection: string, { subject, position, stream, revision, type }: LedgerEvent) => ({
  projection,
  subject,
  position,
  stream,
  revision,
  type,
});
