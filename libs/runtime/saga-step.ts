import type { LedgerEvent } from '#libs/kernel/event.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { isInstant, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { Saga, TimerFired } from '#libs/kernel/saga.ts';
import type { EventToAppend } from '#libs/ports/event-store.ts';
import type { InputRecord, Parked, PendingTimer, Reacted, RequestedCommand } from './saga-events.ts';
import { evolveInstance } from './saga-instance.ts';
import type { Instance } from './saga-instance.ts';

export type SagaInput =
  { readonly kind: 'event'; readonly event: LedgerEvent } | { readonly kind: 'timer'; readonly timer: PendingTimer };

/** One input taken, or parked, by one instance: what is appended, and the instance once it is. */
export interface SagaStep {
  readonly saga: Saga;
  readonly input: SagaInput;
  readonly before: Instance;
  readonly after: Instance;
  readonly append: EventToAppend;
  readonly inputId: string;
  readonly commands: readonly RequestedCommand[];
  readonly correlationId: string;
}

/** Keys of one instance's timers are few: its whole list stands in each of its events. */
const mostTimers = 1_000;

const timerId = (tenant: string, stream: string, { key, dueAt, setAt }: PendingTimer): string =>
  deriveId(tenant, `${stream}/timer/${key}/${dueAt}/${setAt}`);

export const inputRecord = (tenant: string, stream: string, input: SagaInput): InputRecord => {
  if (input.kind === 'event') {
    const { id, type, stream: from, revision } = input.event;
    return { id, type, place: { stream: from, revision } };
  }
  const { key, dueAt, setAt } = input.timer;
  return { id: timerId(tenant, stream, input.timer), type: 'timer', timer: { key, dueAt, setAt } };
};

const reactedId = (tenant: string, stream: string, input: InputRecord): string =>
  deriveId(tenant, `${stream}/reacted/${input.id}`);

/** The pure part: what the saga makes of the input. Throws what the saga throws, and where it asks for what cannot be. */
const react = (
  tenant: string,
  saga: Saga,
  instance: Instance,
  input: SagaInput,
  record: InputRecord,
  id: string,
): Reacted => {
  const given: LedgerEvent | TimerFired =
    input.kind === 'event'
      ? input.event
      : { type: 'timer', key: input.timer.key, dueAt: input.timer.dueAt, payload: input.timer.payload };
  const { state, outputs } = saga.react(instance.state, given, instance.key);
  // An imported fact is history: what it would have led to until it was imported has happened elsewhere, or never.
  const importedAt =
    input.kind === 'event' && input.event.metadata.origin === 'import' ? input.event.recordedAt : undefined;
  const correlationId = input.kind === 'event' ? input.event.metadata.correlationId : input.timer.correlationId;
  const timers = new Map(instance.timers.map((each) => [each.key, each]));
  if (input.kind === 'timer') timers.delete(input.timer.key);
  const commands: RequestedCommand[] = [];
  const suppressed: Reacted['suppressed'] = [];
  for (const [index, output] of outputs.entries())
    switch (output.kind) {
      case 'command': {
        const { name, body, id: aggregateId } = output;
        if (importedAt !== undefined) suppressed.push({ kind: 'command', what: name, dueAt: importedAt });
        else
          commands.push({
            id: deriveId(tenant, `${id}/command/${index}`),
            command: name,
            ...(aggregateId === undefined ? {} : { aggregateId }),
            body,
          });
        break;
      }
      case 'command-each': {
        const { name, body, collection, filter, idField } = output;
        if (importedAt !== undefined) suppressed.push({ kind: 'command', what: name, dueAt: importedAt });
        else
          commands.push({
            id: deriveId(tenant, `${id}/command/${index}`),
            command: name,
            each: { collection, filter, idField },
            body,
          });
        break;
      }
      case 'schedule': {
        const { key, dueAt, payload } = output;
        if (!isInstant(dueAt))
          throw new Error(
            `it scheduled ${key} at ${JSON.stringify(dueAt)}, which is no moment: 2026-11-24T09:30:00.000Z`,
          );
        timers.delete(key);
        if (importedAt !== undefined && dueAt <= importedAt) suppressed.push({ kind: 'schedule', what: key, dueAt });
        else timers.set(key, { key, dueAt, payload, setAt: instance.revision + 1, correlationId });
        break;
      }
      case 'cancel':
        timers.delete(output.key);
    }
  if (timers.size > mostTimers)
    throw new Error(`it has ${timers.size} timers, the most is ${mostTimers}: give the saga a finer key`);
  const seen = record.place ?? instance.seen;
  // On a retry, the parked inputs behind this one go on waiting.
  const next = instance.waiting.find((each) => each.input.id !== record.id);
  return {
    saga: saga.name,
    key: instance.key,
    input: record,
    ...(seen === undefined ? {} : { seen }),
    state,
    commands,
    timers: [...timers.values()],
    suppressed,
    ...(next === undefined ? {} : { waitsFrom: next.revision }),
  };
};

