import { setTimeout as pause } from 'node:timers/promises';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { CommandResults } from '#libs/ports/command-results.ts';

const keptMinutes = 30 * 24 * 60;
const partPauseMs = 20;
/** A start has other things to do. */
const firstAfterMs = 60_000;
const everyMs = 24 * 60 * 60_000;

/** Forgets every result older than 30 days, but imports', a small part at a time. Resolves with how many. */
export const forgetOldResults = async (
  results: CommandResults,
  clock: Clock,
  signal?: AbortSignal,
): Promise<number> => {
  const before = addMinutes(clock.now(), -keptMinutes);
  let forgotten = 0;
  for (let from: string | undefined = ''; from !== undefined && results.forget !== undefined;) {
    const part = await results.forget(before, from);
    forgotten += part.forgotten;
    from = part.next;
    if (from !== undefined) await pause(partPauseMs, undefined, signal === undefined ? {} : { signal });
  }
  return forgotten;
};

/** Does so in the background once a day, until stopped. */
export const keepForgettingOldResults = (results: CommandResults, clock: Clock): { stop(): Promise<void> } => {
  const abort = new AbortController();
  const { signal } = abort;
  const run = async () => {
    for (let waitMs = firstAfterMs; !signal.aborted; waitMs = everyMs) {
      await pause(waitMs, undefined, { signal, ref: false });
      // A store that is away keeps its results a day longer.
      await forgetOldResults(results, clock, signal).catch(() => undefined);
    }
  };
  const running = results.forget === undefined ? Promise.resolve() : run().catch(() => undefined);
  return {
    stop: async () => {
      abort.abort();
      await running;
    },
  };
};
