import { randomUUID } from 'node:crypto';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { closedLoop, contend } from '../contender.ts';
import { sampleEvent } from '../sample-event.ts';

interface Options {
  readonly file: string;
  readonly clients: number;
  readonly appends: number;
  readonly streams: number;
}

/** One event per append, to streams whose revision is known. */
contend<Options>(async ({ file, clients, appends, streams }) => {
  const store = await openSqliteEventStore({ file });
  const revisions = new Map<string, number>();
  return {
    round: () =>
      closedLoop(clients, appends, async (operation) => {
        const stream = `bench-${operation % streams}`;
        const revision = (revisions.get(stream) ?? -1) + 1;
        revisions.set(stream, revision);
        await store.append(stream, revision === 0 ? 'no-stream' : revision - 1, [sampleEvent(randomUUID())]);
      }),
    close: () => store.close(),
  };
});
