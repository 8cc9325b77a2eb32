import type { Instant } from '#libs/kernel/instant.ts';
import { instantOf } from '#libs/kernel/instant.ts';

/** The application's time. Injected, so that demo, simulation and tests run on their own. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => instantOf(Date.now()) };

/** A clock that stands still until it is set. */
export const manualClock = (start: Instant): Clock & { set(instant: Instant): void } => {
  let current = start;
  return { now: () => current, set: (instant) => void (current = instant) };
};
