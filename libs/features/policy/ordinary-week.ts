import { minuteOfDay } from './calendar-document.ts';
import type { Calendar } from './calendar-document.ts';
import type { Target } from './sla-document.ts';

const DAY = 1_440;
/** Minutes of a week. */
export const WEEK = 7 * DAY;

/**
 * A calendar's ordinary week without its special days and clock changes, minutes from Monday 00:00: enough to compare two
 * promises, not to judge one.
 */
export interface OrdinaryWeek {
  /** When a target that starts in that minute is due, in minutes from the same Monday. */
  dueAt(target: Target, startMinute: number): number;
}

/** Undefined where the week holds no time at all. */
export const ordinaryWeekOf = ({ week }: Calendar): OrdinaryWeek | undefined => {
  const open = new Array<boolean>(WEEK).fill(false);
  for (const { weekdays, windows } of week)
    for (const weekday of weekdays)
      for (const { from, to } of windows)
        open.fill(true, (weekday - 1) * DAY + minuteOfDay(from), (weekday - 1) * DAY + minuteOfDay(to));
  const openMinutes = open.flatMap((isOpen, minute) => (isOpen ? [minute] : []));
  if (openMinutes.length === 0) return undefined;
  const openBefore: number[] = [];
  open.reduce((count, isOpen, minute) => {
    openBefore[minute] = count;
    return count + (isOpen ? 1 : 0);
  }, 0);

  /** The nth open minute from Monday 00:00 on, over as many weeks as it takes. */
  const nthOpen = (nth: number): number =>
    Math.floor(nth / openMinutes.length) * WEEK + openMinutes[nth % openMinutes.length]!;
  const nextOpening = (minute: number): number =>
    nthOpen(Math.floor(minute / WEEK) * openMinutes.length + openBefore[minute % WEEK]!);

  return {
    dueAt: ({ minutes, counts, rolled }, start) => {
      if (counts === 'business-time') return nthOpen(openBefore[start]! + minutes - 1) + 1;
      return rolled === true ? nextOpening(start + minutes) : start + minutes;
    },
  };
};

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** `Friday 17:00`. */
export const weekMinuteInWords = (minute: number): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${WEEKDAYS[Math.floor(minute / DAY)]} ${two(Math.floor((minute % DAY) / 60))}:${two(minute % 60)}`;
};
