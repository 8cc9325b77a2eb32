import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { copyLedger } from '#apps/cli/commands/copy.ts';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import { openEsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openConnectedLedger } from '#apps/server/connected-ledger.ts';
import type { EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import { startEsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import { care, careJson } from '../import/care.ts';
import { patience } from './deployments.ts';
import { importsOf, perform, storyClock } from './story.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});
const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'care-copy-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
const eventsIn = async (store: EventStore): Promise<Omit<StoredEvent, 'position' | 'storedAt'>[]> => {
  const events: Omit<StoredEvent, 'position' | 'storedAt'>[] = [];
  for await (const page of store.readAll())
    for (const { id, type, data, metadata, stream, revision } of page)
      events.push({ id, type, data, metadata, stream, revision });
  return events;
};
const sqliteEvents = async (folder: string, readOnly = true) => {
  const store = await openSqliteEventStore({ file: folderPaths(folder).ledger, readOnly });
  cleanUp.push(() => store.close());
  return store;
};
/** A ledger in a folder, with a few dozen events of several streams between each other. */
const written = async (): Promise<string> => {
  const folder = await temporary();
  const address = { kind: 'sqlite', folder } as const;
  const ledger = await openConnectedLedger({ eventStore: address, readModels: address, folder, clock: storyClock });
  await perform(ledger, 'run', importsOf('run', 12), 0);
  await ledger.close();
  return folder;
};

describe('care copy', () => {
  it('takes a ledger from SQLite to EventStoreDB and back: ids, order, data, metadata and hashes are the same', async () => {
    const folder = await written();
    const back = await temporary();
    const node = await startEsdbStandIn();
    cleanUp.push(() => node.stop());
    const there = await careJson('copy', '--from', `sqlite:${folder}`, '--to', node.connectionString);
    const original = await eventsIn(await sqliteEvents(folder));
    expect(there).toMatchObject({ events: original.length, copied: original.length });
    const again = await careJson('copy', '--from', node.connectionString, '--to', `sqlite:${back}`);
    expect(again).toEqual(there);
    expect(await eventsIn(await sqliteEvents(back))).toEqual(original);
    // Once more changes nothing.
    expect(await careJson('copy', '--from', node.connectionString, '--to', `sqlite:${back}`)).toEqual({
      ...(again as object),
      copied: 0,
    });
  });

  it('goes on where it was cut off', async () => {
    const source = await sqliteEvents(await written());
    const node = await startEsdbStandIn();
    cleanUp.push(() => node.stop());
    const target = await openEsdbEventStore({
      connectionString: node.connectionString,
      patience,
      alarm: () => undefined,
    });
    cleanUp.push(() => target.close());
    const cut = copyLedger(source, target, (what, events) => {
      if (what === 'copied' && events > 20) throw new Error('cut off');
    });
    await expect(cut).rejects.toThrow('cut off');
    const before = (await eventsIn(target)).length;
    expect(before).toBeGreaterThan(20);
    const { events, copied } = await copyLedger(source, target);
    expect(copied).toBe(events - before);
    expect(await eventsIn(target)).toEqual(await eventsIn(source));
  });

  it('refuses a target that holds something else, an unknown store, and read models that would not fit', async () => {
    const [one, other] = [await written(), await temporary()];
    const store = await sqliteEvents(other, false);
    await store.append('case-1', 'no-stream', [
      {
        id: '6b0ef3a4-32a7-4f2c-9c54-7b9f6c9d2a11',
        type: 'case.made.v1',
        data: '{}',
        metadata:
          '{"occurredAt":"2026-01-01T00:00:00.000Z","recordedAt":"2026-01-01T00:00:00.000Z","tenant":"careledger"}',
      },
    ]);
    await expect(copyLedger(await sqliteEvents(one), store)).rejects.toThrow(/differs from the source at event 1/);
    const unknown = await care('copy', '--from', `sqlite:${one}`, '--to', 'postgres://me:secret@db');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/--to postgres:\/\/…@db is no event store/);
    const used = await care('copy', '--from', `sqlite:${other}`, '--to', `sqlite:${one}`);
    expect(used.code).toBe(1);
    expect(used.stderr).toMatch(/holds read models of another ledger/);
  });
});
