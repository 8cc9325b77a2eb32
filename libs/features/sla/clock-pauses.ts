import { earlier, epochMsOf, instantOf, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { ClockName, Pause, SlaClock } from './clock.ts';
import { unionOf } from './counted-time.ts';
import type { Span } from './counted-time.ts';

/** Only these wait for the customer. [SLA 3] */
export const pauses = (clock: ClockName): boolean => clock === 'next-response' || clock === 'resolution';

/** A union in order of time. */
export const pausesJoined = (all: readonly Pause[]): readonly Pause[] =>
  unionOf(all.map(({ from, to }) => ({ from: epochMsOf(from), to: epochMsOf(to) }))).map(({ from, to }) => ({
    from: instantOf(from),
    to: instantOf(to),
  }));

/** The clock's pauses after its start, an open one without end. */
export const pausesOf = ({ startedAt, pauses: over, pausedSince }: SlaClock, openUntil = Infinity): readonly Span[] => {
  if (over.length === 0 && pausedSince === undefined) return [];
  const start = epochMsOf(startedAt);
  const spans = over.map(({ from, to }) => ({ from: Math.max(start, epochMsOf(from)), to: epochMsOf(to) }));
  return unionOf(
    pausedSince === undefined
      ? spans
      : [...spans, { from: Math.max(start, epochMsOf(pausedSince)), to: Math.max(start, openUntil) }],
  );
};

/** The pauses before a moment, one that is on included. */
const pausesUpTo = ({ pauses: over, pausedSince }: SlaClock, moment: Instant): readonly Pause[] =>
  pausesJoined([
    ...over.map(({ from, to }) => ({ from, to: earlier(to, moment) })),
    ...(pausedSince === undefined ? [] : [{ from: pausedSince, to: moment }]),
  ]);

/** The deadline passed by the pauses known then: one that is entered later, or ended earlier, changes only what came after. */
export const keepingHistory = (before: SlaClock, next: SlaClock): SlaClock => {
  const { dueAt, pausedSince } = next;
  const known = pausesUpTo(before, dueAt);
  if (JSON.stringify(known) === JSON.stringify(pausesUpTo(next, dueAt))) return next;
  return {
    ...next,
    pauses: pausesJoined([...known, ...next.pauses.map(({ from, to }) => ({ from: later(from, dueAt), to }))]),
    ...(pausedSince === undefined ? {} : { pausedSince: later(pausedSince, dueAt) }),
  };
};
