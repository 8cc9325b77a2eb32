import { minuteOfDay } from '#libs/features/policy/policy.events.ts';
import type { Calendar } from '#libs/features/policy/policy.events.ts';
import { DAY_MS, epochDayOf, wallsOf, weekdayOf } from './wall-time.ts';

/** Hours of service without a break, on the instant line: half-open, epoch ms. */
export interface OpenSpan {
  readonly open: number;
  readonly close: number;
}

/** The hours of service of one year. */
export interface OpenYear {
  readonly start: number;
  /** In order, none touching the next. */
  readonly spans: readonly OpenSpan[];
  /** Open ms of the year before the span of the same place. */
  readonly openBefore: readonly number[];
  readonly total: number;
}

interface Minutes {
  readonly from: number;
  readonly to: number;
}
const minutesOf = (windows: Calendar['days'][number]['windows']): readonly Minutes[] =>
  windows.map(({ from, to }) => ({ from: minuteOfDay(from), to: minuteOfDay(to) }));

const firstDayOf = (year: number): number => epochDayOf(`${String(year).padStart(4, '0')}-01-01`);

/** In order and joined where they touch or overlap: daylight saving can move one window into the next. */
const joined = (spans: readonly OpenSpan[]): readonly OpenSpan[] => {
  const result: OpenSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.open - b.open)) {
    const last = result.at(-1);
    if (last !== undefined && span.open <= last.close)
      result[result.length - 1] = { open: last.open, close: Math.max(last.close, span.close) };
    else result.push(span);
  }
  return result;
};

/** A calendar's years: what all questions about hours of service are answered from. [SLA 6, SLA 7] */
export interface OpenYears {
  /** Worked out when it is first asked for, and kept. */
  readonly yearOf: (year: number) => OpenYear;
  /** The year on the calendar's walls at a moment. */
  readonly yearAt: (at: number) => number;
  /** The hours of that date (days since 1970-01-01), as the calendar gives them. */
  readonly spansOn: (epochDay: number) => readonly OpenSpan[];
}

/** Throws a RangeError when the zone is no IANA zone. */
export const openYearsOf = ({ zone, week, days }: Calendar): OpenYears => {
  const ordinary: readonly (readonly Minutes[])[] = [1, 2, 3, 4, 5, 6, 7].map((weekday) =>
    week.flatMap(({ weekdays, windows }) => (weekdays.includes(weekday) ? minutesOf(windows) : [])),
  );
  const exceptions = new Map(days.map(({ date, windows }) => [epochDayOf(date), minutesOf(windows)]));
  const windowsOf = (epochDay: number): readonly Minutes[] =>
    exceptions.get(epochDay) ?? ordinary[weekdayOf(epochDay) - 1]!;
  const yearOfDay = (epochDay: number): number => {
    const guess = 1970 + Math.floor(epochDay / 365.2425);
    return epochDay < firstDayOf(guess) ? guess - 1 : epochDay >= firstDayOf(guess + 1) ? guess + 1 : guess;
  };

  const walls = new Map<number, ReturnType<typeof wallsOf>>();
  const wallsIn = (year: number) => walls.get(year) ?? walls.set(year, wallsOf(zone, year)).get(year)!;
  const spansOn = (epochDay: number): readonly OpenSpan[] => {
    const windows = windowsOf(epochDay);
    if (windows.length === 0) return [];
    const { exists, instantAt } = wallsIn(yearOfDay(epochDay));
    if (!exists(epochDay)) return [];
    return windows
      .map(({ from, to }) => ({ open: instantAt(epochDay, from), close: instantAt(epochDay, to) }))
      .filter(({ open, close }) => open < close);
  };

  const starts = new Map<number, number>();
  const startOf = (year: number): number => {
    const known = starts.get(year);
    if (known !== undefined) return known;
    const start = wallsIn(year).instantAt(firstDayOf(year), 0);
    starts.set(year, start);
    return start;
  };
  const years = new Map<number, OpenYear>();
  const yearOf = (year: number): OpenYear => {
    const known = years.get(year);
    if (known !== undefined) return known;
    const spans: OpenSpan[] = [];
    for (let day = firstDayOf(year); day < firstDayOf(year + 1); day++) spans.push(...spansOn(day));
    const end = startOf(year + 1);
    const inOrder = joined(spans)
      .map(({ open, close }) => ({ open, close: Math.min(close, end) }))
      .filter(({ open, close }) => open < close);
    let total = 0;
    const openBefore = inOrder.map(({ open, close }) => {
      const before = total;
      total += close - open;
      return before;
    });
    const built = { start: startOf(year), spans: inOrder, openBefore, total };
    years.set(year, built);
    return built;
  };
  const yearAt = (at: number): number => {
    let year = 1970 + Math.floor(at / (365.2425 * DAY_MS));
    while (startOf(year) > at) year--;
    while (startOf(year + 1) <= at) year++;
    return year;
  };

  return { yearOf, yearAt, spansOn };
};
