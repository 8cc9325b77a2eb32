import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { Lease, leasesHeld } from './lease.ts';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let models: ReadModels;
let nowMs = 0;
const lease = () => new Lease({ models, name: 'cases', durationMs: 3_000, now: () => nowMs });

beforeEach(async () => {
  temporary = await temporaryFolder();
  models = await openSqliteReadModels({ file: join(temporary.folder, 'models.db'), inline: true });
  nowMs = 1_000_000;
});
afterEach(async () => {
  await models.close();
  await temporary.remove();
});

describe('a lease', () => {
  it('is held by one worker at a time, until it ends', async () => {
    const [one, other] = [lease(), lease()];
    expect([await one.take(), await other.take()]).toEqual([true, false]);
    expect(await models.checkpoint('lease/cases')).toEqual({ position: 1_003_000, epoch: 1 });
    expect(await leasesHeld(models, nowMs)).toEqual(new Set(['cases']));
    nowMs += 3_000;
    expect(one.held).toBe(false);
    expect(await leasesHeld(models, nowMs)).toEqual(new Set());
    expect(await other.take()).toBe(true);
    expect(other.epoch).toBe(2);
  });

  it('lasts as long as it is renewed, and may be renewed late where nobody wanted it', async () => {
    const one = lease();
    await one.take();
    for (let times = 0; times < 5; times += 1) {
      nowMs += 2_000;
      expect(await one.renew()).toBe(true);
      expect(await lease().take()).toBe(false);
    }
    nowMs += 60_000;
    expect(await one.renew()).toBe(true);
    expect(one.epoch).toBe(1);
  });

  it('is lost to who took over: a frozen worker that wakes up is told at its next renewal', async () => {
    const [frozen, other] = [lease(), lease()];
    await frozen.take();
    nowMs += 5_000;
    await other.take();
    expect(await frozen.renew()).toBe(false);
    expect([frozen.held, frozen.epoch, other.held]).toEqual([false, 0, true]);
    expect(await frozen.take()).toBe(false);
  });

  it('is free at once when it is released, and not released by who lost it', async () => {
    const [one, other] = [lease(), lease()];
    await one.take();
    await one.release();
    expect(await other.take()).toBe(true);
    await one.release();
    expect(await lease().take()).toBe(false);
  });

  it('goes to one of many that want it at the same moment', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => lease().take()));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('is still its own where a renewal took and its answer was lost', async () => {
    const one = lease();
    await one.take();
    const before = (await models.checkpoint('lease/cases'))!;
    const next = { position: before.position + 500, epoch: before.epoch };
    await models.apply({ projection: 'lease/cases', expected: before, next, writes: [] });
    expect(await one.renew()).toBe(true);
  });
});
