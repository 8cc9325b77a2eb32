import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, NO_STREAM, jsonEvent } from '@eventstore/db-client';
import { openEsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { closedLoop, contend } from '../contender.ts';
import { sampleEvent } from '../sample-event.ts';

interface Options {
  readonly url: string;
  readonly clients: number;
  readonly appends: number;
  readonly streams: number;
  /** The server's own client alone, in place of the adapter. */
  readonly bare: boolean;
}

type Append = (stream: string, revision: number) => Promise<unknown>;

const byAdapter = async (url: string): Promise<{ append: Append; close: () => Promise<void> }> => {
  const store = await openEsdbEventStore({ connectionString: url });
  return {
    append: (stream, revision) =>
      store.append(stream, revision === 0 ? 'no-stream' : revision - 1, [sampleEvent(randomUUID())]),
    close: () => store.close(),
  };
};

const byClient = async (url: string): Promise<{ append: Append; close: () => Promise<void> }> => {
  const client = EventStoreDBClient.connectionString(url);
  return {
    append: (stream, revision) => {
      const { id, type, data, metadata } = sampleEvent(randomUUID());
      const event = jsonEvent({
        id,
        type,
        data: JSON.parse(data) as JsonObject,
        metadata: JSON.parse(metadata) as JsonObject,
      });
      const expectedRevision = revision === 0 ? NO_STREAM : BigInt(revision - 1);
      return client.appendToStream(stream, event, { expectedRevision });
    },
    close: () => client.dispose(),
  };
};

/** One event per append, to streams of this run's own whose revision is known. */
contend<Options>(async ({ url, clients, appends, streams, bare }) => {
  const { append, close } = await (bare ? byClient : byAdapter)(url);
  const run = randomUUID();
  const revisions = new Map<string, number>();
  return {
    round: () =>
      closedLoop(clients, appends, async (operation) => {
        const stream = `bench-${run}-${operation % streams}`;
        const revision = revisions.get(stream) ?? 0;
        revisions.set(stream, revision + 1);
        await append(stream, revision);
      }),
    close,
  };
});
