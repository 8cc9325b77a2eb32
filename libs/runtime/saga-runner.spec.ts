import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Saga, TimerFired } from '#libs/kernel/saga.ts';
import type { EventStore, ReadStreamOptions } from '#libs/ports/event-store.ts';
import { BROKEN_BOX, daysAfter, reminderFeature } from '#libs/testing/reminder-process.ts';
import { AGENT, openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { decoderOf } from './codec.ts';
import type { CommandRequest } from './ledger.ts';
import { registryOf } from './registry.ts';
import type { Reacted } from './saga-events.ts';
import { SagaRunner } from './saga-runner.ts';

const start = '2026-03-02T08:00:00.000Z';
const day = (count: number): Instant => daysAfter(start, count);
const noModels: { readonly models?: never } = {};

let temporary: { readonly folder: string; remove(): Promise<void> };
let test: TestLedger;
let runner: SagaRunner;
let feature: Feature;
let alarms: string[];
let sent: number;

const startRunner = (store: EventStore = test.store, models: object = { models: test.models }): SagaRunner =>
  SagaRunner.start({
    tenant: 'test',
    sagas: feature.sagas!,
    store,
    decode: decoderOf(registryOf([feature])),
    clock: test.clock,
    execute: (request) => test.ledger.execute(request),
    onAlarm: (message) => alarms.push(message),
    ...models,
  });

const open = async (folder = temporary.folder, clock?: TestLedger['clock']) => {
  test = await openTestLedger([feature], folder, clock);
  runner = startRunner();
};
beforeEach(async () => {
  temporary = await temporaryFolder();
  feature = reminderFeature();
  alarms = [];
  sent = 0;
  await open();
  test.clock.set(start);
});
afterEach(async () => {
  await runner.close();
  await test.close();
  await temporary.remove();
});

const send = async (name: string, body: JsonObject, rest: Partial<CommandRequest> = {}) => {
  const outcome = await test.ledger.execute({ name, body, commandId: `command-${(sent += 1)}`, actor: AGENT, ...rest });
  if (!outcome.accepted) throw new Error(outcome.message);
  return outcome;
};
const store = async (box: string, rest: Partial<CommandRequest> = {}) => (await send('parcel.store', { box }, rest)).id;
const at = async (instant: Instant) => {
  test.clock.set(instant);
  await runner.settle();
};
const events = async (prefix = ''): Promise<LedgerEvent[]> => {
  const decode = decoderOf(registryOf([feature]));
  const found: LedgerEvent[] = [];
  for await (const page of test.store.readAll({ filter: { streamPrefixes: [prefix] } }))
    found.push(...page.map(decode));
  return found.filter((event) => event.stream !== 'process-checkpoints');
};
const types = async (prefix: string) => (await events(prefix)).map((event) => event.type);
const restart = async (settled = true) => {
  await runner.close();
  await test.close();
  await open(temporary.folder, test.clock);
  if (settled) await runner.settle();
};

describe('a durable process', () => {
  it('reminds three times, every two days, then sends the parcel back', async () => {
    const id = await store('box-1');
    for (const count of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20]) await at(day(count));
    const own = await events('parcel-');
    expect(own.map((event) => [event.type, event.recordedAt])).toEqual([
      ['parcel.stored.v2', day(0)],
      ['parcel.reminded.v1', day(2)],
      ['parcel.reminded.v1', day(4)],
      ['parcel.reminded.v1', day(6)],
    ]);
    const slips = await events('return-slip-');
    expect(slips.map((event) => [event.data, event.recordedAt])).toEqual([[{ parcelId: id }, day(8)]]);
  });

  it('stops when the parcel is collected', async () => {
    const id = await store('box-1');
    await at(day(3));
    await send('parcel.collect', {}, { id });
    await at(day(30));
    expect(await types('parcel-')).toEqual(['parcel.stored.v2', 'parcel.reminded.v1', 'parcel.collected.v1']);
    expect(await types('return-slip-')).toEqual([]);
    expect((await runner.status()).timers).toBe(0);
  });

  it('names the cause of what it does, and carries the correlation on', async () => {
    await store('box-1', { correlationId: 'tour-7' });
    await at(day(2));
    const reacted = (await events('process-')).at(-1)!;
    const reminded = (await events('parcel-')).at(-1)!;
    expect(reminded.metadata).toMatchObject({
      origin: 'process',
      actor: 'careledger',
      correlationId: 'tour-7',
      causationId: (reacted.data as unknown as Reacted).input.id,
      commandId: (reacted.data as unknown as Reacted).commands[0]!.id,
    });
    expect(reacted).toMatchObject({ occurredAt: day(2), recordedAt: day(2) });
  });

  it('keeps personal values sealed in its state', async () => {
    await send('parcel.store', { box: 'box-1', recipient: '王小明' });
    await at(day(2));
    for await (const page of test.store.readAll())
      for (const event of page) expect(event.data + event.metadata).not.toContain('王小明');
    const [reacted] = await events('process-');
    expect((reacted!.data as unknown as Reacted).state).toMatchObject({
      recipient: { as: 'personal', at: 'recipient' },
    });
  });

  it('records in its own stream what was refused, and goes on', async () => {
    const id = await store('box-1');
    await send('parcel.weigh', { grams: 13 }, { id });
    await at(day(2));
    const refused = (await events('process-')).filter((event) => event.type === 'process.commands-refused.v1');
    expect(refused.map((event) => event.data)).toMatchObject([
      { key: id, refused: [{ command: 'parcel.curse', code: 'command.unknown' }] },
    ]);
    expect(await types('parcel-')).toContain('parcel.reminded.v1');
  });
});

