import { cp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { integrityOf, openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFolderLog, readFolderLog } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import type { KeptHead } from '#libs/ports/witness.ts';
import { Sequencer } from '#libs/runtime/sequencer.ts';
import { verifyLog } from '#libs/runtime/verify-log.ts';
import type { LogVerification } from '#libs/runtime/verify-log.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { appendEvents, copyOf, eventNumber, growTo, newSigner, signedStoreIn, streamOf } from './signed-store.ts';
import type { SignedStore } from './signed-store.ts';

const EVENTS = 150;
const TAMPERINGS = Number(process.env['TAMPERINGS'] ?? 1_000);

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let original: SignedStore;
let kept: readonly KeptHead[];

const keptAt = (minute: number) => `2026-03-02T0${minute}:00:00.000Z`;

beforeAll(async () => {
  temporary = await temporaryFolder();
  original = signedStoreIn(join(temporary.folder, 'original'), newSigner());
  const heads = [];
  for (const [place, size] of [50, 100, EVENTS].entries())
    heads.push({ keptAt: keptAt(place), head: await growTo(original, size) });
  kept = heads;
});
afterAll(() => temporary.remove());

const verified = async (of: SignedStore, heads: readonly KeptHead[] = kept): Promise<LogVerification> => {
  const store = await openSqliteEventStore({ file: of.ledger, readOnly: true, inline: true });
  try {
    return await verifyLog({ store, log: await readFolderLog(of.log), keys: of.keys, kept: heads });
  } finally {
    await store.close();
  }
};

/** The same random numbers in every run. */
const randomFrom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const COLUMNS = ['id', 'type', 'data', 'metadata'] as const;

type Row = { readonly [column: string]: number | string | Uint8Array };
const rowAt = (db: DatabaseSync, position: number) =>
  db.prepare('SELECT * FROM events WHERE position = ?').get(position) as Row;
const put = (db: DatabaseSync, row: Row, position: number) => {
  const columns = Object.keys(row);
  db.prepare(`INSERT INTO events (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(
    ...columns.map((column) => (column === 'position' ? position : row[column]!)),
  );
};
const take = (db: DatabaseSync, position: number) => db.prepare('DELETE FROM events WHERE position = ?').run(position);
/** Moves everything from a position on, by one. */
const shift = (db: DatabaseSync, from: number, by: 1 | -1) => {
  db.prepare('UPDATE events SET position = -(position + ?) WHERE position >= ?').run(by, from);
  db.exec('UPDATE events SET position = -position WHERE position < 0');
};

/** Changes the events' table as somebody with the file in hand would; answers the number of the first event that is wrong then. */
const tampers: { readonly [how: string]: (db: DatabaseSync, random: (below: number) => number) => number } = {
  flip: (db, random) => {
    const position = 1 + random(EVENTS);
    const column = COLUMNS[random(COLUMNS.length)]!;
    const text = String(rowAt(db, position)[column]);
    const at = random(text.length);
    const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
    db.prepare(`UPDATE events SET ${column} = ? WHERE position = ?`).run(changed, position);
    return position - 1;
  },
  delete: (db, random) => {
    const position = 1 + random(EVENTS);
    take(db, position);
    if (random(2) === 0) shift(db, position + 1, -1);
    return position - 1;
  },
  insert: (db, random) => {
    const position = 1 + random(EVENTS);
    const row = rowAt(db, 1 + random(EVENTS));
    shift(db, position, 1);
    put(db, { ...row, id: '00000000-0000-4000-8000-ffffffffffff', revision: 9_999 }, position);
    return position - 1;
  },
  swap: (db, random) => {
    const first = 1 + random(EVENTS - 1);
    const second = first + 1 + random(EVENTS - first);
    const rows = [rowAt(db, first), rowAt(db, second)] as const;
    take(db, first);
    take(db, second);
    put(db, rows[0], second);
    put(db, rows[1], first);
    return first - 1;
  },
  truncate: (db, random) => {
    const size = random(EVENTS);
    db.prepare('DELETE FROM events WHERE position > ?').run(size);
    return size;
  },
};

describe('a copy of the store that was tampered with', () => {
  it('verifies before', async () => {
    const found = await verified(original);
    expect(found).toMatchObject({ events: EVENTS, signed: EVENTS, unsigned: 0, keptHeads: 3, findings: [] });
    expect(await integrityOf(original.ledger)).toEqual([]);
  });

  it(`is found out each of ${TAMPERINGS} times, against the newest kept head, and the first bad event is named`, async () => {
    const copy = await copyOf(original, join(temporary.folder, 'copy'));
    const names = Object.keys(tampers);
    const newest = kept.slice(-1);
    for (let round = 0; round < TAMPERINGS; round += 1) {
      const how = names[round % names.length]!;
      await cp(original.ledger, copy.ledger);
      const db = new DatabaseSync(copy.ledger);
      db.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF');
      const first = tampers[how]!(db, randomFrom(round));
      db.close();
      const { findings } = await verified(copy, newest);
      expect({ round, how, index: findings[0]?.index }).toEqual({ round, how, index: first });
    }
  });

  it('names what was changed, removed, inserted and swapped', async () => {
    const copy = await copyOf(original, join(temporary.folder, 'named'));
    const after = async (change: (db: DatabaseSync) => void) => {
      await cp(original.ledger, copy.ledger);
      const db = new DatabaseSync(copy.ledger);
      change(db);
      db.close();
      const [first] = (await verified(copy)).findings;
      return [first?.kind, first?.message];
    };
    const rename = `UPDATE events SET data = '{"author":"agent-9","text":"note 41"}' WHERE position = 42`;
    expect(await after((db) => db.exec(rename))).toEqual([
      'changed',
      'Event 42, revision 1 of service-case-11 (event 00000000-0000-4000-8000-000000000041), was changed.',
    ]);
    expect(await after((db) => take(db, 42))).toEqual([
      'removed',
      'Event 42, revision 1 of service-case-11 (event 00000000-0000-4000-8000-000000000041), was removed.',
    ]);
    expect((await after((db) => tampers['insert']!(db, () => 41)))[0]).toBe('inserted');
    expect((await after((db) => tampers['swap']!(db, () => 41)))[0]).toBe('swapped');
    expect(await after((db) => db.exec('DELETE FROM events WHERE position > 42'))).toEqual([
      'cut-off',
      'The store holds 42 events, the head kept at 2026-03-02T02:00:00.000Z covers 150: it was cut off, or is an old copy. ' +
        'The first one missing is revision 1 of service-case-18 (event 00000000-0000-4000-8000-000000000042).',
    ]);
  });

  it('is found out where a piece of the file is gone', async () => {
    const copy = await copyOf(original, join(temporary.folder, 'short'));
    await truncate(copy.ledger, 40_000);
    const findings = await verified(copy).then(
      ({ findings: found }) => found.map(({ message }) => message),
      (error: unknown) => [(error as Error).message],
    );
    expect(findings).not.toEqual([]);
  });
});

describe('a store that agrees with itself', () => {
  it('but is an old copy, log and all, is found out by a head kept outside', async () => {
    const old = signedStoreIn(join(temporary.folder, 'old'), original.signer);
    await growTo(old, 100);
    expect((await verified(old, kept.slice(0, 2))).findings).toEqual([]);
    expect((await verified(old)).findings).toMatchObject([{ kind: 'cut-off', index: 100 }]);
  });

  it('but was re-written by who holds the key is found out by a head kept outside, between which two is said', async () => {
    const forged = signedStoreIn(join(temporary.folder, 'forged'), original.signer);
    await mkdir(forged.folder);
    const store = await openSqliteEventStore({ file: forged.ledger, inline: true });
    await appendEvents(store, 0, 75);
    await store.append(streamOf(75), 'any', [{ ...eventNumber(75), data: '{"author":"agent-3","text":"other"}' }]);
    await appendEvents(store, 76, EVENTS);
    const log = await openFolderLog(forged.log);
    const sequencer = Sequencer.start({ store, log, signer: forged.signer, everyMs: 5 });
    await sequencer.signed(EVENTS);
    await sequencer.close();
    await store.close();
    expect((await verified(forged, [])).findings).toEqual([]);
    const [first] = (await verified(forged)).findings;
    expect(first).toMatchObject({ kind: 'rewritten', index: 50 });
    expect(first!.message).toContain('one of number 51 to 100');
  });

  it('but whose head is signed by a key that nobody trusts is found out', async () => {
    const forged = signedStoreIn(join(temporary.folder, 'another-key'), newSigner());
    await growTo(forged, EVENTS);
    const found = await verified({ ...forged, keys: original.keys }, []);
    expect(found.findings).toMatchObject([{ kind: 'head' }]);
  });

  it('is not blamed for the log’s own files: a harmed tile is told of as that', async () => {
    const copy = await copyOf(original, join(temporary.folder, 'tile'));
    await rm(join(copy.log, 'tile', '0'), { recursive: true });
    const { findings } = await verified(copy);
    expect(findings).toMatchObject([{ kind: 'log' }]);
    expect(findings[0]!.message).toContain('tile/0/000');
  });
});

describe('the sequencer', () => {
  const alarmed = async (of: SignedStore): Promise<string> => {
    const store = await openSqliteEventStore({ file: of.ledger, inline: true });
    const log = await openFolderLog(of.log);
    const before = log.head;
    const told: string[] = [];
    const sequencer = Sequencer.start({
      store,
      log,
      signer: of.signer,
      everyMs: 5,
      onAlarm: (text) => told.push(text),
    });
    await sequencer.ended;
    expect(log.head).toBe(before);
    await store.close();
    return told.join(' ');
  };

  it('signs nothing over a store that was cut off', async () => {
    const copy = await copyOf(original, join(temporary.folder, 'cut'));
    const db = new DatabaseSync(copy.ledger);
    db.exec('DELETE FROM events WHERE position > 120');
    db.close();
    expect(await alarmed(copy)).toMatch(/ends at position 120, but events up to 150 were signed.*care verify/);
  });

  it('signs nothing over a store whose last signed event is another', async () => {
    const copy = await copyOf(original, join(temporary.folder, 'last'));
    const db = new DatabaseSync(copy.ledger);
    db.exec(`UPDATE events SET data = '{}' WHERE position = ${EVENTS}`);
    db.close();
    expect(await alarmed(copy)).toMatch(/position 150 is not the one that was signed/);
  });

  it('goes on from its last head, whatever a crash left beyond it', async () => {
    const copy = await copyOf(original, join(temporary.folder, 'crashed'));
    const before = await openFolderLog(copy.log);
    // Tiles and places of a head that never came.
    await growTo(copy, 700);
    await writeFile(join(copy.log, 'checkpoint'), before.head!);
    await rm(join(copy.log, 'tile', 'entries', '002.p'), { recursive: true });
    await growTo(copy, 800);
    expect(await verified(copy)).toMatchObject({ events: 800, signed: 800, findings: [] });
  });
});
