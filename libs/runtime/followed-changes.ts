import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Projection } from '#libs/kernel/projection.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import type { DocumentChange } from './ledger.ts';
import { reachedBy } from './partitions.ts';
import type { Registry } from './registry.ts';

/** How often the checkpoints are looked at while they are behind the events, in milliseconds. */
const pollEveryMs = 25;
/** The longest pause before the read models are asked again after a failure. */
const longestPauseMs = 5_000;

export interface Followed {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly registry: Registry;
  readonly decode: Decode;
  readonly signal: AbortSignal;
}

type Listener = (changes: readonly DocumentChange[], position: number) => void;

const keysOf = (projection: Projection, event: LedgerEvent): readonly string[] => {
  if (projection.on[event.type] === undefined) return [];
  try {
    return projection.keysOf(event);
  } catch {
    // Its read model parks the event: nothing changes.
    return [];
  }
};

/** Positions of the events, not told yet, that concern one document. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** By collection and document. One entry a document however many events, so that a read model may stand still for long. */
type Untold = Map<string, Map<string, Span>>;

const note = (untold: Untold, collection: string, id: string, { first, last }: Span): void => {
  const own = untold.get(collection) ?? new Map<string, Span>();
  untold.set(collection, own);
  const known = own.get(id);
  own.set(id, { first: Math.min(first, known?.first ?? first), last: Math.max(last, known?.last ?? last) });
};

const noteEvents = (untold: Untold, registry: Registry, events: readonly LedgerEvent[]): void => {
  for (const [logical, projection] of registry.projections)
    for (const event of events)
      for (const key of keysOf(projection, event))
        note(untold, logical, key, { first: event.position, last: event.position });
};

/** How far each read model has come that somebody waits for. */
const reached = async ({ models }: Followed, untold: Untold): Promise<ReadonlyMap<string, number>> => {
  const checkpoints = await models.checkpoints();
  const active = (await models.collections()).filter((each) => each.active && untold.has(each.logical));
  return new Map(active.map(({ logical, physical }) => [logical, reachedBy(checkpoints, physical)]));
};

/** Takes out of `untold` what a read model at this position shows. */
const take = (untold: Untold, collection: string, position: number): ReadonlyMap<string, Span> => {
  const own = untold.get(collection)!;
  const due = new Map([...own].filter(([, { first }]) => first <= position));
  for (const [id, { last }] of due)
    if (last > position) own.set(id, { first: position + 1, last });
    else own.delete(id);
  if (own.size === 0) untold.delete(collection);
  return due;
};

const changesOf = async (
  { models }: Followed,
  collection: string,
  due: ReadonlyMap<string, Span>,
): Promise<readonly DocumentChange[]> => {
  const found = new Map((await models.getMany(collection, [...due.keys()])).map((each) => [each.id, each]));
  return [...due].flatMap(([id, { first, last }]) => {
    const stored = found.get(id);
    // An event that left the document as it was is no change.
    if (stored !== undefined && stored.position < first) return [];
    return [{ collection, id, position: stored?.position ?? last, document: stored?.document ?? null }];
  });
};

/** Tells what the read models show by now; what they do not show yet, however long it takes them, stays for another time. */
const tellReached = async (followed: Followed, untold: Untold, listener: Listener): Promise<void> => {
  for (const [collection, position] of await reached(followed, untold)) {
    const due = take(untold, collection, position);
    if (due.size === 0) continue;
    try {
      const changes = await changesOf(followed, collection, due);
      if (changes.length > 0 && !followed.signal.aborted) listener(changes, position);
    } catch (error) {
      for (const [id, span] of due) note(untold, collection, id, span);
      throw error;
    }
  }
};

/**
 * Tells the changes of read models that others write: it follows the events, waits until each read model has taken them, and
 * reads what they concern. Several changes of one document at once are told as one; what a retry of dead letters changes is not
 * told. Ends when the signal aborts.
 */
export const followChanges = async (followed: Followed, listener: Listener): Promise<void> => {
  const { store, registry, decode, signal } = followed;
  const filter = { streamPrefixes: prefixesOf([...registry.projections.values()].flatMap((each) => each.reads)) };
  const untold: Untold = new Map();
  const collect = async () => {
    for await (const next of store.subscribe({ after: await store.head(), filter, signal }))
      if (next.kind === 'events') noteEvents(untold, registry, next.events.map(decode));
  };
  const tell = async () => {
    for (let waitMs = pollEveryMs; !signal.aborted; await pause(waitMs)) {
      try {
        if (untold.size > 0) await tellReached(followed, untold, listener);
        waitMs = pollEveryMs;
      } catch {
        // Whoever asks for documents is told that they cannot be reached; here they are asked for again.
        waitMs = Math.min(2 * waitMs, longestPauseMs);
      }
    }
  };
  await Promise.all([collect(), tell()]);
};
