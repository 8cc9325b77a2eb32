import { describe, expect, it } from '@jest/globals';
import { complaint } from '#libs/features/complaint/complaint.ts';
import { calendarPolicies, slaPolicies } from '#libs/features/policy/policy.events.ts';
import { serviceCase } from '#libs/features/service-case/service-case.ts';
import type { Aggregate } from '#libs/kernel/aggregate.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { given, MONDAY_9_IN_SHANGHAI, recorded } from '#libs/testing/given-when-then.ts';
import { slaStatus } from './sla-status.projection.ts';

const minute = (n: number): string => addMinutes(MONDAY_9_IN_SHANGHAI, n);

/** A command, the minute after the start at which it is carried out, and what its consultations find. */
type Step = readonly [command: string, minute: number, body?: object, consulted?: object];

const historyOf = (aggregate: Aggregate, category: string, steps: readonly Step[]): readonly NewEvent[] =>
  steps.reduce<readonly NewEvent[]>((past, [command, at, body = {}, consulted = {}]) => {
    const { decision } = given(aggregate)(...past).when(`${category}.${command}`, body as never, {
      now: minute(at),
      consulted: consulted as never,
    });
    if (!Array.isArray(decision)) throw new Error(JSON.stringify(decision));
    return [...past, ...(decision as NewEvent[]).map((event) => ({ occurredAt: minute(at), ...event }))];
  }, []);

const rowsOf = (category: string, events: readonly NewEvent[]): ReadonlyMap<string, Document> => {
  const rows = new Map<string, Document>();
  for (const [revision, event] of events.entries()) {
    const placed = recorded(category, '42', revision, event);
    for (const key of slaStatus.keysOf(placed)) {
      const row = foldEvent(slaStatus, rows.get(key) as never, placed, key);
      if (row !== undefined) rows.set(key, row as Document);
    }
  }
  return rows;
};

const customer = (tier: 'A' | 'B' | 'C') => ({ customer: { exists: true, refused: false, tier, team: 'east' } });
const received = (tier: 'A' | 'B' | 'C', priority: string): Step => [
  'receive',
  0,
  { kind: 'consultation', channel: 'chat', subjectLine: 'Hi', customerId: 'customer-7', priority, reference: 'SC-1' },
  customer(tier),
];
const underWay: readonly Step[] = [
  ['identify', 1],
  ['assign', 2, { assigneeId: 'wang' }],
  ['start', 3],
];
const rowOf = (clock: string, ...steps: readonly Step[]): Document =>
  rowsOf('service-case', historyOf(serviceCase, 'service-case', steps)).get(`42:${clock}`)!;
const policies = {
  slaPolicies: slaPolicies.initial as unknown,
  calendarPolicies: calendarPolicies.initial as unknown,
};
const read = (row: Document, now: number): Document => slaStatus.onRead!(row as never, minute(now), policies);