describe('timers', () => {
  it('fire once each, in order of their due times, after an outage of three days [SLA 13]', async () => {
    const ids: string[] = [];
    for (const hour of [5, 1, 4, 2, 3]) {
      test.clock.set(`2026-03-02T0${hour + 3}:00:00.000Z`);
      ids[hour] = await store(`box-${hour}`);
    }
    await runner.settle();
    await runner.close();
    test.clock.set(day(5));
    runner = startRunner();
    await runner.settle();
    const fired = (await events('process-')).filter(
      (event) => (event.data as unknown as Reacted).input.type === 'timer',
    );
    const dueAt = fired.map((event) => (event.data as unknown as Reacted).input.timer!.dueAt);
    expect(dueAt).toEqual(dueAt.toSorted());
    expect(dueAt).toHaveLength(10);
    expect(fired.map((event) => event.occurredAt)).toEqual(dueAt);
    expect(fired.every((event) => event.recordedAt === day(5))).toBe(true);
    const reminded = (await events('parcel-')).filter((event) => event.type === 'parcel.reminded.v1');
    expect(reminded.map((event) => event.streamId)).toEqual([...ids.slice(1), ...ids.slice(1)]);
  });

  it('due before an event was recorded come before it, however late both are noticed [SLA 13]', async () => {
    const id = await store('box-1');
    await runner.settle();
    await runner.close();
    test.clock.set(day(5));
    await send('parcel.weigh', { grams: 7 }, { id });
    test.clock.set(day(7));
    runner = startRunner();
    await runner.settle();
    const inputs = (await events('process-')).map((event) => (event.data as unknown as Reacted).input.type);
    expect(inputs).toEqual(['parcel.stored.v2', 'timer', 'timer', 'parcel.weighed.v1', 'timer']);
  });

  it('do not overtake an event that is recorded while the runner looks for new ones', async () => {
    const id = await store('box-1');
    await runner.settle();
    await runner.close();
    let isArmed = false;
    const busy = new Proxy(test.store, {
      get: (target, name) => {
        const own: unknown = Reflect.get(target, name, target);
        if (name !== 'head') return typeof own === 'function' ? (own.bind(target) as unknown) : own;
        return async () => {
          const head = await target.head();
          if (isArmed) {
            isArmed = false;
            test.clock.set(day(1));
            await send('parcel.weigh', { grams: 7 }, { id });
            test.clock.set(day(3));
          }
          return head;
        };
      },
    });
    runner = startRunner(busy);
    await runner.settle();
    isArmed = true;
    await runner.settle();
    await runner.settle();
    const inputs = (await events('process-')).map((event) => (event.data as unknown as Reacted).input.type);
    expect(inputs).toEqual(['parcel.stored.v2', 'parcel.weighed.v1', 'timer']);
  });

  it('are found again after a restart, from the read model and the log, or the log alone', async () => {
    await store('box-1');
    await store('box-2');
    await runner.settle();
    await test.ledger.caughtUp();
    await store('box-3');
    await runner.settle();
    await runner.close();
    for (const models of [{ models: test.models }, noModels]) {
      const another = startRunner(test.store, models);
      await another.settle();
      expect(await another.status()).toMatchObject({ timers: 3, positionsBehind: 0, dueLagSeconds: 0 });
      await another.close();
    }
    runner = startRunner();
    await at(day(2));
    expect((await types('parcel-')).filter((type) => type === 'parcel.reminded.v1')).toHaveLength(3);
  });

  it('show in the read model of waiting processes, by when they are due', async () => {
    const id = await store('box-1');
    await runner.settle();
    await test.ledger.caughtUp();
    const query = {
      filter: { nextDueAt: { $lte: day(2) } },
      sort: [{ field: 'nextDueAt', direction: 'asc' as const }],
    };
    const { documents } = await test.models.find('processes', query);
    expect(documents.map((each) => each.document)).toMatchObject([
      { saga: 'parcel-reminders', key: id, nextDueAt: day(2) },
    ]);
  });

  it('of imported facts are not set when they were due before the import, and nothing else is done for them', async () => {
    const late = await store('box-1', { origin: 'import', sourceRow: 'list:1' });
    test.clock.set(day(0));
    await send('parcel.weigh', { grams: 13 }, { id: late, origin: 'import' });
    await runner.settle();
    const [stored, weighed] = await events('process-');
    expect((stored!.data as unknown as Reacted).timers).toHaveLength(1);
    expect((weighed!.data as unknown as Reacted).suppressed).toEqual([
      { kind: 'command', what: 'parcel.curse', dueAt: day(0) },
    ]);
    expect(await types('process-')).not.toContain('process.commands-refused.v1');
  });

  it('wake the system’s clock by themselves', async () => {
    await runner.close();
    const { systemClock } = await import('#libs/ports/clock.ts');
    const { instantOf } = await import('#libs/kernel/instant.ts');
    test.clock.set(instantOf(Date.now() - 2 * 24 * 3_600_000 + 300));
    await store('box-1');
    runner = SagaRunner.start({
      tenant: 'test',
      sagas: feature.sagas!,
      store: test.store,
      decode: decoderOf(registryOf([feature])),
      clock: systemClock,
      execute: (request) => test.ledger.execute(request),
    });
    await runner.settle();
    expect(await types('parcel-')).not.toContain('parcel.reminded.v1');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await types('parcel-')).toContain('parcel.reminded.v1');
  });
});

