import { fork } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { startHttpReceiver } from '#libs/testing/channel-receivers.ts';
import type { HttpReceiver } from '#libs/testing/channel-receivers.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { liveThrough, ROUNDS } from './delivery-history.ts';
import { recordedIn } from './saga-history.ts';

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

/** Runs the outbox in a process of its own until it reaches that round, and kills it a moment later. */
const liveUntil = (round: number, momentMs: number): Promise<{ readonly round: number; readonly killed: boolean }> =>
  new Promise((resolve, reject) => {
    const child = fork(new URL('./delivery-child.ts', import.meta.url), [folder.folder, receiver.url], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let reached = 0;
    let complaint = '';
    child.stderr!.on('data', (data: Buffer) => (complaint += data.toString()));
    child.on('message', (message) => {
      reached = Number(message);
      if (reached === round) setTimeout(() => child.kill('SIGKILL'), momentMs);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve({ round: reached, killed: signal === 'SIGKILL' });
      else reject(new Error(complaint));
    });
  });

const recorded = async (name: string) => {
  const store = await openSqliteEventStore({ file: `${name}/ledger.db`, readOnly: true });
  const streams = await recordedIn(store);
  await store.close();
  return streams;
};

const byId = ({ received }: HttpReceiver) => Map.groupBy(received, ({ headers }) => String(headers['webhook-id']));

it('killed again and again it leaves the same ledger, loses no message, and repeats only under the same id [SLA 14]', async () => {
  await liveThrough(undisturbed.folder, quiet.url);
  // The same keys, so that sealed texts can be compared.
  await cp(`${undisturbed.folder}/keys`, `${folder.folder}/keys`, { recursive: true });
  let round = 0;
  for (let kills = 0; kills < 6; kills += 1) {
    const life = await liveUntil(Math.min(round + Math.floor(Math.random() * 5), ROUNDS - 2), Math.random() * 60);
    expect(life.killed).toBe(true);
    round = Math.max(round, life.round);
  }
  expect((await liveUntil(Number.MAX_SAFE_INTEGER, 0)).killed).toBe(false);

  const [expected, actual] = [await recorded(undisturbed.folder), await recorded(folder.folder)];
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [stream, events] of expected) expect([stream, actual.get(stream)]).toEqual([stream, events]);

  const [once, again] = [byId(quiet), byId(receiver)];
  expect([...again.keys()].sort()).toEqual([...once.keys()].sort());
  expect(once.size).toBeGreaterThan(40);
  for (const requests of again.values())
    expect(new Set(requests.map(({ url, body }) => `${url} ${body}`)).size).toBe(1);
  const count = (type: string) => [...actual.values()].flat().filter((each) => each.startsWith(type)).length;
  expect(count('delivery.delivered.v1')).toBeGreaterThan(40);
  expect(count('delivery.attempt-failed.v1')).toBeGreaterThan(10);
}, 180_000);
