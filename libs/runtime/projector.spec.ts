import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import type { StoredDocument } from '#libs/ports/read-models.ts';
import { boxesProjection, parcel, parcelFeature, parcelsProjection } from '#libs/testing/parcels.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import type { Accepted } from './ledger.ts';

const viewer = { actor: AGENT };
const with_ = (...projections: NonNullable<Feature['projections']>): Feature[] => [
  { name: 'parcel', aggregates: [parcel], projections },
];
const tooHeavy = with_(parcelsProjection({ breaksAt: 9_999 }), boxesProjection);

let temporary: { readonly folder: string; remove(): Promise<void> };
let test: TestLedger;
let sent = 0;
const open = async (features: readonly Feature[]) => {
  test = await openTestLedger(features, temporary.folder);
};
const reopen = async (features: readonly Feature[]) => {
  await test.close();
  await open(features);
};
beforeEach(async () => {
  temporary = await temporaryFolder();
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const send = async (name: string, body: JsonObject, id?: string): Promise<Accepted> => {
  const outcome = await test.ledger.execute({
    name,
    body,
    commandId: `command-${(sent += 1)}`,
    actor: AGENT,
    ...(id === undefined ? {} : { id }),
  });
  if (!outcome.accepted) throw new Error(outcome.message);
  return outcome;
};
const all = async (collection: string): Promise<string[]> => {
  const documents: StoredDocument[] = [];
  for await (const page of test.models.scan(collection)) documents.push(...page);
  return documents.map((each) => canonicalJson(each));
};
const row = async (id: string) => {
  await test.ledger.caughtUp();
  return (await test.ledger.document('parcels', id, viewer))?.document;
};
/** 30 parcels, each reminded up to four times, some collected. */
const work = async () => {
  const ids: string[] = [];
  await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const { id } = await send('parcel.store', { box: `box-${index}`, recipient: '王小明' });
      ids.push(id);
      for (let nth = 0; nth < index % 5; nth += 1) await send('parcel.remind', {}, id);
      if (index % 3 === 0) await send('parcel.collect', {}, id);
    }),
  );
  await test.ledger.caughtUp();
  return ids;
};

describe('read models', () => {
  it('show what was answered, once the position is waited for', async () => {
    await open([parcelFeature]);
    const { id } = await send('parcel.store', { box: 'box-1' });
    const { position } = await send('parcel.remind', {}, id);
    await test.ledger.caughtUp(position);
    expect(await test.ledger.document('parcels', id, viewer)).toMatchObject({
      position,
      document: { box: 'box-1', status: 'stored', reminders: 1 },
    });
  });

  it('go on where they were after a restart; nothing is folded twice', async () => {
    await open([parcelFeature]);
    const ids = await work();
    await reopen([parcelFeature]);
    await send(
      'parcel.weigh',
      { grams: 7 },
      ids.find((_, index) => index % 3 !== 0),
    ).catch(() => undefined);
    await test.ledger.caughtUp();
    const live = [await all('parcels'), await all('boxes')];
    const reports = await test.ledger.rebuild();
    expect(reports.map((each) => [each.collection, each.different, each.documents])).toEqual([
      ['parcels', 0, 30],
      ['boxes', 0, 30],
    ]);
    expect([await all('parcels'), await all('boxes')]).toEqual(live);
  });

  it('as of a past moment are what was captured then, also for a collection without versions', async () => {
    await open([parcelFeature]);
    const captured: { at: string; rows: string[]; box: unknown }[] = [];
    const ids: string[] = [];
    for (let minute = 1; minute <= 12; minute += 1) {
      const at = `2026-03-02T01:${String(minute).padStart(2, '0')}:00.000Z`;
      test.clock.set(at);
      if (minute % 3 === 1) ids.push((await send('parcel.store', { box: `box-${minute}` })).id);
      else await send('parcel.remind', {}, ids[minute % ids.length]);
      await test.ledger.caughtUp();
      captured.push({ at, rows: await all('parcels'), box: await test.ledger.document('boxes', 'box-4', viewer) });
    }
    for (const { at, rows, box } of captured) {
      const page = await test.ledger.find('parcels', {}, viewer, { asOf: at });
      expect(page.documents.map((each) => canonicalJson(each))).toEqual(rows);
      expect(await test.ledger.count('parcels', {}, viewer, { asOf: at })).toBe(rows.length);
      expect(await test.ledger.document('boxes', 'box-4', viewer, { asOf: at })).toEqual(box);
    }
  });

  it('are shown per team and role', async () => {
    await open([parcelFeature]);
    const { id } = await send('parcel.store', { box: 'box-1', team: 'north' });
    await send('parcel.store', { box: 'box-2', team: 'south' });
    await test.ledger.caughtUp();
    const of = (role: 'agent' | 'hr', team: string) => ({ actor: { id: 'x', grants: [{ role, team }] } });
    const boxes = async (viewing: ReturnType<typeof of>) =>
      (await test.ledger.find('parcels', {}, viewing)).documents.map((each) => each.document.box);
    expect(await boxes(of('agent', 'north'))).toEqual(['box-1']);
    expect(await test.ledger.count('parcels', { box: 'box-2' }, of('agent', 'north'))).toBe(0);
    await expect(test.ledger.find('parcels', {}, of('hr', '*'))).rejects.toThrow(/may not read parcels/);
    await expect(test.ledger.document('parcels', id, of('agent', 'south'))).rejects.toThrow(/another team/);
  });
});

