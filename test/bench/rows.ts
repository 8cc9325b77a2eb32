import { join } from 'node:path';
import { copyEvents } from './bare/bare-events.ts';
import { median } from './contender.ts';
import type { RoundResult } from './contender.ts';
import type { Entry, Results } from './rounds.ts';
import { EVENTS_PER_CASE, LONG_CUSTOMER, seed } from './seed.ts';

/** Sizes of a run. */
export interface Scale {
  readonly rounds: number;
  /** Of the ledger that is read, rebuilt, started and verified. */
  readonly events: number;
  /** Open clocks of the ledger whose deadlines come due and are moved. */
  readonly clocks: number;
}

/** A folder with `events` events, made once in a run. */
export interface Ground {
  /** An empty folder of this row's own. */
  readonly folder: string;
  readonly scale: Scale;
  /** The large ledger, and the same events in the rivals' table. */
  large(): Promise<{ readonly folder: string; readonly bareFile: string; readonly events: number }>;
  progress(text: string): void;
}

/** A figure that a row is judged by. */
export interface Judgement {
  readonly what: string;
  readonly value: number;
  readonly target: number;
  readonly is: 'at least' | 'at most';
  readonly unit: string;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  /** The product first, then its rivals. */
  prepare(ground: Ground): Promise<readonly Entry[]>;
  judge(results: readonly Results[], scale: Scale): readonly Judgement[];
}

const CLIENTS = 64;

const perSecond = ({ operations, seconds }: RoundResult): number => operations / seconds;
const rate = ({ rounds }: Results): number => median(rounds.map(perSecond));
export const typical = ({ rounds }: Results, of: (round: RoundResult) => number | undefined): number =>
  median(rounds.map((round) => of(round) ?? Number.NaN));

/** Ratios of the rounds that ran one after the other, then their median: what disturbs the machine disturbs both. */
export const ratio = (own: Results, rival: Results): number =>
  median(own.rounds.map((round, index) => perSecond(round) / perSecond(rival.rounds[index]!)));

export const atLeast = (what: string, value: number, target: number, unit = '×'): Judgement => ({
  ...{ what, value, target, unit },
  is: 'at least',
});
export const atMost = (what: string, value: number, target: number, unit: string): Judgement => ({
  ...{ what, value, target, unit },
  is: 'at most',
});

const emmettEntry = (ground: Ground): Entry => ({
  name: 'emmett-sqlite',
  program: 'rivals/emmett-append.mjs',
  options: { file: join(ground.folder, 'emmett.db'), clients: CLIENTS, appends: 500, streams: 1_000 },
});

const commands = (loaded: boolean): Row => ({
  name: loaded ? 'command-loaded' : 'command',
  title: loaded
    ? 'durable command, 64 clients, stream of 10 events loaded'
    : 'durable command, 64 clients, state cached',
  prepare: async (ground) => {
    const perRound = loaded ? 3_000 : 8_000;
    const cases = loaded ? perRound * (ground.scale.rounds + 1) : 1_000;
    const folder = join(ground.folder, 'ledger');
    const file = join(ground.folder, 'bare.db');
    ground.progress(`making ${cases} cases of ${EVENTS_PER_CASE} events`);
    await seed(folder, { events: cases * (EVENTS_PER_CASE + 0.2) });
    copyEvents(join(folder, 'ledger.db'), file);
    const shape = { clients: CLIENTS, commands: perRound, cases, loaded };
    return [
      {
        name: 'CareLedger',
        program: 'contenders/ledger-command.ts',
        options: { folder, ...shape, live: false },
      },
      { name: 'bare node:sqlite', program: 'contenders/bare-command.ts', options: { file, ...shape } },
      emmettEntry(ground),
    ];
  },
  judge: ([own, bare, emmett]) => [
    atLeast('of bare', ratio(own!, bare!), 0.6),
    atLeast('emmett', ratio(own!, emmett!), 20),
  ],
});