export interface StepContext {
  readonly tenant: string;
  readonly now: Instant;
}

const record = (
  { tenant, now }: StepContext,
  saga: Saga,
  before: Instance,
  input: SagaInput,
  event: { readonly id: string; readonly type: string; readonly data: Reacted | Parked },
): SagaStep => {
  const recordedAt = later(now, before.recordedAt);
  const ofEvent = input.kind === 'event' ? input.event : undefined;
  const correlationId = ofEvent?.metadata.correlationId ?? (input as { timer: PendingTimer }).timer.correlationId;
  const subject = ofEvent?.subject ?? before.subject;
  const inputId = event.data.input.id;
  const metadata = processMetadata(tenant, {
    subject,
    inputId,
    correlationId,
    // A timer's reaction belongs to the moment it was due, however late it was noticed. [SLA 13]
    occurredAt: input.kind === 'timer' ? input.timer.dueAt : recordedAt,
    recordedAt,
  });
  const after = evolveInstance(before, { ...event, revision: before.revision + 1, recordedAt, subject });
  const append = { id: event.id, type: event.type, data: canonicalJson(event.data), metadata };
  const commands = 'commands' in event.data ? event.data.commands : [];
  return { saga, input, before, after, append, inputId, commands, correlationId };
};

/** Canonical JSON of a process event's metadata. */
export const processMetadata = (
  tenant: string,
  of: {
    readonly subject: string;
    readonly inputId: string;
    readonly correlationId: string;
    readonly occurredAt: Instant;
    readonly recordedAt: Instant;
  },
): string =>
  canonicalJson({
    tenant,
    subject: of.subject,
    commandId: of.inputId,
    commandHash: '',
    correlationId: of.correlationId,
    causationId: of.inputId,
    actor: LEDGER.id,
    origin: 'process',
    occurredAt: of.occurredAt,
    recordedAt: of.recordedAt,
  } satisfies JsonObject);

/** The instance takes the input. Throws what the saga throws: then nothing has happened. */
export const takeInput = (context: StepContext, saga: Saga, before: Instance, input: SagaInput): SagaStep => {
  const { tenant } = context;
  const inputOf = inputRecord(tenant, before.stream, input);
  const id = reactedId(tenant, before.stream, inputOf);
  const data = react(tenant, saga, before, input, inputOf, id);
  return record(context, saga, before, input, {
    id,
    type: 'process.reacted.v1',
    data,
  });
};

/** The instance cannot take the input now: it is recorded to wait. */
export const parkInput = (
  context: StepContext,
  saga: Saga,
  before: Instance,
  input: SagaInput,
  reason: string,
): SagaStep => {
  const { tenant } = context;
  const inputOf = inputRecord(tenant, before.stream, input);
  return record(context, saga, before, input, {
    id: deriveId(tenant, `${before.stream}/parked/${inputOf.id}`),
    type: 'process.parked.v1',
    data: { saga: saga.name, key: before.key, input: inputOf, reason: reason.slice(0, 500) },
  });
};
