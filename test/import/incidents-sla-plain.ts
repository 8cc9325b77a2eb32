// How each incident of the log came out against the agreed times, worked out straight from the CSV and the policy's pages: no code of
// the product in here, so that the two can disagree. Everything in minutes since 2016-01-01 00:00 in Shanghai, which has no DST.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

type Row = Record<string, string>;
export type PlainOutcome = 'met' | 'breached' | 'breached-on-change' | 'cancelled';
export interface PlainVerdict {
  /** Of the last row. */
  readonly priority: string;
  /** Of the opening: `2016-03`. */
  readonly month: string;
  readonly response: PlainOutcome;
  /** One for each time that the case was opened. */
  readonly resolutions: readonly PlainOutcome[];
  /** `response 2016-03 breached`: each of them in the month of the deadline that passed, or else of the end. */
  readonly verdicts: readonly string[];
  readonly madeSla: boolean;
}

const DAY = 1_440;
const DAYS = 3 * 366;
const EPOCH = Date.UTC(2016, 0, 1) / 60_000;
const csv = (file: string) => parse(gunzipSync(readFileSync(file)), { columns: true, bom: true }) as unknown as Row[];
const minuteOf = (text: string): number | undefined => {
  if (text === '?') return undefined;
  const [, day, month, year, hour, minute] = /^(\d+)\/(\d+)\/(\d+) (\d+):(\d+)$/
    .exec(text)!
    .map((part) => Number(part));
  return Date.UTC(year!, month! - 1, day, hour, minute) / 60_000 - EPOCH;
};

/** Which minutes are hours of service: working days 09:00–12:00 and 13:00–18:00, or every minute. */
const serviceMinutes = (holidays: string): Uint8Array => {
  const special = new Map(csv(holidays).map((row) => [row['date']!, row['isOffDay'] === 'true']));
  const open = new Uint8Array(DAYS * DAY);
  for (let day = 0; day < DAYS; day += 1) {
    const date = new Date((EPOCH + day * DAY) * 60_000);
    const isOff = special.get(date.toISOString().slice(0, 10)) ?? [0, 6].includes(date.getUTCDay());
    if (isOff) continue;
    for (let minute = 9 * 60; minute < 18 * 60; minute += 1)
      if (minute < 12 * 60 || minute >= 13 * 60) open[day * DAY + minute] = 1;
  }
  return open;
};

interface Times {
  /** Minutes to the answer: of service hours, or of any. */
  readonly response: (urgent: boolean) => number;
  readonly responseInServiceHours: boolean;
  readonly resolution: number;
  readonly rolled: boolean;
  /** Which minutes a pause takes away. */
  readonly open: Uint8Array;
}

/** Unclassified customers are served as C: 8 business hours, 48 hours rolled to the next opening. */
export const abcTimes = (holidays: string): Times => ({
  response: () => 480,
  responseInServiceHours: true,
  resolution: 2_880,
  rolled: true,
  open: serviceMinutes(holidays),
});
export const deskTimes = (): Times => ({
  response: (urgent) => (urgent ? 15 : 60),
  responseInServiceHours: false,
  resolution: 1_440,
  rolled: false,
  open: new Uint8Array(DAYS * DAY).fill(1),
});

const PAUSE_CAP = 2_400;

/** The deadline by a walk from minute to minute. */
const dueOf = (
  start: number,
  minutes: number,
  { open, rolled }: Pick<Times, 'open' | 'rolled'>,
  counts: (minute: number) => boolean,
): number => {
  let counted = 0;
  let now = start;
  while (counted < minutes) {
    if (counts(now)) counted += 1;
    now += 1;
  }
  while (rolled && open[now] === 0) now += 1;
  return now;
};

const resolutionDue = (start: number, pauses: readonly (readonly [number, number])[], times: Times): number => {
  let taken = 0;
  return dueOf(start, times.resolution, times, (minute) => {
    const isPaused = pauses.some(([from, to]) => from <= minute && minute < to) && times.open[minute] === 1;
    if (!isPaused || taken >= PAUSE_CAP) return true;
    taken += 1;
    return false;
  });
};

const monthOf = (minute: number): string => new Date((EPOCH + minute) * 60_000).toISOString().slice(0, 7);
const isUrgent = (row: Row): boolean => /^[12] /.test(row['priority']!);
const isKnown = (state: string): boolean => state !== '-100';
const kindOf = (state: string): string =>
  state === 'New' || state === 'Active'
    ? 'in progress'
    : state.startsWith('Awaiting')
      ? state === 'Awaiting User Info'
        ? 'customer'
        : 'others'
      : state;

