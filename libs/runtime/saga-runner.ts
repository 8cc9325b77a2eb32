import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '#libs/kernel/actor.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Saga } from '#libs/kernel/saga.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { Exclusive } from './exclusive.ts';
import type { CommandOutcome, CommandRequest } from './ledger.ts';
import { WHOLE, isIn } from './partitions.ts';
import type { Partition } from './partitions.ts';
import { errorOf, reasonOf } from './reason-of.ts';
import { Checkpoints, isCheckpointStream } from './saga-checkpoint.ts';
import type { Place } from './saga-events.ts';
import { SagaInputs } from './saga-inputs.ts';
import { processStream, sagaOf } from './saga-instance.ts';
import { checkHeld, untilAvailable } from './saga-outbox.ts';
import type { OutboxPorts } from './saga-outbox.ts';
import { dispatchTail, readWaiting } from './saga-recovery.ts';
import { parkedOf, retryParked } from './saga-retry.ts';
import type { ParkedProcess, ProcessStatus, Processes } from './saga-processes.ts';

export interface SagaRunnerOptions {
  readonly tenant: string;
  readonly sagas: readonly Saga[];
  readonly store: EventStore;
  readonly decode: Decode;
  readonly clock: Clock;
  readonly execute: (request: CommandRequest) => Promise<CommandOutcome>;
  /** Where the read model `processes` is kept: without it a start reads all events of processes. */
  readonly models?: ReadModels;
  /** Which processes, by hash of their streams' names. Default: all. */
  readonly partition?: Partition;
  /** What commands for all that a read model lists are sent to. */
  readonly listed?: OutboxPorts['listed'];
  /** Who sends the commands. Default: the ledger itself. */
  readonly actor?: Actor;
  /** Told of what needs a person: a parked process, a saga that stands still, a store that is away. */
  readonly onAlarm?: (message: string) => void;
  /**
   * Where several processes may run them, one at a time: whether this one still holds the right to. What an earlier holder
   * still wrote is then looked for, and carried out.
   */
  readonly lease?: { readonly held: boolean };
  /** Told, in place of an alarm, why nothing is processed here any more. */
  readonly onEnd?: (error: Error) => void;
}

interface Cursor {
  place: Place | undefined;
  position: number;
  halted: boolean;
}

const timersPerRound = 5_000;
const markAfterEvents = 5_000;
const markAfterMs = 5 * 60_000;
const longestSleepMs = 60_000;
const PROCESSES = 'process-';

/**
 * Runs the sagas: one reader of the store, which merges the events in store order with the timers by due time. A timer due
 * before an event was recorded comes before it, however late both are noticed. One per partition works at a time.
 */
