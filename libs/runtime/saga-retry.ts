import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Saga } from '#libs/kernel/saga.ts';
import type { Decode } from './codec.ts';
import type { InputRecord } from './saga-events.ts';
import { sagaOf } from './saga-instance.ts';
import type { Instance } from './saga-instance.ts';
import type { SagaInputs } from './saga-inputs.ts';
import type { ParkedProcess } from './saga-processes.ts';
import type { OutboxPorts } from './saga-outbox.ts';
import { takeInput } from './saga-step.ts';
import type { SagaInput, SagaStep } from './saga-step.ts';

const instancesOf = async (inputs: SagaInputs, sagas: readonly Saga[]): Promise<[Saga, Instance][]> => {
  const found: [Saga, Instance][] = [];
  for (const stream of [...inputs.parked].sort()) {
    const saga = sagas.find((each) => each.name === sagaOf(stream));
    if (saga !== undefined) found.push([saga, await inputs.instance(saga, stream)]);
  }
  return found;
};

export const parkedOf = async (inputs: SagaInputs, sagas: readonly Saga[]): Promise<readonly ParkedProcess[]> =>
  (await instancesOf(inputs, sagas)).flatMap(([, { saga, key, stream, waiting }]) => {
    const [first] = waiting;
    if (first === undefined) return [];
    return [{ saga, key, stream, inputs: waiting.length, since: first.input, reason: first.reason }];
  });

const eventAt = async (
  { store }: OutboxPorts,
  decode: Decode,
  { stream, revision }: NonNullable<InputRecord['place']>,
): Promise<LedgerEvent> => {
  for await (const page of store.readStream(stream, { from: revision, limit: 1 })) return decode(page[0]!);
  throw new Error(`${stream} has no event ${revision} any more: restore the event store from a backup.`);
};

/** The step that comes next in a parked instance: a timer that was due before its first parked event, or that input. */
const nextStep = async (ports: OutboxPorts, decode: Decode, saga: Saga, instance: Instance): Promise<SagaStep> => {
  const { place, timer: parkedTimer } = instance.waiting[0]!.input;
  let input: SagaInput;
  if (place === undefined) {
    const timer = instance.timers.find((each) => each.key === parkedTimer?.key && each.setAt === parkedTimer.setAt);
    if (timer === undefined) throw new Error(`${instance.stream} no longer has the timer ${parkedTimer?.key}.`);
    input = { kind: 'timer', timer };
  } else {
    const event = await eventAt(ports, decode, place);
    const due = instance.timers
      .filter((each) => each.dueAt < event.recordedAt)
      .sort((a, b) => (a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.key < b.key) ? -1 : 1))[0];
    input = due === undefined ? { kind: 'event', event } : { kind: 'timer', timer: due };
  }
  return takeInput({ tenant: ports.tenant, now: ports.clock.now() }, saga, instance, input);
};

/** Takes the parked inputs of every instance again, in order, until one still cannot be taken. */
export const retryParked = async (
  ports: OutboxPorts,
  inputs: SagaInputs,
  decode: Decode,
  sagas: readonly Saga[],
): Promise<{ taken: number; parked: number }> => {
  let taken = 0;
  let parked = 0;
  for (const [saga, instance] of await instancesOf(inputs, sagas)) {
    let now = instance;
    while (now.waiting.length > 0) {
      let step: SagaStep;
      try {
        step = await nextStep(ports, decode, saga, now);
      } catch {
        break; // The reason is on record; it is told with `parked`.
      }
      now = await inputs.carryThrough(step);
      taken += now.waiting.length < step.before.waiting.length ? 1 : 0;
    }
    parked += now.waiting.length;
  }
  return { taken, parked };
};
