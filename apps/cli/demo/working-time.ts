/** The company keeps China Standard Time; it has no summer time, so the offset is always the same. */
const ZONE_MS = 8 * 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** 09:00–12:00 and 13:00–18:00, in minutes of the day. */
const SPELLS = [
  [540, 720],
  [780, 1080],
] as const;
/** Of a working day. */
export const WORKING_MINUTES = 480;

const dayOf = (at: number) => Math.floor((at + ZONE_MS) / DAY_MS);
const minuteOf = (at: number) => Math.floor(((at + ZONE_MS) % DAY_MS) / MINUTE_MS);
const momentOf = (day: number, minute: number) => day * DAY_MS - ZONE_MS + minute * MINUTE_MS;
/** 1 January 1970 was a Thursday. */
const isWorkday = (day: number) => (day + 3) % 7 < 5;

/** The same moment where people work then, else the beginning of the next spell. Epoch milliseconds. */
export const atWork = (at: number): number => {
  let day = dayOf(at);
  const minute = minuteOf(at);
  if (isWorkday(day)) {
    if (SPELLS.some(([from, to]) => minute >= from && minute < to)) return at;
    const next = SPELLS.find(([from]) => minute < from);
    if (next !== undefined) return momentOf(day, next[0]);
  }
  do day += 1;
  while (!isWorkday(day));
  return momentOf(day, SPELLS[0][0]);
};

/** So many working minutes later. */
export const afterWork = (from: number, minutes: number): number => {
  let at = atWork(from);
  let rest = Math.max(1, Math.round(minutes));
  for (;;) {
    const minute = minuteOf(at);
    const end = SPELLS.find(([begin, to]) => minute >= begin && minute < to)![1];
    if (rest < end - minute) return at + rest * MINUTE_MS;
    rest -= end - minute;
    at = atWork(momentOf(dayOf(at), end));
    if (rest === 0) return at;
  }
};

/** The first moment of the day, so many days later. */
export const startOfDay = (at: number, daysLater = 0): number => momentOf(dayOf(at) + daysLater, 0);
export const isWorkingDay = (at: number): boolean => isWorkday(dayOf(at));
