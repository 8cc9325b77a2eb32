import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import { canonicalJson } from '#libs/kernel/json.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { StoredEvent } from '#libs/ports/event-store.ts';

/** Streams of the adapter's own, which are no part of the ledger. */
export const RESULT_STREAMS = 'command-result-';

export type Recorded = NonNullable<(AllStreamResolvedEvent | ResolvedEvent)['event']>;

/** The server's own events, other programs' binary ones and the adapter's records are not the ledger's. */
export const isOurs = (event: Recorded): boolean =>
  !event.type.startsWith('$') &&
  !event.streamId.startsWith('$') &&
  !event.streamId.startsWith(RESULT_STREAMS) &&
  isWhole(event);

/** JSON data with a JSON object beside it, as the ledger writes. */
export const isWhole = (event: Recorded): boolean =>
  event.isJson &&
  typeof event.metadata === 'object' &&
  event.metadata !== null &&
  !(event.metadata instanceof Uint8Array);

/** The event's place in the store: its commit position, which orders all events of servers that the ledger accepts. */
export const positionOf = (event: Recorded): number => {
  const position = Number(event.position?.commit ?? 0n);
  if (!Number.isSafeInteger(position) || (position < 1 && isOurs(event)))
    throw new Unavailable(
      `${event.revision}@${event.streamId} has the position ${event.position?.commit}, which the ledger cannot count with: ` +
        'move the ledger to a new server with `care` copy.',
      { retryable: false },
    );
  if (event.position?.commit !== event.position?.prepare)
    throw new Unavailable(
      `${event.revision}@${event.streamId} was written in a transaction of an old client, so its position is not its own: ` +
        'only the ledger may write to its streams.',
      { retryable: false },
    );
  return position;
};

const textOf = (event: Recorded, value: unknown): string => {
  try {
    return canonicalJson(value);
  } catch (error) {
    throw new Unavailable(
      `${event.revision}@${event.streamId} has no canonical text (${(error as Error).message}), so the ledger did not write it: ` +
        'find out which program writes to its streams, and stop it.',
      { retryable: false, cause: error },
    );
  }
};

/** The client parses payloads; their canonical text is made again. */
export const storedEvent = (event: Recorded): StoredEvent => ({
  id: event.id,
  type: event.type,
  data: textOf(event, event.data),
  metadata: textOf(event, event.metadata),
  stream: event.streamId,
  revision: Number(event.revision),
  position: positionOf(event),
  storedAt: event.created.toISOString(),
});
