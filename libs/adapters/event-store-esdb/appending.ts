import { ANY, NO_STREAM, STREAM_EXISTS, jsonEvent } from '@eventstore/db-client';
import type { AppendExpectedRevision, JSONType, MaxAppendSizeExceededError } from '@eventstore/db-client';
import { canonicalJson } from '#libs/kernel/json.ts';
import {
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  StreamDeleted,
  TooLarge,
  WrongExpectedRevision,
} from '#libs/ports/event-store.ts';
import type { Appended, EventToAppend, ExpectedRevision, StoredEvent } from '#libs/ports/event-store.ts';
import { failureOf } from './failures.ts';
import { readStream } from './reading.ts';
import { Attempts, within } from './session.ts';
import type { Session } from './session.ts';

/** The client keeps values, not texts: another text than the canonical one would come back changed, or not at all. */
const valueOf = ({ id, type }: EventToAppend, text: string): JSONType => {
  try {
    const value = JSON.parse(text) as JSONType;
    if (canonicalJson(value) === text) return value;
  } catch {
    // Not JSON, or nothing that has a canonical text.
  }
  throw new TypeError(`Event ${id} (${type}) is not canonical JSON: make its texts with canonicalJson.`);
};

/** The events as they are sent, with their size in bytes. Throws where they cannot be kept as they are. */
const prepare = (stream: string, events: readonly EventToAppend[]) => {
  if (stream === '' || stream.startsWith('$'))
    throw new TypeError(
      `${stream} is a name of the server's own streams: streams of the ledger begin with their category.`,
    );
  let bytes = 0;
  const sent = events.map((event) => {
    const { id, type, data, metadata } = event;
    if (type.startsWith('$'))
      throw new TypeError(`${type} is a type of the server's own events: name the fact instead.`);
    const size = Buffer.byteLength(data) + Buffer.byteLength(metadata);
    if (size > MAX_EVENT_BYTES) throw new TooLarge(stream, size, MAX_EVENT_BYTES);
    bytes += size;
    return jsonEvent({ id, type, data: valueOf(event, data), metadata: valueOf(event, metadata) });
  });
  if (bytes > MAX_APPEND_BYTES) throw new TooLarge(stream, bytes, MAX_APPEND_BYTES);
  return { sent, bytes };
};

const onTheWire = (expected: ExpectedRevision): AppendExpectedRevision =>
  typeof expected === 'number'
    ? BigInt(expected)
    : ({ 'no-stream': NO_STREAM, any: ANY, exists: STREAM_EXISTS } as const)[expected];

const asRevision = (revision: number): ExpectedRevision => (revision < 0 ? 'no-stream' : revision);

/** What stands in the stream: our events (with their last one's place), or not, and the stream's last revision. */
interface Standing {
  readonly appended: Appended | undefined;
  readonly last: number;
}

const first = async (pages: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent | undefined> => {
  for await (const [event] of pages) return event;
  return undefined;
};

const placeOf = ({ revision, position }: StoredEvent): Appended => ({ revision, position });

/** Are the events in the stream, where they were to go or (for `any` and `exists`) anywhere? */
const readBack = async (
  session: Session,
  stream: string,
  expected: ExpectedRevision,
  events: readonly EventToAppend[],
): Promise<Standing> => {
  const what = `Appending to ${stream} (reading back what became of it)`;
  const standing = (found: readonly StoredEvent[]) =>
    found.length === events.length && found.every(({ id }, index) => id === events[index]?.id);
  if (typeof expected === 'number' || expected === 'no-stream') {
    const from = expected === 'no-stream' ? 0 : expected + 1;
    // The end first: what arrives between the two reads is then found, not taken for another's.
    const last = await first(readStream(session, stream, { direction: 'backwards', limit: 1 }, what));
    const found: StoredEvent[] = [];
    for await (const page of readStream(session, stream, { from, limit: events.length }, what)) found.push(...page);
    return { appended: standing(found) ? placeOf(found.at(-1)!) : undefined, last: last?.revision ?? -1 };
  }
  const lastId = events.at(-1)?.id;
  let last = -1;
  for await (const page of readStream(session, stream, { direction: 'backwards' }, what)) {
    if (last < 0) last = page[0]!.revision;
    const ours = page.find(({ id }) => id === lastId);
    if (ours !== undefined) return { appended: placeOf(ours), last };
  }
  return { appended: undefined, last };
};

/**
 * See EventStore.append. The client's append has no deadline, and any failure of it, even of another client in the process, leaves
 * open whether the events were stored. So after every failure the stream is read back; if the events are not there they are sent
 * again with the same ids, and from then on to the exact place where they belong, so that the server can tell a repeat.
 */
export const append = async (
  session: Session,
  stream: string,
  expected: ExpectedRevision,
  events: readonly EventToAppend[],
): Promise<Appended> => {
  // The client would send a negative number as something else.
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0))
    throw new TypeError(`${expected} is no revision to expect of ${stream}: write 'no-stream' where there is none.`);
  const { sent, bytes } = prepare(stream, events);
  if (events.length === 0) {
    // The server would answer with a revision, though it writes nothing.
    const last = await first(readStream(session, stream, { direction: 'backwards', limit: 1 }));
    return last === undefined ? { revision: -1, position: 0 } : placeOf(last);
  }
  const attempts = new Attempts(session, `Appending to ${stream}`, stream);
  const deadline = session.patience.appendDeadlineMs;
  for (let at = expected; ;) {
    const { client } = session.commands;
    try {
      const { nextExpectedRevision, position } = await within(
        deadline,
        `An append to ${stream}`,
        client.appendToStream(stream, sent, { expectedRevision: onTheWire(at), deadline }),
      );
      const revision = Number(nextExpectedRevision);
      if (position !== undefined) return { revision, position: Number(position.commit) };
      const last = await first(readStream(session, stream, { from: revision, limit: 1 }));
      if (last !== undefined) return placeOf(last);
      throw new StreamDeleted(stream);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'too-large')
        throw new TooLarge(stream, bytes, (error as MaxAppendSizeExceededError).maxAppendSize);
      // A broken client would break the read as well.
      if (failure !== 'wrong-version') await attempts.failed(error, client);
      const { appended, last } = await readBack(session, stream, expected, events);
      if (appended !== undefined) return appended;
      const refused = new WrongExpectedRevision(stream, expected, last < 0 ? 'no-stream' : last);
      if (expected === 'any' || expected === 'exists') {
        if (failure === 'wrong-version' && at === expected) throw refused;
        if (expected === 'exists' && last < 0) throw refused;
        // An exact place from now on, moved where others were faster.
        at = asRevision(last);
      } else if (asRevision(last) !== at) throw refused;
      if (failure === 'wrong-version') await attempts.failed(error, client);
    }
  }
};
