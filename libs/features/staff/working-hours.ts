import type { Rejection } from '#libs/kernel/rejection.ts';
import { invalid } from '#libs/kernel/rejection.ts';
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

export const workingHoursFields = {
  zone: Type.String({ maxLength: 60 }),
  windows: Type.Array(
    Type.Object({
      weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 })),
      from: Type.String({ pattern: '^\\d{2}:\\d{2}$' }),
      to: Type.String({ pattern: '^\\d{2}:\\d{2}$' }),
    }),
  ),
};

export const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '' && zone.includes('/');
  } catch {
    return false;
  }
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
