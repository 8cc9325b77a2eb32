import type { Reservation } from '#libs/kernel/aggregate.ts';
import type { EventMetadata } from '#libs/kernel/event.ts';
import { streamOf } from '#libs/kernel/event.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import type { StoredEvent } from '#libs/ports/event-store.ts';
import { WrongExpectedRevision } from '#libs/ports/event-store.ts';
import type { CommandPorts } from './command-ports.ts';
import type { CommandRequest } from './ledger.ts';

/** So long a reservation waits for its owner's first event before another may take it: its command died in between. */
const abandonedAfterMinutes = 5;

const lastOf = async (ports: CommandPorts, stream: string): Promise<StoredEvent | undefined> => {
  for await (const page of ports.store.readStream(stream, { direction: 'backwards', limit: 1 })) return page[0];
  return undefined;
};

/**
 * Takes a unique value for an aggregate's stream, before its event is appended; a reservation that the same owner holds is
 * fine. Undefined: taken; a rejection: somebody else holds it.
 */
export const reserve = async (
  ports: CommandPorts,
  request: CommandRequest,
  { scope, value, takenCode }: Reservation,
  owner: string,
): Promise<Rejection | undefined> => {
  const { store, vault, tenant, clock } = ports;
  const stream = streamOf('reservation', `${scope}-${vault.blindIndex(scope, value)}`);
  for (;;) {
    const held = await lastOf(ports, stream);
    if (held !== undefined) {
      const holder = (JSON.parse(held.data) as { owner: string }).owner;
      if (holder === owner) return undefined;
      const { recordedAt } = JSON.parse(held.metadata) as EventMetadata;
      const abandoned = addMinutes(recordedAt, abandonedAfterMinutes) < clock.now();
      if (!abandoned || (await lastOf(ports, holder)) !== undefined)
        return reject(takenCode, `${value} (${scope}) already belongs to ${holder}: use that one, or another value.`);
    }
    const now = clock.now();
    const metadata: EventMetadata = {
      tenant,
      subject: stream,
      commandId: request.commandId,
      commandHash: '',
      correlationId: request.correlationId ?? request.commandId,
      causationId: request.commandId,
      actor: request.actor.id,
      origin: request.origin ?? 'command',
      occurredAt: now,
      recordedAt: now,
    };
    try {
      await store.append(stream, held?.revision ?? 'no-stream', [
        {
          id: deriveId(tenant, `${request.commandId}/reservation/${stream}`),
          type: 'reservation.made.v1',
          data: canonicalJson({ scope, owner }),
          metadata: canonicalJson(metadata),
        },
      ]);
      return undefined;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error; // somebody was faster: look who
    }
  }
};
