import { BACKWARDS, END, START, excludeSystemEvents, streamNameFilter } from '@eventstore/db-client';
import type { EventStoreDBClient, Filter } from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import { matches } from '#libs/ports/event-store.ts';
import type { EventFilter, StoredEvent, SubscribeOptions, SubscriptionSignal } from '#libs/ports/event-store.ts';
import { Connection, withoutSecrets } from './connection.ts';
import { Inbox } from './inbox.ts';
import type { Item, Marker } from './inbox.ts';
import { NoAnswer, failureOf, reasonOf } from './failures.ts';
import { PAGE, readAll } from './reading.ts';
import { isOurs, positionOf, storedEvent } from './recorded-event.ts';
import { pauseMs, within } from './session.ts';
import type { Session } from './session.ts';

/** Filtered-out events between two checkpoints of the server: window times interval. The client's default is 32 times 1. */
const WINDOW = 64;
const WINDOWS_PER_CHECKPOINT = 32;
/** How many events an idle filtered subscription looks through before it lets the server do it. */
const LOOK_THROUGH = 2_000;
/** A pause in the events that is long enough to see whether that was all. */
const SETTLED_MS = 5;

/**
 * Position of the newest event of the ledger, by this very client: a subscription's own node, which may be behind others. Where it
 * says that it has caught up, it has passed at least this.
 */
const headSeenBy = async (client: EventStoreDBClient): Promise<number> => {
  const call = client.readAll({ direction: BACKWARDS, fromPosition: END });
  try {
    for await (const { event } of call) if (event !== undefined && isOurs(event)) return positionOf(event);
    return 0;
  } finally {
    call.cancel().catch(() => {});
  }
};

const headOf = async (session: Session): Promise<number> => {
  for await (const [event] of readAll(session, { direction: 'backwards', limit: 1 })) return event!.position;
  return 0;
};

/**
 * What stands between a position and the head: `passed`, nothing that the filter lets through; `due`, something that must come;
 * `far`, more than can be looked through.
 */
const between = async (
  session: Session,
  filter: EventFilter,
  after: number,
  head: number,
): Promise<'passed' | 'due' | 'far'> => {
  let seen = 0;
  let last = after;
  for await (const page of readAll(session, { after, upTo: head, limit: LOOK_THROUGH })) {
    if (page.some(({ stream }) => matches(filter, stream))) return 'due';
    seen += page.length;
    last = page.at(-1)!.position;
  }
  if (seen >= LOOK_THROUGH) return 'far';
  // A node that is behind does not show all of it.
  return last === head ? 'passed' : 'due';
};

const serverFilter = (filter: EventFilter | undefined, checkpointReached: Filter['checkpointReached']): Filter => {
  const options = { maxSearchWindow: WINDOW, checkpointInterval: WINDOWS_PER_CHECKPOINT, checkpointReached };
  const prefixes = filter?.streamPrefixes ?? [''];
  // No prefix at all and the empty one mean nothing to the server.
  return prefixes.length === 0 || prefixes.includes('')
    ? excludeSystemEvents(options)
    : streamNameFilter({ ...options, prefixes: [...prefixes] });
};

