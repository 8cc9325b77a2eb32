import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startHttpReceiver } from '#libs/testing/channel-receivers.ts';
import type { HttpReceiver } from '#libs/testing/channel-receivers.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { liveThrough, ROUNDS } from './delivery-history.ts';
import { expectSameWhenKilled } from './killed-again.ts';

let folder: { readonly folder: string; remove(): Promise<void> };
let undisturbed: typeof folder;
let receiver: HttpReceiver;
let quiet: HttpReceiver;
beforeAll(async () => {
  folder = await temporaryFolder();
  undisturbed = await temporaryFolder();
  receiver = await startHttpReceiver();
  quiet = await startHttpReceiver();
  // One of the three never takes anything.
  for (const each of [receiver, quiet]) each.reply(({ url }) => ({ status: url === '/wang' ? 503 : 204 }));
});
afterAll(async () => {
  await folder.remove();
  await undisturbed.remove();
  await receiver.close();
  await quiet.close();
});

const byId = ({ received }: HttpReceiver) => Map.groupBy(received, ({ headers }) => String(headers['webhook-id']));

it('killed again and again it leaves the same ledger, loses no message, and repeats only under the same id [SLA 14]', async () => {
  await liveThrough(undisturbed.folder, quiet.url);
  const count = await expectSameWhenKilled({
    ...{ undisturbed: undisturbed.folder, folder: folder.folder },
    ...{ child: new URL('./delivery-child.ts', import.meta.url), args: [folder.folder, receiver.url] },
    ...{ rounds: ROUNDS, kills: 6, roundsApart: 5, momentMs: 60 },
  });
  const [once, again] = [byId(quiet), byId(receiver)];
  expect([...again.keys()].sort()).toEqual([...once.keys()].sort());
  expect(once.size).toBeGreaterThan(40);
  for (const requests of again.values())
    expect(new Set(requests.map(({ url, body }) => `${url} ${body}`)).size).toBe(1);
  expect(count('delivery.delivered.v1')).toBeGreaterThan(40);
  expect(count('delivery.attempt-failed.v1')).toBeGreaterThan(10);
}, 180_000);