describe('inputs', () => {
  it('delivered again from the start of the log change nothing [SLA 14]', async () => {
    const id = await store('box-1');
    await store('box-2');
    await at(day(3));
    await send('parcel.weigh', { grams: 7 }, { id });
    await at(day(5));
    const before = await events();
    await runner.close();
    // A store whose checkpoint says that nothing was read yet.
    const forgetful = new Proxy(test.store, {
      get: (target, name) => {
        const own: unknown = Reflect.get(target, name, target);
        if (name !== 'readStream') return typeof own === 'function' ? (own.bind(target) as unknown) : own;
        return async function* (stream: string, options?: ReadStreamOptions) {
          for await (const page of target.readStream(stream, options))
            yield page.map((each) => (stream === 'process-checkpoints' ? { ...each, data: '{"cursors":[]}' } : each));
        };
      },
    });
    const again = startRunner(forgetful);
    await again.settle();
    expect(await events()).toEqual(before);
    await again.close();
    expect(before.filter((event) => event.type === 'parcel.reminded.v1')).toHaveLength(4);
    runner = startRunner();
  });

  it('survive a restart at any place: each command has its effect once [SLA 14]', async () => {
    for (const box of [1, 2, 3]) await store(`box-${box}`);
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      test.clock.set(day(count));
      await restart();
    }
    expect((await types('parcel-')).filter((type) => type === 'parcel.reminded.v1')).toHaveLength(9);
    expect(await types('return-slip-')).toHaveLength(3);
    expect(alarms).toEqual([]);
  });

  it('that a process cannot take park it with all its later ones; others go on; a retry takes them in order', async () => {
    const id = await store(BROKEN_BOX);
    await store('box-2');
    await runner.settle();
    await send('parcel.weigh', { grams: 7 }, { id });
    await at(day(3));
    expect(alarms).toHaveLength(1);
    expect(await types(`process-parcel-reminders:${id}`)).toEqual(['process.parked.v1', 'process.parked.v1']);
    expect((await types('parcel-')).filter((type) => type === 'parcel.reminded.v1')).toHaveLength(1);
    expect(await runner.parked()).toMatchObject([{ key: id, inputs: 2, reason: 'nobody thought of such a box' }]);
    expect(await runner.retry()).toEqual({ taken: 0, parked: 2 });
    await test.ledger.caughtUp();
    feature = reminderFeature({ mended: true });
    await restart();
    await send('parcel.weigh', { grams: 8 }, { id });
    await runner.settle();
    expect((await runner.status()).parked).toBe(1);
    expect(await runner.retry()).toEqual({ taken: 3, parked: 0 });
    await runner.settle();
    const inputs = (await events(`process-parcel-reminders:${id}`)).filter(
      (event) => event.type === 'process.reacted.v1',
    );
    expect(inputs.map((event) => (event.data as unknown as Reacted).input.type)).toEqual([
      'parcel.stored.v2',
      'parcel.weighed.v1',
      'timer',
      'parcel.weighed.v1',
    ]);
    expect((await runner.status()).parked).toBe(0);
    await restart();
    expect((await runner.status()).parked).toBe(0);
    expect((await types('parcel-')).filter((type) => type === 'parcel.reminded.v1')).toHaveLength(2);
  });
});

