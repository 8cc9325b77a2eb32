import { Temporal } from 'temporal-polyfill';
import { instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const WALL = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)$/;

/** `2010-12-01 09:57:00`, or a day, which means its first moment, in the zone; undefined where it is no such moment. */
export const isoMomentIn =
  (zone: string) =>
  (text: string): Instant | undefined => {
    const match = WALL.exec(text);
    const wall = match === null ? (DAY.test(text) ? text : undefined) : `${match[1]}T${match[2]}`;
    if (wall === undefined) return undefined;
    try {
      return instantOf(
        Temporal.PlainDateTime.from(wall, { overflow: 'reject' }).toZonedDateTime(zone).epochMilliseconds,
      );
    } catch {
      return undefined;
    }
  };