describe('an event that a read model cannot take', () => {
  it('waits with all later ones of its subject while the others go on, and is taken in order after the fix', async () => {
    await open(tooHeavy);
    const { id } = await send('parcel.store', { box: 'box-1' });
    await send('parcel.weigh', { grams: 9_999 }, id);
    await send('parcel.remind', {}, id);
    const other = await send('parcel.store', { box: 'box-2' });
    await send('parcel.remind', {}, other.id);
    expect(await row(id)).toEqual({ box: 'box-1', status: 'stored', reminders: 0 });
    expect(await row(other.id)).toMatchObject({ reminders: 1 });
    expect(await test.ledger.document('boxes', 'box-1', viewer)).toMatchObject({ document: { parcels: 1 } });
    const letters = await test.ledger.deadLetters();
    expect(letters).toMatchObject([
      { projection: 'parcels@1~1', subject: id, type: 'parcel.weighed.v1', reason: 'too heavy to tell' },
      { subject: id, type: 'parcel.reminded.v1', reason: `waits behind position ${letters[0]!.position}` },
    ]);

    await reopen(tooHeavy);
    await send('parcel.remind', {}, id);
    await test.ledger.caughtUp();
    expect(await test.ledger.deadLetters()).toHaveLength(3);
    expect(await test.ledger.retryDeadLetters()).toEqual({ taken: 0, parked: 3 });

    await reopen([parcelFeature]);
    expect(await test.ledger.retryDeadLetters()).toEqual({ taken: 3, parked: 0 });
    expect(await test.ledger.deadLetters()).toEqual([]);
    expect(await row(id)).toEqual({ box: 'box-1', status: 'stored', reminders: 2, grams: 9_999 });
    expect((await test.ledger.rebuild()).map((each) => each.different)).toEqual([0, 0]);
  });

  it('is parked when the fold throws: a mistake stops one subject, not the service', async () => {
    const throws = {
      ...parcelsProjection(),
      on: { ...parcelsProjection().on, 'parcel.weighed.v1': () => JSON.parse('{') as never },
    };
    await open(with_(throws, boxesProjection));
    const { id } = await send('parcel.store', { box: 'box-1' });
    await send('parcel.weigh', { grams: 1 }, id);
    await test.ledger.caughtUp();
    expect((await test.ledger.deadLetters())[0]?.reason).toMatch(/the fold failed: .*JSON/);
    // A rebuild with the mended fold leaves no letters behind.
    await reopen([parcelFeature]);
    await test.ledger.rebuild('parcels');
    expect(await test.ledger.deadLetters()).toEqual([]);
    expect(await row(id)).toMatchObject({ grams: 1 });
  });
});

