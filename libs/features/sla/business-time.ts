import type { Calendar } from './documents.ts';
import { DAY_MS, epochDayOf, minuteOfDay, wallsOf, weekdayOf } from './wall-time.ts';

/** Hours of service without a break, on the instant line: half-open, epoch ms. */
export interface OpenSpan {
  readonly open: number;
  readonly close: number;
}

/**
 * A calendar made fast: all moments are epoch ms, all lengths ms. Years are worked out when they are first asked for and kept, so
 * that every question is a binary search in a year. [SLA 6, SLA 7]
 */
export interface BusinessTime {
  readonly zone: string;
  readonly isOpen: (at: number) => boolean;
  /** Open time between two moments; 0 where `to` is not after `from`. */
  readonly msBetween: (from: number, to: number) => number;
  /** The first moment by which that much open time has passed; Infinity when none comes within HORIZON_YEARS. */
  readonly add: (from: number, ms: number) => number;
  /** The first moment, `at` included, that is open; Infinity when none comes within HORIZON_YEARS. */
  readonly nextOpening: (at: number) => number;
  /** The hours that go on at `at`, otherwise the next ones; undefined when none come within HORIZON_YEARS. */
  readonly spanFrom: (at: number) => OpenSpan | undefined;
  /** Does that date (days since 1970-01-01) have hours at all? */
  readonly hasHours: (epochDay: number) => boolean;
  /** When the hours of that date end; of a date without hours, undefined. */
  readonly lastCloseOf: (epochDay: number) => number | undefined;
}

/** A calendar that has no hours for so many whole years in a row is taken to have none any more. */
export const HORIZON_YEARS = 5;
const LAST_YEAR = 9_999;

interface Year {
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

const compile = ({ zone, week, days }: Calendar): BusinessTime => {
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
  const years = new Map<number, Year>();
  const yearOf = (year: number): Year => {
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

  /** The place of the last span that begins at or before `at`; -1: none. */
  const lastBegun = (spans: readonly OpenSpan[], at: number): number => {
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (spans[middle]!.open <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  /** Open ms from the year's start to a moment in it. */
  const openUpTo = ({ spans, openBefore }: Year, at: number): number => {
    const index = lastBegun(spans, at);
    if (index < 0) return 0;
    const { open, close } = spans[index]!;
    return openBefore[index]! + Math.min(at, close) - open;
  };

  const add = (from: number, ms: number): number => {
    if (ms <= 0) return from;
    let year = yearAt(from);
    let wanted = ms + openUpTo(yearOf(year), from);
    for (let without = 0; without <= HORIZON_YEARS && year <= LAST_YEAR; year++) {
      const { spans, openBefore, total } = yearOf(year);
      if (wanted <= total) {
        let low = 0;
        let high = spans.length - 1;
        while (low < high) {
          const middle = (low + high + 1) >>> 1;
          if (openBefore[middle]! < wanted) low = middle;
          else high = middle - 1;
        }
        return spans[low]!.open + wanted - openBefore[low]!;
      }
      wanted -= total;
      without = total === 0 ? without + 1 : 0;
    }
    return Infinity;
  };

  const spanFrom = (at: number): OpenSpan | undefined => {
    const from = yearAt(at);
    for (let year = from; year <= Math.min(from + HORIZON_YEARS + 1, LAST_YEAR); year++) {
      const { spans } = yearOf(year);
      const begun = lastBegun(spans, at);
      if (begun >= 0 && at < spans[begun]!.close) return spans[begun];
      if (begun + 1 < spans.length) return spans[begun + 1];
    }
    return undefined;
  };

  return {
    zone,
    add,
    spanFrom,
    isOpen: (at) => {
      const { spans } = yearOf(yearAt(at));
      const begun = lastBegun(spans, at);
      return begun >= 0 && at < spans[begun]!.close;
    },
    msBetween: (from, to) => {
      if (to <= from) return 0;
      const [first, last] = [yearAt(from), yearAt(to)];
      let open = openUpTo(yearOf(last), to) - openUpTo(yearOf(first), from);
      for (let year = first; year < last; year++) open += yearOf(year).total;
      return open;
    },
    nextOpening: (at) => Math.max(at, spanFrom(at)?.open ?? Infinity),
    hasHours: (epochDay) => spansOn(epochDay).length > 0,
    lastCloseOf: (epochDay) =>
      spansOn(epochDay).reduce<number | undefined>((last, { close }) => Math.max(last ?? close, close), undefined),
  };
};

const KEPT = 64;
const compiled = new WeakMap<Calendar, BusinessTime>();
const compiledByContent = new Map<string, BusinessTime>();

/**
 * The calendar, compiled; kept with the object, and with its content for those who read the document anew each time. Throws a
 * RangeError when the zone is no IANA zone (the lint of policies refuses such a document).
 */
export const businessTimeOf = (calendar: Calendar): BusinessTime => {
  const known = compiled.get(calendar);
  if (known !== undefined) return known;
  const content = JSON.stringify(calendar);
  const time = compiledByContent.get(content) ?? compile(calendar);
  compiledByContent.delete(content);
  compiledByContent.set(content, time);
  if (compiledByContent.size > KEPT) compiledByContent.delete(compiledByContent.keys().next().value!);
  compiled.set(calendar, time);
  return time;
};
