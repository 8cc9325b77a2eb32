import { deriveId } from '#libs/kernel/identifiers.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { WrongExpectedRevision } from '#libs/ports/event-store.ts';
import type { EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import { PARTITION_COUNTS, partitionsOf } from './partitions.ts';
import type { Partition, PartitionCount } from './partitions.ts';
import { CHECKPOINTS } from './saga-events.ts';
import type { Checkpointed, Place } from './saga-events.ts';
import { processMetadata } from './saga-step.ts';

/** An event whose input, and all before it, a saga has taken. */
export interface Reached {
  readonly place: Place;
  readonly position: number;
}

/** Where a starting runner goes on. */
export interface Resumption {
  /** By saga. Missing: from the start of the ledger. */
  readonly cursors: ReadonlyMap<string, Reached>;
  /** Everything that processes asked for up to this position has been carried out. */
  readonly settledUpTo: number;
}

const NOWHERE: Resumption = { cursors: new Map(), settledUpTo: 0 };

/** No process's stream: those have a colon. */
export const isCheckpointStream = (stream: string): boolean => stream.startsWith(CHECKPOINTS) && !stream.includes(':');

const checkpointStream = ({ index, of }: Partition): string =>
  of === 1 ? CHECKPOINTS : `${CHECKPOINTS}-${index}-of-${of}`;

const lastIn = async (store: EventStore, partition: Partition): Promise<StoredEvent | undefined> => {
  const stream = checkpointStream(partition);
  for await (const [event] of store.readStream(stream, { direction: 'backwards', limit: 1 })) return event;
  return undefined;
};

const resumptionAt = async (store: EventStore, event: StoredEvent | undefined): Promise<Resumption> => {
  if (event === undefined) return NOWHERE;
  const cursors = new Map<string, Reached>();
  for (const { saga, place } of (JSON.parse(event.data) as Checkpointed).cursors)
    if (place !== undefined) cursors.set(saga, { place, position: await positionOf(store, place) });
  return { cursors, settledUpTo: event.position };
};

const furthest = (a: Resumption, b: Resumption): Resumption => {
  const cursors = new Map(a.cursors);
  for (const [saga, reached] of b.cursors)
    if (reached.position > (cursors.get(saga)?.position ?? 0)) cursors.set(saga, reached);
  return { cursors, settledUpTo: Math.max(a.settledUpTo, b.settledUpTo) };
};

const nearest = (a: Resumption, b: Resumption): Resumption => {
  const cursors = new Map<string, Reached>();
  for (const [saga, reached] of a.cursors) {
    const other = b.cursors.get(saga);
    if (other !== undefined) cursors.set(saga, other.position < reached.position ? other : reached);
  }
  return { cursors, settledUpTo: Math.min(a.settledUpTo, b.settledUpTo) };
};

/** How far the ledger came in so many partitions: as far as the slowest; nowhere where one never began. */
const reachedIn = async (store: EventStore, count: PartitionCount): Promise<Resumption> => {
  const [first, ...others] = partitionsOf(count);
  const begun = await lastIn(store, first!);
  if (begun === undefined) return NOWHERE;
  let slowest = await resumptionAt(store, begun);
  for (const each of others) slowest = nearest(slowest, await resumptionAt(store, await lastIn(store, each)));
  return slowest;
};

/** How far the ledger came in any number of partitions that it ever was run in, but for one. */
const reachedBefore = async (store: EventStore, but?: number): Promise<Resumption> => {
  const counts = PARTITION_COUNTS.filter((count) => count !== but);
  return (await Promise.all(counts.map((count) => reachedIn(store, count)))).reduce(furthest, NOWHERE);
};

/** How far the ledger's processes have come, by their checkpoints. */
export const processesReached = (store: EventStore): Promise<Resumption> => reachedBefore(store);

/**
 * The durable mark of the runner of one partition. Whoever writes the next one is the runner: an earlier one that still runs
 * learns it here.
 */
export class Checkpoints {
  readonly #store: EventStore;
  readonly #tenant: string;
  readonly #partition: Partition;
  #revision = -1;
  #recordedAt = '';

  constructor(store: EventStore, tenant: string, partition: Partition) {
    this.#store = store;
    this.#tenant = tenant;
    this.#partition = partition;
  }

  /** Its own last mark, or those of another number of partitions, where they came further. */
  async read(): Promise<Resumption> {
    const own = await lastIn(this.#store, this.#partition);
    if (own !== undefined) {
      this.#revision = own.revision;
      this.#recordedAt = (JSON.parse(own.metadata) as { recordedAt: Instant }).recordedAt;
    }
    const before = await reachedBefore(this.#store, this.#partition.of);
    return furthest(await resumptionAt(this.#store, own), before);
  }

  /** Rejects with Superseded where another runner has written since. */
  async write(cursors: ReadonlyMap<string, Place | undefined>, runner: string, now: Instant): Promise<void> {
    const data: Checkpointed = {
      cursors: [...cursors].map(([saga, place]) => ({ saga, ...(place === undefined ? {} : { place }) })),
    };
    const recordedAt = now > this.#recordedAt ? now : this.#recordedAt;
    const text = canonicalJson(data);
    // Named by the runner: another one's mark at the same place must not pass for this one's.
    const stream = checkpointStream(this.#partition);
    const id = deriveId(this.#tenant, `${stream}/${this.#revision + 1}/${runner}/${text}`);
    const of = { subject: stream, inputId: id, correlationId: id, occurredAt: recordedAt, recordedAt };
    const event = { id, type: 'process.checkpointed.v1', data: text, metadata: processMetadata(this.#tenant, of) };
    try {
      const expected = this.#revision === -1 ? 'no-stream' : this.#revision;
      ({ revision: this.#revision } = await this.#store.append(stream, expected, [event]));
      this.#recordedAt = recordedAt;
    } catch (error) {
      if (error instanceof WrongExpectedRevision) throw new Superseded();
      throw error;
    }
  }
}

/** Another runner works on this ledger, or may do so: this one stops. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
  constructor() {
    super('Another runner of processes has taken this ledger over: this one stops.');
  }
}

/** The position that a place has in this store; 0: it is not there. */
export const positionOf = async (store: EventStore, { stream, revision }: Place): Promise<number> => {
  for await (const page of store.readStream(stream, { from: revision, limit: 1 }))
    for (const event of page) if (event.revision === revision) return event.position;
  return 0;
};
