import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { manualClock } from '#libs/ports/clock.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { BROKEN_BOX, daysAfter, reminderFeature } from '#libs/testing/reminder-process.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { decoderOf } from './codec.ts';
import { Lease } from './lease.ts';
import type { CommandRequest } from './ledger.ts';
import { isIn, partitionsOf } from './partitions.ts';
import type { PartitionCount } from './partitions.ts';
import { registryOf } from './registry.ts';
import { LeasedProcesses } from './saga-lease.ts';
import { observedProcesses } from './saga-observed.ts';
import { SagaRunner } from './saga-runner.ts';

const start = '2026-03-02T08:00:00.000Z';
const LEASE_MS = 150;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let test: TestLedger;
let mended = false;
const workers: LeasedProcesses[] = [];

interface Worker {
  readonly processes: LeasedProcesses;
  /** What was told of it. */
  readonly alarms: readonly string[];
}
interface Freezing {
  readonly store?: EventStore;
  readonly clock?: Clock;
  /** For as long as it is frozen, its renewals are not sent. */
  readonly isFrozen?: () => boolean;
  readonly execute?: (request: CommandRequest) => ReturnType<TestLedger['ledger']['execute']>;
}

const until = async (what: string, found: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await found())) {
    if (Date.now() > deadline) throw new Error(`Not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

const startWorker = (
  { store = test.store, clock = test.clock, isFrozen, execute }: Freezing = {},
  partitions: PartitionCount = 1,
): Worker => {
  const own: string[] = [];
  const { models } = test;
  const registry = registryOf([reminderFeature({ mended })]);
  class FreezingLease extends Lease {
    override async renew() {
      await until('it is awake', () => isFrozen?.() !== true);
      return super.renew();
    }
    override get held() {
      return isFrozen?.() === true || super.held;
    }
  }
  const processes = LeasedProcesses.start({
    ...{ models, partitions, leaseMs: LEASE_MS },
    leaseOn: (name, durationMs) => new FreezingLease({ models, name, durationMs }),
    start: (partition, lease, onEnd) =>
      SagaRunner.start({
        ...{ tenant: 'test', sagas: registry.sagas, store, decode: decoderOf(registry), clock, models },
        ...{ partition, lease, onEnd },
        execute: execute ?? ((request) => test.ledger.execute(request)),
        onAlarm: (message) => own.push(message),
      }),
    observed: observedProcesses({ store, models, now: () => clock.now() }),
    onAlarm: (message) => own.push(message),
  });
  workers.push(processes);
  return { processes, alarms: own };
};

const runs = async ({ processes }: Worker) => (await processes.status()).runsHere;
const store = async (box: string) => {
  const outcome = await test.ledger.execute({ name: 'parcel.store', body: { box }, commandId: box, actor: AGENT });
  if (!outcome.accepted) throw new Error(outcome.message);
};
const events = async (prefix: string): Promise<LedgerEvent[]> => {
  const decode = decoderOf(registryOf([reminderFeature()]));
  const found: LedgerEvent[] = [];
  for await (const page of test.store.readAll({ filter: { streamPrefixes: [prefix] } }))
    found.push(...page.map(decode));
  return found;
};
const reminders = async () => (await events('parcel-')).filter(({ type }) => type === 'parcel.reminded.v1').length;

/** The store as a frozen process has it: what it appends is on its way until it is let through. */
const holdingAppends = (isHeld: () => boolean) => {
  const waiting: (() => void)[] = [];
  const held: EventStore = Object.create(test.store) as EventStore;
  Object.assign(held, {
    append: async (...args: Parameters<EventStore['append']>) => {
      if (isHeld()) await new Promise<void>((resolve) => waiting.push(resolve));
      return test.store.append(...args);
    },
    readAll: (options: Parameters<EventStore['readAll']>[0]) => test.store.readAll(options),
    readStream: (...args: Parameters<EventStore['readStream']>) => test.store.readStream(...args),
    subscribe: (options: Parameters<EventStore['subscribe']>[0]) => test.store.subscribe(options),
    head: () => test.store.head(),
  });
  return { held, waiting, letThrough: () => waiting.splice(0).forEach((each) => each()) };
};

beforeEach(async () => {
  temporary = await temporaryFolder();
  mended = false;
  test = await openTestLedger([reminderFeature()], temporary.folder);
  test.clock.set(start);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((each) => each.close()));
  await test.close();
  await temporary.remove();
});

describe('processes under a lease', () => {
  it('run in one worker at a time, and in another as soon as that one is closed', async () => {
    const [one, other] = [startWorker(), startWorker()];
    await until('one runs', async () => (await runs(one)) !== (await runs(other)));
    const [holder, standby] = (await runs(one)) ? [one, other] : [other, one];
    await store('box-1');
    await holder.processes.settle();
    expect(await standby.processes.status()).toMatchObject({ runsHere: false });
    await holder.processes.close();
    test.clock.set(daysAfter(start, 2));
    await standby.processes.settle();
    expect(await reminders()).toBe(1);
    expect(await standby.processes.status()).toMatchObject({ runsHere: true, timers: 1 });
  });

  it('fence one that was frozen and wakes up: it stands by, does nothing twice, and takes over again later', async () => {
    let frozen = false;
    const { held, waiting, letThrough } = holdingAppends(() => frozen);
    const zombie = startWorker({ store: held, isFrozen: () => frozen });
    await store('box-1');
    await zombie.processes.settle();
    frozen = true;
    test.clock.set(daysAfter(start, 2));
    const settling = zombie.processes.settle();
    await until('a reaction is on its way', () => waiting.length > 0);

    const heir = startWorker();
    await until('the heir runs', () => runs(heir));
    await heir.processes.settle();
    expect(await reminders()).toBe(1);
    test.clock.set(daysAfter(start, 4));
    await heir.processes.settle();
    expect(await reminders()).toBe(2);

    frozen = false;
    letThrough();
    await until('the zombie stands by', () => zombie.alarms.some((each) => each.includes('this one stands by')));
    expect(await runs(zombie)).toBe(false);
    expect(await runs(heir)).toBe(true);
    expect(await reminders()).toBe(2);
    const reactions = (await events('process-parcel-reminders')).map(({ id }) => id);
    expect(new Set(reactions).size).toBe(reactions.length);
    expect(reactions).toHaveLength(3);

    await heir.processes.close();
    test.clock.set(daysAfter(start, 6));
    // Asked before it was frozen; it holds now that the processes run here again.
    await settling;
    await zombie.processes.settle();
    expect(await reminders()).toBe(3);
  });

  it('carry out what a frozen one still appended and did not live to do', async () => {
    let frozen = false;
    const early = manualClock(start);
    const { held, waiting, letThrough } = holdingAppends(() => frozen);
    const zombie = startWorker({
      ...{ store: held, isFrozen: () => frozen },
      execute: () => Promise.reject(new Unavailable('it was killed before', { retryable: true })),
    });
    await store('box-1');
    await zombie.processes.settle();
    frozen = true;
    test.clock.set(daysAfter(start, 2));
    void zombie.processes.settle().catch(() => undefined);
    await until('a reaction is on its way', () => waiting.length > 0);
    // The heir's clock is late: the timer is not due for it.
    const heir = startWorker({ clock: early });
    await until('the heir runs', () => runs(heir));
    await heir.processes.settle();
    expect(await reminders()).toBe(0);
    letThrough();
    await until('the heir has done it', async () => (await reminders()) === 1);
    frozen = false;
    await heir.processes.settle();
    expect(await heir.processes.status()).toMatchObject({ runsHere: true, timers: 1 });
  });

  it('take parked inputs again on whichever worker was asked, and show them on every one', async () => {
    const holder = startWorker();
    await store(BROKEN_BOX);
    await holder.processes.settle();
    await test.ledger.caughtUp();
    mended = true;
    const other = startWorker();
    await until('it is seen from beside', async () => (await other.processes.parked()).length === 1);
    expect(await other.processes.parked()).toEqual([
      expect.objectContaining({ saga: 'parcel-reminders', inputs: 1, reason: 'nobody thought of such a box' }),
    ]);
    expect(await other.processes.status()).toMatchObject({ runsHere: false, parked: 1 });
    expect(await other.processes.retry()).toEqual({ taken: 1, parked: 0 });
    await until('the other one stands by', () => holder.alarms.some((each) => each.includes('this one stands by')));
    expect(await runs(other)).toBe(true);
  });

  it('are shared by partitions: each worker runs some, and what one leaves another goes on with, once', async () => {
    const [one, other] = [startWorker({}, 4), startWorker({}, 4)];
    const here = async ({ processes }: Worker) => (await processes.status()).partitionsHere;
    await until('each has two', async () => (await here(one)) === 2 && (await here(other)) === 2);
    for (let nth = 0; nth < 20; nth += 1) await store(`box-${nth}`);
    test.clock.set(daysAfter(start, 2));
    // Wakes both: neither sees that the clock was set.
    await store('box-20');
    await until('both have fired what was due', async () => (await reminders()) === 20);
    const streams = new Set((await events('process-parcel-reminders')).map(({ stream }) => stream));
    for (const each of partitionsOf(4)) expect([...streams].some((stream) => isIn(each, stream))).toBe(true);

    await one.processes.close();
    test.clock.set(daysAfter(start, 4));
    await other.processes.settle();
    expect(await here(other)).toBe(4);
    expect(await reminders()).toBe(41);
    const reactions = (await events('process-parcel-reminders')).map(({ id }) => id);
    expect(new Set(reactions).size).toBe(reactions.length);
  });

  it('go on from where another number of partitions had come to, and ask for nothing again', async () => {
    const asked: string[] = [];
    const counting: Freezing = {
      execute: (request) => {
        asked.push(request.commandId);
        return test.ledger.execute(request);
      },
    };
    for (let nth = 0; nth < 8; nth += 1) await store(`box-${nth}`);
    const days = [2, 4, 6];
    for (const [index, partitions] of ([1, 4, 1] as const).entries()) {
      const worker = startWorker(counting, partitions);
      test.clock.set(daysAfter(start, days[index]!));
      await worker.processes.settle();
      await worker.processes.close();
    }
    expect(await reminders()).toBe(24);
    expect(asked).toHaveLength(24);
  });
});
