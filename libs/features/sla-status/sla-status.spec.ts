import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PRIORITIES, happened } from '#libs/features/service-case/service-case.events.ts';
import type {
  Complexity,
  NewServiceCaseEvent,
  Priority,
  ServiceCaseEvent,
  Tier,
} from '#libs/features/service-case/service-case.events.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import { recorded } from '#libs/testing/given-when-then.ts';
import { clocksOf, slaStatus } from './sla-status.projection.ts';

const START = '2026-03-02T01:00:00.000Z';
const HOUR = 60;
const minute = (n: number): string => addMinutes(START, n);
const at = (n: number) => ({ occurredAt: minute(n) });

const received = (tier: Tier, priority: Priority, complexity: Complexity = 'routine') =>
  happened(
    'received',
    {
      ...{ reference: 'SC-1', kind: 'consultation', channel: 'chat', customerId: 'customer-7', team: 'east' },
      ...{ tier, tierBasis: 'customer', priority, complexity },
    },
    at(0),
  );
const answered = (n: number) => happened('answer-sent', { channel: 'chat', text: 'Hello', authorId: 'wang' }, at(n));
const automatic = (n: number) => happened('automatic-answer-sent', { channel: 'chat', text: 'Received' }, at(n));
const waits = (n: number) => happened('waiting-for-customer-began', { reason: 'photo' }, at(n));
const waitsForOthers = (n: number) => happened('waiting-for-others-began', { reason: 'part' }, at(n));
const resumed = (n: number) => happened('resumed', { because: 'customer-message' }, at(n));
const solved = (n: number) => happened('solved', { resultCode: 'solved' }, at(n));
const reopened = (n: number, cycle: number) => happened('reopened', { cycle, cause: 'asked-for' }, at(n));
const closed = (n: number) => happened('closed', {}, at(n));
const prioritised = (n: number, priority: Priority) => happened('priority-changed', { from: 'low', priority }, at(n));

const history = (events: readonly NewServiceCaseEvent[]) =>
  events.map((event, revision) => recorded('service-case', '42', revision, event) as ServiceCaseEvent);
const clocks = (now: number, ...events: readonly NewServiceCaseEvent[]) => clocksOf(history(events), minute(now))!;

describe('the provisional table', () => {
  it.each<[Tier, Priority, Complexity, number, number]>([
    ['A', 'critical', 'routine', 2, 24],
    ['A', 'high', 'complex', 2, 24],
    ['A', 'moderate', 'routine', 8, 24],
    ['A', 'low', 'complex', 8, 24],
    ['B', 'critical', 'routine', 4, 24],
    ['B', 'high', 'complex', 4, 24],
    ['B', 'moderate', 'routine', 8, 48],
    ['B', 'low', 'complex', 8, 48],
    ['C', 'critical', 'routine', 8, 48],
    ['C', 'high', 'complex', 8, 72],
    ['C', 'moderate', 'routine', 8, 48],
    ['C', 'low', 'complex', 8, 72],
  ])(
    'gives a %s customer’s %s, %s case %i hours to answer and %i to solve',
    (tier, priority, complexity, response, closing) =>
      expect(clocks(0, received(tier, priority, complexity))).toMatchObject({
        firstResponse: { dueAt: minute(response * HOUR), targetMinutes: response * HOUR, provisional: true },
        resolution: {
          dueAt: minute(closing * HOUR),
          targetMinutes: closing * HOUR,
          policy: 'service-sla-provisional@1',
        },
      }),
  );
});

describe('the first-response clock', () => {
  it('breaches an A customer’s urgent case two hours after receipt', () => {
    expect(clocks(120, received('A', 'critical')).firstResponse).toMatchObject({
      stateNow: 'running',
      remainingMinutes: 0,
      percentUsed: 100,
    });
    expect(clocks(121, received('A', 'critical')).firstResponse).toMatchObject({ stateNow: 'breached', overdue: true });
  });

  it('is stopped by a person’s answer, never by an automatic one [SLA 2]', () => {
    expect(clocks(30, received('A', 'critical'), automatic(1)).firstResponse).toMatchObject({ state: 'running' });
    expect(clocks(30, received('A', 'critical'), automatic(1), answered(20)).firstResponse).toMatchObject({
      ...{ state: 'met', stoppedAt: minute(20), remainingMinutes: 100 },
    });
  });

  it('does not pause while the customer is waited for [SLA 3]', () => {
    const { firstResponse, resolution } = clocks(121, received('A', 'critical'), waits(10));
    expect(firstResponse).toMatchObject({ state: 'running', stateNow: 'breached', pausedMinutes: 0 });
    expect(resolution).toMatchObject({ state: 'paused', stateNow: 'paused', pausedSince: minute(10) });
  });

  it('has breached for ever when the answer came late, whenever somebody looks [SLA 13]', () => {
    for (const now of [122, 9_999])
      expect(clocks(now, received('A', 'critical'), answered(121)).firstResponse).toMatchObject({
        ...{ state: 'breached', stateNow: 'breached', overdue: false, dueAt: minute(120), stoppedAt: minute(121) },
      });
  });

  it('stops at the first answer only, and is ended by the closing', () => {
    expect(clocks(999, received('A', 'critical'), answered(20), answered(500)).firstResponse.stoppedAt).toBe(
      minute(20),
    );
    expect(clocks(999, received('A', 'critical'), solved(30), closed(60)).firstResponse.state).toBe('cancelled');
    expect(clocks(999, received('A', 'critical'), solved(30), closed(160)).firstResponse.state).toBe('breached');
  });
});

