import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { SlaDocument } from '#libs/features/policy/policy.events.ts';
import { businessTimeOf } from './business-time.ts';
import type { BusinessTime } from './business-time.ts';
import { isPastDeadline, NEVER_DUE } from './clock.ts';
import type { ClockTarget, SlaClock, Threshold } from './clock.ts';
import { pausesOf } from './clock-pauses.ts';
import { effectivePauses, momentOf } from './counted-time.ts';
import type { Counting } from './counted-time.ts';
import type { Policies } from './targets.ts';
import { epochDayOf, localDateAt } from './wall-time.ts';

const MINUTE_MS = 60_000;

/** Throws when the document has no calendar of that name: the lint of policies refuses such documents. */
export const hoursOf = ({ calendar }: Policies, name: string): BusinessTime => {
  const found = calendar.calendars[name];
  if (found === undefined)
    throw new Error(`${calendar.version} has no calendar ${name}: judge by the version that the clock's target names.`);
  return businessTimeOf(found);
};

/** How a target counts on a clock; a pause that is on lasts until `openUntil`. */
export const countingOf = (
  clock: SlaClock,
  target: ClockTarget,
  policies: Policies,
  openUntil = Infinity,
): Counting => {
  // What is overdue counts by the hours now in force under that name; of a name given up since, every minute counts.
  const isGivenUp =
    target.calendar !== undefined &&
    isPastDeadline(clock) &&
    !Object.hasOwn(policies.calendar.calendars, target.calendar);
  const hours = target.calendar === undefined || isGivenUp ? undefined : hoursOf(policies, target.calendar);
  const spans = hours === undefined ? [] : pausesOf(clock, openUntil);
  return {
    start: epochMsOf(clock.startedAt),
    counts: target.counts === 'calendar-time' ? 'calendar-time' : 'business-time',
    ...(hours === undefined ? {} : { hours }),
    pauses: hours === undefined ? [] : effectivePauses(hours, spans, clock.pauseCapMinutes * MINUTE_MS),
  };
};

/** The end of the hours of the nth working day after the day of the start. Infinity: so many never come. */
const endOfWorkingDay = (hours: BusinessTime, start: number, workingDays: number): number => {
  let day = epochDayOf(localDateAt(hours.zone, start));
  for (let left = workingDays; left > 0; left--) {
    const next = hours.spanFrom(hours.lastCloseOf(day) ?? start);
    day++;
    if (!hours.hasHours(day)) {
      if (next === undefined) return Infinity;
      while (!hours.hasHours(day)) day++;
    }
  }
  return hours.lastCloseOf(day)!;
};

/** All that a target takes, in ms as it counts. */
export const wholeMs = (target: ClockTarget, counting: Counting): number =>
  target.counts === 'working-days'
    ? counting.hours!.msBetween(counting.start, endOfWorkingDay(counting.hours!, counting.start, target.workingDays))
    : target.minutes * MINUTE_MS;

/** When the whole target has counted, before it is rolled: epoch ms. */
export const unrolledDue = (target: ClockTarget, counting: Counting): number =>
  target.counts === 'working-days'
    ? endOfWorkingDay(counting.hours!, counting.start, target.workingDays)
    : momentOf(counting, target.minutes * MINUTE_MS);

/** The deadline by one target: epoch ms. A rolled one that falls outside the hours moves to their next opening. */
export const dueBy = (target: ClockTarget, counting: Counting): number => {
  const due = unrolledDue(target, counting);
  const isRolled = target.counts !== 'working-days' && target.rolled === true && due !== Infinity;
  return isRolled ? counting.hours!.nextOpening(due) : due;
};

/** A share may not be a whole number of ms of working days: it is reached with the first ms that is not less. [SLA 9] */
const shareBy = (counting: Counting, whole: number, percent: number, due: number): number =>
  percent === 100 || due === Infinity ? due : momentOf(counting, Math.ceil((whole * percent) / 100));

const percentsOf = (target: ClockTarget, { thresholds }: SlaDocument): readonly number[] =>
  target.counts !== 'working-days' && target.minutes < thresholds.shortUnderMinutes
    ? thresholds.shortPercents
    : thresholds.percents;

const instantOrNever = (at: number): Instant => (at === Infinity ? NEVER_DUE : instantOf(at));

/** The target whose deadline is the earliest; of two at one moment, the one that was promised first. */
export const governing = (
  clock: SlaClock,
  policies: Policies,
  openUntil: number,
): { readonly target: ClockTarget; readonly counting: Counting; readonly due: number } =>
  (isPastDeadline(clock) ? [clock.targets[clock.governedBy]!] : clock.targets)
    .map((target) => {
      const counting = countingOf(clock, target, policies, openUntil);
      return { target, counting, due: dueBy(target, counting) };
    })
    .reduce((best, next) => (next.due < best.due ? next : best));

/**
 * The clock with its deadline and the thresholds up to it worked out anew from its targets and pauses. With several targets, a share
 * is reached with the first target of which so much has counted. A deadline that passed stays where it was.
 */
export const withDeadline = (clock: SlaClock, policies: Policies): SlaClock => {
  if (isPastDeadline(clock)) return clock;
  let due = Infinity;
  let governedBy = 0;
  const shares = new Map<number, number>();
  for (const [index, target] of clock.targets.entries()) {
    const counting = countingOf(clock, target, policies);
    const dueByIt = dueBy(target, counting);
    if (dueByIt < due) [due, governedBy] = [dueByIt, index];
    const whole = dueByIt === Infinity ? Infinity : wholeMs(target, counting);
    for (const percent of percentsOf(target, policies.sla)) {
      const at = shareBy(counting, whole, percent, dueByIt);
      if (at < (shares.get(percent) ?? Infinity)) shares.set(percent, at);
    }
  }
  const isDone = (percent: number): boolean =>
    clock.untold?.includes(percent) === true ||
    clock.reached.some((done) => done.percent === percent && done.revision === clock.deadlineRevision);
  const thresholds: Threshold[] = [...shares]
    .filter(([percent, at]) => at <= due && !isDone(percent))
    .sort(([a, atA], [b, atB]) => atA - atB || a - b)
    .map(([percent, at]) => ({ percent, at: instantOf(at) }));
  return { ...clock, governedBy, dueAt: instantOrNever(due), thresholds };
};
