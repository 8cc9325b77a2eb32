import chineseDays from 'chinese-days';

// Opening hours by plain arithmetic: Shanghai is eight hours ahead all year. Shares nothing with the product's calendars.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const SHANGHAI = 8;

export type Windows = readonly (readonly [from: number, to: number])[];

/** `shanghai('2025-03-03 09:30')`: that wall time as epoch ms. */
export const shanghai = (wall: string): number => Date.parse(`${wall.replace(' ', 'T')}:00.000Z`) - SHANGHAI * HOUR;

/** The day on the walls that are so many hours ahead of UTC, from its midnight to the next. */
export const dayOf = (at: number, hoursAhead = SHANGHAI): { readonly from: number; readonly weekday: number } => {
  const days = Math.floor((at + hoursAhead * HOUR) / DAY);
  // 1 January 1970 was a Thursday.
  return { from: days * DAY - hoursAhead * HOUR, weekday: ((days + 3) % 7) + 1 };
};

/** Which windows are open, in order of time, half-open. */
export interface Hours {
  /** The first window that ends after that moment. */
  windowAfter(at: number): readonly [from: number, to: number];
}

/** Hours that are the same function of each day. */
export const hoursOfDays = (windowsOn: (midnight: number, weekday: number) => Windows, hoursAhead?: number): Hours => ({
  windowAfter: (at) => {
    for (let { from, weekday } = dayOf(at, hoursAhead), days = 0; days < 60; days++) {
      const found = windowsOn(from, weekday).find(([, to]) => from + to > at);
      if (found !== undefined) return [from + found[0], from + found[1]];
      from += DAY;
      weekday = (weekday % 7) + 1;
    }
    throw new Error('No hours for two months.');
  },
});

const WORKING_DAY: Windows = [
  [9 * HOUR, 12 * HOUR],
  [13 * HOUR, 18 * HOUR],
];

/** Statutory days off and make-up days included: the published package says which. */
const isWorkingDay = new Map<number, boolean>();
const worksOn = (midnight: number): boolean => {
  const known = isWorkingDay.get(midnight);
  if (known !== undefined) return known;
  const date = new Date(midnight + SHANGHAI * HOUR).toISOString().slice(0, 10);
  const works = chineseDays.isWorkday(date);
  isWorkingDay.set(midnight, works);
  return works;
};

export const SERVICE_DAYS: Hours = hoursOfDays((midnight) => (worksOn(midnight) ? WORKING_DAY : []));
export const ALWAYS: Hours = hoursOfDays(() => [[0, DAY]]);

export const isOpenAt = (hours: Hours, at: number): boolean => hours.windowAfter(at)[0] <= at;
/** That moment, or the next opening. */
export const nextOpening = (hours: Hours, at: number): number => Math.max(at, hours.windowAfter(at)[0]);

/** Open ms between two moments. */
export const openBetween = (hours: Hours, from: number, to: number): number => {
  let sum = 0;
  for (let at = from; at < to;) {
    const [opens, closes] = hours.windowAfter(at);
    if (opens < to) sum += Math.min(closes, to) - Math.max(opens, at);
    at = closes;
  }
  return sum;
};

/** When the nth working day after that moment's day ends. */
export const endOfWorkingDay = (at: number, nth: number): number => {
  let { from } = dayOf(at);
  for (let left = nth; left > 0;) {
    from += DAY;
    if (worksOn(from)) left--;
  }
  return from + 18 * HOUR;
};
