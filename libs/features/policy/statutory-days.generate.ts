import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/*
 * Writes statutory-days.ts from the package chinese-days. Run after updating the package, when the days of another year were
 * announced: npx node libs/features/policy/statutory-days.generate.ts
 *
 * Its table is read, not its functions: they go by the process's time zone.
 */

interface Table {
  /** By date: `Spring Festival,春节,4`. */
  readonly holidays: { readonly [date: string]: string };
  readonly workdays: { readonly [date: string]: string };
}
type Named = readonly [date: string, name: string];

const DAY_MS = 86_400_000;
/** The first day that concerns 2007, the first year of the tables that calendars are checked against. */
const FIRST_DAY = '2006-12-30';
const readTable = (): Table => {
  const entry = createRequire(import.meta.url).resolve('chinese-days');
  return JSON.parse(readFileSync(join(entry, '..', 'chinese-days.json'), 'utf8')) as Table;
};
const named = (days: { readonly [date: string]: string }): Named[] =>
  Object.entries(days)
    .filter(([date]) => date >= FIRST_DAY)
    .map(([date, text]) => [date, text.split(',')[1]!] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** 3 February 2020, a Monday, is in the table because the days off before it were extended at short notice. */
const isAtWeekend = ([date]: Named): boolean => [0, 6].includes(dayOfWeek(date));
const dayOfWeek = (date: string): number => (Math.floor(Date.parse(date) / DAY_MS) + 4) % 7;
const follows = (date: string, earlier: string): boolean => Date.parse(date) - Date.parse(earlier) === DAY_MS;

/** Days in a row under one name. */
const runsOf = (days: readonly Named[]): { from: string; to: string; name: string }[] => {
  const runs: { from: string; to: string; name: string }[] = [];
  for (const [date, name] of days) {
    const last = runs.at(-1);
    if (last !== undefined && last.name === name && follows(date, last.to)) last.to = date;
    else runs.push({ from: date, to: date, name });
  }
  return runs;
};

/** The file's text: the same table gives the same bytes. */
export const statutoryDaysText = (): string => {
  const { holidays, workdays } = readTable();
  const off = named(holidays);
  const lines = (each: readonly string[]) => each.map((line) => `  ${line},\n`).join('');
  return `// Written by statutory-days.generate.ts from the package chinese-days (MIT): change that, not this.

/** The last year whose days were announced. */
export const PUBLISHED_UP_TO = ${off.at(-1)![0].slice(0, 4)};

/** Statutory days off, first to last day, with the weekend days among them. */
export const DAYS_OFF = [
${lines(runsOf(off).map(({ from, to, name }) => `['${from}', '${to}', '${name}']`))}] as const;

/** Saturdays and Sundays that are working days (调休), with the holiday that they make up for. */
export const MAKE_UP_DAYS = [
${lines(
  named(workdays)
    .filter(isAtWeekend)
    .map(([date, name]) => `['${date}', '${name}']`),
)}] as const;
`;
};

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'statutory-days.ts'), statutoryDaysText());
