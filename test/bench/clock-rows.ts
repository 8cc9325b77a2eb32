import { join } from 'node:path';
import { atMost, typical } from './rows.ts';
import type { Row } from './rows.ts';
import { CLOCKS_PER_CASE, seedClocks } from './seed-clocks.ts';

const DEADLINES_PER_SECOND = 20;
const WINDOW_SECONDS = 20;

const clockRow = (ask: 'detection' | 'policy-change', title: string, judge: Row['judge']): Row => ({
  name: ask,
  title,
  prepare: async (ground) => {
    const { folder, scale } = ground;
    const data = join(folder, 'ledger');
    const deadlines = DEADLINES_PER_SECOND * WINDOW_SECONDS;
    const windows = { count: scale.rounds + 1, deadlines, everyMs: 1_000 / DEADLINES_PER_SECOND };
    const cases = scale.clocks / CLOCKS_PER_CASE;
    const seeded = await seedClocks(data, {
      ...{ cases, windows: ask === 'detection' ? windows : { ...windows, count: 0 } },
      onProgress: (done) => ground.progress(`making cases: ${done} of ${cases}`),
    });
    const options = { folder: data, ...seeded, ask, clocks: scale.clocks, windowMs: WINDOW_SECONDS * 1_000, deadlines };
    ground.progress('its processes begin');
    return [{ name: 'CareLedger', program: 'contenders/ledger-clocks.ts', options }];
  },
  judge,
});

const timers: Row = {
  name: 'timers',
  title: 'timers due within one second, each with a command',
  prepare: async ({ folder, scale }) => [
    {
      name: 'CareLedger',
      program: 'contenders/ledger-timers.ts',
      options: { folder: join(folder, 'ledger'), timers: scale.clocks },
      fresh: true,
    },
  ],
  judge: ([own], { clocks }) => [
    atMost(
      'time',
      typical(own!, (round) => round.seconds),
      (20 * clocks) / 100_000,
      's',
    ),
  ],
};

export const CLOCK_ROWS: readonly Row[] = [
  timers,
  clockRow('detection', 'deadlines noticed while many clocks are open, 20 due each second', ([own]) => [
    atMost(
      'lag, p99',
      typical(own!, (round) => round.p99Ms),
      1_000,
      'ms',
    ),
  ]),
  clockRow('policy-change', 'all open clocks judged by new service times', ([own], { clocks }) => [
    atMost(
      'time',
      typical(own!, (round) => round.seconds),
      (10 * clocks) / 100_000,
      's',
    ),
  ]),
];
