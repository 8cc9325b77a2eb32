import { Temporal } from 'temporal-polyfill';
import { instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { Problem } from './problem.ts';

/**
 * The moment that a parameter names: RFC 3339 with an offset (`2026-03-01T09:00:00+08:00`). Throws a Problem with status
 * 400 for anything else, days that no calendar has included.
 */
export const momentOf = (parameter: string, text: string): Instant => {
  try {
    // A plus in a query reads as a space.
    return instantOf(Temporal.Instant.from(text.replace(' ', '+')).epochMilliseconds);
  } catch {
    throw new Problem(
      400,
      'query.invalid-moment',
      `${parameter} must be a moment that exists, with its offset, e.g. 2026-03-01T09:00:00Z or 2026-03-01T17:00:00+08:00.`,
      { field: parameter },
    );
  }
};
