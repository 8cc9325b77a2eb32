import { parentPort, workerData } from 'node:worker_threads';
import { leafOf } from '#libs/kernel/leaf.ts';
import { EventFile } from './event-file.ts';
import type { Row } from './event-file.ts';
import type { Finding, IntegrityMessage } from './integrity.ts';
import { toMessage } from './protocol.ts';

const mostFindings = 100;
const progressEvery = 10_000;

const { file } = workerData as { readonly file: string };
const findings: Finding[] = [];
const send = (message: IntegrityMessage) => parentPort!.postMessage(message);
const isFull = () => findings.length >= mostFindings;

/** The next revision that each stream is to have, by its key. */
const next = new Map<number, number>();
let expectedPosition = 1;

const checkEvent = (row: Row): void => {
  const [position, key, name, revision, id, type, data, metadata, leaf, placed, placedId] = row as [
    number,
    number,
    string | null,
    number,
    string,
    string,
    string,
    string,
    Uint8Array,
    number | null,
    string | null,
  ];
  const stream = name ?? `a stream without a name (key ${key})`;
  const found = (kind: Finding['kind'], message: string) =>
    findings.push({ kind, message, position, revision, ...(name === null ? {} : { stream: name }) });
  const what = `${stream} revision ${revision} (position ${position})`;
  if (position !== expectedPosition)
    found('position', `Between positions ${expectedPosition - 1} and ${position} events are missing.`);
  expectedPosition = position + 1;

  const expectedRevision = next.get(key) ?? 0;
  if (revision !== expectedRevision)
    found('revision', `${stream} goes from revision ${expectedRevision - 1} to ${revision} at position ${position}.`);
  next.set(key, revision + 1);
  if (name === null || placed !== position || placedId !== id)
    found('place', `${what} is not where its stream's index says.`);

  try {
    const made = leafOf({ stream, revision, id, type, data, metadata });
    if (!made.equals(leaf)) found('leaf', `${what} is not what was written: its leaf is another.`);
  } catch (error) {
    found('leaf', `${what} is not what was written: ${(error as Error).message}`);
  }
};

const checkEvents = (events: EventFile): void => {
  const head = events.number('SELECT max(position) FROM events');
  let checked = 0;
  for (const row of events.rows(
    `SELECT e.position, e.stream, s.name, e.revision, e.id, e.type, e.data, e.metadata, e.leaf, p.position, p.id
     FROM events e LEFT JOIN streams s ON s.key = e.stream
       LEFT JOIN places p ON p.stream = e.stream AND p.revision = e.revision
     WHERE e.position <= ? ORDER BY e.position`,
    head,
  )) {
    checkEvent(row);
    checked += 1;
    if (checked % progressEvery === 0) send({ checked, events: head });
    if (isFull()) return;
  }
  send({ checked, events: head });
};

const checkPlaces = (events: EventFile): void => {
  for (const [position, stream, revision] of events.rows(
    `SELECT p.position, s.name, p.revision FROM places p LEFT JOIN streams s ON s.key = p.stream
     WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.position = p.position) ORDER BY p.position LIMIT ${mostFindings}`,
  ) as Iterable<[number, string, number]>)
    findings.push({
      kind: 'place',
      message: `${stream} revision ${revision} (position ${position}) is missing.`,
      position,
      stream,
      revision,
    });
};

const checkIds = (events: EventFile): void => {
  for (const [id, position] of events.rows(
    `SELECT id, max(position) FROM places GROUP BY id HAVING count(*) > 1 ORDER BY 2 LIMIT ${mostFindings}`,
  ) as Iterable<[string, number]>)
    findings.push({ kind: 'id', message: `The event id ${id} stands twice, again at position ${position}.`, position });
};

const attempt = (check: () => void): void => {
  try {
    if (!isFull()) check();
  } catch (error) {
    findings.push({ kind: 'file', message: `The file cannot be read on: ${(error as Error).message}` });
  }
};

try {
  const events = new EventFile(file, { readOnly: true });
  attempt(() => {
    for (const [line] of events.rows('PRAGMA integrity_check'))
      if (line !== 'ok') findings.push({ kind: 'file', message: String(line) });
  });
  attempt(() => checkEvents(events));
  attempt(() => checkPlaces(events));
  attempt(() => checkIds(events));
  events.close();
  const placed = findings.slice(0, mostFindings);
  send({ findings: placed.sort((a, b) => (a.position ?? 0) - (b.position ?? 0)) });
} catch (error) {
  send({ error: toMessage(error) });
}
