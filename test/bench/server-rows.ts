import { withDatabase } from '../production/with-database.ts';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { atLeast, atMost, ratio, typical } from './rows.ts';
import type { Row } from './rows.ts';

/** In flight on a server that forces every append to its disk. */
const CLIENTS = 64;

const esdbAppend = (url: string): Row => ({
  name: 'esdb-append',
  title: 'append of one event through EventStoreDB, 64 in flight',
  prepare: async () => {
    const shape = { url, clients: CLIENTS, appends: 3_000, streams: 1_000 };
    const program = 'contenders/esdb-append.ts';
    return [
      { name: 'CareLedger', program, options: { ...shape, bare: false } },
      { name: "the server's client", program, options: { ...shape, bare: true } },
    ];
  },
  judge: ([own, bare]) => [atLeast('of the client', ratio(own!, bare!), 0.7)],
});

const esdbCommand = (url: string): Row => ({
  name: 'esdb-command',
  title: 'durable command through EventStoreDB, 64 in flight, state cached',
  prepare: async ({ folder }) => [
    {
      name: 'CareLedger',
      program: 'contenders/esdb-command.ts',
      options: { url, folder: join(folder, 'ledger'), clients: CLIENTS, commands: 2_000, cases: 500 },
    },
    {
      name: "the server's client",
      program: 'contenders/esdb-append.ts',
      options: { url, clients: CLIENTS, appends: 2_000, streams: 500, bare: true },
    },
  ],
  judge: ([own, bare]) => [atLeast('of the client', ratio(own!, bare!), 0.7)],
});

/** The same events folded in four partitions and in one: what partitions cost one worker. */
const mongodbFold = (url: string, kind: 'catch-up' | 'rebuild'): Row => ({
  name: `mongodb-${kind}`,
  title:
    kind === 'catch-up'
      ? 'catch-up of one projection into MongoDB, in four partitions'
      : 'rebuild of all read models in MongoDB, in four partitions',
  prepare: async (ground) => {
    const { folder } = await ground.large();
    const shape = {
      file: join(folder, 'ledger.db'),
      ...(kind === 'catch-up' ? { collections: ['service-cases'] } : {}),
      rebuild: kind === 'rebuild',
    };
    const program = 'contenders/ledger-fold.ts';
    const modelsIn = (partitions: number) => ({
      modelsUrl: withDatabase(url, `careledger-bench-${randomUUID()}`),
      partitions,
    });
    return [
      { name: 'CareLedger, 4 partitions', program, options: { ...shape, ...modelsIn(4) } },
      { name: 'CareLedger, 1 partition', program, options: { ...shape, ...modelsIn(1) } },
    ];
  },
  judge: ([own, whole], { events }) => [
    // Measured and reported.
    atLeast('of one partition', ratio(own!, whole!), 0),
    ...(kind === 'rebuild'
      ? [
          atMost(
            'time',
            typical(own!, (round) => round.seconds),
            (60 * events) / 1_000_000,
            's',
          ),
        ]
      : []),
  ],
});

/** What can be measured on the servers whose addresses are given: TEST_EVENTSTORE_URL, TEST_MONGODB_URL. */
export const serverRows = ({
  TEST_EVENTSTORE_URL: events,
  TEST_MONGODB_URL: models,
}: {
  readonly [name: string]: string | undefined;
}): readonly Row[] => [
  ...(events === undefined ? [] : [esdbAppend(events), esdbCommand(events)]),
  ...(models === undefined ? [] : [mongodbFold(models, 'catch-up'), mongodbFold(models, 'rebuild')]),
];
