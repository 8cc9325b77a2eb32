import type { Readable } from 'node:stream';
import { BACKWARDS, END, FORWARDS, START } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { StreamDeleted, Unavailable, matches } from '#libs/ports/event-store.ts';
import type { ReadAllOptions, ReadStreamOptions, StoredEvent } from '#libs/ports/event-store.ts';
import { NoAnswer, failureOf } from './failures.ts';
import { isOurs, isWhole, positionOf, storedEvent } from './recorded-event.ts';
import type { Recorded } from './recorded-event.ts';
import { Attempts, isClosed } from './session.ts';
import type { Session } from './session.ts';

export const PAGE = 500;

type ReadCall = Readable & { cancel(): Promise<void> };

/** The call's events in pages; a call that is silent for too long fails. A slow consumer is not silence. */
export async function* pagesOf(session: Session, call: ReadCall): AsyncGenerator<Recorded[]> {
  const { closing, patience } = session;
  const end = (error: Error) => call.destroy(error);
  const close = () => end(isClosed());
  closing.addEventListener('abort', close, { once: true });
  const watch = setTimeout(
    () => end(new NoAnswer(`A read was silent for ${patience.silenceMs} ms`)),
    patience.silenceMs,
  );
  try {
    let page: Recorded[] = [];
    for await (const { event } of call as AsyncIterable<AllStreamResolvedEvent | ResolvedEvent>) {
      watch.refresh();
      if (page.length === 0) session.commands.heard();
      if (event !== undefined) page.push(event);
      if (page.length < PAGE) continue;
      yield page;
      watch.refresh();
      page = [];
    }
    if (page.length > 0) yield page;
  } finally {
    clearTimeout(watch);
    closing.removeEventListener('abort', close);
    // Leaving the loop ends only the client's end of the call.
    call.cancel().catch(() => {});
  }
}

/** The reads of a client that was given up meanwhile end as if they were complete. */
const checkCurrent = (session: Session, client: EventStoreDBClient): void => {
  if (client !== session.commands.client) throw new NoAnswer('A read was broken off with its client');
};

const place = (position: number) => ({ commit: BigInt(position), prepare: BigInt(position) });

/** Raw events of the whole log after (backwards: before) a position. */
const readLog = (
  client: EventStoreDBClient,
  after: number | undefined,
  backwards: boolean,
  maxCount: number,
): ReadCall =>
  client.readAll(
    {
      direction: backwards ? BACKWARDS : FORWARDS,
      fromPosition: after === undefined || after === 0 ? (backwards ? END : START) : place(after),
      maxCount,
    },
    { highWaterMark: PAGE },
  ) as ReadCall;

/** See EventStore.readStream. Survives lost connections: goes on where it was. */
export async function* readStream(
  session: Session,
  stream: string,
  options: ReadStreamOptions = {},
  what = `Reading ${stream}`,
): AsyncGenerator<readonly StoredEvent[]> {
  const backwards = options.direction === 'backwards';
  const attempts = new Attempts(session, what, stream);
  let { from, limit = Number.MAX_SAFE_INTEGER } = options;
  while (limit > 0 && (from === undefined || from >= 0)) {
    if (session.closing.aborted) throw isClosed();
    const { client } = session.commands;
    try {
      const call = client.readStream(
        stream,
        {
          direction: backwards ? BACKWARDS : FORWARDS,
          fromRevision: from === undefined ? (backwards ? END : START) : BigInt(from),
          maxCount: limit,
        },
        { highWaterMark: PAGE },
      ) as ReadCall;
      for await (const page of pagesOf(session, call)) {
        attempts.progressed();
        const last = checkWhole(stream, page, from ?? (backwards ? undefined : 0), backwards);
        from = backwards ? last - 1 : last + 1;
        limit -= page.length;
        yield page.map(storedEvent);
      }
      checkCurrent(session, client);
      return;
    } catch (error) {
      if (failureOf(error) === 'stream-missing') return;
      await attempts.failed(error, client);
    }
  }
}

/** Every revision must be there, in order, and written by the ledger. Returns the page's last revision. */
const checkWhole = (
  stream: string,
  page: readonly Recorded[],
  first: number | undefined,
  backwards: boolean,
): number => {
  let expected = first ?? Number(page[0]?.revision);
  if (backwards) expected = Math.min(expected, Number(page[0]?.revision));
  for (const event of page) {
    // Cut short on the server, by deletion or by $maxCount, $maxAge or $tb in the stream's metadata.
    if (Number(event.revision) !== expected) throw new StreamDeleted(stream);
    if (!isWhole(event))
      throw new Unavailable(
        `Event ${event.revision} of ${stream} was not written by the ledger (no JSON data and metadata): ` +
          'find out which program writes to its streams, and stop it.',
        { retryable: false },
      );
    expected += backwards ? -1 : 1;
  }
  return Number(page.at(-1)?.revision);
};

/**
 * See EventStore.readAll. The server filters no reads of everything, so what the filter and system events take away is fetched
 * all the same: a subscription is the way to follow a few streams.
 */
export async function* readAll(session: Session, options: ReadAllOptions = {}): AsyncGenerator<readonly StoredEvent[]> {
  const backwards = options.direction === 'backwards';
  const { filter, upTo = Infinity } = options;
  const attempts = new Attempts(session, 'Reading all events');
  let { after, limit = Infinity } = options;
  let ask = limit * 2 + 16;
  // Nothing stands before the first place.
  while (limit > 0 && !(backwards && after === 0)) {
    if (session.closing.aborted) throw isClosed();
    const { client } = session.commands;
    try {
      const asked = Math.min(ask, Number.MAX_SAFE_INTEGER);
      let received = 0;
      for await (const page of pagesOf(session, readLog(client, after, backwards, asked))) {
        attempts.progressed();
        received += page.length;
        const from = after;
        const last = page.at(-1)!;
        let events = page.filter((event) => isOurs(event) && matches(filter, event.streamId)).map(storedEvent);
        // The server begins with the event at the position itself.
        if (from !== undefined)
          events = events.filter(({ position }) => (backwards ? position < from : position > from));
        events = events.filter(({ position }) => backwards || position <= upTo).slice(0, limit);
        limit -= events.length;
        after = positionOf(last);
        if (events.length > 0) yield events;
        if (limit <= 0 || (!backwards && after >= upTo)) return;
      }
      checkCurrent(session, client);
      if (received < asked) return;
      ask *= 2;
    } catch (error) {
      await attempts.failed(error, client);
    }
  }
}
