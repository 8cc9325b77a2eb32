import type { Calendar } from '#libs/features/policy/policy.events.ts';

const MINUTE_MS = 60_000;

/** What a zone's walls show, minute by minute, over one stretch of time. */
export interface WallTable {
  readonly startMs: number;
  readonly minutes: number;
  readonly zone: string;
  /** `2026-03-29 02:30` → the first minute of the stretch that shows it. */
  readonly firstShowing: ReadonlyMap<string, number>;
  readonly dates: readonly string[];
}

/** Asks the platform's own formatter for every single minute: slow and obvious. */
export const wallTable = (zone: string, startMs: number, minutes: number): WallTable => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const firstShowing = new Map<string, number>();
  const dates = new Set<string>();
  for (let minute = 0; minute < minutes; minute++) {
    const wall = format.format(startMs + minute * MINUTE_MS);
    if (!firstShowing.has(wall)) firstShowing.set(wall, minute);
    dates.add(wall.slice(0, 10));
  }
  return { startMs, minutes, zone, firstShowing, dates: [...dates] };
};

const nextDate = (date: string): string =>
  new Date(Date.parse(`${date}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
const wallOf = (date: string, minute: number): string =>
  `${date} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** The minute of the table at which the day's wall shows a time; the first and the last day may be cut off. */
const minuteShowing = (table: WallTable, date: string, wall: string): number | undefined => {
  const [day, minute] =
    wall === '24:00' ? [nextDate(date), 0] : [date, Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3))];
  // A wall that nobody sees: as if the clocks had gone on from the last one that was seen.
  for (let back = 0; back <= 180; back++) {
    const shown = minute - back >= 0 ? wallOf(day, minute - back) : wallOf(previousDate(day), 1_440 + minute - back);
    const found = table.firstShowing.get(shown);
    if (found !== undefined) return found + back;
  }
  return undefined;
};
const previousDate = (date: string): string =>
  new Date(Date.parse(`${date}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

/** 1 for each minute of the stretch within the calendar's hours. */
export const openMinutes = (table: WallTable, { week, days }: Calendar): Uint8Array => {
  const open = new Uint8Array(table.minutes);
  for (const date of table.dates) {
    const weekday = new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
    const special = days.find((day) => day.date === date);
    const windows = special?.windows ?? week.flatMap((part) => (part.weekdays.includes(weekday) ? part.windows : []));
    for (const { from, to } of windows) {
      // Of the first date the beginning is cut off, of the last one the end.
      const cut = date === table.dates[0] ? 0 : table.minutes;
      const first = minuteShowing(table, date, from) ?? cut;
      const last = minuteShowing(table, date, to) ?? cut;
      for (let minute = first; minute < last; minute++) open[minute] = 1;
    }
  }
  return open;
};
