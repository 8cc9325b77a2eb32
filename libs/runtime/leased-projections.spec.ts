import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { parcelFeature, parcelsProjection } from '#libs/testing/parcels.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { decoderOf } from './codec.ts';
import { LeasedProjections } from './leased-projections.ts';
import type { LeasedOptions } from './leased-projections.ts';
import { registryOf } from './registry.ts';

/** A share of the work changes hands within this time. */
const LEASE_MS = 600;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let test: TestLedger;
/** Shared by the workers of a test; the ledger's own are beside. */
let models: ReadModels;
const workers: LeasedProjections[] = [];

beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([parcelFeature], temporary.folder);
  models = await openSqliteReadModels({ file: `${temporary.folder}/shared.db`, inline: true });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((each) => each.close()));
  await models.close();
  await test.close();
  await temporary.remove();
});

const startWorker = async (options: Partial<LeasedOptions> = {}, feature: Feature = parcelFeature) => {
  const registry = registryOf([feature]);
  const worker = await LeasedProjections.start({
    ...{ store: test.store, models, registry, decode: decoderOf(registry), leaseMs: LEASE_MS, partitions: 4 },
    ...options,
  });
  workers.push(worker);
  return worker;
};
const close = async (worker: LeasedProjections) => {
  workers.splice(workers.indexOf(worker), 1);
  await worker.close();
};
const store = async (from: number, to: number) => {
  for (let nth = from; nth < to; nth += 1)
    await test.ledger.execute({ name: 'parcel.store', body: { box: `box-${nth}` }, commandId: `${nth}`, actor: AGENT });
};
const all = async (of: ReadModels) => {
  const found = [];
  for await (const page of of.scan('parcels')) found.push(...page);
  return found.map(({ id, position, document }) => JSON.stringify([id, position, document])).sort();
};
const active = async () =>
  (await models.collections()).find((each) => each.logical === 'parcels' && each.active)?.physical;
const until = async (what: string, found: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await found())) {
    if (Date.now() > deadline) throw new Error(`Not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
/** What the ledger's own projector, which has no partitions, makes of the same events. */
const asWhole = async (): Promise<string[]> => {
  await test.ledger.caughtUp();
  return all(test.models);
};

describe('read models in partitions', () => {
  it('are shared fairly, and hold what one worker alone would make', async () => {
    const one = await startWorker();
    const units = 4 * registryOf([parcelFeature]).projections.size;
    await until('the first has all', () => one.held.length === units);
    await store(0, 30);
    const other = await startWorker();
    await until('each has half', () => one.held.length === units / 2 && other.held.length === units / 2);
    expect(new Set([...one.held, ...other.held]).size).toBe(units);
    await store(30, 60);
    for (const worker of [one, other]) await worker.caughtUp(await test.store.head(), 10_000);
    expect(await all(models)).toEqual(await asWhole());
    expect((await one.lag()).map(({ projection, events }) => [projection, events])).toContainEqual(['parcels@1~1', 0]);

    // What one leaves the other goes on with.
    await close(one);
    await until('the other has all', () => other.held.length === units);
    await store(60, 70);
    await other.caughtUp(await test.store.head(), 10_000);
    expect(await all(models)).toEqual(await asWhole());
  });

  it('are rebuilt as a whole on the worker that is asked, compared over all partitions, and shared again', async () => {
    const [one, other] = [await startWorker(), await startWorker()];
    await store(0, 40);
    await until('both work', () => one.held.length > 0 && other.held.length > 0);
    await other.caughtUp(await test.store.head(), 10_000);
    const before = await all(models);
    const [report] = await other.rebuild('parcels');
    expect(report).toMatchObject({ collection: 'parcels', documents: 40, different: 0 });
    expect(await all(models)).toEqual(before);
    expect(await active()).toBe('parcels@1~2');
    await store(40, 50);
    await until('both work again', () => one.held.length > 0 && other.held.length > 0);
    await one.caughtUp(await test.store.head(), 10_000);
    expect(await all(models)).toEqual(await asWhole());
  });

  it('of another number are built anew beside, without a gap for readers; a worker that disagrees is refused', async () => {
    const one = await startWorker({ partitions: 1 });
    await store(0, 20);
    await one.caughtUp(await test.store.head(), 10_000);
    await expect(startWorker({ partitions: 2 })).rejects.toThrow(/at work with 1 partitions, this one with 2/);
    await close(one);

    const two = await startWorker({ partitions: 2 });
    expect(await all(models)).toHaveLength(20);
    await until('the new one is switched to', async () => (await active()) === 'parcels@1~2');
    expect([...(await models.checkpoints()).keys()].filter((name) => name.startsWith('parcels@1~2'))).toEqual([
      'parcels@1~2#0/2',
      'parcels@1~2#1/2',
    ]);
    await store(20, 30);
    await two.caughtUp(await test.store.head(), 10_000);
    expect(await all(models)).toEqual(await asWhole());
  });

  it('park what one of them cannot take, tell of it, and take it again after the mend', async () => {
    const broken: Feature = { ...parcelFeature, projections: [parcelsProjection({ breaksAt: 13 })] };
    const one = await startWorker({}, broken);
    await store(0, 8);
    const [stored] = await asWhole();
    const [id] = JSON.parse(stored!) as [string];
    const weigh = { name: 'parcel.weigh', id, body: { grams: 13 }, commandId: 'weigh', actor: AGENT };
    expect(await test.ledger.execute(weigh)).toMatchObject({ accepted: true });
    await one.caughtUp(await test.store.head(), 10_000);
    expect(await one.deadLetters()).toEqual([
      expect.objectContaining({ projection: expect.stringMatching(/^parcels@1~1#[0-3]\/4$/), subject: id }),
    ]);
    await close(one);

    const mended = await startWorker();
    expect(await mended.retryDeadLetters()).toEqual({ taken: 1, parked: 0 });
    expect(await mended.deadLetters()).toEqual([]);
    expect(await all(models)).toEqual(await asWhole());
  });
});
