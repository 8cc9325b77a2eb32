import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { isOpen, isPastDeadline, NEVER_DUE } from './clock.ts';
import type { Outcome, SlaClock } from './clock.ts';
import { elapsedMs, overdueMs, pausedMs } from './counted-time.ts';
import { pausesOf } from './clock-pauses.ts';
import { countingOf, governing, wholeMs } from './deadlines.ts';
import type { Policies } from './targets.ts';

/** What a clock shows at a moment: a pure function of the clock and now, never stored. [SLA 1] */
export interface Reading {
  /** Of an open clock past its deadline: `breached`, paused or not. */
  readonly state: 'running' | 'paused' | Outcome;
  readonly isPaused: boolean;
  /** Past its deadline and not stopped. */
  readonly isOverdue: boolean;
  /** As the target counts, rounded down: what would be left if a pause ended now. Absent when finished, overdue or never due. */
  readonly remainingMinutes?: number;
  /** As the target counts, rounded down; stands still while paused. Absent when the deadline was kept or is to come. */
  readonly overdueMinutes?: number;
  /** Of the target's time; in tenths, rounded down, so that 100 means the whole of it. */
  readonly elapsedPercent?: number;
  /** Service hours within pauses, rounded down, capped or not. */
  readonly pausedMinutes?: number;
  /** The pauses have used up the share of their cap from which on the policy wants the case flagged. [SLA 3] */
  readonly isNearPauseCap: boolean;
}

const minutes = (ms: number): number => Math.floor(ms / 60_000);
const tenths = (part: number, whole: number): number => Math.floor((part * 1_000) / whole) / 10;

type Standing = Pick<Reading, 'state' | 'isPaused' | 'isOverdue'>;

/** What can be said without the policies: enough for lists. */
export const standingOf = (clock: SlaClock, now: Instant): Standing => {
  const { outcome, pausedSince, breachedOnChangeAt, dueAt } = clock;
  if (outcome !== undefined) return { state: outcome, isPaused: false, isOverdue: false };
  const isPaused = pausedSince !== undefined && pausedSince <= now;
  const isOverdue = isPastDeadline(clock) || (dueAt < now && dueAt !== NEVER_DUE);
  const broken = breachedOnChangeAt === undefined ? 'breached' : 'breached-on-change';
  return { state: isOverdue ? broken : isPaused ? 'paused' : 'running', isPaused, isOverdue };
};

const isNear = (pausedByNow: number, clock: SlaClock, { sla }: Policies): boolean =>
  pausedByNow > 0 && pausedByNow * 100 >= clock.pauseCapMinutes * 60_000 * sla.pauseCapWarnPercent;

const readFinished = (clock: SlaClock, now: Instant, policies: Policies): Reading => {
  const { result, outcome } = clock;
  const read = { ...standingOf(clock, now), isNearPauseCap: false };
  if (result === undefined) return read;
  const target = clock.targets[clock.governedBy]!;
  const isLate = outcome === 'breached' || outcome === 'breached-on-change';
  return {
    ...read,
    elapsedPercent: tenths(result.elapsedMs, wholeMs(target, countingOf(clock, target, policies))),
    pausedMinutes: minutes(result.pausedMs),
    ...(isLate ? { overdueMinutes: minutes(result.overdueMs) } : {}),
  };
};

/**
 * Reads a clock. `policies`: of the versions that its targets name; of a finished clock, only the percentage of a target in working
 * days depends on them.
 */
export const reading = (clock: SlaClock, now: Instant, policies: Policies): Reading => {
  if (!isOpen(clock)) return readFinished(clock, now, policies);
  const at = Math.max(epochMsOf(now), epochMsOf(clock.startedAt));
  const standing = standingOf(clock, now);
  // If the pause ended now: what is to come depends on nothing that has not happened.
  const { target, counting, due } = governing(clock, policies, at);
  const whole = wholeMs(target, counting);
  const paused = counting.hours === undefined ? 0 : pausedMs(counting.hours, pausesOf(clock, at), at);
  const left =
    counting.counts === 'business-time' && due !== Infinity
      ? counting.hours!.msBetween(at, due)
      : Math.max(0, due - at);
  const elapsed = tenths(elapsedMs(counting, at), whole);
  return {
    ...standing,
    // A rolled deadline is kept while its opening has not come, however much has counted.
    elapsedPercent: standing.isOverdue ? elapsed : Math.min(elapsed, 100),
    pausedMinutes: minutes(paused),
    isNearPauseCap: isNear(paused, clock, policies),
    ...(standing.isOverdue
      ? { overdueMinutes: minutes(overdueMs(counting, epochMsOf(clock.dueAt), at)) }
      : due === Infinity
        ? {}
        : { remainingMinutes: minutes(left) }),
  };
};
