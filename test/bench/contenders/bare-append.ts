import { randomUUID } from 'node:crypto';
import { BareWriter } from '../bare/bare-writer.ts';
import { closedLoop, contend } from '../contender.ts';
import { sampleEvent } from '../sample-event.ts';

interface Options {
  readonly file: string;
  readonly clients: number;
  readonly appends: number;
  readonly streams: number;
}

contend<Options>(async ({ file, clients, appends, streams }) => {
  const writer = await BareWriter.open(file);
  const revisions = new Map<string, number>();
  return {
    round: () =>
      closedLoop(clients, appends, async (operation) => {
        const stream = `bench-${operation % streams}`;
        const revision = (revisions.get(stream) ?? -1) + 1;
        revisions.set(stream, revision);
        const { id, type, data, metadata } = sampleEvent(randomUUID());
        await writer.insert([stream, revision, id, type, data, metadata]);
      }),
    close: () => writer.close(),
  };
});