describe('the list of clocks', () => {
  it('has one document a clock, with whose it is, what it was judged by and when it is due [SLA 1] [SLA 15]', () => {
    expect(rowOf('first-response', received('A', 'critical'))).toMatchObject({
      ...{ about: 'case', aboutId: '42', reference: 'SC-1', sort: 'consultation', clock: 'first-response', cycle: 1 },
      ...{ customerId: 'customer-7', team: 'east', tier: 'A', urgent: true, state: 'running', open: true },
      ...{ startedAt: minute(0), dueAt: minute(120), slaVersion: 'sla-default@1' },
      calendarVersion: 'calendar-default@1',
      targets: [{ rule: 'A urgent', minutes: 120 }],
    });
    expect([...rowsOf('service-case', historyOf(serviceCase, 'service-case', [received('A', 'low')])).keys()]).toEqual([
      '42:first-response',
      '42:resolution',
    ]);
  });

  it('tells on read what depends on now, and keeps none of it [SLA 1]', () => {
    const row = rowOf('first-response', received('A', 'critical'));
    expect(read(row, 30)).toMatchObject({ stateNow: 'running', overdue: false, remainingMinutes: 90, percentUsed: 25 });
    expect(read(row, 120)).toMatchObject({ stateNow: 'running', remainingMinutes: 0, percentUsed: 100 });
    expect(read(row, 150)).toMatchObject({ stateNow: 'breached', overdue: true, overdueMinutes: 30 });
    for (const name of ['overdue', 'remainingMinutes', 'percentUsed', 'stateNow']) expect(row).not.toHaveProperty(name);
  });

  it('counts what is left in hours of service where the target does [SLA 6]', () => {
    // 8 business hours from Monday 09:00: 12:00 to 13:00 does not count.
    const row = rowOf('first-response', received('B', 'low'));
    expect(row).toMatchObject({ dueAt: minute(540) });
    expect(read(row, 210)).toMatchObject({ remainingMinutes: 300 });
  });

  it('pauses while the customer is waited for, never the first response [SLA 3]', () => {
    const waiting = [received('A', 'low'), ...underWay, ['wait-for-customer', 60, { reason: 'photo' }]] as const;
    expect(read(rowOf('first-response', ...waiting), 70)).toMatchObject({ stateNow: 'running' });
    expect(rowOf('resolution', ...waiting)).toMatchObject({ state: 'paused', pausedSince: minute(60) });
    const written = ['record-customer-message', 360, { channel: 'chat', text: 'Here' }] as const;
    const resumed = rowOf('resolution', ...waiting, written);
    expect(resumed).toMatchObject({ state: 'running', dueAt: minute(1_440 + 300) });
    expect(read(resumed, 600)).toMatchObject({ pausedMinutes: 300, remainingMinutes: 1_440 - 300 });
  });

  it('shows a breach once it is recorded; the clock stays open until somebody answers [SLA 13]', () => {
    const missed = [received('A', 'critical'), ['observe-clocks', 130]] as const;
    expect(rowOf('first-response', ...missed)).toMatchObject({
      state: 'breached',
      open: true,
      breachedAt: minute(120),
    });
    const answered = ['send-answer', 150, { channel: 'chat', text: 'Hello' }] as const;
    expect(rowOf('first-response', ...missed, answered)).toMatchObject({
      ...{ state: 'breached', open: false, outcome: 'breached', stoppedAt: minute(150) },
      result: { overdueMs: 30 * 60_000 },
    });
  });

  it('says who has the case now', () => {
    const steps = [received('A', 'low'), ...underWay] as const;
    expect(rowOf('resolution', ...steps)).toMatchObject({ assigneeId: 'wang', team: 'east' });
    expect(rowOf('resolution', ...steps, ['hand-over', 9, { team: 'west', reason: 'theirs' }])).toMatchObject({
      team: 'west',
    });
    expect(
      rowOf('resolution', ...steps, ['hand-over', 9, { team: 'west', reason: 'theirs' }])['assigneeId'],
    ).toBeUndefined();
  });

  it('says who took a complaint up, which is told by its acceptance alone', () => {
    const body = { channel: 'phone', category: 'delivery', severity: 'minor', reference: 'CP-1', description: '…' };
    const events = historyOf(complaint, 'complaint', [
      ['file', 0, body],
      ['accept', 5, { responsibleId: 'mei' }],
    ]);
    expect(rowsOf('complaint', events).get('42:closing')).toMatchObject({ assigneeId: 'mei', state: 'running' });
  });

  it('starts anew when a case is opened again; what the earlier run came to stays [SLA 5]', () => {
    const again = rowOf(
      'resolution',
      received('A', 'low'),
      ...underWay,
      ['solve', 1_500, { resultCode: 'solved', solution: '…' }],
      ['reopen', 5_000, { reason: 'again' }],
    );
    expect(again).toMatchObject({
      ...{ cycle: 2, state: 'running', startedAt: minute(5_000), dueAt: minute(5_000 + 1_440) },
      earlierCycles: [{ cycle: 1, outcome: 'breached', stoppedAt: minute(1_500), dueAt: minute(1_440) }],
    });
    expect(again['stoppedAt']).toBeUndefined();
  });

  it('lists the clocks of complaints beside those of cases [B3]', () => {
    const body = { channel: 'phone', category: 'delivery', severity: 'critical', reference: 'CP-1', customerId: 'c-1' };
    const events = historyOf(complaint, 'complaint', [['file', 0, body, customer('A')]]);
    const rows = rowsOf('complaint', events);
    expect([...rows.keys()]).toEqual(['42:response', '42:plan', '42:closing']);
    expect(rows.get('42:response')).toMatchObject({
      ...{ about: 'complaint', aboutId: '42', reference: 'CP-1', sort: 'delivery', tier: 'A', dueAt: minute(120) },
      targets: [{ by: 'complaint' }, { by: 'tier' }],
    });
    expect(read(rows.get('42:plan')!, 60)).toMatchObject({ remainingMinutes: 47 * 60 });
  });
});
