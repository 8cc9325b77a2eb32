import { epochMsOf, instantOf, isInstant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { CommandResult } from '#libs/ports/command-results.ts';
import type { Direction, EventFilter, StoredEvent } from '#libs/ports/event-store.ts';
import { retentionOf } from './result-retention.ts';
import type { EventFile, Row } from './event-file.ts';

/** Results looked at for old ones at once. */
const resultsLooked = 500;
/** A page ends with the event that passes one of these. */
const pageEvents = 500;
const pageCharacters = 2 * 1024 * 1024;

/** A filtered read looks at no more positions at once, so that it can report how far it came. */
const windowPositions = 20_000;
/** Beyond this many matching events, walking through all events is no slower than collecting the matching ones. */
const sparseEvents = 20_000;

const columns = 'e.position, s.name, e.revision, e.id, e.type, e.data, e.metadata, e.stored_at_ms';
const columnCount = 8;
const source = 'FROM events e CROSS JOIN streams s ON s.key = e.stream';

/** The columns of several events, one after the other: far cheaper to send to another thread than objects are. */
export type Cells = (string | number)[];

let lastMs = Number.NaN;
let lastInstant = '';
// Events of one commit share their time.
const storedAt = (ms: number) => {
  if (ms !== lastMs) [lastMs, lastInstant] = [ms, instantOf(ms)];
  return lastInstant;
};

export const eventsOf = (cells: Cells): StoredEvent[] => {
  const events: StoredEvent[] = [];
  for (let at = 0; at < cells.length; at += columnCount)
    events.push({
      position: cells[at] as number,
      stream: cells[at + 1] as string,
      revision: cells[at + 2] as number,
      id: cells[at + 3] as string,
      type: cells[at + 4] as string,
      data: cells[at + 5] as string,
      metadata: cells[at + 6] as string,
      storedAt: storedAt(cells[at + 7] as number),
    });
  return events;
};

const addCells = (row: Row, to: Cells): void => {
  for (let column = 0; column < columnCount; column += 1) to.push(row[column] as string | number);
};

/** How a filtered read finds its events: walking through all, or by their streams. Decided once per reading. */
export type Plan = 'walk' | 'by-stream';

export interface PageRequest {
  /** Exclusive; backwards: exclusive upper end. */
  readonly after: number;
  /** Inclusive; forwards only. */
  readonly upTo?: number | undefined;
  readonly direction: Direction;
  readonly limit: number;
  readonly filter?: EventFilter | undefined;
  readonly plan?: Plan | undefined;
}

export interface EventPage {
  readonly cells: Cells;
  /** Everything matching up to here (from here on, backwards) is in this page or was before: go on after it. */
  readonly reached: number;
  /** There was nothing more to read. */
  readonly ended: boolean;
  readonly plan: Plan | undefined;
}

/** The least text after all texts with this beginning, by code point; undefined: there is none. */
const afterPrefix = (prefix: string): string | undefined => {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
};

interface Condition {
  readonly sql: string;
  readonly params: readonly string[];
}

const nameCondition = (column: string, prefixes: readonly string[]): Condition => {
  const parts: string[] = [];
  const params: string[] = [];
  for (const prefix of new Set(prefixes)) {
    const end = afterPrefix(prefix);
    parts.push(end === undefined ? `${column} >= ?` : `(${column} >= ? AND ${column} < ?)`);
    params.push(prefix, ...(end === undefined ? [] : [end]));
  }
  return { sql: `(${parts.join(' OR ')})`, params };
};

/** All reading of the file, on one connection, on the thread that calls. */
export class EventReads {
  readonly #file: EventFile;

  constructor(file: EventFile) {
    this.#file = file;
  }

  close(): void {
    this.#file.close();
  }

  /** Changes whenever another connection has committed, in whatever thread or process. */
  dataVersion(): number {
    return this.#file.number('PRAGMA data_version');
  }

  head(): number {
    return this.#file.number('SELECT max(position) FROM events');
  }

  streams(): number {
    return this.#file.number('SELECT max(key) FROM streams');
  }

  /** `ended`: the stream had no more when this was read. */
  streamPage(stream: string, from: number, direction: Direction, limit: number): { cells: Cells; ended: boolean } {
    const key = this.#file.row('SELECT key FROM streams WHERE name = ?', stream)?.[0];
    if (key === undefined) return { cells: [], ended: true };
    const [compare, order] = direction === 'forwards' ? ['>=', 'ASC'] : ['<=', 'DESC'];
    const most = Math.min(limit, pageEvents);
    const cells = this.#page(
      `SELECT e.position, ?, e.revision, e.id, e.type, e.data, e.metadata, e.stored_at_ms
       FROM places p CROSS JOIN events e ON e.position = p.position
       WHERE p.stream = ? AND p.revision ${compare} ? ORDER BY p.revision ${order} LIMIT ?`,
      [stream, key as number, from, most],
    );
    return { cells, ended: cells.length < most * columnCount && !this.#lastWasCut };
  }

  page({ after, upTo, direction, limit, filter, plan }: PageRequest): EventPage {
    const forwards = direction === 'forwards';
    const head = this.head();
    // The positions in question: low exclusive, high inclusive.
    const low = forwards ? after : 0;
    const high = forwards ? Math.min(upTo ?? head, head) : Math.min(after - 1, head);
    const prefixes = filter?.streamPrefixes;
    if (high <= low || limit <= 0 || prefixes?.length === 0)
      return { cells: [], reached: forwards ? Math.max(low, high) : 0, ended: true, plan };

    const most = Math.min(limit, pageEvents);
    const order = forwards ? 'ASC' : 'DESC';
    let from = low;
    let to = high;
    let cells: Cells;
    let used = plan;
    if (prefixes === undefined) {
      cells = this.#page(
        `SELECT ${columns} ${source} WHERE e.position > ? AND e.position <= ? ORDER BY e.position ${order} LIMIT ?`,
        [low, high, most],
      );
    } else {
      if (high - low > windowPositions) used ??= this.#plan(prefixes, low, high);
      if (high - low > windowPositions && used === 'by-stream') {
        const names = nameCondition('m.name', prefixes);
        cells = this.#page(
          `SELECT ${columns} ${source} WHERE e.position IN (
             SELECT p.position FROM streams m CROSS JOIN places p ON p.stream = m.key
             WHERE ${names.sql} AND p.position > ? AND p.position <= ?
           ) ORDER BY e.position ${order} LIMIT ?`,
          [...names.params, low, high, most],
        );
      } else {
        if (forwards) to = Math.min(high, low + windowPositions);
        else from = Math.max(low, high - windowPositions);
        const names = nameCondition('s.name', prefixes);
        cells = this.#page(
          `SELECT ${columns} ${source}
           WHERE e.position > ? AND e.position <= ? AND ${names.sql} ORDER BY e.position ${order} LIMIT ?`,
          [from, to, ...names.params, most],
        );
      }
    }
    const count = cells.length / columnCount;
    const last = cells.at(-columnCount) as number | undefined;
    // A page may be short by its size in characters too: only an empty one, or one that the limit did not cut, is the window's end.
    const cut = last !== undefined && (count >= most || this.#lastWasCut);
    const reached = cut ? last : forwards ? to : from + 1;
    return { cells, reached, ended: !cut && from === low && to === high, plan: used };
  }

  /** See the port. `recordedAt` must be an instant. */
  positionAsOf(recordedAt: string): number {
    if (!isInstant(recordedAt)) throw new TypeError(`${JSON.stringify(recordedAt)} is not an instant.`);
    const ms = epochMsOf(recordedAt);
    let last = 0;
    let beyond = this.head() + 1;
    while (last + 1 < beyond) {
      const middle = Math.floor((last + beyond) / 2);
      const recorded = this.#file.number('SELECT recorded_max_ms FROM events WHERE position = ?', middle);
      if (recorded <= ms) last = middle;
      else beyond = middle;
    }
    return last;
  }

  result(commandId: string): CommandResult | undefined {
    const row = this.#file.row(
      'SELECT body_hash, outcome, recorded_at FROM command_results WHERE command_id = ?',
      commandId,
    );
    if (row === undefined) return undefined;
    const [bodyHash, outcome, recorded] = row as [string, string, string];
    return { commandId, bodyHash, outcome: JSON.parse(outcome) as JsonObject, ...retentionOf(recorded) };
  }

  /** The next results by command id: those recorded before then, and where to go on. */
  resultsBefore(before: string, from: string): { readonly commandIds: readonly string[]; readonly next?: string } {
    const rows = [
      ...this.#file.rows(
        'SELECT command_id, recorded_at FROM command_results WHERE command_id > ? ORDER BY command_id LIMIT ?',
        from,
        resultsLooked,
      ),
    ] as unknown as (readonly [string, string])[];
    const commandIds = rows.flatMap(([commandId, recorded]) => (recorded < before ? [commandId] : []));
    return { commandIds, ...(rows.length < resultsLooked ? {} : { next: rows.at(-1)![0] }) };
  }

  #lastWasCut = false;

  #page(sql: string, params: readonly (string | number)[]): Cells {
    const cells: Cells = [];
    let characters = 0;
    this.#lastWasCut = false;
    for (const row of this.#file.rows(sql, ...params)) {
      addCells(row, cells);
      characters += (row[5] as string).length + (row[6] as string).length;
      if (characters < pageCharacters) continue;
      this.#lastWasCut = true;
      break;
    }
    return cells;
  }

  #plan(prefixes: readonly string[], low: number, high: number): Plan {
    const names = nameCondition('m.name', prefixes);
    const enough = Math.min(sparseEvents, Math.floor((high - low) / 10));
    const matching = this.#file.number(
      `SELECT count(*) FROM (
         SELECT 1 FROM streams m CROSS JOIN places p ON p.stream = m.key WHERE ${names.sql} LIMIT ?
       )`,
      ...names.params,
      enough,
    );
    return matching < enough ? 'by-stream' : 'walk';
  }
}
