import { deriveId } from '#libs/kernel/identifiers.ts';
import { addMinutes, epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';

const firstDelaySeconds = 5;
const longestDelaySeconds = 30 * 60;
const longestAskedSeconds = 24 * 3_600;
const mostMinutes = 3 * 24 * 60;

/** From 0 up to 1, the same for the same text: a decision that is repeated comes to the same. */
const chance = (text: string): number => Number.parseInt(deriveId('chance', text).slice(0, 8), 16) / 2 ** 32;

/**
 * When to try again after attempt number `attempt` (1, 2, …) failed at `now`: after 5 s, doubled each time, at most 30 min, of which
 * the last half is left to chance, so that messages that failed together do not return together. Not before what the receiver asked
 * for (`afterSeconds`, up to a day; up to a tenth more by chance). `seed` is the message's id.
 */
export const nextAttemptAt = (attempt: number, now: Instant, seed: string, afterSeconds = 0): Instant => {
  const spread = chance(`${seed}/${attempt}`);
  const delay = Math.min(longestDelaySeconds, firstDelaySeconds * 2 ** Math.min(attempt - 1, 30));
  const asked = Math.min(Math.max(afterSeconds, 0), longestAskedSeconds);
  const seconds = Math.max(delay * (0.5 + spread / 2), asked * (1 + spread / 10));
  return instantOf(Math.ceil(epochMsOf(now) + seconds * 1_000));
};

/**
 * The last moment for another attempt. Counted from the first attempt, not from the request: after an outage of our own every message
 * is still tried.
 */
export const giveUpAt = (firstAttemptAt: Instant): Instant => addMinutes(firstAttemptAt, mostMinutes);
