import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { openEsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import type { EsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import type { EventStore, StoredEvent, SubscriptionSignal } from '#libs/ports/event-store.ts';
import { sampleEvent } from '#libs/testing/event-store.contract.ts';
import { startEsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import type { EsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';

// One test per trap of EventStoreDB's Node client (spec 4-platform), against a server that misbehaves.

const patience = { appendDeadlineMs: 400, silenceMs: 600, giveUpAfterMs: 5_000, longestPauseMs: 100, probeMs: 50 };

let node: EsdbStandIn;
let store: EsdbEventStore;
const alarms: string[] = [];
const open: { close(): Promise<void> }[] = [];
const started: EsdbStandIn[] = [];

const startNode = async (options = {}): Promise<EsdbStandIn> => {
  const each = await startEsdbStandIn(options);
  started.push(each);
  return each;
};
const openStore = async (connectionString: string, more = {}): Promise<EsdbEventStore> => {
  const each = await openEsdbEventStore({
    connectionString,
    patience: { ...patience, ...more },
    alarm: (message) => alarms.push(message),
  });
  open.push(each);
  return each;
};

beforeEach(async () => {
  alarms.length = 0;
  node = await startNode();
  store = await openStore(node.connectionString);
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  for (const each of started.splice(0)) await each.stop();
});

const all = async (pages: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for await (const page of pages) events.push(...page);
  return events;
};
const idsOf = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);
const several = (count: number) => Array.from({ length: count }, () => sampleEvent());

/** Follows from the start; `until` resolves when that many events came. */
const follow = (from: EventStore, streamPrefixes?: readonly string[]) => {
  const abort = new AbortController();
  const signals: SubscriptionSignal[] = [];
  const events = () => signals.flatMap((signal) => (signal.kind === 'events' ? signal.events : []));
  const until = async (condition: () => boolean, what: string) => {
    for (const end = Date.now() + 8_000; !condition(); await pause(5))
      if (Date.now() > end) throw new Error(`the subscription never came to: ${what}`);
  };
  const ended = (async () => {
    const options = { after: 0, signal: abort.signal, ...(streamPrefixes ? { filter: { streamPrefixes } } : {}) };
    for await (const signal of from.subscribe(options)) signals.push(signal);
  })();
  const follower = {
    signals,
    events,
    untilEvents: (count: number) => until(() => events().length >= count, `${count} events`),
    untilCaughtUp: (position = 0) =>
      until(() => signals.some((signal) => signal.kind === 'caught-up' && signal.position >= position), 'caught up'),
    until,
    close: async () => {
      abort.abort();
      await ended;
    },
  };
  open.unshift(follower);
  return follower;
};

describe('an append', () => {
  it('is stored once and answered rightly when the answer was lost after the commit', async () => {
    node.faults.loseAnswers = 1;
    const events = several(2);
    const appended = await store.append('thing-1', 'no-stream', events);
    const stored = await all(store.readStream('thing-1'));
    expect(idsOf(stored)).toEqual(idsOf(events));
    expect(appended).toEqual({ revision: 1, position: stored[1]!.position });
    expect(alarms[0]).toMatch(/Appending to thing-1.*not answered within 400 ms/);
  });

  it.each(['any', 'exists'] as const)('expecting %s is stored once when the answer was lost', async (expected) => {
    await store.append('thing-1', 'no-stream', several(1));
    node.faults.loseAnswers = 1;
    const events = several(2);
    expect(await store.append('thing-1', expected, events)).toMatchObject({ revision: 2 });
    expect(await all(store.readStream('thing-1'))).toHaveLength(3);
  });

  it.each(['before-commit', 'after-commit'] as const)(
    'outlives a server that dies in the middle of it, %s',
    async (moment) => {
      await store.append('thing-1', 'no-stream', several(1));
      node.faults.dieOnAppend = moment;
      const events = several(2);
      const appending = store.append('thing-1', 0, events);
      await pause(200);
      await node.start();
      expect(await appending).toMatchObject({ revision: 2 });
      expect(idsOf(await all(store.readStream('thing-1', { from: 1 })))).toEqual(idsOf(events));
    },
  );

  it('has a deadline of its own where the server is silent, and is retried with the same ids', async () => {
    node.faults.silent = true;
    const events = several(1);
    const appending = store.append('thing-1', 'no-stream', events);
    await pause(900);
    node.faults.silent = false;
    expect(await appending).toMatchObject({ revision: 0 });
    expect(idsOf(await all(store.readStream('thing-1')))).toEqual(idsOf(events));
  });

  it('fails as unavailable, to be retried, where the server stays away, and can be made again', async () => {
    const impatient = await openStore(node.connectionString, { giveUpAfterMs: 300 });
    await node.kill();
    const events = several(1);
    await expect(impatient.append('thing-1', 'no-stream', events)).rejects.toMatchObject({
      name: 'Unavailable',
      retryable: true,
      message: expect.stringMatching(
        /Appending to thing-1.*: the event store esdb:\/\/127.0.0.1:\d+\?tls=false failed/,
      ),
    });
    await node.start();
    expect(await impatient.append('thing-1', 'no-stream', events)).toMatchObject({ revision: 0 });
  });

  it('is not lost when another server in the process fails and rejects it', async () => {
    const other = await startNode();
    const otherStore = await openStore(other.connectionString, { giveUpAfterMs: 100 });
    node.faults.delayMs = 250;
    const events = several(1);
    const healthy = store.append('thing-1', 'no-stream', events);
    await pause(50);
    other.faults.dieOnAppend = 'before-commit';
    await expect(otherStore.append('thing-1', 'no-stream', several(1))).rejects.toMatchObject({ name: 'Unavailable' });
    expect(await healthy).toMatchObject({ revision: 0 });
    // The healthy server's own answer comes when nobody waits for it any more.
    await pause(300);
    expect(idsOf(await all(store.readStream('thing-1')))).toEqual(idsOf(events));
  });

  it('survives an answer that comes twice', async () => {
    node.faults.duplicateAnswers = 3;
    for (let revision = 0; revision < 5; revision++)
      expect(await store.append('thing-1', revision === 0 ? 'no-stream' : revision - 1, several(1))).toMatchObject({
        revision,
      });
  });

  it('of nothing is never sent', async () => {
    expect(await store.append('thing-1', 'no-stream', [])).toEqual({ revision: -1, position: 0 });
    expect(node.calls.get('batchAppend')).toBeUndefined();
  });

  it('never expects a negative revision, which the client would take for another expectation', async () => {
    await store.append('thing-1', 'no-stream', several(1));
    for (const expected of [-1, -2, 0.5, Number.NaN])
      await expect(store.append('thing-1', expected, several(1))).rejects.toThrow(/no revision to expect of thing-1/);
    expect(await all(store.readStream('thing-1'))).toHaveLength(1);
  });

  it('that the disk has no room for is retried with an alarm, and stored when there is room', async () => {
    node.faults.diskFull = true;
    const appending = store.append('thing-1', 'no-stream', several(1));
    await pause(300);
    expect(alarms.some((alarm) => /Appending to thing-1.*a full disk/.test(alarm))).toBe(true);
    node.faults.diskFull = false;
    expect(await appending).toMatchObject({ revision: 0 });
    expect(await all(store.readStream('thing-1'))).toHaveLength(1);
  });

  it('refused for its place is told the true last revision after a retry, too', async () => {
    await store.append('thing-1', 'no-stream', several(3));
    node.faults.unknownErrors = 1;
    await expect(store.append('thing-1', 0, several(1))).rejects.toMatchObject({
      name: 'WrongExpectedRevision',
      expected: 0,
      actual: 2,
    });
  });

  it('goes to the leader when a follower refuses it', async () => {
    const leader = await startNode({ log: node.log });
    node.faults.notLeader = { host: '127.0.0.1', port: leader.port };
    expect(await store.append('thing-1', 'no-stream', several(1))).toMatchObject({ revision: 0 });
    expect(await all(store.readStream('thing-1'))).toHaveLength(1);
    expect(leader.calls.get('batchAppend')).toBe(1);
  });

  it('to a stream that someone tombstoned says so, and so does reading it', async () => {
    await store.append('thing-1', 'no-stream', several(2));
    node.log.tombstone('thing-1', 'any');
    await expect(store.append('thing-1', 1, several(1))).rejects.toMatchObject({ name: 'StreamDeleted' });
    await expect(all(store.readStream('thing-1'))).rejects.toMatchObject({
      name: 'StreamDeleted',
      message: expect.stringContaining('thing-1 was deleted on the event store'),
    });
  });

  it('loses nothing and doubles nothing while 64 writers work and the server is killed five times', async () => {
    const busy = await openStore(node.connectionString, { appendDeadlineMs: 1_000, giveUpAfterMs: 20_000 });
    const acknowledged = new Map<string, number>();
    let writing = true;
    const writers = Promise.all(
      Array.from({ length: 64 }, async (_, writer) => {
        for (let revision = -1; writing;) {
          const event = sampleEvent();
          const appended = await busy.append(`w-${writer}`, revision < 0 ? 'no-stream' : revision, [event]);
          expect(appended.revision).toBe(revision + 1);
          revision = appended.revision;
          acknowledged.set(event.id, appended.position);
        }
      }),
    );
    for (let kill = 0; kill < 5; kill++) {
      await pause(150);
      node.faults.dieOnAppend = kill % 2 === 0 ? 'before-commit' : 'after-commit';
      while (node.faults.dieOnAppend !== undefined) await pause(5);
      await pause(50);
      await node.start();
    }
    await pause(150);
    writing = false;
    await writers;
    const stored = await all(store.readAll());
    expect(new Set(idsOf(stored)).size).toBe(stored.length);
    expect(stored.map(({ id, position }) => [id, position])).toEqual([...acknowledged].sort(([, a], [, b]) => a - b));
    expect(stored.length).toBeGreaterThan(64);
  });

  it('is refused or stored, with the process alive, when a server dies under large appends that queue', async () => {
    const impatient = await openStore(node.connectionString, { giveUpAfterMs: 50 });
    const text = 'x'.repeat(100_000);
    const appends = Array.from({ length: 60 }, (_, index) => {
      const event = { ...sampleEvent(), data: JSON.stringify({ text }) };
      return impatient.append(`big-${index}`, 'no-stream', [event]);
    });
    const outcomes = Promise.allSettled(appends);
    await pause(30);
    await node.kill();
    for (const outcome of await outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'Unavailable', retryable: true });
    await node.start();
    for (const [index, outcome] of (await outcomes).entries())
      if (outcome.status === 'fulfilled') expect(await all(impatient.readStream(`big-${index}`))).toHaveLength(1);
  });
});

describe('a read', () => {
  const revisionsOfLong = Array.from({ length: 3_000 }, (_, index) => index);
  beforeEach(() => {
    const bytes = (text: string) => new Uint8Array(Buffer.from(text));
    const events = revisionsOfLong.map(() => sampleEvent());
    const proposed = events.map(({ id, type, data, metadata }) => ({
      id,
      type,
      contentType: 'application/json',
      data: bytes(data),
      customMetadata: bytes(metadata),
    }));
    node.log.append('long-1', 'no-stream', proposed);
  });

  it('goes on where it was when the server dies under it', async () => {
    const revisions: number[] = [];
    for await (const page of store.readStream('long-1')) {
      revisions.push(...page.map(({ revision }) => revision));
      if (revisions.length !== 500) continue;
      await node.kill();
      await node.start();
    }
    expect(revisions).toEqual(revisionsOfLong);
  });

  it('is not taken for complete when another call fails and takes its client with it', async () => {
    const revisions: number[] = [];
    for await (const page of store.readStream('long-1')) {
      revisions.push(...page.map(({ revision }) => revision));
      // Its failure is of a kind that asks for a new client.
      if (revisions.length === 1_000) node.faults.unknownErrors = 1;
      if (revisions.length === 1_000) await store.append('thing-1', 'no-stream', several(1));
    }
    expect(revisions).toEqual(revisionsOfLong);
  });

  it('fails as unavailable where the server is silent', async () => {
    const impatient = await openStore(node.connectionString, { giveUpAfterMs: 300, silenceMs: 200 });
    node.faults.silent = true;
    await expect(impatient.head()).rejects.toMatchObject({ name: 'Unavailable', retryable: true });
  });

  it('of a stream that was cut short on the server says so instead of yielding a part', async () => {
    await store.append('thing-1', 'no-stream', several(5));
    node.log.append('$$thing-1', 'any', [
      {
        id: randomUUID(),
        type: '$metadata',
        contentType: 'application/json',
        data: new Uint8Array(Buffer.from('{"$maxCount":2}')),
        customMetadata: new Uint8Array(),
      },
    ]);
    await expect(all(store.readStream('thing-1'))).rejects.toMatchObject({ name: 'StreamDeleted' });
  });
});

describe('a subscription', () => {
  it.each(
    Object.entries(status).filter(([, code]) => typeof code === 'number' && code !== status.OK) as [string, status][],
  )('goes on from its last position after %s', async (name, code) => {
    const events = several(6);
    await store.append('thing-1', 'no-stream', events.slice(0, 2));
    const follower = follow(store);
    await follower.untilCaughtUp();
    node.dropSubscriptions(code, `dropped: ${name}`);
    await store.append('thing-1', 1, events.slice(2, 4));
    await follower.untilEvents(4);
    node.dropSubscriptions(code, `dropped: ${name}`);
    await store.append('thing-1', 3, events.slice(4));
    await follower.untilEvents(6);
    expect(idsOf(follower.events())).toEqual(idsOf(events));
  });

  it('yields everything once and in order while the server is killed again and again', async () => {
    const follower = follow(store);
    let writing = true;
    const writers = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let round = 0; writing; round++)
          await store.append(`w-${writer}`, round === 0 ? 'no-stream' : 'any', several(2));
      }),
    );
    for (let kill = 0; kill < 4; kill++) {
      await pause(120);
      await node.kill();
      await pause(40);
      await node.start();
    }
    await pause(100);
    writing = false;
    await writers;
    const stored = await all(store.readAll());
    await follower.untilEvents(stored.length);
    expect(idsOf(follower.events())).toEqual(idsOf(stored));
  });

  it('that goes silent is noticed by its watchdog and made anew', async () => {
    await store.append('thing-1', 'no-stream', several(1));
    const follower = follow(store);
    await follower.untilCaughtUp();
    node.faults.muteSubscriptions = true;
    await store.append('thing-1', 0, several(1));
    await pause(100);
    expect(follower.events()).toHaveLength(1);
    await follower.untilEvents(2);
    expect(alarms.some((alarm) => /silent for 600 ms while the store went on/.test(alarm))).toBe(true);
  });

  it('that falls leaves a pending append alone: each has a client of its own', async () => {
    const follower = follow(store);
    await follower.untilCaughtUp();
    node.faults.delayMs = 200;
    const appending = store.append('thing-1', 'no-stream', several(1));
    await pause(50);
    node.dropSubscriptions(status.UNAVAILABLE, 'gone');
    expect(await appending).toMatchObject({ revision: 0 });
    expect(node.calls.get('batchAppend')).toBe(1);
    expect(alarms.filter((alarm) => alarm.startsWith('Appending'))).toEqual([]);
    await follower.untilEvents(1);
  });

  it('with a sparse filter advances past what it does not see, caught up or live', async () => {
    const follower = follow(store, ['rare-']);
    const { position } = await store.append('thing-1', 'no-stream', several(400));
    await follower.untilCaughtUp(position);
    const later = await store.append('thing-1', 399, several(400));
    await follower.untilCaughtUp(later.position);
    expect(follower.events()).toEqual([]);
    await store.append('rare-1', 'no-stream', several(1));
    await follower.untilEvents(1);
  });

  it('says its signals in the order of the log, to a slow consumer as well', async () => {
    for (let batch = 0; batch < 10; batch++) {
      await store.append('a-1', 'any', several(20));
      await store.append('b-1', 'any', several(480));
    }
    let reached = 0;
    let events = 0;
    const abort = new AbortController();
    for await (const signal of store.subscribe({
      after: 0,
      filter: { streamPrefixes: ['a-'] },
      signal: abort.signal,
    })) {
      await pause(2);
      const positions = signal.kind === 'events' ? signal.events.map(({ position }) => position) : [signal.position];
      for (const position of positions) {
        expect(position).toBeGreaterThanOrEqual(reached);
        reached = position;
      }
      if (signal.kind === 'events') events += signal.events.length;
      if (signal.kind === 'caught-up') abort.abort();
    }
    expect(events).toBe(200);
  });

  it('goes to the leader when a follower refuses it', async () => {
    await store.append('thing-1', 'no-stream', several(1));
    const leader = await startNode({ log: node.log });
    node.faults.notLeader = { host: '127.0.0.1', port: leader.port };
    const follower = follow(store);
    await follower.untilEvents(1);
    await store.append('thing-1', 0, several(1));
    await follower.untilEvents(2);
    expect(leader.subscriptions).toBe(1);
  });
});

describe('a closed store', () => {
  it('leaves no connection behind, nor does a subscription that was left', async () => {
    const mine = await openStore(node.connectionString);
    await mine.append('thing-1', 'no-stream', several(3));
    for await (const signal of mine.subscribe({ after: 0, signal: new AbortController().signal }))
      if (signal.kind === 'caught-up') break;
    await mine.close();
    await store.close();
    for (const end = Date.now() + 3_000; node.connections > 0 && Date.now() < end;) await pause(10);
    expect(node.connections).toBe(0);
    expect(node.subscriptions).toBe(0);
  });
});
