import { isDeepStrictEqual } from 'node:util';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Saga } from '#libs/kernel/saga.ts';
import { TooLarge, Unavailable, WrongExpectedRevision } from '#libs/ports/event-store.ts';
import type { Decode } from './codec.ts';
import { LruMap } from './lru-map.ts';
import { reasonOf } from './reason-of.ts';
import { positionOf } from './saga-checkpoint.ts';
import type { PendingTimer } from './saga-events.ts';
import { loadInstance, processStream, sagaOf } from './saga-instance.ts';
import type { Instance } from './saga-instance.ts';
import { checkHeld, dispatch, untilAvailable } from './saga-outbox.ts';
import type { OutboxPorts } from './saga-outbox.ts';
import { dispatchTail } from './saga-recovery.ts';
import { parkInput, takeInput } from './saga-step.ts';
import type { SagaInput, SagaStep } from './saga-step.ts';
import { sideBySide } from './side-by-side.ts';
import { Timers } from './timers.ts';
import type { Due } from './timers.ts';

const largestBatch = 500;
const loadsAtOnce = 64;
const instancesInMemory = 10_000;
const mostConflicts = 20;

/** The reaction, or the parked input where there can be none. */
export const stepOf = (ports: OutboxPorts, saga: Saga, instance: Instance, input: SagaInput): SagaStep => {
  const context = { tenant: ports.tenant, now: ports.clock.now() };
  const [first] = instance.waiting;
  if (first !== undefined)
    return parkInput(context, saga, instance, input, `waits behind the input parked at revision ${first.revision}`);
  try {
    return takeInput(context, saga, instance, input);
  } catch (error) {
    const reason = reasonOf(error);
    ports.onAlarm(
      `The process ${saga.name} ${instance.key} could not take its input and is parked: ${reason}. Mend the saga, then retry.`,
    );
    return parkInput(context, saga, instance, input, reason);
  }
};

/** It left no trace, and will leave none when it comes again. */
const isNothing = ({ before, after, append, commands }: SagaStep): boolean =>
  before.revision === -1 &&
  append.type === 'process.reacted.v1' &&
  commands.length === 0 &&
  after.timers.length === 0 &&
  append.data.includes('"suppressed":[]') &&
  isDeepStrictEqual(after.state, before.state);

/**
 * Hands inputs to process instances in the order in which it is called: many are computed in memory, then appended together
 * in that order, then their commands are carried out. One input per instance in a batch.
 */
