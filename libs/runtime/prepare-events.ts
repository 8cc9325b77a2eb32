import type { Aggregate } from '#libs/kernel/aggregate.ts';
import type { EventMetadata, LedgerEvent, NewEvent } from '#libs/kernel/event.ts';
import { eventIdFor } from '#libs/kernel/identifiers.ts';
import { later } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { EventToAppend } from '#libs/ports/event-store.ts';
import type { LoadedState } from './aggregate-states.ts';
import type { CommandPorts } from './command-ports.ts';
import type { CommandRequest } from './ledger.ts';

/** A new event with its place known: what will be appended, and what evolves the state. */
export interface Prepared {
  readonly append: EventToAppend;
  readonly event: LedgerEvent;
}

/** What was decided, and whose it is. */
export interface Decided {
  readonly request: CommandRequest;
  /** Keyed, of the canonical command. */
  readonly hash: string;
  readonly aggregate: Aggregate;
  readonly id: string;
  readonly stream: string;
  readonly loaded: LoadedState;
  readonly events: readonly NewEvent[];
}

/**
 * The events with ids, times, metadata and sealed personal fields, checked against their schemas, their subjects' keys durable;
 * and the state after them. Rejects with SubjectErased.
 */
export const prepareEvents = async (
  ports: CommandPorts,
  { request, hash, aggregate, id, stream, loaded, events }: Decided,
): Promise<{ prepared: Prepared[]; state: unknown }> => {
  const { tenant, vault, sealer, checkEvent, clock } = ports;
  const { commandId, actor, origin = 'command', correlationId, causationId, purpose, sourceRow } = request;
  const now = clock.now();
  // Never earlier than its predecessor in the stream, whatever the machine's clock does.
  const recordedAt = later(now, loaded.recordedAt);
  const prepared: Prepared[] = [];
  let state = loaded.state;
  for (const [index, { type, data, occurredAt = now, ...rest }] of events.entries()) {
    const eventId = eventIdFor(tenant, commandId, index);
    const draft: LedgerEvent = {
      id: eventId,
      type,
      stream,
      streamId: id,
      revision: loaded.revision + 1 + index,
      position: 0,
      subject: id,
      occurredAt,
      recordedAt,
      data: data as JsonObject,
      metadata: undefined as unknown as EventMetadata,
    };
    // Whose history it is may only show once the event is folded: clear values do no harm to a state thrown away.
    const subject = aggregate.subjectOf?.(aggregate.evolve(state, draft), id) ?? id;
    const team = aggregate.owningTeamOf?.(state);
    const metadata: EventMetadata = {
      tenant,
      subject,
      commandId,
      commandHash: hash,
      correlationId: correlationId ?? commandId,
      causationId: causationId ?? commandId,
      actor: actor.id,
      ...(team === undefined ? {} : { team }),
      ...(purpose === undefined ? {} : { purpose }),
      origin,
      occurredAt,
      recordedAt,
      ...(rest.policyVersions === undefined ? {} : { policyVersions: rest.policyVersions }),
      ...((rest.sourceRow ?? sourceRow) === undefined ? {} : { sourceRow: (rest.sourceRow ?? sourceRow)! }),
    };
    checkEvent(type, data);
    const subjects = sealer.subjectsOf(type, draft.data, subject);
    if (subjects.length > 0) await vault.ensure(subjects);
    const sealed = sealer.seal(type, eventId, subject, draft.data);
    const event: LedgerEvent = { ...draft, subject, data: sealed, metadata };
    state = aggregate.evolve(state, event);
    prepared.push({
      event,
      append: { id: eventId, type, data: canonicalJson(sealed), metadata: canonicalJson(metadata) },
    });
  }
  return { prepared, state };
};
