import { isInstant } from '#libs/kernel/instant.ts';
import { isZone } from '#libs/kernel/zone.ts';
import { minuteOfDay } from './calendar-document.ts';
import type { Calendar, CalendarDocument } from './calendar-document.ts';
import { fault, repeated, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { SlaDocument } from './sla-document.ts';
import { calendarsOf } from './sla-lint.ts';

type Window = Calendar['days'][number]['windows'][number];

const isDay = (date: string): boolean => isInstant(`${date}T00:00:00.000Z`);

const lengthOf = ({ from, to }: Window): number => minuteOfDay(to) - minuteOfDay(from);

const backwards = (path: string, windows: readonly Window[]): Finding[] =>
  windows.flatMap((window, index) =>
    lengthOf(window) > 0
      ? []
      : [fault(`${path}/${index}`, 'A window must begin before it ends: split one that goes over midnight.')],
  );

interface Placed {
  readonly path: string;
  readonly window: Window;
}

/** Half-open: a window may begin where another ends. */
const overlaps = (placed: readonly Placed[], where: string): Finding[] =>
  placed.flatMap(({ path, window }, index) =>
    placed.slice(0, index).some(({ window: other }) => window.from < other.to && other.from < window.to)
      ? [fault(path, `The window overlaps another of ${where}: join or separate them.`)]
      : [],
  );

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

const lintCalendar = (path: string, name: string, calendar: Calendar): Finding[] => {
  const { zone, week, days, publishedUpTo } = calendar;
  const ofWeekday = (weekday: number): Placed[] =>
    week.flatMap(({ weekdays, windows }, index) =>
      weekdays.includes(weekday)
        ? windows.map((window, at) => ({ path: `${path}/week/${index}/windows/${at}`, window }))
        : [],
    );
  const hasHours = week.some(({ weekdays, windows }) => weekdays.length > 0 && windows.length > 0);
  return [
    ...(isZone(zone) ? [] : [fault(`${path}/zone`, `${zone} is no IANA time zone: give one such as Asia/Shanghai.`)]),
    ...(hasHours ? [] : [fault(`${path}/week`, `Calendar ${name} has no hours: nothing would ever be due by it.`)]),
    ...week.flatMap(({ weekdays, windows }, index) => [
      ...repeated(weekdays).map((at) =>
        fault(`${path}/week/${index}/weekdays/${at}`, `${weekdays[at]} stands here twice.`),
      ),
      ...backwards(`${path}/week/${index}/windows`, windows),
    ]),
    ...WEEKDAYS.flatMap((weekday) => overlaps(ofWeekday(weekday), `weekday ${weekday}`)),
    ...repeated(days.map((day) => day.date)).map((index) =>
      fault(`${path}/days/${index}/date`, `${days[index]!.date} stands here twice: join the two.`),
    ),
    ...days.flatMap(({ date, windows }, index) => [
      ...(isDay(date) ? [] : [fault(`${path}/days/${index}/date`, `${date} is no day of the calendar.`)]),
      ...backwards(`${path}/days/${index}/windows`, windows),
      ...overlaps(
        windows.map((window, at) => ({ path: `${path}/days/${index}/windows/${at}`, window })),
        date,
      ),
      ...(publishedUpTo !== undefined && Number(date.slice(0, 4)) > publishedUpTo
        ? [fault(`${path}/days/${index}/date`, `${date} is after publishedUpTo (${publishedUpTo}): raise that.`)]
        : []),
    ]),
  ];
};

/** A year whose days nobody has announced counts by the week alone; that must not go unseen. [SLA 6] */
const unpublished = (path: string, name: string, { publishedUpTo }: Calendar, year: number): Finding[] =>
  publishedUpTo === undefined || publishedUpTo >= year
    ? []
    : [
        warning(
          `${path}/publishedUpTo`,
          `Calendar ${name} holds the statutory days up to ${publishedUpTo} only: ${year} counts by the ordinary week.`,
        ),
      ];

/** What the schema cannot say about calendars. [SLA 6] */
export const lintCalendars = (
  { calendars }: CalendarDocument,
  { sla, year }: { readonly sla: SlaDocument; readonly year: number },
): Finding[] => {
  const distinct = new Map<string, Finding>();
  for (const [name, calendar] of Object.entries(calendars)) {
    const path = `/calendars/${name}`;
    for (const finding of [...lintCalendar(path, name, calendar), ...unpublished(path, name, calendar, year)])
      distinct.set(`${finding.path} ${finding.problem.replace(/weekday \d/, '')}`, finding);
  }
  const dropped = [...calendarsOf(sla)].filter((name) => !Object.hasOwn(calendars, name));
  return [
    ...distinct.values(),
    ...dropped.map((name) => fault('/calendars', `${sla.version} counts by calendar ${name}: keep it.`)),
  ];
};
