import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { parcelFeature, parcelsProjection } from '#libs/testing/parcels.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { decoderOf } from './codec.ts';
import { PastFolds } from './past-collections.ts';
import type { PastLimits } from './past-collections.ts';
import { registryOf } from './registry.ts';

const viewer = { actor: AGENT };
const minute = (nth: number) => `2026-03-02T01:${String(nth).padStart(2, '0')}:00.000Z`;
/** Cannot take a parcel of 13 g. */
const feature = {
  ...parcelFeature,
  projections: [parcelsProjection({ breaksAt: 13 }), ...(parcelFeature.projections ?? []).slice(1)],
};

let test: TestLedger;
let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let sent = 0;
beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([feature], temporary.folder);
});
afterEach(async () => {
  await test.close();
  await temporary.remove();
});

const send = async (nth: number, name: string, body: { readonly [name: string]: string | number }, id?: string) => {
  test.clock.set(minute(nth));
  const outcome = await test.ledger.execute({
    ...{ name, body, actor: AGENT, commandId: `c-${(sent += 1)}` },
    ...(id === undefined ? {} : { id }),
  });
  if (!outcome.accepted) throw new Error(outcome.message);
  return outcome.id;
};
const foldsWith = (limits: PastLimits) => {
  const registry = registryOf([feature]);
  return new PastFolds({
    ...{ store: test.store, registry, decode: decoderOf(registry), limits },
    openModels: () => openSqliteReadModels({ file: '', inline: true }),
  });
};

describe('a list in the past', () => {
  it('is answered for a read model that keeps the present only: filtered, sorted, counted, grouped', async () => {
    for (const [nth, box] of ['a', 'b', 'c'].entries()) await send(nth, 'parcel.store', { box });
    const past = { asOf: minute(1) };
    const found = await test.ledger.find('boxes', { sort: [{ field: '_id', direction: 'desc' }] }, viewer, past);
    expect(found.documents.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(await test.ledger.count('boxes', { parcels: { $gte: 1 } }, viewer, past)).toBe(2);
    expect(await test.ledger.groupCounts('boxes', {}, 'parcels', viewer, past)).toEqual([{ value: 1, count: 2 }]);
    expect(await test.ledger.document('boxes', 'c', viewer, past)).toBeUndefined();
    expect(await test.ledger.document('boxes', 'c', viewer, { asAt: minute(2) })).toMatchObject({
      document: { parcels: 1 },
    });
    await expect(test.ledger.count('boxes', { $where: '1' }, viewer, past)).rejects.toThrow('$where');
  });

  it('stays the same from page to page, whatever is recorded meanwhile and however long that takes', async () => {
    for (const [nth, box] of ['a', 'b', 'c'].entries()) await send(nth, 'parcel.store', { box });
    const moment = { asAt: minute(9) };
    test.clock.set(minute(9));
    const first = await test.ledger.find('boxes', { limit: 2 }, viewer, moment);
    expect(first.documents.map(({ id }) => id)).toEqual(['a', 'b']);
    await send(9, 'parcel.store', { box: 'ab' });
    // Others push what was folded for the first page out.
    for (let nth = 0; nth < 6; nth += 1) await test.ledger.count('boxes', {}, viewer, { asAt: minute(nth) });
    const cursor = first.next!;
    const second = await test.ledger.find('boxes', { limit: 2, cursor }, viewer, moment);
    expect(second.documents.map(({ id }) => id)).toEqual(['c']);
    expect(await test.ledger.count('boxes', {}, viewer, moment)).toBe(4);
    await expect(test.ledger.find('boxes', { limit: 2, cursor }, viewer, { asAt: minute(8) })).rejects.toThrow(
      'cursor',
    );
    await expect(test.ledger.find('boxes', { limit: 2, cursor }, viewer)).rejects.toThrow('cursor');
    const present = (await test.ledger.find('parcels', { limit: 1 }, viewer)).next;
    await expect(
      test.ledger.find(
        'parcels',
        { limit: 1, ...(present === undefined ? { cursor: 'x.y' } : { cursor: present }) },
        viewer,
        moment,
      ),
    ).rejects.toThrow('cursor: belongs to another moment');
  });

  it('lacks what the read model could not take, and what came after it for the same subject', async () => {
    const id = await send(0, 'parcel.store', { box: 'a' });
    await send(1, 'parcel.weigh', { grams: 13 }, id);
    await send(2, 'parcel.remind', {}, id);
    await test.ledger.caughtUp();
    const live = await test.ledger.find('parcels', {}, viewer);
    expect(live.documents[0]?.document).toMatchObject({ reminders: 0 });
    const folds = foldsWith({});
    const past = { collection: 'parcels', upTo: await test.store.head() };
    expect(canonicalJson((await folds.find(past, {})).documents)).toBe(canonicalJson(live.documents));
    expect(canonicalJson(await folds.document({ ...past, upTo: past.upTo - 0 }, id))).toBe(
      canonicalJson(live.documents[0]),
    );
    // As at, no subject waits for a fix: only the fact itself is left out.
    expect((await folds.find({ ...past, asAt: minute(9) }, {})).documents[0]?.document).toMatchObject({ reminders: 1 });
    await folds.close();
    await expect(folds.count(past, {})).rejects.toThrow('closed');
  });

  it('is refused where folding takes longer than it may, or too many wait', async () => {
    await send(0, 'parcel.store', { box: 'a' });
    const past = { collection: 'boxes', upTo: 1_000 };
    await expect(foldsWith({ foldMs: -1 }).count(past, {})).rejects.toThrow('care query in the folder');
    await expect(foldsWith({ foldMs: -1 }).document(past, 'a')).rejects.toThrow('care query in the folder');
    const folds = foldsWith({ waiting: 1 });
    const first = folds.count(past, {});
    await expect(folds.count(past, {})).rejects.toThrow('ask again in a moment');
    expect(await first).toBe(1);
    await expect(folds.count({ ...past, collection: 'nothing' }, {})).rejects.toThrow('There is no read model nothing');
  });
});

describe('an aggregate in the past', () => {
  it('is the same from the middle of its stream as from the start, for every moment, asked in any order', async () => {
    const id = await send(0, 'parcel.store', { box: 'a' });
    for (let nth = 1; nth <= 1_010; nth += 1) {
      test.clock.set(new Date(Date.parse(minute(0)) + nth * 1_000).toISOString());
      const commandId = `w-${nth}`;
      await test.ledger.execute({ name: 'parcel.weigh', id, body: { grams: 20 + nth }, actor: AGENT, commandId });
    }
    const at = (nth: number) => new Date(Date.parse(minute(0)) + nth * 1_000).toISOString();
    for (const nth of [700, 1_010, 499, 500, 501, 1, 999, 1_000, 1_001, 499]) {
      const found = await test.ledger.stateOf(`parcel-${id}`, viewer, { asOf: at(nth) });
      expect({ nth, found }).toMatchObject({ nth, found: { revision: nth, state: { grams: 20 + nth } } });
      expect((await test.ledger.stateOf(`parcel-${id}`, viewer, { asAt: at(nth) }))?.state).toEqual(found?.state);
    }
  }, 60_000);
});