const verdictOf = (log: readonly Row[], times: Times): PlainVerdict => {
  const first = log[0]!;
  const last = log.at(-1)!;
  const at = (row: Row) => minuteOf(row['sys_updated_at']!)!;
  const opened = minuteOf(first['opened_at']!) ?? minuteOf(first['sys_created_at']!) ?? at(first);

  // The answer: the first row with an assignee. More urgent: the earlier deadline holds from then on, unless it was past already.
  const answer = log.find((row) => row['assigned_to'] !== '?');
  let responseDue = Infinity;
  // Nobody broke that promise: it was made when it was too late already.
  let changedIntoThePastAt: number | undefined;
  for (const row of log) {
    const from = row === first ? opened : at(row);
    if (answer !== undefined && from > at(answer)) break;
    if (responseDue < from) break;
    const minutes = times.response(isUrgent(row));
    const inHours = (minute: number) => !times.responseInServiceHours || times.open[minute] === 1;
    const due = dueOf(opened, minutes, { ...times, rolled: false }, inHours);
    if (due < from) changedIntoThePastAt ??= from;
    responseDue = Math.min(responseDue, due);
    if (row === answer) break;
  }
  let end: number | undefined;
  const resolutions: PlainOutcome[] = [];
  const verdicts: string[] = [];
  let state: string | undefined;
  let start: number | undefined = opened;
  let pauses: [number, number][] = [];
  let pausedSince: number | undefined;
  let lateSince: number | undefined;
  const lastSolved = (() => {
    let found: Row | undefined;
    let before: string | undefined;
    for (const [index, row] of log.entries()) {
      if (index > 0 && Number(row['reopen_count']) > Number(log[index - 1]!['reopen_count'])) before = 'in progress';
      const next = row['incident_state']!;
      if (!isKnown(next)) continue;
      if (next === 'Resolved' && before !== 'Resolved') found = row;
      before = kindOf(next);
    }
    return found;
  })();
  const withPause = (until: number): [number, number][] =>
    pausedSince === undefined || pausedSince >= until ? pauses : [...pauses, [pausedSince, until]];
  const noteLate = (now: number, due: number) => {
    if (now > due) lateSince ??= due;
  };
  const stop = (moment: number) => {
    if (start === undefined) return;
    const due = resolutionDue(start, withPause(moment), times);
    noteLate(moment, due);
    resolutions.push(lateSince === undefined ? 'met' : 'breached');
    verdicts.push(`resolution ${monthOf(lateSince ?? moment)} ${resolutions.at(-1)!}`);
    start = undefined;
    pausedSince = undefined;
  };
  for (const [index, row] of log.entries()) {
    const now = at(row);
    if (index > 0 && Number(row['reopen_count']) > Number(log[index - 1]!['reopen_count'])) {
      if (start === undefined) [start, pauses, lateSince] = [now, [], undefined];
      state = 'in progress';
      end = undefined;
    }
    const next = kindOf(row['incident_state']!);
    if (!isKnown(row['incident_state']!) || next === state) continue;
    if (pausedSince !== undefined && next !== 'customer' && next !== 'Resolved' && next !== 'Closed') {
      // A deadline that passed while the case waited stays passed.
      if (start !== undefined) noteLate(now, resolutionDue(start, withPause(Infinity), times));
      pauses = withPause(now);
      pausedSince = undefined;
    }
    if (next === 'customer' && start !== undefined) {
      noteLate(now, resolutionDue(start, pauses, times));
      pausedSince = now;
    }
    if (next === 'Resolved') stop((row === lastSolved ? minuteOf(last['resolved_at']!) : undefined) ?? now);
    if (next === 'Closed') {
      stop(now);
      end = now;
    }
    state = next;
  }
  const [response, answeredBy]: readonly [PlainOutcome, number] =
    changedIntoThePastAt !== undefined
      ? ['breached-on-change', changedIntoThePastAt]
      : answer !== undefined && at(answer) <= responseDue
        ? ['met', at(answer)]
        : answer === undefined && end !== undefined && end <= responseDue
          ? ['cancelled', end]
          : ['breached', responseDue];
  verdicts.push(`response ${monthOf(answeredBy)} ${response}`);
  return {
    ...{ priority: last['priority']!, month: monthOf(opened), response, resolutions, verdicts },
    madeSla: last['made_sla'] === 'true',
  };
};

/** By number. */
export const plainVerdicts = (file: string, times: Times): ReadonlyMap<string, PlainVerdict> =>
  new Map([...Map.groupBy(csv(file), (row) => row['number']!)].map(([number, log]) => [number, verdictOf(log, times)]));