export class SagaRunner implements Processes {
  readonly #options: SagaRunnerOptions;
  readonly #partition: Partition;
  readonly #ports: OutboxPorts;
  readonly #inputs: SagaInputs;
  readonly #checkpoints: Checkpoints;
  readonly #cursors = new Map<string, Cursor>();
  readonly #prefixes: readonly string[];
  readonly #stop = new AbortController();
  readonly #exclusive = new Exclusive();
  readonly #name = randomUUID();
  readonly #begun = Promise.withResolvers<void>();
  readonly #settling = new Set<{ asked: number; resolve: () => void; reject: (error: Error) => void }>();
  #asked = 0;
  #wake: () => void = () => undefined;
  #reached = 0;
  /** What stands in processes' streams up to here was taken over at the start. */
  #takenOver = 0;
  #marked = { events: 0, appended: 0, atMs: 0 };
  #events = 0;
  #sleptAt = '';
  #failed: Error | undefined;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(options: SagaRunnerOptions) {
    const { tenant, store, clock, execute, listed, actor, decode, sagas, lease, onAlarm = () => undefined } = options;
    this.#options = options;
    this.#partition = options.partition ?? WHOLE;
    this.#ports = {
      ...{ tenant, store, clock, execute, actor, onAlarm, stop: this.#stop.signal, lease },
      ...(listed === undefined ? {} : { listed }),
    };
    this.#inputs = new SagaInputs(this.#ports, decode, sagas);
    this.#checkpoints = new Checkpoints(store, tenant, this.#partition);
    const prefixes = prefixesOf(sagas.flatMap((saga) => saga.reads));
    this.#prefixes = lease === undefined ? prefixes : [...prefixes, PROCESSES];
    this.#begun.promise.catch(() => undefined);
    if (sagas.length === 0) this.#begun.resolve();
  }

  /** Takes the ledger's processes over and goes on by itself. Throws where two sagas share a name. */
  static start(options: SagaRunnerOptions): SagaRunner {
    const names = options.sagas.map((saga) => saga.name);
    const odd = names.find((name, index) => !/^[a-z][a-z0-9-]*$/.test(name) || names.indexOf(name) !== index);
    if (odd !== undefined)
      throw new Error(`A saga cannot be named ${odd}: use a name of its own, in small letters and dashes.`);
    const runner = new SagaRunner(options);
    if (names.length > 0) runner.#running = Promise.all([runner.#run(), runner.#listen()]);
    return runner;
  }

  settle(): Promise<void> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    if (this.#options.sagas.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#ask();
      this.#settling.add({ asked: this.#asked, resolve, reject });
    });
  }

  async status(): Promise<ProcessStatus> {
    const { store, clock } = this.#options;
    const due = this.#inputs.timers.first();
    return {
      runsHere: this.#failed === undefined,
      positionsBehind: Math.max(0, (await store.head()) - this.#reached),
      timers: this.#inputs.timers.size,
      dueLagSeconds: due === undefined ? 0 : Math.max(0, epochMsOf(clock.now()) - due.dueMs) / 1_000,
      parked: this.#inputs.parked.size,
      halted: [...this.#cursors].flatMap(([name, { halted }]) => (halted ? [name] : [])),
      ...(this.#failed === undefined ? {} : { failed: this.#failed.message }),
    };
  }

  async parked(): Promise<readonly ParkedProcess[]> {
    await this.#begun.promise;
    return this.#exclusive.run(() => parkedOf(this.#inputs, this.#options.sagas));
  }

  async retry(): Promise<{ taken: number; parked: number }> {
    const { decode, sagas } = this.#options;
    await this.#begun.promise;
    const outcome = await this.#exclusive.run(() => retryParked(this.#ports, this.#inputs, decode, sagas));
    this.#ask();
    return outcome;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#running;
    await this.#exclusive.idle();
    this.#end(new Error('The processes were stopped.'));
  }

  async #run(): Promise<void> {
    try {
      await untilAvailable(this.#ports, 'The start of the processes', () => this.#begin());
      this.#begun.resolve();
      while (!this.#stop.signal.aborted) {
        const asked = this.#asked;
        const worked = await this.#exclusive.run(() => this.#round());
        await this.#mark(false);
        if (worked) continue;
        if (this.#settling.size > 0 && this.#inputs.isFanningOut) {
          await this.#inputs.fannedOut();
          continue;
        }
        for (const waiter of this.#settling)
          if (waiter.asked <= asked) {
            this.#settling.delete(waiter);
            waiter.resolve();
          }
        if (this.#asked === asked) await this.#sleep();
      }
      await this.#mark(true);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const reason = errorOf(error);
      const { onEnd = () => this.#ports.onAlarm(`The processes stand still: ${reason.message}`) } = this.#options;
      this.#end(reason);
      this.#stop.abort();
      onEnd(reason);
    }
  }

  #end(error: Error): void {
    this.#failed ??= error;
    this.#begun.reject(error);
    for (const { reject } of this.#settling) reject(this.#failed);
    this.#settling.clear();
  }

  /** New events wake the reader; which they are it finds out by reading. */
  async #listen(): Promise<void> {
    const { store } = this.#options;
    const signal = this.#stop.signal;
    const filter = { streamPrefixes: this.#prefixes };
    try {
      for await (const { kind } of store.subscribe({ after: await store.head(), filter, signal }))
        if (kind === 'events') this.#ask();
    } catch (error) {
      if (!signal.aborted) this.#ports.onAlarm(`Processes look for new events now and then only: ${reasonOf(error)}`);
    }
  }

  async #begin(): Promise<void> {
    const { store, decode, models, sagas, lease } = this.#options;
    const { cursors, settledUpTo } = await this.#checkpoints.read();
    for (const { name } of sagas) {
      const { place, position = 0 } = cursors.get(name) ?? {};
      this.#cursors.set(name, { place, position, halted: false });
    }
    const positions = [...this.#cursors.values()].map((each) => each.position);
    this.#reached = Math.min(...positions);
    // What others still wrote has been looked for as far as was read, not as far as the checkpoint stands.
    const carriedOut = lease === undefined ? settledUpTo : Math.min(settledUpTo, Math.max(...positions));
    const { waiting, tail } = await readWaiting(store, decode, models, carriedOut, this.#partition);
    this.#takenOver = Math.max(carriedOut, tail.at(-1)?.position ?? 0);
    const known = new Set(sagas.map((saga) => saga.name));
    const orphans = new Set<string>();
    for (const [stream, { timers, parked }] of waiting)
      if (!known.has(sagaOf(stream))) orphans.add(sagaOf(stream));
      else if (parked > 0) this.#inputs.parked.add(stream);
      else this.#inputs.timers.put(stream, timers);
    for (const name of orphans)
      this.#ports.onAlarm(`Processes of the saga ${name} wait, but no feature declares it: its timers will not fire.`);
    await dispatchTail(this.#ports, tail);
    await this.#mark(true, true);
  }

  /** Reads what is new, fires what is due. Resolves with whether there was anything. */
  async #round(): Promise<boolean> {
    // The time is read before the store's head: what was recorded by then is then read before what is due by then fires.
    const now = this.#options.clock.now();
    try {
      const read = await this.#catchUp();
      if (this.#stop.signal.aborted) return read;
      const fired = await this.#fireDue(now);
      return read || fired;
    } catch (error) {
      if (!(error instanceof Unavailable) || !error.retryable || this.#stop.signal.aborted) throw error;
      this.#ports.onAlarm(`Processes wait for the event store, and go on by themselves: ${error.message}`);
      await sleep(1_000, undefined, { signal: this.#stop.signal });
      await untilAvailable(this.#ports, 'Processes', () => this.#inputs.recover());
      return true;
    }
  }

  async #catchUp(): Promise<boolean> {
    const { store } = this.#options;
    const head = await store.head();
    if (head <= this.#reached) return false;
    const filter = { streamPrefixes: this.#prefixes };
    for await (const page of store.readAll({ after: this.#reached, upTo: head, filter })) {
      checkHeld(this.#ports);
      await this.#adopt(page);
      await this.#take(page);
      if (this.#stop.signal.aborted) break;
    }
    if (!this.#stop.signal.aborted) this.#reached = head;
    return true;
  }

  async #adopt(page: readonly StoredEvent[]): Promise<void> {
    if (this.#options.lease === undefined) return;
    const foreign = page.filter(
      ({ id, stream, position }) =>
        stream.startsWith(PROCESSES) &&
        !isCheckpointStream(stream) &&
        isIn(this.#partition, stream) &&
        !this.#inputs.isOwn(id) &&
        position > this.#takenOver,
    );
    if (foreign.length > 0) await this.#inputs.adopt(foreign.map(this.#options.decode));
  }

  async #take(page: readonly StoredEvent[]): Promise<void> {
    const events = page.filter(({ stream }) => !stream.startsWith(PROCESSES)).map(this.#options.decode);
    const deliveries: { saga: Saga; key: string; stream: string; event: LedgerEvent }[] = [];
    for (const event of events)
      for (const saga of this.#options.sagas) {
        const key = this.#keyOf(saga, event);
        const stream = key === undefined ? undefined : processStream(saga.name, key);
        if (stream !== undefined && isIn(this.#partition, stream)) deliveries.push({ saga, key: key!, stream, event });
      }
    await this.#inputs.prefetch(deliveries);
    for (const { saga, key, event } of deliveries) {
      await this.#fireBefore(event.recordedAt);
      await this.#inputs.deliver(saga, key, event);
    }
    await this.#inputs.settled();
    const { stream, revision, position } = page.at(-1)!;
    for (const cursor of this.#cursors.values())
      if (!cursor.halted && cursor.position < position) {
        cursor.place = { stream, revision };
        cursor.position = position;
      }
    this.#events += events.length;
    this.#reached = position;
  }

  #keyOf(saga: Saga, event: LedgerEvent): string | undefined {
    const cursor = this.#cursors.get(saga.name)!;
    if (cursor.halted || event.position <= cursor.position) return undefined;
    if (!saga.reads.some((set) => event.type in set.definitions)) return undefined;
    try {
      return saga.keyOf(event);
    } catch (error) {
      // Whose input it is cannot be told: going on would break the order of some instance's inputs.
      cursor.halted = true;
      this.#ports.onAlarm(
        `The saga ${saga.name} stands still: it cannot tell whom ${event.type} at ${event.stream} concerns (${reasonOf(error)}). Mend it and restart.`,
      );
      return undefined;
    }
  }

  /** What was due before that moment came before what was recorded at it. */
  async #fireBefore(instant: Instant): Promise<void> {
    const { timers } = this.#inputs;
    const untilMs = epochMsOf(instant);
    for (let due = timers.first(); due !== undefined && due.dueMs < untilMs; due = timers.first())
      await this.#inputs.fire(due);
  }

  async #fireDue(now: Instant): Promise<boolean> {
    const { timers } = this.#inputs;
    const nowMs = epochMsOf(now);
    let fired = 0;
    let due = timers.first();
    if (due === undefined || due.dueMs > nowMs) return false;
    await this.#inputs.prefetch(timers.soon(timersPerRound));
    for (; due !== undefined && due.dueMs <= nowMs && fired < timersPerRound; due = timers.first()) {
      await this.#inputs.fire(due);
      fired += 1;
    }
    await this.#inputs.settled();
    return true;
  }

  /** Between rounds nothing is under way: all that was asked for up to here has been carried out. */
  async #mark(evenIfLittle: boolean, evenIfNothing = false): Promise<void> {
    const events = this.#events - this.#marked.events;
    const appended = this.#inputs.appended - this.#marked.appended;
    if (events + appended === 0 && !evenIfNothing) return;
    // What a crash would cut short is asked for again, so it must not lie before the checkpoint.
    if (this.#inputs.isFanningOut) return;
    const isMuch = events + appended >= markAfterEvents || performance.now() - this.#marked.atMs >= markAfterMs;
    if (!isMuch && !evenIfLittle) return;
    const cursors = new Map([...this.#cursors].map(([saga, { place }]) => [saga, place]));
    const write = () => this.#checkpoints.write(cursors, this.#name, this.#options.clock.now());
    await untilAvailable(this.#ports, 'The checkpoint of the processes', write);
    this.#marked = { events: this.#events, appended: this.#inputs.appended, atMs: performance.now() };
  }

  #ask(): void {
    this.#asked += 1;
    this.#wake();
  }

  /** Until something is asked for or the next timer is due. */
  async #sleep(): Promise<void> {
    const now = this.#options.clock.now();
    const due = this.#inputs.timers.first();
    const untilDueMs = due === undefined ? longestSleepMs : due.dueMs - epochMsOf(now);
    // A clock that stands still is set by hand: whoever sets it calls `settle`.
    const leastMs = now === this.#sleptAt ? 1_000 : 1;
    this.#sleptAt = now;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(leastMs, Math.min(untilDueMs, longestSleepMs))).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stop.signal.aborted) this.#wake();
    });
    this.#wake = () => undefined;
  }
}