describe('blue/green', () => {
  it('builds a new version beside the old one, switches to it and keeps the old one for switching back', async () => {
    await open([parcelFeature]);
    await work();
    await reopen(with_(parcelsProjection({ version: 2 }), boxesProjection));
    for (let tries = 0; tries < 100; tries += 1) {
      const active = (await test.models.collections()).find((each) => each.logical === 'parcels' && each.active);
      if (active?.physical === 'parcels@2~2') break;
      expect(await test.ledger.count('parcels', {}, viewer)).toBe(30);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await test.models.collections()).toEqual(
      expect.arrayContaining([
        { logical: 'parcels', physical: 'parcels@1~1', active: false },
        { logical: 'parcels', physical: 'parcels@2~2', active: true },
      ]),
    );
    expect(await all('parcels@2~2')).toEqual(await all('parcels@1~1'));
  });

  it('rebuilds while commands go on: readers always see every parcel, and nothing is missing afterwards', async () => {
    await open([parcelFeature]);
    const ids = await work();
    let stop = false;
    const busy = (async () => {
      const open_ = ids.slice(0, 5);
      for (let nth = 0; !stop; nth += 1)
        await send('parcel.weigh', { grams: nth }, open_[nth % 5]).catch(() => undefined);
    })();
    const watching = (async () => {
      while (!stop) {
        expect(await test.ledger.count('parcels', {}, viewer)).toBe(30);
        await turn();
      }
    })();
    const reports = [...(await test.ledger.rebuild()), ...(await test.ledger.rebuild('parcels'))];
    stop = true;
    await Promise.all([busy, watching]);
    expect(reports.map((each) => each.different)).toEqual([0, 0, 0]);
    await test.ledger.caughtUp();
    const live = await all('parcels');
    await test.ledger.rebuild('parcels');
    expect(await all('parcels')).toEqual(live);
  });

  it('notices a document that was tampered with', async () => {
    await open([parcelFeature]);
    const ids = await work();
    await test.close();
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(`${temporary.folder}/models.db`);
    const { key } = database.prepare(`SELECT key FROM collections WHERE logical = 'parcels'`).get() as { key: number };
    database
      .prepare(`UPDATE docs_${key} SET document = json_set(document, '$.box', 'elsewhere') WHERE id = ?`)
      .run(ids[0]!);
    database.close();
    await open([parcelFeature]);
    const reports = await test.ledger.rebuild();
    expect(reports.find((each) => each.collection === 'parcels')?.different).toBe(1);
    expect(reports.find((each) => each.collection === 'boxes')?.different).toBe(0);
  });

  it('begins anew what an interrupted rebuild left', async () => {
    await open([parcelFeature]);
    await work();
    await test.models.ensure('parcels@1~7', parcelsProjection().collection);
    await reopen([parcelFeature]);
    expect((await test.models.collections()).map((each) => each.physical)).not.toContain('parcels@1~7');
  });
});

it('a second projector on the same read models fences the first, which stops and raises an alarm', async () => {
  await open([parcelFeature]);
  const { id } = await send('parcel.store', { box: 'box-1' });
  await test.ledger.caughtUp();
  const before = await test.models.checkpoint('parcels@1~1');
  await test.models.apply({
    projection: 'parcels@1~1',
    expected: before,
    next: { position: before!.position, epoch: before!.epoch + 1 },
    writes: [],
  });
  const { position } = await send('parcel.remind', {}, id);
  await expect(test.ledger.caughtUp(position, 2_000)).rejects.toThrow(/another worker took over/);
  expect(test.alarms.join()).toMatch(/stand still/);
  expect((await test.models.get('parcels', id))?.document).toMatchObject({ reminders: 0 });
});
