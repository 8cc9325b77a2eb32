import { businessTimeOf } from '#libs/features/sla/sla.events.ts';
import type { Calendar, LadderDocument } from '#libs/features/policy/policy.events.ts';
import type { WorkingHours } from '#libs/features/staff/staff.events.ts';
import { addMinutes, epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { READERS_ZONE } from '#libs/kernel/terms.ts';
import type { Timing, Urgency } from './vocabulary.ts';

type NoticeRules = LadderDocument['notices'];
type Hours = readonly { readonly from: string; readonly to: string }[];

const WHOLE_DAY: Hours = [{ from: '00:00', to: '24:00' }];
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** The hours of a day that are not quiet. Quiet hours may go over midnight; those that end as they begin are none. */
const loudHours = (quiet: NoticeRules['quietHours']): Hours => {
  if (quiet === undefined || quiet.from === quiet.to) return WHOLE_DAY;
  const { from, to } = quiet;
  const loud =
    from > to
      ? [{ from: to, to: from }]
      : [
          { from: '00:00', to: from },
          { from: to, to: '24:00' },
        ];
  return loud.filter((window) => window.from < window.to);
};

/** Wall times compare as text. */
const overlapOf = (a: Hours, b: Hours): Hours =>
  a
    .flatMap((x) => b.map((y) => ({ from: x.from > y.from ? x.from : y.from, to: x.to < y.to ? x.to : y.to })))
    .filter(({ from, to }) => from < to);

const ownHoursOn = ({ windows }: WorkingHours, weekday: number): Hours =>
  windows.filter(({ weekdays }) => weekdays.includes(weekday));

const hasTime = ({ week }: Calendar): boolean =>
  week.some(({ weekdays, windows }) => weekdays.length > 0 && windows.length > 0);

const calendarOf = (zone: string, hoursOn: (weekday: number) => Hours): Calendar => ({
  zone,
  week: WEEKDAYS.map((weekday) => ({
    weekdays: [weekday],
    windows: hoursOn(weekday).map(({ from, to }) => ({ from, to })),
  })),
  days: [],
});

/** When the recipient may be disturbed by notices of that urgency. Whoever works in quiet hours only is disturbed then. */
const disturbableHours = (urgency: Urgency, own: WorkingHours | undefined, loud: Hours): Calendar => {
  const zone = own?.zone ?? READERS_ZONE;
  if (own === undefined || urgency !== 'ordinary') return calendarOf(zone, () => loud);
  const both = calendarOf(zone, (weekday) => overlapOf(ownHoursOn(own, weekday), loud));
  return hasTime(both) ? both : calendarOf(zone, (weekday) => ownHoursOn(own, weekday));
};

/** Class-A urgent and crisis notices wait for nothing. */
export const breaksQuiet = ({ urgency, classA }: { readonly urgency: Urgency; readonly classA: boolean }): boolean =>
  urgency === 'crisis' || (urgency === 'urgent' && classA);

/**
 * When a notice given at `now` goes out on the channels outside the ledger: after the time in which further ones of its cause may join
 * it, not in quiet hours, and where it is not urgent in the recipient's own hours only. [SLA 12]
 */
export const whenToDeliver = (
  notice: { readonly urgency: Urgency; readonly classA: boolean },
  own: WorkingHours | undefined,
  { groupWithinMinutes, quietHours }: NoticeRules,
  now: Instant,
): { readonly deliverAt: Instant; readonly timing: Timing } => {
  if (breaksQuiet(notice)) return { deliverAt: now, timing: 'at-once' };
  const grouped = addMinutes(now, groupWithinMinutes);
  const loud = loudHours(quietHours);
  const opensAt = (calendar: Calendar) => instantOf(businessTimeOf(calendar).nextOpening(epochMsOf(grouped)));
  const deliverAt = opensAt(disturbableHours(notice.urgency, own, loud));
  if (deliverAt === grouped) return { deliverAt, timing: 'grouped' };
  const afterQuiet = opensAt(disturbableHours('urgent', own, loud));
  return { deliverAt, timing: deliverAt === afterQuiet ? 'after-quiet-hours' : 'in-own-hours' };
};
