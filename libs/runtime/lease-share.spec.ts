import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import type { Batch, ReadModels } from '#libs/ports/read-models.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { LeaseShare, sharesHeld } from './lease-share.ts';

const SEATS = 'worker/';
const LEASE_MS = 300;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let models: ReadModels;
const shares: LeaseShare[] = [];
beforeEach(async () => {
  temporary = await temporaryFolder();
  models = await openSqliteReadModels({ file: join(temporary.folder, 'models.db'), inline: true });
});
afterEach(async () => {
  for (const share of shares.splice(0)) {
    await share.stop();
    await share.release();
  }
  await models.close();
  await temporary.remove();
});

/** A worker of these pieces; `apply` may be what becomes of its writes on a bad line. */
const worker = (apply: (batch: Batch) => Promise<void> = (batch) => models.apply(batch)) => {
  const underWay = new Set<string>();
  const alarms: string[] = [];
  const onLine = Object.assign(Object.create(models) as ReadModels, {
    apply,
    checkpoint: (name: string) => models.checkpoint(name),
    // By the time that it answers things may stand otherwise.
    checkpoints: async () => {
      const found = await models.checkpoints();
      await sleep(60);
      return found;
    },
  });
  const share = new LeaseShare({
    ...{ models: onLine, seats: SEATS, names: ['one', 'two'], leaseMs: LEASE_MS },
    work: {
      takeUp: async (names) => names.forEach((name) => underWay.add(name)),
      layDown: async (name) => void underWay.delete(name),
      isUnderWay: (name) => underWay.has(name),
    },
    onAlarm: (message) => alarms.push(message),
  });
  shares.push(share);
  return { share, alarms };
};
const until = async (found: () => boolean | Promise<boolean>) => {
  for (let tries = 0; !(await found()); tries += 1) {
    if (tries === 400) throw new Error('not seen');
    await sleep(10);
  }
};

it('takes up what it took without being told, because the answer was lost: nobody else would while it lives', async () => {
  let lost = 0;
  const { share } = worker(async (batch) => {
    await models.apply(batch);
    if (batch.projection === `share/${SEATS}one` && (lost += 1) === 1) throw new Error('the line was cut');
  });
  await share.start();
  await until(() => share.held.length === 2);
  expect(lost).toBeGreaterThan(1);
  expect(await sharesHeld(models, SEATS)).toEqual(new Set(['one', 'two']));
});

it('keeps what it seizes while a round looks at how things stood before', async () => {
  const [mine, theirs] = [worker(), worker()];
  await theirs.share.start();
  await mine.share.start();
  await until(() => mine.share.held.length === 1 && theirs.share.held.length === 1);
  for (let nth = 0; nth < 10; nth += 1) {
    await mine.share.seizing(['one', 'two'], async () => {
      await until(() => mine.share.held.length === 2);
      await sleep(LEASE_MS / 2);
      expect(mine.share.held).toHaveLength(2);
    });
    await until(() => mine.share.held.length === 1 && theirs.share.held.length === 1);
  }
  expect(mine.alarms).toEqual([]);
}, 60_000);
