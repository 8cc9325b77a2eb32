import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { Static } from 'typebox';
import { calendarName, nameOf, only, ours, title, version } from './document-fields.ts';

/** A wall time of one day, `09:00`; `24:00` is the day's end. */
const wallTime = () => Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$|^24:00$' });

/** Minutes from midnight: `09:30` → 570, `24:00` → 1440. */
export const minuteOfDay = (wall: string): number => Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3));

const hours = only({ from: wallTime(), to: wallTime() });

/** Hours of service on the walls of one zone. [SLA 6, SLA 7] */
const calendar = only({
  /** IANA: `Asia/Shanghai`. */
  zone: Type.String({ maxLength: 60 }),
  /** The ordinary week: half-open windows, several a day; weekdays 1 (Monday) to 7 (Sunday). */
  week: Type.Array(
    only({ weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 })), windows: Type.Array(hours) }),
  ),
  /**
   * Days that are not as their weekday: no windows for a day off, some for a partial holiday or a make-up working day (调休).
   */
  days: Type.Array(
    only({ date: field.date(), windows: Type.Array(hours), name: Type.Optional(nameOf('the name of a holiday')) }),
  ),
  /** The last year whose statutory days stand in `days`: later years count by the week alone, and explanations say so. */
  publishedUpTo: Type.Optional(Type.Integer({ minimum: 2007, maximum: 2200 })),
});
export type Calendar = Static<typeof calendar>;

/** All calendars of a tenant, by name. One version takes the place of another as a whole. */
export const calendarDocumentSchema = only({
  version: version(),
  title: title(),
  calendars: Type.Record(calendarName(), calendar, { additionalProperties: false }),
  ours: ours(),
});
export type CalendarDocument = Static<typeof calendarDocumentSchema>;
