import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredEvent } from '#libs/ports/event-store.ts';
import { describeEventStore, sampleEvent } from '#libs/testing/event-store.contract.ts';
import { BatchWriter } from './append-batch.ts';
import { EventFile } from './event-file.ts';
import { integrityOf, openSqliteEventStore } from './event-store-sqlite.ts';
import type { SqliteEventStore } from './event-store-sqlite.ts';

const temporary = () => mkdtemp(join(tmpdir(), 'events-'));

for (const inline of [false, true])
  describeEventStore(inline ? 'SQLite on the calling thread' : 'SQLite', async () => {
    const folder = await temporary();
    const open = () => openSqliteEventStore({ file: join(folder, 'events.db'), inline });
    let store = await open();
    return {
      store,
      reopen: async () => {
        await store.close();
        return (store = await open());
      },
      dispose: async () => {
        await store.close();
        await rm(folder, { recursive: true });
      },
    };
  });

describe('SQLite event store: the file', () => {
  let folder: string;
  let file: string;
  const opened: SqliteEventStore[] = [];
  const children: ChildProcess[] = [];
  const open = async (options: { readOnly?: boolean; inline?: boolean } = {}) => {
    const store = await openSqliteEventStore({ file, ...options });
    opened.push(store);
    return store;
  };
  const all = async (pages: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = [];
    for await (const page of pages) events.push(...page);
    return events;
  };
  const direct = (sql: string) => {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
  };

  /** Runs a script in a process of its own, with `store` open on the file (or whatever `prelude` makes of it). */
  const inChild = (script: string, prelude = '') => {
    const adapter = new URL('./event-store-sqlite.ts', import.meta.url).href;
    const code = `
      import { randomUUID } from 'node:crypto';
      ${prelude}
      const { openSqliteEventStore } = await import(${JSON.stringify(adapter)});
      const at = '2026-11-24T12:00:00.000Z';
      const event = (data = '{}') => ({ id: randomUUID(), type: 'thing.happened.v1', data,
        metadata: JSON.stringify({ occurredAt: at, recordedAt: at, tenant: 'acme' }) });
      const store = await openSqliteEventStore({ file: ${JSON.stringify(file)} });
      const say = (value) => console.log(JSON.stringify(value));
      say('ready');
      ${script}
    `;
    const path = join(folder, 'child.mjs');
    writeFileSync(path, code);
    const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const lines = createInterface({ input: child.stdout });
    const said: unknown[] = [];
    lines.on('line', (line) => said.push(JSON.parse(line)));
    const ended = once(lines, 'close');
    return { child, said, ended, ready: Promise.race([once(lines, 'line'), ended]) };
  };

  beforeEach(async () => {
    folder = await temporary();
    file = join(folder, 'events.db');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await rm(folder, { recursive: true });
  });

  it.each([1, 2, 3])('keeps every acknowledged append when the process is killed while appending (%d)', async () => {
    const { child, said, ready, ended } = inChild(`
      for (let writer = 0; writer < 16; writer += 1)
        void (async () => {
          for (let next = -1; ; ) {
            const events = Array.from({ length: 1 + (writer % 3) }, () => event());
            const { revision } = await store.append('w-' + writer, next < 0 ? 'no-stream' : next, events);
            next = revision;
            say(['w-' + writer, revision, events.at(-1).id]);
          }
        })();
    `);
    await ready;
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 250));
    child.kill('SIGKILL');
    await ended;

    const acknowledged = said.slice(1) as [string, number, string][];
    expect(acknowledged.length).toBeGreaterThan(0);
    const store = await open();
    const stored = new Map<string, StoredEvent[]>();
    for (let writer = 0; writer < 16; writer += 1)
      stored.set(`w-${writer}`, await all(store.readStream(`w-${writer}`)));
    for (const [stream, revision, id] of acknowledged) expect(stored.get(stream)![revision]?.id).toBe(id);
    for (const [stream, events] of stored) {
      expect(events.map((event) => event.revision)).toEqual(events.map((_, index) => index));
      // All of an append or nothing.
      expect(events.length % (1 + (Number(stream.slice(2)) % 3))).toBe(0);
    }
    expect(await integrityOf(file)).toEqual([]);
    await store.append('w-0', 'any', [sampleEvent()]);
  });

  it('lets concurrent appends share a commit, and none fails by its neighbour’s conflict', async () => {
    const store = await open();
    await store.append('taken', 'no-stream', [sampleEvent()]);
    const before = await store.stats();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, index) =>
        store.append(index % 4 === 0 ? 'taken' : `s-${index}`, 'no-stream', [sampleEvent()]),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(
      Array.from({ length: 64 }, (_, index) => (index % 4 === 0 ? 'rejected' : 'fulfilled')),
    );
    const after = await store.stats();
    expect(after.writes - before.writes).toBe(64);
    expect(after.commits - before.commits).toBeLessThan(8);
    expect(after).toMatchObject({ events: 49, streams: 49 });
  });

  it('refuses metadata without its instants, and only that append', async () => {
    const store = await open();
    const [bad, good] = await Promise.allSettled([
      store.append('a', 'no-stream', [sampleEvent(), { ...sampleEvent(), metadata: '{"tenant":"acme"}' }]),
      store.append('b', 'no-stream', [sampleEvent()]),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } });
    expect(good.status).toBe('fulfilled');
    expect((await store.stats()).events).toBe(1);
  });

  it('refuses the whole batch when the disk is full, and goes on once there is room', () => {
    const events = new EventFile(file, { readOnly: false });
    const writer = new BatchWriter(events);
    const write = (stream: string, characters: number) => ({
      stream,
      expected: 'no-stream' as const,
      events: [sampleEvent({ text: 'x'.repeat(characters) })],
    });
    expect(writer.commit([write('first', 10)])).toEqual([{ revision: 0, position: 1 }]);
    const pages = events.number('PRAGMA page_count');
    events.number(`PRAGMA max_page_count = ${pages + 10}`);
    for (const outcome of writer.commit([write('small', 10), write('large', 200_000), write('last', 10)]))
      expect(outcome).toMatchObject({
        name: 'Unavailable',
        retryable: true,
        message: expect.stringMatching(/database or disk is full.*make room/),
      });
    expect(writer.commit([write('small', 10)])).toEqual([{ revision: 0, position: 2 }]);
    events.number('PRAGMA max_page_count = 1000000');
    expect(writer.commit([write('large', 200_000)])).toEqual([{ revision: 0, position: 3 }]);
    writer.close();
  });

  it('says to every caller that the writer stopped, and to later ones too', async () => {
    const { said, ended } = inChild(
      `
      const outcome = (promise) => promise.then(() => 'stored', ({ name, retryable, message }) => ({ name, retryable, message }));
      const pending = Array.from({ length: 3 }, (_, index) => outcome(store.append('s-' + index, 'no-stream', [event()])));
      workers[0].terminate();
      say(await Promise.all(pending));
      say(await outcome(store.append('later', 'no-stream', [event()])));
      say(await store.head() >= 0);
      await store.close();
    `,
      `const workers = []; process.on('worker', (worker) => workers.push(worker));`,
    );
    await ended;
    const stopped = {
      name: 'Unavailable',
      retryable: false,
      message: expect.stringMatching(/may or may not be stored/),
    };
    expect(said).toEqual(['ready', [stopped, stopped, stopped], stopped, true]);
  });

  it('is read beside a writer in another process, whose commits wake its subscriptions', async () => {
    const { child, said, ready } = inChild(`
      for (let index = 0; index < 40; index += 1) {
        await store.append('s-' + (index % 3), 'any', [event()]);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      say('written');
      setInterval(() => {}, 1000);
    `);
    await ready;
    const reader = await open({ readOnly: true });
    const abort = new AbortController();
    const seen: number[] = [];
    for await (const signal of reader.subscribe({ after: 0, signal: abort.signal })) {
      if (signal.kind === 'events') seen.push(...signal.events.map((event) => event.position));
      if (seen.length === 40) abort.abort();
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(await all(reader.readStream('s-0'))).toHaveLength(14);
    await expect(reader.append('s-0', 'any', [sampleEvent()])).rejects.toMatchObject({
      name: 'Unavailable',
      message: expect.stringMatching(/read-only/),
    });
    child.kill('SIGKILL');
    expect(said).toContain('ready');
  });

  it('lets a second store in the same process see the commits of the first', async () => {
    const [writer, reader] = [await open(), await open({ readOnly: true, inline: true })];
    const abort = new AbortController();
    const signals = reader.subscribe({ after: 0, signal: abort.signal })[Symbol.asyncIterator]();
    expect((await signals.next()).value).toEqual({ kind: 'caught-up', position: 0 });
    const next = signals.next();
    await writer.append('a', 'no-stream', [sampleEvent()]);
    expect((await next).value).toMatchObject({ kind: 'events', events: [{ position: 1 }] });
    abort.abort();
  });

  it('finds few events among many by their streams, many by walking, with the same result', async () => {
    const store = await open();
    for (let batch = 0; batch < 22; batch += 1)
      await store.append(
        `many-${batch % 7}`,
        'any',
        Array.from({ length: 1_000 }, () => sampleEvent()),
      );
    for (const at of [0, 1, 2]) await store.append(`few-${at}`, 'any', [sampleEvent(), sampleEvent()]);
    await store.append('many-1', 'any', [sampleEvent()]);
    const few = { streamPrefixes: ['few-'] };
    const positions = [22_001, 22_002, 22_003, 22_004, 22_005, 22_006];
    expect((await all(store.readAll({ filter: few }))).map((event) => event.position)).toEqual(positions);
    const backwards = await all(store.readAll({ filter: few, direction: 'backwards' }));
    expect(backwards.map((event) => event.position)).toEqual(positions.toReversed());
    const many = await all(store.readAll({ filter: { streamPrefixes: ['many-1', 'many-2', 'many-3'] } }));
    const walked = (await all(store.readAll())).filter((event) => /^many-[123]/.test(event.stream));
    expect(many.map((event) => event.position)).toEqual(walked.map((event) => event.position));
  });

  it('refuses a file of a newer schema, naming both, and leaves it as it is', async () => {
    await (await open()).close();
    direct('PRAGMA user_version = 99');
    const before = readFileSync(file);
    for (const options of [{}, { readOnly: true }, { inline: true }])
      await expect(open(options)).rejects.toThrow(/event-store schema 99, this CareLedger knows 1/);
    await expect(integrityOf(file)).rejects.toThrow(/schema 99/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('says what is missing when there is no file to read', async () => {
    await expect(open({ readOnly: true })).rejects.toThrow(`There is no event store at ${file}`);
    await expect(integrityOf(file)).rejects.toThrow(`There is no event store at ${file}`);
    writeFileSync(file, '');
    await expect(open({ readOnly: true })).rejects.toThrow(/holds no events yet/);
    writeFileSync(file, 'this is a text file, not a database, long enough to have a header'.repeat(20));
    await expect(open()).rejects.toThrow(/not a database/);
  });

  it('is written in WAL mode', async () => {
    await open();
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('PRAGMA journal_mode').get()?.journal_mode).toBe('wal');
    database.close();
  });

  describe('command results', () => {
    const result = (commandId: string, text = 'done') => ({
      commandId,
      bodyHash: 'ab'.repeat(32),
      outcome: { accepted: true, text },
      recordedAt: '2026-11-24T12:00:00.000Z',
    });

    it('are found by command id, over a reopening too', async () => {
      const store = await open();
      expect(await store.results.get('c-1')).toBeUndefined();
      await store.results.put(result('c-1'));
      expect(await store.results.get('c-1')).toEqual(result('c-1'));
      await store.close();
      expect(await (await open({ readOnly: true })).results.get('c-1')).toEqual(result('c-1'));
    });

    it('stay as they were first recorded', async () => {
      const { results } = await open();
      await Promise.all([results.put(result('c-1', 'first')), results.put(result('c-1', 'second'))]);
      await results.put(result('c-1', 'third'));
      expect(await results.get('c-1')).toEqual(result('c-1', 'first'));
    });

    it('share the commit of the appends beside them', async () => {
      const store = await open();
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => [
          store.append(`s-${index}`, 'no-stream', [sampleEvent()]),
          store.results.put(result(`c-${index}`)),
        ]).flat(),
      );
      expect((await store.stats()).commits).toBeLessThan(8);
    });

    it('refuse an outcome that JSON cannot carry, and calls when closed', async () => {
      const store = await open();
      await expect(store.results.put({ ...result('c-1'), outcome: { at: Number.NaN } })).rejects.toThrow();
      await store.close();
      await expect(store.results.get('c-1')).rejects.toThrow(/closed/);
      await expect(store.results.put(result('c-1'))).rejects.toThrow(/closed/);
    });
  });

  describe('the integrity check', () => {
    beforeEach(async () => {
      const store = await open();
      for (let index = 0; index < 30; index += 1)
        await store.append(`s-${index % 3}`, 'any', [sampleEvent({ text: `needle-${index}-end` })]);
      await store.close();
    });

    it('finds nothing in a sound file, and tells how far it is', async () => {
      const progress: [number, number][] = [];
      expect(await integrityOf(file, (checked, events) => progress.push([checked, events]))).toEqual([]);
      expect(progress.at(-1)).toEqual([30, 30]);
    });

    it('names the event in which one byte of the file was changed', async () => {
      const bytes = readFileSync(file);
      const at = bytes.indexOf('needle-7-end');
      expect(at).toBeGreaterThan(0);
      bytes[at]! ^= 1;
      writeFileSync(file, bytes);
      expect(await integrityOf(file)).toEqual([
        expect.objectContaining({ kind: 'leaf', position: 8, stream: 's-1', revision: 2 }),
      ]);
    });

    it.each([
      ['changed metadata', `UPDATE events SET metadata = '{}' WHERE position = 5`, { kind: 'leaf', position: 5 }],
      ['a changed type', `UPDATE events SET type = 'x' WHERE position = 5`, { kind: 'leaf', position: 5 }],
      ['a removed event', 'DELETE FROM events WHERE position = 5', { kind: 'place', position: 5, revision: 1 }],
      [
        'an event removed with its place',
        'DELETE FROM events WHERE position = 5; DELETE FROM places WHERE position = 5',
        { kind: 'position', position: 6 },
      ],
      ['a removed end', 'DELETE FROM events WHERE position > 28', { kind: 'place', position: 29 }],
      ['a moved place', 'UPDATE places SET position = 9 WHERE position = 5', { kind: 'place', position: 5 }],
      [
        'swapped texts',
        'UPDATE events SET data = (SELECT data FROM events WHERE position = 9) WHERE position = 5',
        { kind: 'leaf', position: 5 },
      ],
      ['a lost stream', `DELETE FROM streams WHERE name = 's-1'`, { kind: 'place', position: 2 }],
    ])('names the first bad event of a file with %s', async (_, sql, finding) => {
      direct(sql);
      expect((await integrityOf(file))[0]).toMatchObject(finding);
    });
  });
});
