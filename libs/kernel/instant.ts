/**
 * A moment on the UTC time line as text: `2026-11-24T09:30:00.000Z`, always 24 characters, so that text order is time
 * order. Years 0000 to 9999.
 */
export type Instant = string;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Is this text a real moment in the one form that the ledger writes? 30 February is not. */
export const isInstant = (text: unknown): text is Instant =>
  typeof text === 'string' &&
  INSTANT.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  instantOf(Date.parse(text)) === text;

/** The instant `epochMs` milliseconds after 1970-01-01T00:00Z. */
export const instantOf = (epochMs: number): Instant => new Date(epochMs).toISOString();

/** Milliseconds since 1970-01-01T00:00Z. */
export const epochMsOf = (instant: Instant): number => Date.parse(instant);

export const addMinutes = (instant: Instant, minutes: number): Instant =>
  instantOf(epochMsOf(instant) + minutes * 60_000);

/** Whole and partial minutes from one instant to a later one; negative when `to` is earlier. */
export const minutesBetween = (from: Instant, to: Instant): number => (epochMsOf(to) - epochMsOf(from)) / 60_000;

export const earlier = (a: Instant, b: Instant): Instant => (a <= b ? a : b);
export const later = (a: Instant, b: Instant): Instant => (a >= b ? a : b);

/** The order of time, for sorting. */
export const inTimeOrder = (a: Instant, b: Instant): number => (a === b ? 0 : a < b ? -1 : 1);