/** The same saga without stores, threads or restarts: events and timers merged by time, in memory. */
const interpret = (saga: Saga, history: readonly LedgerEvent[], until: Instant): string[] => {
  const instances = new Map<string, { state: JsonObject; timers: Map<string, TimerFired> }>();
  const commands: string[] = [];
  const step = (key: string, input: LedgerEvent | TimerFired) => {
    const now = instances.get(key) ?? { state: saga.initial, timers: new Map<string, TimerFired>() };
    instances.set(key, now);
    if (input.type === 'timer') now.timers.delete((input as TimerFired).key);
    const { state, outputs } = saga.react(now.state, input, key);
    now.state = state;
    for (const output of outputs)
      if (output.kind === 'command' || output.kind === 'command-each') commands.push(`${key} ${output.name}`);
      else if (output.kind === 'cancel') now.timers.delete(output.key);
      else now.timers.set(output.key, { type: 'timer', key: output.key, dueAt: output.dueAt, payload: output.payload });
  };
  const fire = (isDue: (timer: TimerFired) => boolean) => {
    for (;;) {
      const [next] = [...instances]
        .flatMap(([key, { timers }]) => [...timers.values()].map((timer) => ({ key, timer })))
        .filter(({ timer }) => isDue(timer))
        .toSorted((a, b) => (a.timer.dueAt + a.key < b.timer.dueAt + b.key ? -1 : 1));
      if (next === undefined) return;
      step(next.key, next.timer);
    }
  };
  for (const event of history) {
    fire(({ dueAt }) => dueAt < event.recordedAt);
    const key = saga.keyOf(event);
    if (key !== undefined) step(key, event);
  }
  fire(({ dueAt }) => dueAt <= until);
  return commands;
};

it('asks for the commands that a plain interpreter of the saga asks for, in the same order, whatever happens when', async () => {
  const happening = fc.record({
    afterHours: fc.integer({ min: 0, max: 60 }),
    box: fc.integer({ min: 1, max: 4 }),
    what: fc.constantFrom('store', 'collect', 'weigh'),
    settle: fc.boolean(),
    restart: fc.boolean(),
  });
  let now = start;
  let run = 0;
  await fc.assert(
    // Each run goes on in the ledger of the one before: the histories grow long.
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 15 }), async (happenings) => {
      run += 1;
      const ids = new Map<number, string>();
      for (const { afterHours, box, what, settle, restart: again } of happenings) {
        // A minute more, so that nothing happens in the very moment in which a timer is due: either could come first.
        now = addMinutes(now, afterHours * 60 + 1);
        test.clock.set(now);
        const id = ids.get(box);
        if (what === 'store' && id === undefined) ids.set(box, await store(`box-${run}-${box}`));
        else if (id !== undefined)
          await send(what === 'collect' ? 'parcel.collect' : 'parcel.weigh', { grams: 5 }, { id }).catch(
            () => undefined,
          );
        if (settle) await runner.settle();
        if (again) {
          await runner.close();
          runner = startRunner();
        }
      }
      now = daysAfter(now, 9);
      await at(now);
      const history = (await events('parcel-')).filter((event) => event.metadata.origin === 'command');
      const asked = (await events('process-parcel')).flatMap(({ data }) => {
        const { key, commands = [] } = data as unknown as Partial<Reacted>;
        return commands.map((each) => `${key} ${each.command}`);
      });
      expect(asked).toEqual(interpret(registryOf([feature]).sagas[0]!, history, now));
    }),
    { numRuns: 40 },
  );
});
