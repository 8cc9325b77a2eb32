import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Projection } from '#libs/kernel/projection.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import type { DocumentChange } from './ledger.ts';
import type { Registry } from './registry.ts';

/** How often the checkpoints are looked at while they are behind the events, in milliseconds. */
const pollEveryMs = 25;
/** After so long a read model that stands still is passed over, so that the others are told. */
const waitAtMostMs = 5_000;
/** The longest pause before the read models are asked again after a failure. */
const longestPauseMs = 5_000;

export interface Followed {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly registry: Registry;
  readonly decode: Decode;
  readonly signal: AbortSignal;
}

const keysOf = (projection: Projection, event: LedgerEvent): readonly string[] => {
  if (projection.on[event.type] === undefined) return [];
  try {
    return projection.keysOf(event);
  } catch {
    // Its read model parks the event: nothing changes.
    return [];
  }
};

/** By collection, the documents that the events concern, with the last event's position. */
const concerned = (registry: Registry, events: readonly LedgerEvent[]): Map<string, Map<string, number>> => {
  const keys = new Map<string, Map<string, number>>();
  for (const [logical, projection] of registry.projections) {
    const own = new Map<string, number>();
    for (const event of events) for (const key of keysOf(projection, event)) own.set(key, event.position);
    if (own.size > 0) keys.set(logical, own);
  }
  return keys;
};

const reached = async (
  { models, signal }: Followed,
  logicals: ReadonlySet<string>,
  position: number,
): Promise<void> => {
  const deadline = performance.now() + waitAtMostMs;
  while (!signal.aborted && performance.now() < deadline) {
    const checkpoints = await models.checkpoints();
    const collections = (await models.collections()).filter((each) => each.active && logicals.has(each.logical));
    if (collections.every(({ physical }) => (checkpoints.get(physical)?.position ?? 0) >= position)) return;
    await pause(pollEveryMs);
  }
};

const changesOf = async (followed: Followed, events: readonly LedgerEvent[]): Promise<readonly DocumentChange[]> => {
  const { models, registry } = followed;
  const keys = concerned(registry, events);
  await reached(followed, new Set(keys.keys()), events.at(-1)!.position);
  const changes: DocumentChange[] = [];
  for (const [collection, positions] of keys) {
    const found = new Map((await models.getMany(collection, [...positions.keys()])).map((each) => [each.id, each]));
    for (const [id, position] of positions) {
      const stored = found.get(id);
      // An event that left the document as it was is no change.
      if (stored !== undefined && stored.position < events[0]!.position) continue;
      changes.push({ collection, id, position: stored?.position ?? position, document: stored?.document ?? null });
    }
  }
  return changes;
};

/**
 * Tells the changes of read models that others write: it follows the events, waits until the read models have taken them, and
 * reads what they concern. Several changes of one document at once are told as one; what a retry of dead letters changes is not
 * told. Ends when the signal aborts.
 */
export const followChanges = async (
  followed: Followed,
  listener: (changes: readonly DocumentChange[], position: number) => void,
): Promise<void> => {
  const { store, registry, decode, signal } = followed;
  const filter = { streamPrefixes: prefixesOf([...registry.projections.values()].flatMap((each) => each.reads)) };
  for await (const next of store.subscribe({ after: await store.head(), filter, signal })) {
    if (next.kind !== 'events') continue;
    const events = next.events.map(decode);
    for (let waitMs = 100; !signal.aborted; waitMs = Math.min(2 * waitMs, longestPauseMs)) {
      try {
        const changes = await changesOf(followed, events);
        if (!signal.aborted) listener(changes, events.at(-1)!.position);
        break;
      } catch {
        // Whoever asks for documents is told that they cannot be reached; here they are asked for again.
        await pause(waitMs);
      }
    }
  }
};
