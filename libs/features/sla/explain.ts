import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { NEVER_DUE } from './clock.ts';
import type { SlaClock } from './clock.ts';
import { pausesOf } from './clock-pauses.ts';
import type { Counting } from './counted-time.ts';
import type { Calendar } from '#libs/features/policy/policy.events.ts';
import type { ExplainedSegment, Explanation, Why } from './explanation.ts';
import { linesOf } from './explanation-words.ts';
import { countingOf, dueBy, unrolledDue, wholeMs } from './deadlines.ts';
import type { Policies } from './targets.ts';
import { epochDayOf, localDateAt, wallsOf } from './wall-time.ts';

const COUNTED: readonly Why[] = ['open', 'calendar-time', 'pause-outside-hours', 'beyond-cap'];

const at = (moment: number): Instant => (moment === Infinity ? NEVER_DUE : instantOf(moment));

/** The special days between two moments, each with its first and last moment. */
const specialDays = (calendar: Calendar, from: number, to: number) => {
  const [first, last] = [localDateAt(calendar.zone, from), localDateAt(calendar.zone, to)];
  return calendar.days
    .filter(({ date }) => first <= date && date <= last)
    .map(({ date, windows, name }) => {
      const walls = wallsOf(calendar.zone, Number(date.slice(0, 4)));
      const day = epochDayOf(date);
      return { from: walls.instantAt(day, 0), to: walls.instantAt(day, 1_440), isOff: windows.length === 0, name };
    });
};

const segmentsOf = (
  clock: SlaClock,
  { start, counts, hours, pauses }: Counting,
  calendar: Calendar | undefined,
  [full, due]: readonly [full: number, due: number],
): readonly ExplainedSegment[] => {
  const asked = pausesOf(clock);
  const days = calendar === undefined || counts === 'calendar-time' ? [] : specialDays(calendar, start, due);
  const cuts = new Set([start, full, due]);
  for (const { from, to } of [...asked, ...pauses, ...days]) cuts.add(from).add(to);
  // In calendar time the hours matter only where a pause may take them away.
  const stretches = counts === 'business-time' ? [{ from: start, to: full }] : asked;
  for (const { from, to } of stretches) {
    let span = hours?.spanFrom(from);
    while (span !== undefined && span.open < Math.min(to, full)) {
      cuts.add(span.open).add(span.close);
      span = hours?.spanFrom(span.close);
    }
  }

  const covers = (spans: readonly { readonly from: number; readonly to: number }[], moment: number) =>
    spans.find(({ from, to }) => from <= moment && moment < to);
  const whyAt = (moment: number): Pick<ExplainedSegment, 'why' | 'name'> => {
    if (moment >= full) return { why: 'rolled' };
    const isOpen = hours?.isOpen(moment) ?? true;
    const day = days.find(({ from, to }) => from <= moment && moment < to);
    const name = day?.name === undefined ? {} : { name: day.name };
    if (counts === 'business-time' && !isOpen)
      return { why: day?.isOff === true ? 'day-off' : 'outside-hours', ...name };
    if (covers(asked, moment) !== undefined) {
      if (!isOpen) return { why: 'pause-outside-hours' };
      return { why: covers(pauses, moment) === undefined ? 'beyond-cap' : 'pause' };
    }
    return counts === 'business-time' ? { why: 'open', ...name } : { why: 'calendar-time' };
  };

  const moments = [...cuts].filter((cut) => start <= cut && cut <= due).sort((a, b) => a - b);
  const segments: { from: number; to: number; why: Why; name?: string }[] = [];
  for (const [index, from] of moments.slice(0, -1).entries()) {
    const to = moments[index + 1]!;
    const { why, name } = whyAt(from);
    const last = segments.at(-1);
    if (last !== undefined && last.why === why && last.name === name) last.to = to;
    else segments.push({ from, to, why, ...(name === undefined ? {} : { name }) });
  }
  return segments.map(({ from, to, why, name }) => ({
    from: at(from),
    to: at(to),
    counted: COUNTED.includes(why),
    why,
    ...(name === undefined ? {} : { name }),
    ms: to - from,
  }));
};

const yearsWithoutDays = ({ zone, publishedUpTo }: Calendar, start: number, due: number): readonly number[] => {
  if (publishedUpTo === undefined) return [];
  const yearAt = (moment: number) => Number(localDateAt(zone, moment).slice(0, 4));
  const first = Math.max(yearAt(start), publishedUpTo + 1);
  return Array.from({ length: Math.max(0, yearAt(due) - first + 1) }, (_, index) => first + index);
};

/**
 * Explains the deadline of a clock, open or finished. `policies` must be of the versions that its governing target names: throws
 * otherwise, for other documents would explain another deadline.
 */
export const explain = (clock: SlaClock, policies: Policies): Explanation => {
  const target = clock.targets[clock.governedBy]!;
  const { slaVersion, calendarVersion } = target;
  if (policies.sla.version !== slaVersion || policies.calendar.version !== calendarVersion)
    throw new Error(
      `The ${clock.clock} clock is judged by ${slaVersion} and ${calendarVersion}, not by ${policies.sla.version} and ` +
        `${policies.calendar.version}: explain it by those.`,
    );
  const counting = countingOf(clock, target, policies);
  const calendar = target.calendar === undefined ? undefined : policies.calendar.calendars[target.calendar];
  const isNever = clock.dueAt === NEVER_DUE;
  const due = epochMsOf(clock.dueAt);
  const explained: Omit<Explanation, 'lines'> = {
    clock: clock.clock,
    cycle: clock.cycle,
    target,
    zone: calendar?.zone ?? 'UTC',
    startedAt: clock.startedAt,
    dueAt: clock.dueAt,
    wholeMs: isNever && target.counts === 'working-days' ? 0 : wholeMs(target, counting),
    segments: isNever ? [] : segmentsOf(clock, counting, calendar, [unrolledDue(target, counting), due]),
    pauses: clock.pauses,
    ...(clock.pausedSince === undefined ? {} : { pausedSince: clock.pausedSince }),
    unpublishedYears: calendar === undefined || isNever ? [] : yearsWithoutDays(calendar, counting.start, due),
    others: clock.targets
      .filter((other) => other !== target && other.calendarVersion === calendarVersion)
      .map((other) => ({ target: other, dueAt: at(dueBy(other, countingOf(clock, other, policies))) })),
  };
  return { ...explained, lines: linesOf(explained) };
};
