import { addMinutes, minutesBetween } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';

export type ClockName = 'response' | 'plan';
type Tier = 'A' | 'B' | 'C';

/** The complaint's own times: calendar time, never paused. [H5.4] */
export interface ComplaintPolicy {
  readonly version: string;
  /** Minutes to a person's answer. */
  readonly responseMinutes: number;
  /** Minutes to a plan. */
  readonly planMinutes: number;
  /** What starts both clocks. */
  readonly startsAt: 'receipt' | 'acceptance';
  /** The tiers' response times, in minutes of calendar time until calendars come. [T2] */
  readonly tierResponseMinutes: { readonly [T in Tier]: { readonly urgent: number; readonly other: number } };
}

/** `*` in the default policies: A other, C complex; the business hours of B other are counted as calendar time for now. */
export const DEFAULT_COMPLAINT_POLICY: ComplaintPolicy = {
  version: 'complaint-default@1',
  responseMinutes: 1_440,
  planMinutes: 2_880,
  startsAt: 'receipt',
  tierResponseMinutes: {
    A: { urgent: 120, other: 480 },
    B: { urgent: 240, other: 480 },
    C: { urgent: 480, other: 480 },
  },
};

/** One deadline, and whose time won. */
export interface ClockTarget {
  readonly clock: ClockName;
  readonly startedAt: Instant;
  readonly targetMinutes: number;
  readonly dueAt: Instant;
  readonly by: 'complaint' | 'tier';
  readonly complaintMinutes: number;
  readonly tierMinutes?: number;
  /** It was past already when a change set it: nobody broke that promise, so it is counted apart from breaches. [SLA 4] */
  readonly passedWhenSet?: boolean;
}

export interface ClockFacts {
  readonly startedAt: Instant;
  /** Absent: not identified, or without a class; the complaint's own time holds alone. */
  readonly tier?: Tier;
  readonly urgent: boolean;
}

const target = (clock: ClockName, startedAt: Instant, complaintMinutes: number, tierMinutes?: number): ClockTarget => {
  const tierWins = tierMinutes !== undefined && tierMinutes < complaintMinutes;
  const targetMinutes = tierWins ? tierMinutes : complaintMinutes;
  return {
    clock,
    startedAt,
    targetMinutes,
    dueAt: addMinutes(startedAt, targetMinutes),
    by: tierWins ? 'tier' : 'complaint',
    complaintMinutes,
    ...(tierMinutes === undefined ? {} : { tierMinutes }),
  };
};

/** The deadlines of a complaint: of the tier's time and the complaint's own, the stricter. The tiers have none for plans. */
export const targetsOf = (
  { startedAt, tier, urgent }: ClockFacts,
  policy: ComplaintPolicy,
): readonly [response: ClockTarget, plan: ClockTarget] => [
  target(
    'response',
    startedAt,
    policy.responseMinutes,
    tier === undefined ? undefined : policy.tierResponseMinutes[tier][urgent ? 'urgent' : 'other'],
  ),
  target('plan', startedAt, policy.planMinutes),
];

/** The earlier of the two: new facts may tighten a deadline, never loosen it. [SLA 4] */
export const tightened = (before: ClockTarget, next: ClockTarget, now: Instant): ClockTarget =>
  before.dueAt <= next.dueAt
    ? before
    : next.dueAt < now && before.dueAt >= now
      ? { ...next, passedWhenSet: true }
      : next;

/** What ended a clock. `stoppedAt`: what was promised happened. `endedAt`: there is nothing left to promise. */
export interface ClockEnd {
  readonly stoppedAt?: Instant;
  readonly endedAt?: Instant;
  /** Ended, but nobody knows when, nor whether the promise was kept: imported. */
  readonly endUnknown?: true;
}

export type ClockOutcome = 'met' | 'breached' | 'breached-on-change' | 'cancelled' | 'unknown';

type Deadline = Pick<ClockTarget, 'dueAt' | 'passedWhenSet'>;

/** How a clock ended; undefined: it still runs. Independent of now, so it may be stored. */
export const outcomeOf = ({ dueAt, passedWhenSet }: Deadline, end: ClockEnd): ClockOutcome | undefined => {
  if (passedWhenSet === true) return 'breached-on-change';
  if (end.stoppedAt !== undefined) return end.stoppedAt <= dueAt ? 'met' : 'breached';
  if (end.endUnknown === true) return 'unknown';
  if (end.endedAt !== undefined) return end.endedAt <= dueAt ? 'cancelled' : 'breached';
  return undefined;
};

export interface ClockReading {
  readonly status: ClockOutcome | 'running';
  /** Until the deadline, for a running clock. */
  readonly remainingMinutes?: number;
  /** Past the deadline, for a breached one: up to the stop or end, or to now. */
  readonly overdueMinutes?: number;
}

/** Reads a clock at a moment: a pure function of its facts and now. [SLA 1] */
export const readClock = (clock: Deadline, end: ClockEnd, now: Instant): ClockReading => {
  const outcome = outcomeOf(clock, end);
  if (outcome === 'breached' || outcome === 'breached-on-change')
    return { status: outcome, overdueMinutes: minutesBetween(clock.dueAt, end.stoppedAt ?? end.endedAt ?? now) };
  if (outcome !== undefined) return { status: outcome };
  return now <= clock.dueAt
    ? { status: 'running', remainingMinutes: minutesBetween(now, clock.dueAt) }
    : { status: 'breached', overdueMinutes: minutesBetween(clock.dueAt, now) };
};
