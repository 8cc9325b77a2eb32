import { earlier, epochMsOf, instantOf, inTimeOrder } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { isOpen, isPastDeadline, NEVER_DUE } from './clock.ts';
import type { ClockName, ClockSet, SlaClock } from './clock.ts';

export type MoveCause = 'served-otherwise' | 'loosened' | 'sla' | 'calendar' | 'pause';

interface OfClock {
  readonly clock: ClockName;
  readonly cycle: number;
}
/** The deadline is another one from then on. [SLA 8] */
export interface DeadlineMoved extends OfClock {
  readonly from: Instant;
  readonly to: Instant;
  readonly cause: MoveCause;
  readonly revision: number;
}
/** `at`: the exact moment, whenever it was noticed. */
export interface ThresholdReached extends OfClock {
  readonly percent: number;
  readonly at: Instant;
  readonly revision: number;
  readonly dueAt: Instant;
}
/** `at`: the deadline. [SLA 13] */
export interface DeadlineMissed extends OfClock {
  readonly at: Instant;
}
/** A change put the deadline into the past: counted apart from breaches, told once. [SLA 4] */
export interface PassedOnChange extends OfClock {
  readonly at: Instant;
  readonly dueAt: Instant;
}
export interface Observed {
  readonly clocks: ClockSet;
  /** In order of time. */
  readonly reached: readonly ThresholdReached[];
  /** In order of time. */
  readonly missed: readonly DeadlineMissed[];
}
export interface Advanced extends Observed {
  readonly moved: readonly DeadlineMoved[];
  readonly passedOnChange: readonly PassedOnChange[];
}

const byTime = <Each extends { readonly at: Instant }>(found: readonly Each[]): readonly Each[] =>
  found.toSorted((a, b) => inTimeOrder(a.at, b.at));

/**
 * What has come to pass by `now`, each thing once. A threshold is reached at its moment; a deadline is missed just after it, for
 * stopping at the deadline itself keeps the promise. [SLA 9, SLA 13]
 */
export const observe = (set: ClockSet, now: Instant): Observed => {
  const reached: ThresholdReached[] = [];
  const missed: DeadlineMissed[] = [];
  const clocks = set.clocks.map((clock): SlaClock => {
    if (!isOpen(clock)) return clock;
    const { clock: name, cycle, deadlineRevision: revision, dueAt, thresholds } = clock;
    const crossed = thresholds.filter(({ at }) => at <= now);
    const isMissed = dueAt < now && dueAt !== NEVER_DUE && !isPastDeadline(clock);
    if (crossed.length === 0 && !isMissed) return clock;
    reached.push(...crossed.map(({ percent, at }) => ({ clock: name, cycle, percent, at, revision, dueAt })));
    if (isMissed) missed.push({ clock: name, cycle, at: dueAt });
    return {
      ...clock,
      thresholds: thresholds.filter(({ at }) => at > now),
      reached: [...clock.reached, ...crossed.map((each) => ({ ...each, revision }))],
      ...(isMissed ? { breachedAt: dueAt } : {}),
    };
  });
  if (reached.length === 0 && missed.length === 0) return { clocks: set, reached, missed };
  return { clocks: { ...set, clocks }, reached: byTime(reached), missed: byTime(missed) };
};

/** The earliest moment at which `observe` has something to say that it has not said; undefined: there is none to come. */
export const nextMomentOf = ({ clocks }: ClockSet): Instant | undefined => {
  let next: Instant | undefined;
  const consider = (at: Instant) => {
    next = next === undefined ? at : earlier(next, at);
  };
  for (const clock of clocks) {
    if (!isOpen(clock)) continue;
    if (clock.thresholds[0] !== undefined) consider(clock.thresholds[0].at);
    if (!isPastDeadline(clock) && clock.dueAt !== NEVER_DUE) consider(instantOf(epochMsOf(clock.dueAt) + 1));
  }
  return next;
};