const appends: Row = {
  name: 'append',
  title: 'append of one event, 64 clients (store alone)',
  prepare: async (ground) => {
    const shape = { clients: CLIENTS, appends: 20_000, streams: 1_000 };
    const file = (name: string) => join(ground.folder, name);
    return [
      { name: 'CareLedger', program: 'contenders/ledger-append.ts', options: { file: file('ledger.db'), ...shape } },
      { name: 'bare node:sqlite', program: 'contenders/bare-append.ts', options: { file: file('bare.db'), ...shape } },
      emmettEntry(ground),
      {
        name: 'hash and seal alone',
        program: 'contenders/ledger-hashing.ts',
        options: { folder: file('keys'), events: 20_000 },
      },
    ];
  },
  judge: ([own, , , crypto]) => {
    const microsPerAppend = 1_000_000 / rate(own!);
    const share = (name: string) => (100 * typical(crypto!, (round) => round.figures![name])) / microsPerAppend;
    return [
      atMost('leaf hash, share of an append', share('hashMicros'), 25, '%'),
      // With personal fields: measured and reported.
      atMost('with a sealed text', share('hashMicros') + share('sealMicros'), Infinity, '%'),
    ];
  },
};

const visible: Row = {
  name: 'visible',
  title: 'append → visible in the read models, half load',
  prepare: async (ground) => {
    const folder = join(ground.folder, 'ledger');
    await seed(folder, { events: 10_200 });
    return [
      {
        name: 'CareLedger',
        program: 'contenders/ledger-visible.ts',
        options: { folder, clients: CLIENTS, cases: 1_000, secondsPerRound: 5 },
      },
    ];
  },
  judge: ([own]) => [
    atMost(
      'p99',
      typical(own!, (round) => round.p99Ms),
      50,
      'ms',
    ),
  ],
};

const catchUp = (name: string, title: string, collection: string, fold: 'cases' | 'trail'): Row => ({
  name,
  title,
  prepare: async (ground) => {
    const { folder } = await ground.large();
    const file = join(folder, 'ledger.db');
    return [
      {
        name: 'CareLedger',
        program: 'contenders/ledger-fold.ts',
        options: { file, models: join(ground.folder, 'own.db'), collections: [collection], rebuild: false },
      },
      {
        name: 'bare SQL fold',
        program: 'contenders/bare-fold.ts',
        options: { file, models: join(ground.folder, 'bare.db'), fold },
      },
    ];
  },
  judge: ([own, bare]) => [
    atLeast('rate', rate(own!), 50_000, 'events/s'),
    atLeast('of bare', ratio(own!, bare!), 0.35),
  ],
});

const rebuild: Row = {
  name: 'rebuild',
  title: 'rebuild of all read models',
  prepare: async (ground) => {
    const file = join((await ground.large()).folder, 'ledger.db');
    return [
      {
        name: 'CareLedger',
        program: 'contenders/ledger-fold.ts',
        options: { file, models: join(ground.folder, 'own.db'), rebuild: true },
      },
      {
        name: 'bare SQL fold',
        program: 'contenders/bare-fold.ts',
        options: { file, models: join(ground.folder, 'bare.db'), fold: 'all' },
      },
    ];
  },
  judge: ([own], { events }) => [
    atMost(
      'time',
      typical(own!, (round) => round.seconds),
      (60 * events) / 1_000_000,
      's',
    ),
  ],
};

