import { setTimeout as pause } from 'node:timers/promises';
import { epochMsOf } from '#libs/kernel/instant.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { deadLettersIn } from './dead-letters.ts';
import { followChanges } from './followed-changes.ts';
import type { Lag } from './ledger.ts';
import { reachedBy } from './partitions.ts';
import type { Projections } from './projections.ts';
import { reasonOf } from './reason-of.ts';
import type { Registry } from './registry.ts';

const pollEveryMs = 10;
/** One look in so many asks the store, not only the checkpoints, whether anything is missing. */
const looksPerCount = 20;
/** Lag is counted up to here. */
const maxCountedLag = 10_000;

/** Each active collection with how far its projection has come. */
export const lagOf = async (store: EventStore, models: ReadModels, registry: Registry): Promise<readonly Lag[]> => {
  const headPosition = await store.head();
  const active = new Map(
    (await models.collections()).filter((each) => each.active).map((each) => [each.logical, each.physical]),
  );
  const checkpoints = await models.checkpoints();
  const lags: Lag[] = [];
  for (const [logical, projection] of registry.projections) {
    const physical = active.get(logical);
    if (physical === undefined) continue;
    const position = reachedBy(checkpoints, physical);
    let events = 0;
    let oldest: string | undefined;
    if (position < headPosition)
      for await (const page of store.readAll({
        after: position,
        filter: { streamPrefixes: prefixesOf(projection.reads) },
        limit: maxCountedLag,
      })) {
        events += page.length;
        oldest ??= page[0]!.storedAt;
      }
    const seconds = oldest === undefined ? 0 : Math.max(0, (Date.now() - epochMsOf(oldest)) / 1_000);
    lags.push({ projection: physical, position, headPosition, events, seconds });
  }
  return lags;
};

/** The active collections whose checkpoint has not come as far as that. */
const behindOf = async (models: ReadModels, registry: Registry, position: number): Promise<readonly string[]> => {
  const [collections, checkpoints] = [await models.collections(), await models.checkpoints()];
  return collections.flatMap(({ logical, physical, active }) =>
    active && registry.projections.has(logical) && reachedBy(checkpoints, physical) < position ? [physical] : [],
  );
};

/**
 * The read models as one sees them who does not write them: it waits for their writer and changes nothing. With `decode` it
 * also tells live changes, by reading anew what the events that come in concern.
 */
export const observedProjections = (
  store: EventStore,
  models: ReadModels,
  registry: Registry,
  decode?: Decode,
  onAlarm?: (message: string) => void,
): Projections => {
  const stops = new Set<() => void>();
  const refuse = (what: string) =>
    Promise.reject(
      new Error(
        `${what} changes the read models, and this ledger is opened for reading: run it where they are written.`,
      ),
    );
  return {
    async caughtUp(position, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      for (let look = 0; ; look += 1) {
        let behind = await behindOf(models, registry, position);
        if (behind.length === 0) return;
        if (look % looksPerCount === 0) {
          const lags = await lagOf(store, models, registry);
          behind = lags.filter((lag) => lag.position < position && lag.events > 0).map((lag) => lag.projection);
          if (behind.length === 0) return;
        }
        if (performance.now() > deadline)
          throw new Error(
            `${behind[0]} is not yet at position ${position} after ${timeoutMs} ms: start what writes the read models (the server, or a worker), or retry later.`,
          );
        await pause(pollEveryMs);
      }
    },
    lag: () => lagOf(store, models, registry),
    rebuild: () => refuse('A rebuild'),
    deadLetters: () => deadLettersIn(models),
    retryDeadLetters: () => refuse('Taking dead letters again'),
    onApplied(listener) {
      if (decode === undefined) return () => undefined;
      const abort = new AbortController();
      const stop = () => void (abort.abort(), stops.delete(stop));
      stops.add(stop);
      void followChanges({ store, models, registry, decode, signal: abort.signal }, listener).catch((error: unknown) =>
        onAlarm?.(`Live changes are told no longer: ${reasonOf(error)}`),
      );
      return stop;
    },
    close: async () => {
      for (const stop of stops) stop();
    },
  };
};