describe('the resolution clock', () => {
  it('pauses while the customer is waited for, from the wait to the message [SLA 3]', () =>
    expect(clocks(600, received('A', 'low'), waits(60), resumed(360)).resolution).toMatchObject({
      ...{ state: 'running', dueAt: minute(24 * HOUR + 300), pausedMinutes: 300, remainingMinutes: 24 * HOUR - 300 },
    }));

  it('does not pause while others are waited for [SLA 3]', () => {
    expect(clocks(600, received('A', 'low'), waitsForOthers(60)).resolution).toMatchObject({
      state: 'running',
      pausedMinutes: 0,
    });
    expect(clocks(600, received('A', 'low'), waits(60), waitsForOthers(90)).resolution).toMatchObject({
      ...{ state: 'running', pausedMinutes: 30 },
    });
  });

  it('is stopped by solving, which settles a pause first [SLA 3]', () =>
    expect(clocks(9_999, received('A', 'low'), waits(60), solved(3_000)).resolution).toMatchObject({
      ...{ state: 'met', stoppedAt: minute(3_000), pausedMinutes: 2_940 },
    }));

  it('starts anew when a case is opened again; what the earlier cycle came to stays [SLA 5]', () => {
    const { resolution } = clocks(5_100, received('A', 'low'), solved(1_500), closed(1_600), reopened(5_000, 2));
    expect(resolution).toMatchObject({
      ...{ cycle: 2, state: 'running', startedAt: minute(5_000), dueAt: minute(5_000 + 24 * HOUR), pausedMinutes: 0 },
      earlierCycles: [{ cycle: 1, outcome: 'breached', stoppedAt: minute(1_500), dueAt: minute(24 * HOUR) }],
    });
    expect(resolution).not.toHaveProperty('stoppedAt');
    const again = clocks(9_999, received('A', 'low'), solved(1_500), reopened(5_000, 2), solved(5_010)).resolution;
    expect(again).toMatchObject({ state: 'met', cycle: 2, earlierCycles: [{ cycle: 1, outcome: 'breached' }] });
  });

  it('leaves the first response alone when a case is opened again [SLA 5]', () =>
    expect(
      clocks(9_999, received('A', 'low'), answered(10), solved(50), reopened(5_000, 2)).firstResponse,
    ).toMatchObject({
      ...{ state: 'met', stoppedAt: minute(10), cycle: 1 },
    }));

  it('is in a hurry once the case is urgent, and keeps its deadline when it no longer is', () => {
    const urgent = clocks(100, received('B', 'low'), prioritised(100, 'critical'));
    expect(urgent.firstResponse.dueAt).toBe(minute(4 * HOUR));
    expect(urgent.resolution.dueAt).toBe(minute(24 * HOUR));
    expect(clocks(200, received('B', 'critical'), prioritised(100, 'low')).resolution.dueAt).toBe(minute(24 * HOUR));
  });

  it('counts by the customer’s tier once the customer is known', () =>
    expect(
      clocks(
        60,
        received('C', 'high'),
        happened('customer-identified', { customerId: 'customer-8', tier: 'A', tierBasis: 'customer' }, at(30)),
      ).firstResponse,
    ).toMatchObject({ tier: 'A', customerId: 'customer-8', dueAt: minute(120) }));
});

type Step = {
  readonly does:
    'waits' | 'waitsForOthers' | 'resumed' | 'answered' | 'automatic' | 'solved' | 'reopened' | 'prioritised';
  readonly after: number;
  readonly priority: Priority;
};
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    does: fc.constantFrom(
      'waits',
      'waits',
      'waitsForOthers',
      'resumed',
      'resumed',
      'answered',
      'automatic',
      'solved',
      'reopened',
      'prioritised',
    ),
    after: fc.integer({ min: 0, max: 900 }),
    priority: fc.constantFrom(...PRIORITIES),
  }),
  { maxLength: 14, size: 'max' },
);