const history = (ask: 'first-page' | 'state-as-of'): Row => ({
  name: ask === 'first-page' ? 'history' : 'as-of',
  title:
    ask === 'first-page'
      ? 'first 100 entries of the history of a customer of 10 000 events'
      : 'state of a customer of 10 000 events as of any instant',
  prepare: async (ground) => {
    const { folder, bareFile, events } = await ground.large();
    // The long customer comes first in the store, an event each 20 ms; see seed.ts.
    const shape = { questions: ask === 'first-page' ? 50 : 25, ask, ...(await longCustomerSpan(folder, events)) };
    return [
      { name: 'CareLedger', program: 'contenders/ledger-history.ts', options: { folder, ...shape } },
      { name: 'bare node:sqlite', program: 'contenders/bare-history.ts', options: { file: bareFile, ...shape } },
    ];
  },
  judge: ([own]) => [
    atMost(
      'p95',
      typical(own!, (round) => round.p95Ms),
      100,
      'ms',
    ),
  ],
});

const http: Row = {
  name: 'http',
  title: 'HTTP command, 64 connections, all in one process',
  prepare: async (ground) => {
    const folder = join(ground.folder, 'ledger');
    await seed(folder, { events: 10_200 });
    const shape = { clients: CLIENTS, requests: 4_000, cases: 1_000 };
    return [
      { name: 'CareLedger', program: 'contenders/ledger-http.ts', options: { folder, ...shape } },
      {
        name: 'bare Nest+Fastify',
        program: 'contenders/bare-http.ts',
        options: { file: join(ground.folder, 'bare.db'), ...shape },
      },
    ];
  },
  judge: ([own, bare]) => [atLeast('of bare', ratio(own!, bare!), 0.5)],
};

const start: Row = {
  name: 'start',
  title: 'start of the server, read models up to date; memory after it',
  prepare: async (ground) => {
    const { folder, events } = await ground.large();
    return [{ name: 'CareLedger', program: 'contenders/ledger-start.ts', options: { folder, events }, fresh: true }];
  },
  judge: ([own]) => [
    atMost(
      'ready',
      typical(own!, (round) => round.seconds),
      3,
      's',
    ),
    atMost(
      'memory',
      typical(own!, (round) => round.figures?.rssMiB),
      700,
      'MiB',
    ),
  ],
};

const verify: Row = {
  name: 'verify',
  title: 'verification of all events',
  prepare: async (ground) => {
    const { folder, bareFile, events } = await ground.large();
    return [
      {
        name: 'CareLedger',
        program: 'contenders/ledger-verify.ts',
        options: { file: join(folder, 'ledger.db'), events },
      },
      { name: 'bare check and hash', program: 'contenders/bare-verify.ts', options: { file: bareFile } },
    ];
  },
  judge: ([own], { events }) => [
    atMost(
      'time',
      typical(own!, (round) => round.seconds),
      (30 * events) / 1_000_000,
      's',
    ),
  ],
};

/** When the long customer's first and last events were recorded, in milliseconds since 1970. */
const longCustomerSpan = async (folder: string, events: number): Promise<{ fromMs: number; toMs: number }> => {
  const { openSqliteEventStore } = await import('#libs/adapters/event-store-sqlite/event-store-sqlite.ts');
  const store = await openSqliteEventStore({ file: join(folder, 'ledger.db'), readOnly: true, inline: true });
  const times: number[] = [];
  for (const direction of ['forwards', 'backwards'] as const)
    for await (const page of store.readStream(`customer-${LONG_CUSTOMER}`, { direction, limit: 1 }))
      for (const { metadata } of page)
        times.push(Date.parse((JSON.parse(metadata) as { recordedAt: string }).recordedAt));
  await store.close();
  if (times.length < 2) throw new Error(`The ledger of ${events} events has no long customer.`);
  return { fromMs: times[0]!, toMs: times[1]! };
};

/** In the order of 4-platform.md, "Speed and size to reach". */
export const ROWS: readonly Row[] = [
  appends,
  commands(false),
  commands(true),
  visible,
  catchUp('catch-up', 'catch-up of one projection (service cases, every version kept)', 'service-cases', 'cases'),
  catchUp('catch-up-trail', 'catch-up of one projection (audit trail, a row per event)', 'audit-trail', 'trail'),
  rebuild,
  history('first-page'),
  history('state-as-of'),
  http,
  start,
  verify,
];
