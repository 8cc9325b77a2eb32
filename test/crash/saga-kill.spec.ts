import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { expectSameWhenKilled } from './killed-again.ts';
import { liveThrough, ROUNDS } from './saga-history.ts';

let folder: { readonly folder: string; remove(): Promise<void> };
let undisturbed: typeof folder;
beforeAll(async () => {
  folder = await temporaryFolder();
  undisturbed = await temporaryFolder();
});
afterAll(async () => {
  await folder.remove();
  await undisturbed.remove();
});

it('leaves the same ledger when its processes are killed again and again as when they are not [SLA 14]', async () => {
  await liveThrough(undisturbed.folder);
  const count = await expectSameWhenKilled({
    ...{ undisturbed: undisturbed.folder, folder: folder.folder },
    ...{ child: new URL('./saga-child.ts', import.meta.url), args: [folder.folder] },
    ...{ rounds: ROUNDS, kills: 10, roundsApart: 6, momentMs: 25 },
  });
  expect(count('parcel.reminded.v1')).toBeGreaterThan(80);
  expect(count('return-slip.issued.v1')).toBeGreaterThan(20);
  expect(count('process.commands-refused.v1')).toBeGreaterThan(0);
}, 180_000);