/** Reads the resolution minute by minute off the plain list of steps; knows nothing of clocks, pauses or folds. */
const walk = (
  placed: readonly { readonly step: Step; readonly time: number }[],
  tier: Tier,
  first: Priority,
  until: number,
) => {
  const closing = (priority: Priority) =>
    (tier === 'A' || (tier === 'B' && PRIORITIES.indexOf(priority) < 2) ? 24 : 48) * HOUR;
  const cycles = [{ target: closing(first), counted: 0, stopped: false, late: false, onChange: false }];
  let priority = first;
  let waiting = false;
  for (let now = 0; now <= until; now += 1) {
    for (const { step } of placed.filter(({ time }) => time === now)) {
      const cycle = cycles.at(-1)!;
      if (step.does === 'waits') waiting = !cycle.stopped || waiting;
      if (['waitsForOthers', 'resumed'].includes(step.does)) waiting = false;
      if (step.does === 'solved') [cycle.stopped, waiting] = [true, false];
      if (step.does === 'prioritised') {
        priority = step.priority;
        if (!cycle.stopped && closing(priority) < cycle.target) {
          cycle.target = closing(priority);
          cycle.onChange = !cycle.late && cycle.counted > cycle.target;
          cycle.late ||= cycle.onChange;
        }
      }
      if (step.does === 'reopened') {
        cycles.push({ target: closing(priority), counted: 0, stopped: false, late: false, onChange: false });
        waiting = false;
      }
    }
    const cycle = cycles.at(-1)!;
    if (cycle.stopped || now === until) continue;
    if (!waiting) cycle.counted += 1;
    if (cycle.counted > cycle.target) cycle.late = true;
  }
  return cycles;
};

describe('any history', () => {
  it('is judged as a walk over every minute judges it [SLA 1] [SLA 2] [SLA 3] [SLA 5] [SLA 13]', () =>
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom<Tier[]>('A', 'B', 'C'),
        fc.constantFrom(...PRIORITIES),
        fc.integer({ min: 0, max: 2_000 }),
        (random, tier, priority, later) => {
          let time = 0;
          const placed = random.map((step) => ({ step, time: (time += step.after) }));
          let cycle = 1;
          const until = time + later;
          const make = { waits, waitsForOthers, resumed, answered, automatic, solved };
          const events = placed.map(({ step, time: n }) =>
            step.does === 'reopened'
              ? reopened(n, (cycle += 1))
              : step.does === 'prioritised'
                ? prioritised(n, step.priority)
                : make[step.does](n),
          );
          const { resolution, firstResponse } = clocks(until, received(tier, priority), ...events);
          const cycles = walk(placed, tier, priority, until);
          const last = cycles.at(-1)!;
          const word = (each: typeof last) => (each.onChange ? 'breached-on-change' : each.late ? 'breached' : 'met');
          expect(resolution.targetMinutes - resolution.remainingMinutes!).toBe(last.counted);
          expect(resolution.targetMinutes).toBe(last.target);
          expect(resolution.overdue).toBe(!last.stopped && last.late);
          if (last.stopped || last.late) expect(resolution.stateNow).toBe(word(last));
          expect(resolution.earlierCycles.map(({ outcome }) => outcome)).toEqual(cycles.slice(0, -1).map(word));
          expect(firstResponse.stoppedAt).toBe(
            events.find(({ type }) => type.endsWith('answer-sent.v1') && !type.includes('automatic'))?.occurredAt,
          );
        },
      ),
      { numRuns: 300 },
    ));

  it('leaves documents without a value that depends on now [SLA 1]', () => {
    const key = slaStatus.keysOf(history([received('A', 'low')])[0])[1]!;
    const row = history([received('A', 'low'), waits(10)]).reduce<object | undefined>(
      (before, event) => foldEvent(slaStatus, before as never, event as never, key),
      undefined,
    );
    expect(key).toBe('42:resolution');
    for (const name of ['overdue', 'remainingMinutes', 'percentUsed', 'stateNow']) {
      expect(row).not.toHaveProperty(name);
      expect(slaStatus.onRead?.(row as never, minute(5))).toHaveProperty(name);
    }
  });

  it('that does not begin with being received is said to be none', () => {
    expect(() => clocks(1, solved(1))).toThrow(/not with being received/);
    expect(clocksOf([], START)).toBeUndefined();
  });
});