/** One connection's worth of a subscription: ends when stopped, throws when it fails. */
async function* followOnce(
  session: Session,
  client: EventStoreDBClient,
  from: number,
  filter: EventFilter | undefined,
  stop: AbortSignal,
): AsyncGenerator<SubscriptionSignal> {
  const { silenceMs, probeMs } = session.patience;
  const end = await within(silenceMs, 'The head of the store', headSeenBy(client));
  // Signals are put among the events, because the client reports them out of turn.
  const mark = (marker: Marker): void => {
    if (!stream.destroyed) stream.push(marker);
  };
  const stream = client.subscribeToAll(
    {
      fromPosition: from === 0 ? START : { commit: BigInt(from), prepare: BigInt(from) },
      filter: serverFilter(filter, (_subscription, { commit }) =>
        mark({ marker: 'checkpoint', position: Number(commit) }),
      ),
    },
    { highWaterMark: PAGE },
  );
  stream.on('caughtUp', () => mark({ marker: 'caught-up' }));
  const inbox = new Inbox(stream as AsyncIterable<Item>, stop);
  let position = from;
  let batch: StoredEvent[] = [];
  let live = false;
  /** The position at which the last caught-up was said. */
  let said = -1;
  let lastItem = Date.now();
  let lastProbe = 0;
  /** What the head was when catching up was first looked for: enough where writers never pause. */
  let goal: number | undefined;
  try {
    while (!stop.aborted) {
      if (batch.length >= PAGE || (batch.length > 0 && stream.readableLength === 0)) {
        const events = batch;
        batch = [];
        yield { kind: 'events', events };
        continue;
      }
      const unsaid = said < position;
      const busy = Date.now() - lastProbe > probeMs;
      const patience = !live ? silenceMs : unsaid ? (busy ? 0 : SETTLED_MS) : probeMs;
      const item = stream.readableLength > 0 || patience > 0 ? await inbox.next(patience) : 'quiet';
      if (item === 'ended') {
        if (!stop.aborted) throw new NoAnswer('The server ended the subscription');
      } else if (item === 'quiet') {
        if (!live) throw new NoAnswer(`The subscription was silent for ${silenceMs} ms`);
        lastProbe = Date.now();
        const head = await within(silenceMs, 'The head of the store', headOf(session));
        let reached = head <= position;
        if (!reached && filter !== undefined) {
          const gap = await between(session, filter, position, head);
          // The server passes over events without us faster than we look through them.
          if (gap === 'far') return;
          reached = gap === 'passed';
          if (reached) position = head;
        }
        goal ??= head;
        if (reached || position >= goal) {
          goal = undefined;
          lastItem = Date.now();
          if (said < position || said < 0) {
            said = position;
            yield { kind: 'caught-up', position };
          }
        } else if (Date.now() - lastItem > silenceMs) {
          throw new NoAnswer(`The subscription was silent for ${silenceMs} ms while the store went on to ${head}`);
        }
      } else if ('marker' in item) {
        lastItem = Date.now();
        if (batch.length > 0) yield { kind: 'events', events: batch };
        batch = [];
        if (item.marker === 'caught-up') {
          live = true;
          position = Math.max(position, end);
          said = Math.min(said, position - 1);
          lastProbe = 0;
        } else if (item.position > position) {
          position = item.position;
          yield { kind: 'checkpoint', position };
        }
      } else if (item.event !== undefined) {
        lastItem = Date.now();
        const at = positionOf(item.event);
        // Never twice, whatever the server sends again.
        if (at <= position) continue;
        position = at;
        if (isOurs(item.event) && matches(filter, item.event.streamId)) batch.push(storedEvent(item.event));
      }
    }
  } finally {
    stream.unsubscribe().catch(() => {});
    stream.destroy();
  }
}

/**
 * See EventStore.subscribe. Each subscription has its own client, because one client's calls fall together; whatever ends it, it
 * goes on from the last position that it reported, on a new client.
 */
export async function* subscribe(
  session: Session,
  { after, filter, signal }: SubscribeOptions,
): AsyncGenerator<SubscriptionSignal> {
  const stop = AbortSignal.any([signal, session.closing]);
  let position = after;
  let attempt = 0;
  let connection = new Connection(session.connectionString);
  try {
    while (!stop.aborted) {
      const { client } = connection;
      try {
        for await (const next of followOnce(session, client, position, filter, stop)) {
          attempt = 0;
          position = next.kind === 'events' ? next.events.at(-1)!.position : Math.max(position, next.position);
          yield next;
          if (stop.aborted) return;
        }
      } catch (error) {
        if (stop.aborted) return;
        if (attempt === 0)
          session.alarm(
            `A subscription of ${withoutSecrets(session.connectionString)} broke off after ${position}: ` +
              `${reasonOf(error)}. Going on from there.`,
          );
        if (failureOf(error) !== 'not-leader') {
          const broken = connection;
          connection = new Connection(session.connectionString);
          void broken.close();
        }
        await pause(pauseMs(attempt++, session.patience.longestPauseMs), undefined, { signal: stop }).catch(() => {});
      }
    }
  } finally {
    await connection.close();
  }
}
