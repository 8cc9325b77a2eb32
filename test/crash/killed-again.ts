import { cp } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { liveUntil } from './live-until.ts';

/** What was recorded, by stream: types and data in order. Times of recording and checkpoints depend on when it was killed. */
const recordedIn = async (folder: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const store = await openSqliteEventStore({ file: `${folder}/ledger.db`, readOnly: true });
  const streams = new Map<string, string[]>();
  for await (const page of store.readAll())
    for (const { stream, type, data } of page)
      if (stream !== 'process-checkpoints')
        streams.set(stream, [...(streams.get(stream) ?? []), `${type} ${canonicalJson(JSON.parse(data))}`]);
  await store.close();
  return streams;
};

export interface KilledAgain {
  /** Of a life that nobody disturbed. */
  readonly undisturbed: string;
  /** Where the killed ones go on. */
  readonly folder: string;
  readonly child: URL;
  readonly args: readonly string[];
  readonly rounds: number;
  readonly kills: number;
  /** At most so many rounds are lived between two kills, each at most so long after its round began. */
  readonly roundsApart: number;
  readonly momentMs: number;
}

/** Lives it again, killed at random, and expects the same ledger. Resolves with how many events begin with a type. */
export const expectSameWhenKilled = async (of: KilledAgain): Promise<(type: string) => number> => {
  const { undisturbed, folder, child, args, rounds, kills, roundsApart, momentMs } = of;
  // The same keys, so that sealed values and hashed names can be compared.
  await cp(`${undisturbed}/keys`, `${folder}/keys`, { recursive: true });
  let round = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const until = Math.min(round + Math.floor(Math.random() * roundsApart), rounds - 2);
    const life = await liveUntil(child, args, until, Math.random() * momentMs);
    expect(life.killed).toBe(true);
    round = Math.max(round, life.round);
  }
  expect((await liveUntil(child, args, Number.MAX_SAFE_INTEGER, 0)).killed).toBe(false);

  const [expected, actual] = [await recordedIn(undisturbed), await recordedIn(folder)];
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [stream, events] of expected) expect([stream, actual.get(stream)]).toEqual([stream, events]);
  return (type) => [...actual.values()].flat().filter((each) => each.startsWith(type)).length;
};
