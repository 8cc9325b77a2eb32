import { BACKWARDS, END, START, eventTypeFilter } from '@eventstore/db-client';
import { failureOf } from './failures.ts';
import { within } from './session.ts';
import { Connection } from './connection.ts';
import type { Session } from './session.ts';

/** Something on the server that endangers the ledger: where, what, and what to do. */
export interface Finding {
  readonly stream: string;
  readonly message: string;
}

interface Limits {
  readonly $maxAge?: number;
  readonly $maxCount?: number;
  readonly $tb?: number;
}

const limitsFinding = (stream: string, limits: Limits): Finding | undefined => {
  const names = (['$maxAge', '$maxCount', '$tb'] as const).filter((name) => limits[name] !== undefined);
  if (names.length === 0) return undefined;
  const set = names.map((name) => `${name} ${limits[name]}`).join(', ');
  return {
    stream,
    message: `${stream} has ${set} in its metadata, so the server hides or discards its events: remove that from the metadata.`,
  };
};

/** Looks for retention rules and tombstones on streams that are not the server's own, and for scavenges. */
export const examine = async (session: Session): Promise<readonly Finding[]> => {
  const found = new Map<string, Finding>();
  const connection = new Connection(session.connectionString);
  const subscription = connection.client.subscribeToAll({
    fromPosition: START,
    filter: eventTypeFilter({
      prefixes: ['$metadata', '$streamDeleted'],
      maxSearchWindow: 500,
      checkpointInterval: 100,
    }),
  });
  try {
    subscription.on('caughtUp', () => subscription.push(null));
    const looking = async () => {
      for await (const { event } of subscription) {
        if (event === undefined) continue;
        const stream = event.type === '$streamDeleted' ? event.streamId : event.streamId.slice(2);
        if (stream.startsWith('$')) continue;
        const finding =
          event.type === '$streamDeleted'
            ? {
                stream,
                message: `${stream} was deleted for good at ${event.created.toISOString()}: restore the store from a backup.`,
              }
            : limitsFinding(stream, event.data as Limits);
        if (finding === undefined) found.delete(stream);
        else found.set(stream, finding);
      }
    };
    await within(10 * 60_000, 'The look through the streams’ metadata', looking());
    const scavenges = connection.client.readStream('$scavenges', {
      direction: BACKWARDS,
      fromRevision: END,
      maxCount: 1,
    });
    for await (const { event } of scavenges)
      if (event !== undefined)
        found.set('$scavenges', {
          stream: '$scavenges',
          message:
            `The server was scavenged (last at ${event.created.toISOString()}), which discards what deletion and retention rules hide: ` +
            'take scavenging out of its schedule and verify the ledger.',
        });
  } catch (error) {
    if (failureOf(error) === 'denied')
      found.set('$scavenges', {
        stream: '$scavenges',
        message:
          'The user may not read $scavenges, so scavenging could not be looked for: let doctor run as an administrator.',
      });
    else if (failureOf(error) !== 'stream-missing') throw error;
  } finally {
    subscription.unsubscribe().catch(() => {});
    await connection.close();
  }
  return [...found.values()];
};
