/**
 * emmett-sqlite as its users write it: one appendToStream per command, in WAL with SQLite's default `synchronous` (FULL).
 * Appends that meet on one connection share a transaction that not all of them wait for, and each on a connection of its own
 * they are refused as busy: they run one after the other here, on one connection, which is the fastest that it goes durably.
 */
import { randomUUID } from 'node:crypto';
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite';
import { closedLoop, contend } from '../contender.ts';
import { sampleEvent } from '../sample-event.ts';

contend(async ({ file, clients, appends, streams }) => {
  const connection = sqliteConnection({ fileName: file });
  await connection.command('PRAGMA synchronous = FULL');
  const store = getSQLiteEventStore({
    fileName: file,
    connectionOptions: { singleton: true, connection },
    schema: { autoMigration: 'CreateOrUpdate' },
  });
  let last = Promise.resolve();
  const inTurn = (work) => (last = last.then(work));
  return {
    round: () =>
      closedLoop(clients, appends, (operation) =>
        inTurn(() => {
          const { id, type, data, metadata } = sampleEvent(randomUUID());
          const event = { type, data: JSON.parse(data), metadata: JSON.parse(metadata) };
          return store.appendToStream(`bench-${operation % streams}`, [event]);
        }),
      ),
    close: async () => connection.close(),
  };
});
