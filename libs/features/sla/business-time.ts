import type { Calendar } from '#libs/features/policy/policy.events.ts';
import { openYearsOf } from './open-years.ts';
import type { OpenSpan, OpenYear } from './open-years.ts';

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
const openUpTo = ({ spans, openBefore }: OpenYear, at: number): number => {
  const index = lastBegun(spans, at);
  if (index < 0) return 0;
  const { open, close } = spans[index]!;
  return openBefore[index]! + Math.min(at, close) - open;
};

const compile = (calendar: Calendar): BusinessTime => {
  const { yearOf, yearAt, spansOn } = openYearsOf(calendar);

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
    zone: calendar.zone,
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
