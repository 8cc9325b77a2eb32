import { Temporal } from 'temporal-polyfill';
import { instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { DEFAULT_ZONE } from './default-zone.ts';
import { wrongUsage } from './problem.ts';

/**
 * A moment typed by a person: `2026-05-01T10:00:00Z`, with an offset, or without one (then in the zone); a day alone is its
 * first moment. Throws a Problem (usage).
 */
export const parseMoment = (text: string, option: string, zone = DEFAULT_ZONE): Instant => {
  const bad = () =>
    wrongUsage(
      `${option} ${text} is not a moment.`,
      `Write it like 2026-05-01, 2026-05-01T10:00 (in ${zone}) or 2026-05-01T02:00:00Z.`,
    );
  const trimmed = text.trim().replace(' ', 'T');
  try {
    if (/(Z|[+-]\d{2}:?\d{2})$/.test(trimmed) && trimmed.includes('T'))
      return instantOf(Temporal.Instant.from(trimmed).epochMilliseconds);
    return instantOf(Temporal.PlainDateTime.from(trimmed).toZonedDateTime(zone).epochMilliseconds);
  } catch {
    throw bad();
  }
};

/** Throws a Problem (usage) unless the name is a time zone. */
export const checkZone = (zone: string): string => {
  try {
    Temporal.PlainDateTime.from('2020-01-01').toZonedDateTime(zone);
    return zone;
  } catch {
    throw wrongUsage(
      `--zone ${zone} is not a time zone.`,
      'Write an IANA name such as Asia/Shanghai or Europe/London.',
    );
  }
};
