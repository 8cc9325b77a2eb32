import { fork } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { liveThrough, recordedIn, ROUNDS } from './saga-history.ts';

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

/** Runs the processes in a process of their own until it reaches that round, and kills it a moment later. */
const liveUntil = (round: number, momentMs: number): Promise<{ readonly round: number; readonly killed: boolean }> =>
  new Promise((resolve, reject) => {
    const child = fork(new URL('./saga-child.ts', import.meta.url), [folder.folder], {
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

it('leaves the same ledger when its processes are killed again and again as when they are not [SLA 14]', async () => {
  await liveThrough(undisturbed.folder);
  // The same keys, so that sealed values and hashed names can be compared.
  await cp(`${undisturbed.folder}/keys`, `${folder.folder}/keys`, { recursive: true });
  let round = 0;
  for (let kills = 0; kills < 10; kills += 1) {
    const life = await liveUntil(Math.min(round + Math.floor(Math.random() * 6), ROUNDS - 2), Math.random() * 25);
    expect(life.killed).toBe(true);
    round = Math.max(round, life.round);
  }
  expect((await liveUntil(Number.MAX_SAFE_INTEGER, 0)).killed).toBe(false);

  const [expected, actual] = [await recorded(undisturbed.folder), await recorded(folder.folder)];
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [stream, events] of expected) expect([stream, actual.get(stream)]).toEqual([stream, events]);
  const count = (type: string) => [...actual.values()].flat().filter((each) => each.startsWith(type)).length;
  expect(count('parcel.reminded.v1')).toBeGreaterThan(80);
  expect(count('return-slip.issued.v1')).toBeGreaterThan(20);
  expect(count('process.commands-refused.v1')).toBeGreaterThan(0);
}, 180_000);
