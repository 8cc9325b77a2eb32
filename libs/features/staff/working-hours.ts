import { field } from '#libs/kernel/fields.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { invalid } from '#libs/kernel/rejection.ts';
import { isZone } from '#libs/kernel/zone.ts';
import { addMinutes, epochMsOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { Temporal } from 'temporal-polyfill';
import Type from 'typebox';

/** On these weekdays (1 = Monday … 7 = Sunday), from a wall time until before another; `24:00` is the day's end. */
export interface Window {
  readonly weekdays: readonly number[];
  readonly from: string;
  readonly to: string;
}

/** When a person or a team works: half-open windows on the walls of an IANA zone. */
export interface WorkingHours {
  readonly zone: string;
  readonly windows: readonly Window[];
}

const windowFields = {
  weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 })),
  from: Type.String({ pattern: '^\\d{2}:\\d{2}$' }),
  to: Type.String({ pattern: '^\\d{2}:\\d{2}$' }),
};
export const zoneField = () => Type.String({ maxLength: 60 });
/** The same window of a week, worked by somebody. */
export const shiftFields = { userId: field.id(), ...windowFields };

export const workingHoursFields = {
  zone: zoneField(),
  windows: Type.Array(Type.Object(windowFields)),
};

export const unknownZone = (zone: string): Rejection =>
  invalid('working-hours.unknown-zone', `${zone} is no IANA time zone: give one such as Asia/Shanghai.`, 'zone');

const overlap = (a: Window, b: Window) =>
  a.from < b.to && b.from < a.to && a.weekdays.some((day) => b.weekdays.includes(day));

/** Why these hours cannot be worked; undefined: they can. Hours that hold no time at all are refused. [SLA 6] */
export const faultOf = ({ zone, windows }: WorkingHours): Rejection | undefined => {
  if (!isZone(zone)) return unknownZone(zone);
  if (windows.every((window) => window.weekdays.length === 0))
    return invalid(
      'working-hours.empty',
      'There is no working time in these hours: give at least one window.',
      'windows',
    );
  if (windows.some((window) => window.from >= window.to))
    return invalid('working-hours.backwards', 'A window must begin before it ends; split it at midnight.', 'windows');
  if (windows.some((a, index) => windows.slice(index + 1).some((b) => overlap(a, b))))
    return invalid('working-hours.overlap', 'Two windows of one weekday overlap: join or separate them.', 'windows');
  return undefined;
};

/** A plain copy: what a validated body holds are instances of classes. */
export const copyOf = ({ zone, windows }: WorkingHours) => ({
  zone,
  windows: windows.map(({ weekdays, from, to }) => ({ weekdays: [...weekdays], from, to })),
});

const REMEMBERED_MINUTES = 40 * 1_440;
/** Is it to come, or over for a short time only? Who was there is asked late when the ledger itself was away. [SLA 13] */
export const isRemembered =
  (now: Instant) =>
  ({ until }: { readonly until: Instant }): boolean =>
    until > addMinutes(now, -REMEMBERED_MINUTES);

/** A wall time of a day as epoch ms: one that daylight saving skips moves forward, of one that comes twice it is the earlier. [SLA 7] */
const instantAt = (day: Temporal.PlainDate, wall: string, zone: string): number =>
  day
    .toPlainDateTime()
    .add({ hours: Number(wall.slice(0, 2)), minutes: Number(wall.slice(3)) })
    .toZonedDateTime(zone).epochMilliseconds;

/** Those of the windows that are open at that moment on the walls of the zone. */
export const openAt = <Each extends Window>(zone: string, windows: readonly Each[], at: Instant): readonly Each[] => {
  const moment = epochMsOf(at);
  const day = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone).toPlainDate();
  return windows.filter(
    ({ weekdays, from, to }) =>
      weekdays.includes(day.dayOfWeek) && instantAt(day, from, zone) <= moment && moment < instantAt(day, to, zone),
  );
};
