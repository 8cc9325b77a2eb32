// What the incident log says, worked out straight from the CSV: no code of the product in here, so that the two can disagree.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

export interface PlainCase {
  state: 'in-progress' | 'waiting' | 'solved' | 'closed';
  reopenings: number;
  assignments: number;
  receivedAt: string;
  respondedAt: string | undefined;
  solvedAt: string | undefined;
  closedAt: string | undefined;
  priority: string;
  verdict: 'kept' | 'missed';
  caller: string | undefined;
}

/** `29/2/2016 08:22` in Shanghai, which is eight hours ahead all year. */
const time = (text: string): string | undefined => {
  if (text === '?') return undefined;
  const [date, clock] = text.split(' ') as [string, string];
  const [day, month, year] = date.split('/').map(Number) as [number, number, number];
  const [hour, minute] = clock.split(':').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1, day, hour - 8, minute)).toISOString();
};

const PRIORITIES: Record<string, string> = {
  '1 - Critical': 'critical',
  '2 - High': 'high',
  '3 - Moderate': 'moderate',
  '4 - Low': 'low',
};

const stateOf = (text: string): PlainCase['state'] | undefined => {
  if (text === 'New' || text === 'Active') return 'in-progress';
  if (text.startsWith('Awaiting')) return 'waiting';
  if (text === 'Resolved') return 'solved';
  if (text === 'Closed') return 'closed';
  return undefined;
};

/** By number, for a file with one line per row of the log, packed by gzip. */
export const plainCases = (file: string): { cases: Map<string, PlainCase>; rows: number; callers: number } => {
  const rows = parse(gunzipSync(readFileSync(file)), { columns: true, bom: true }) as unknown as Record<
    string,
    string
  >[];
  const byNumber = new Map<string, Record<string, string>[]>();
  for (const row of rows) {
    const number = row['number']!;
    if (!byNumber.has(number)) byNumber.set(number, []);
    byNumber.get(number)!.push(row);
  }
  const cases = new Map<string, PlainCase>();
  const callers = new Set<string>();
  for (const [number, log] of byNumber) {
    const first = log[0]!;
    const last = log[log.length - 1]!;
    const result: PlainCase = {
      state: 'in-progress',
      reopenings: 0,
      assignments: 0,
      receivedAt: time(first['opened_at']!)!,
      respondedAt: undefined,
      solvedAt: undefined,
      closedAt: undefined,
      priority: PRIORITIES[last['priority']!]!,
      verdict: last['made_sla'] === 'true' ? 'kept' : 'missed',
      caller: first['caller_id'] === '?' ? undefined : first['caller_id'],
    };
    if (result.caller !== undefined) callers.add(result.caller);
    let state: PlainCase['state'] | undefined;
    let group = '?';
    let person = '?';
    let reopened = Number(first['reopen_count']);
    for (const row of log) {
      const at = time(row['sys_updated_at']!)!;
      if (row['assignment_group'] !== group || row['assigned_to'] !== person) {
        group = row['assignment_group']!;
        person = row['assigned_to']!;
        if (group !== '?' || person !== '?') result.assignments += 1;
      }
      if (person !== '?' && result.respondedAt === undefined) result.respondedAt = at;
      if (Number(row['reopen_count']) > reopened) {
        result.reopenings += 1;
        result.closedAt = undefined;
        state = 'in-progress';
      }
      reopened = Number(row['reopen_count']);
      const next = stateOf(row['incident_state']!);
      if (next === undefined || next === state) continue;
      state = next;
      if (next === 'solved') {
        // Overwritten by a later entry: only the last one has the back-filled time.
        result.solvedAt = at;
        result.closedAt = undefined;
      }
      if (next === 'closed') result.closedAt = at;
    }
    if (result.solvedAt !== undefined) result.solvedAt = time(last['resolved_at']!) ?? result.solvedAt;
    result.state = state!;
    cases.set(number, result);
  }
  return { cases, rows: rows.length, callers: callers.size };
};
