import { Temporal } from 'temporal-polyfill';

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Days since 1970-01-01 of a date of the Gregorian calendar, `2026-10-01`. */
export const epochDayOf = (date: string): number => Date.parse(`${date}T00:00:00.000Z`) / DAY_MS;

/** 1 (Monday) to 7 (Sunday). */
export const weekdayOf = (epochDay: number): number => ((((epochDay + 3) % 7) + 7) % 7) + 1;

const dateOf = (epochDay: number): Temporal.PlainDate => Temporal.PlainDate.from('1970-01-01').add({ days: epochDay });

/** What the walls of one zone show, for the days of one year. */
export interface Walls {
  /**
   * The instant (epoch ms) at which the day's wall shows that minute. One that daylight saving skips moves forward by as much as the
   * clocks do; of one that comes twice it is the earlier. [SLA 7]
   */
  readonly instantAt: (epochDay: number, minute: number) => number;
  /** Zones that crossed the date line have days that never were. */
  readonly exists: (epochDay: number) => boolean;
}

/** Throws a RangeError when there is no such IANA zone. */
export const wallsOf = (zone: string, year: number): Walls => {
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 }).subtract({ days: 7 }).toZonedDateTime(zone);
  const end = first.epochMilliseconds + 380 * DAY_MS;
  // Between two changes of the zone's offset a wall is arithmetic, which is what makes a year cheap.
  const offsets: { readonly from: number; readonly offsetMs: number }[] = [];
  for (
    let at: Temporal.ZonedDateTime | null = first;
    at !== null && at.epochMilliseconds < end;
    at = at.getTimeZoneTransition('next')
  )
    offsets.push({ from: at.epochMilliseconds, offsetMs: at.offsetNanoseconds / 1_000_000 });
  const isNearChange = (epochDay: number): boolean =>
    offsets.some(({ from }, index) => index > 0 && Math.abs(from - epochDay * DAY_MS) < 3 * DAY_MS);
  const offsetOn = (epochDay: number): number =>
    offsets.findLast(({ from }, index) => index === 0 || from <= epochDay * DAY_MS)!.offsetMs;

  return {
    instantAt: (epochDay, minute) =>
      isNearChange(epochDay)
        ? dateOf(epochDay)
            .toPlainDateTime()
            .add({ minutes: minute })
            .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds
        : epochDay * DAY_MS + minute * MINUTE_MS - offsetOn(epochDay),
    exists: (epochDay) =>
      !isNearChange(epochDay) || dateOf(epochDay).toZonedDateTime(zone).toPlainDate().equals(dateOf(epochDay)),
  };
};

/** The local date at an instant (epoch ms). */
export const localDateAt = (zone: string, at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();

/** `2026-11-30 09:00 +08:00`, with seconds only where there are some. */
export const wallInWords = (zone: string, at: number): string => {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = local.toPlainTime().toString({ smallestUnit: at % MINUTE_MS === 0 ? 'minute' : 'millisecond' });
  return `${local.toPlainDate().toString()} ${time} ${local.offset}`;
};