export class SagaInputs {
  readonly timers = new Timers();
  /** Streams of instances with parked inputs. */
  readonly parked = new Set<string>();
  readonly #ports: OutboxPorts;
  readonly #decode: Decode;
  readonly #sagas: ReadonlyMap<string, Saga>;
  readonly #instances = new LruMap<string, Instance>(instancesInMemory);
  readonly #seenPositions = new LruMap<string, number>(instancesInMemory);
  /** Instances whose last append may or may not have been stored. */
  readonly #doubtful = new Set<string>();
  #batch = new Map<string, SagaStep>();
  #dispatching: { readonly streams: ReadonlySet<string>; readonly done: Promise<unknown> } = {
    streams: new Set(),
    done: Promise.resolve(),
  };
  /** Fan-outs by instance: long work that only the instance's own next input waits for. */
  readonly #fanOuts = new Map<string, Promise<void>>();
  /** Events appended. */
  appended = 0;
  /** Where another process may write too: what this one appended and has not met again in the store. */
  readonly #own = new Set<string>();

  constructor(ports: OutboxPorts, decode: Decode, sagas: readonly Saga[]) {
    this.#ports = ports;
    this.#decode = decode;
    this.#sagas = new Map(sagas.map((saga) => [saga.name, saga]));
  }

  /** An event for one instance; passed over if the instance has seen it. */
  async deliver(saga: Saga, key: string, event: LedgerEvent): Promise<void> {
    const stream = processStream(saga.name, key);
    await this.#freed(stream);
    const instance = await this.instance(saga, stream, key);
    if (await this.#hasSeen(instance, event)) return;
    const step = stepOf(this.#ports, saga, instance, { kind: 'event', event });
    if (!isNothing(step)) await this.#add(step);
  }

  /** The earliest timer of an instance; passed over if the instance does not have it (any more). */
  async fire(due: Due): Promise<void> {
    const { stream } = due;
    await this.#freed(stream);
    const saga = this.#sagas.get(sagaOf(stream));
    if (saga === undefined) return this.timers.put(stream, []);
    const instance = await this.instance(saga, stream);
    const timer = this.#dueTimer(instance, due);
    if (timer === undefined) return this.#index(instance);
    await this.#add(stepOf(this.#ports, saga, instance, { kind: 'timer', timer }));
  }

  /** Resolves once all inputs handed over so far are taken and all that they asked for has been carried out. */
  async settled(): Promise<void> {
    await this.#flush();
    await this.#dispatching.done;
  }

  /** Whether commands for all that a read model lists are still being carried out: `settled` does not wait for them. */
  get isFanningOut(): boolean {
    return this.#fanOuts.size > 0;
  }

  /** Resolves once no fan-out is under way; rejects with what stopped one. */
  async fannedOut(): Promise<void> {
    await Promise.all(this.#fanOuts.values());
  }

  /** The instance's earlier input is taken, and its commands are carried out, before it gets another. */
  async #freed(stream: string): Promise<void> {
    if (this.#batch.has(stream)) await this.settled();
    else if (this.#dispatching.streams.has(stream)) await this.#dispatching.done;
    await this.#fanOuts.get(stream);
  }

  /** Appends what was computed, in order; its commands are carried out while the next batch is computed. */
  async #flush(): Promise<void> {
    if (this.#batch.size === 0) return;
    const steps = [...this.#batch.values()];
    this.#batch = new Map();
    for (const { before } of steps) this.#doubtful.add(before.stream);
    // Every append is handed over in this turn: they keep their order and share a commit.
    const appends = steps.map((step) => this.#append(step));
    const settled = await Promise.allSettled(appends);
    const stored: SagaStep[] = [];
    for (const [index, outcome] of settled.entries()) {
      if (outcome.status === 'fulfilled') stored.push(steps[index]!);
      else {
        const again = await this.#again(steps[index]!, outcome.reason);
        if (again !== undefined) stored.push(again);
      }
    }
    await this.#dispatching.done;
    const done = Promise.all(stored.map((step) => this.#carryOut(step)));
    done.catch(() => undefined); // Whoever waits for it learns of it.
    this.#dispatching = { streams: new Set(stored.map((step) => step.before.stream)), done };
  }

  /** Appends one step and carries it out, on behalf of a retry. */
  async carryThrough(step: SagaStep): Promise<Instance> {
    this.#doubtful.add(step.before.stream);
    await this.#append(step);
    this.#index(step.after);
    await this.#carryOut(step);
    return this.instance(step.saga, step.before.stream);
  }

  /** Whether this runner appended it; asked once, when it is met in the store. */
  isOwn(eventId: string): boolean {
    return this.#own.delete(eventId);
  }

  /**
   * What a runner that was frozen still appended after this one took over: it may not live to carry it out. Whatever it did
   * carry out is recognised by its commands' ids.
   */
  async adopt(events: readonly LedgerEvent[]): Promise<void> {
    await this.settled();
    await dispatchTail(this.#ports, events);
    for (const stream of new Set(events.map((event) => event.stream))) {
      this.#instances.delete(stream);
      const saga = this.#sagas.get(sagaOf(stream));
      if (saga !== undefined) this.#index(await this.instance(saga, stream));
    }
  }

  /** After a failure: nothing computed is kept, and what may have been stored is read again. */
  async recover(): Promise<void> {
    for (const { before } of this.#batch.values()) this.#doubtful.add(before.stream);
    this.#batch = new Map();
    await this.#dispatching.done.catch(() => undefined);
    this.#dispatching = { streams: new Set(), done: Promise.resolve() };
    for (const stream of this.#doubtful) {
      this.#instances.delete(stream);
      const saga = this.#sagas.get(sagaOf(stream));
      if (saga !== undefined) this.#index(await this.instance(saga, stream));
      this.#doubtful.delete(stream);
    }
  }

  async instance(saga: Saga, stream: string, key?: string): Promise<Instance> {
    const known = this.#instances.get(stream);
    if (known !== undefined && (known.revision !== -1 || known.key === (key ?? known.key))) return known;
    const loaded = await loadInstance(this.#ports.store, this.#decode, saga, stream, key);
    this.#instances.set(stream, loaded);
    return loaded;
  }

  /** Loads instances side by side, for stores that are far away. */
  async prefetch(wanted: readonly { readonly stream: string; readonly key?: string }[]): Promise<void> {
    const missing = new Map(
      wanted.flatMap((each) => (this.#instances.get(each.stream) === undefined ? [[each.stream, each] as const] : [])),
    );
    await sideBySide(loadsAtOnce, missing.values(), async ({ stream, key }) => {
      const saga = this.#sagas.get(sagaOf(stream));
      if (saga !== undefined) await this.instance(saga, stream, key);
    });
  }

  #dueTimer(instance: Instance, due: Due): PendingTimer | undefined {
    if (instance.waiting.length > 0) return undefined;
    return instance.timers.find(({ key, dueAt }) => key === due.timer && epochMsOf(dueAt) === due.dueMs);
  }

  /** The inputs of an instance come in store order: one place tells them all. */
  async #hasSeen({ seen, stream }: Instance, event: LedgerEvent): Promise<boolean> {
    if (seen === undefined) return false;
    if (seen.stream === event.stream) return event.revision <= seen.revision;
    const name = `${stream} ${seen.stream} ${seen.revision}`;
    let position = this.#seenPositions.get(name);
    if (position === undefined) {
      position = await positionOf(this.#ports.store, seen);
      this.#seenPositions.set(name, position);
    }
    return event.position <= position;
  }

  async #add(step: SagaStep): Promise<void> {
    this.#batch.set(step.before.stream, step);
    this.#index(step.after);
    if (this.#batch.size >= largestBatch) await this.#flush();
  }

  #index({ stream, timers, waiting }: Instance): void {
    if (waiting.length > 0) this.parked.add(stream);
    else this.parked.delete(stream);
    this.timers.put(stream, waiting.length > 0 ? [] : timers);
  }

  async #append({ before, append }: SagaStep): Promise<void> {
    const { store } = this.#ports;
    const expected = before.revision === -1 ? 'no-stream' : before.revision;
    checkHeld(this.#ports);
    if (this.#ports.lease !== undefined) this.#own.add(append.id);
    await untilAvailable(this.#ports, `The process ${before.saga} ${before.key}`, () =>
      store.append(before.stream, expected, [append]),
    );
    this.appended += 1;
  }

  /** A step that the store refused, done anew on what it holds; undefined: there is nothing left to do. */
  async #again(refused: SagaStep, reason: unknown): Promise<SagaStep | undefined> {
    const { saga, input, before } = refused;
    for (let attempt = 1; ; attempt += 1) {
      if (reason instanceof Unavailable || attempt > mostConflicts) throw reason;
      this.#instances.delete(before.stream);
      const instance = await this.instance(saga, before.stream, before.key);
      const isDone =
        input.kind === 'event'
          ? await this.#hasSeen(instance, input.event)
          : !instance.timers.some((each) => each.key === input.timer.key && each.setAt === input.timer.setAt);
      if (isDone) {
        this.#index(instance);
        this.#doubtful.delete(before.stream);
        return undefined;
      }
      const context = { tenant: this.#ports.tenant, now: this.#ports.clock.now() };
      let step: SagaStep;
      if (reason instanceof WrongExpectedRevision) step = stepOf(this.#ports, saga, instance, input);
      else if (reason instanceof TooLarge || reason instanceof TypeError) {
        this.#ports.onAlarm(`The process ${saga.name} ${before.key} is parked: ${reason.message}`);
        step = parkInput(context, saga, instance, input, reason.message);
      } else throw reason;
      try {
        await this.#append(step);
        this.#index(step.after);
        return step;
      } catch (error) {
        reason = error;
      }
    }
  }

  async #carryOut(step: SagaStep): Promise<void> {
    const { after, commands } = step;
    this.#instances.set(after.stream, after);
    if (commands.some((each) => each.each !== undefined)) {
      const { stream } = after;
      const work = this.#dispatch(step).then(() => void this.#fanOuts.delete(stream));
      work.catch(() => undefined); // Whoever waits for it learns of it.
      this.#fanOuts.set(stream, work);
      return;
    }
    await this.#dispatch(step);
  }

  async #dispatch({ after, append, inputId, commands, correlationId }: SagaStep): Promise<void> {
    const { saga, key, stream, subject, recordedAt, revision } = after;
    if (commands.length > 0) {
      const outgoing = { saga, key, stream, subject, id: append.id, inputId, correlationId, recordedAt, commands };
      const refusals = await dispatch(this.#ports, outgoing);
      if (refusals !== undefined) {
        this.appended += 1;
        if (refusals.revision === revision + 1) this.#instances.set(stream, { ...after, revision: revision + 1 });
        else this.#instances.delete(stream);
      }
    }
    this.#doubtful.delete(stream);
  }
}
