import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_CALENDARS } from '#libs/features/policy/policy.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { instantOf } from '#libs/kernel/instant.ts';
import {
  after,
  ALL,
  businessTime,
  by,
  calendarTime,
  clockIn,
  DEFAULTS,
  fact,
  monday,
  namesIn,
  opened,
  rule,
  sla,
} from './clocks.fixture.ts';
import { advance, NEVER_DUE, nextMomentOf, NO_CLOCKS, observe, reading } from './sla.events.ts';
import type { ClockFact, Policies } from './sla.events.ts';

const byTier = (a: number, b: number, rest: object = {}): Policies =>
  by(
    sla('tiers@1', [
      rule('A', { tiers: ['A'] }, { firstResponse: calendarTime(a), resolution: calendarTime(a) }, 'service-days'),
      rule('B', {}, { firstResponse: calendarTime(b), resolution: calendarTime(b), ...rest }, 'service-days'),
    ]),
  );
const served = (tier: 'A' | 'B' | 'C', at: Instant, loosenedBy?: string): ClockFact => ({
  ...{ kind: 'served-otherwise', tier, at },
  ...(loosenedBy === undefined ? {} : { loosenedBy }),
});
const policiesMoved = (at: Instant, cause: 'sla' | 'calendar' = 'sla'): ClockFact => ({
  kind: 'policies-moved',
  at,
  cause,
});

describe('a change of class or priority in the middle', () => {
  it('keeps the start and carries over every pause [SLA 4]', () => {
    const { clocks } = after(
      ...[byTier(240, 480), opened(monday('09:00'), 'B'), fact('pause-began', monday('10:00'))],
      ...[fact('pause-ended', monday('11:00')), served('A', monday('11:30'))],
    );
    expect(clockIn(clocks, 'resolution')).toMatchObject({
      startedAt: monday('09:00'),
      pauses: [{ from: monday('10:00'), to: monday('11:00') }],
      dueAt: monday('14:00'),
      targets: [{ rule: 'B' }, { rule: 'A' }],
      governedBy: 1,
    });
  });
  it('keeps the earlier deadline when the new class has a later one [SLA 4]', () => {
    const { clocks, moved } = after(byTier(240, 480), opened(monday('09:00')), served('B', monday('10:00')));
    expect(clockIn(clocks, 'resolution')).toMatchObject({ dueAt: monday('13:00'), governedBy: 0, deadlineRevision: 1 });
    expect(moved).toEqual([]);
  });
  it('keeps start and pauses when the priority changes, and takes the earlier deadline, either way [SLA 4]', () => {
    const policies = by(
      sla('urgency@1', [
        rule('urgent', { urgency: 'urgent' }, { resolution: calendarTime(240) }, 'service-days'),
        rule('other', {}, { resolution: calendarTime(480) }, 'service-days'),
      ]),
    );
    const raised: ClockFact = { kind: 'served-otherwise', urgent: true, at: monday('11:30') };
    const lowered: ClockFact = { kind: 'served-otherwise', urgent: false, at: monday('11:45') };
    const before = [
      opened(monday('09:00')),
      fact('pause-began', monday('10:00')),
      fact('pause-ended', monday('11:00')),
    ];
    const kept = { startedAt: monday('09:00'), pauses: [{ from: monday('10:00'), to: monday('11:00') }] };
    expect(clockIn(after(policies, ...before).clocks, 'resolution')).toMatchObject({ ...kept, dueAt: monday('18:00') });
    for (const changes of [[raised], [raised, lowered]])
      expect(clockIn(after(policies, ...before, ...changes).clocks, 'resolution')).toMatchObject({
        ...kept,
        dueAt: monday('14:00'),
      });
  });
  it('moves to the later deadline when an approver loosens it, and names the approver [SLA 4]', () => {
    const { clocks, moved } = after(byTier(240, 480), opened(monday('09:00')), served('B', monday('10:00'), 'head-1'));
    expect(clockIn(clocks, 'resolution')).toMatchObject({
      dueAt: monday('17:00'),
      targets: [{ loosenedBy: 'head-1' }],
    });
    expect(moved).toContainEqual({
      clock: 'resolution',
      cycle: 1,
      from: monday('13:00'),
      to: monday('17:00'),
      cause: 'loosened',
      revision: 2,
    });
  });
  it('records a deadline that is past when it is set as breached on change: once, no breach, no thresholds [SLA 4]', () => {
    const policies = byTier(60, 480);
    const changed = after(policies, opened(monday('09:00'), 'B'), served('A', monday('11:00')));
    expect(changed.passedOnChange).toEqual([
      { clock: 'first-response', cycle: 1, at: monday('11:00'), dueAt: monday('10:00') },
      { clock: 'resolution', cycle: 1, at: monday('11:00'), dueAt: monday('10:00') },
    ]);
    const later = observe(changed.clocks, monday('+5 09:00'));
    expect([changed.reached, changed.missed, later.reached, later.missed]).toEqual([[], [], [], []]);
    const done = advance(changed.clocks, fact('solved', monday('12:00')), policies).clocks;
    expect(clockIn(done, 'resolution')).toMatchObject({
      outcome: 'breached-on-change',
      result: { overdueMs: 7_200_000 },
    });
  });
  it('does not call a deadline past that ends at the very moment of the change [SLA 4]', () => {
    const changed = after(byTier(120, 480), opened(monday('09:00'), 'B'), served('A', monday('11:00')));
    expect(changed.passedOnChange).toEqual([]);
    expect(changed.reached).toMatchObject([{ percent: 100, at: monday('11:00') }, { percent: 100 }]);
  });
  it('never changes a finished clock [SLA 4]', () => {
    const before = after(byTier(60, 480), opened(monday('09:00'), 'B'), fact('answered', monday('09:30'))).clocks;
    const changed = advance(before, served('A', monday('09:40')), byTier(60, 480)).clocks;
    expect(clockIn(changed, 'first-response')).toBe(clockIn(before, 'first-response'));
  });
  it('cancels a clock that the new class lacks; one that breached before stays breached [SLA 4]', () => {
    const policies = by(
      sla('lacks@1', [rule('A', { tiers: ['A'] }, {}), rule('B', {}, { resolution: calendarTime(60) })]),
    );
    const intime = after(policies, opened(monday('09:00'), 'B'), served('A', monday('09:30'))).clocks;
    expect(clockIn(intime, 'resolution')).toMatchObject({ outcome: 'cancelled', stoppedAt: monday('09:30') });
    const late = after(policies, opened(monday('09:00'), 'B'), served('A', monday('10:30'))).clocks;
    expect(clockIn(late, 'resolution')).toMatchObject({ outcome: 'breached', breachedAt: monday('10:00') });
  });
  it('starts a clock that only the new class has at the original start [SLA 4]', () => {
    const { clocks } = after(
      byTier(240, 480, { resolution: undefined }),
      opened(monday('09:00'), 'B'),
      served('A', monday('10:00')),
    );
    expect(clockIn(clocks, 'resolution')).toMatchObject({ startedAt: monday('09:00'), dueAt: monday('13:00') });
  });
});

describe('re-opening', () => {
  const story = [
    ...[opened(monday('09:00')), fact('answered', monday('09:30')), fact('solved', monday('+2 09:00'))],
    ...[fact('closed', monday('+3 09:00')), fact('reopened', monday('+5 09:00'))],
  ];
  it('starts a new run, with the earlier outcome frozen and the closed time left out [SLA 5]', () => {
    const { clocks, missed } = after(ALL, ...story);
    expect(clockIn(clocks, 'resolution', 1)).toMatchObject({
      outcome: 'breached',
      breachedAt: monday('+1 09:00'),
      stoppedAt: monday('+2 09:00'),
    });
    expect(clockIn(clocks, 'resolution', 2)).toMatchObject({
      startedAt: monday('+5 09:00'),
      dueAt: monday('+6 09:00'),
    });
    expect(missed.filter(({ clock }) => clock === 'resolution')).toHaveLength(1);
  });
  it('does not begin the first response again once a person has answered [SLA 5]', () =>
    expect(namesIn(after(ALL, ...story).clocks)).not.toContain('first-response 2'));
  it('leaves the frozen outcome alone when class or policy change later [SLA 5]', () => {
    const { clocks } = after(ALL, ...story);
    const strict = by(sla('strict@1', [rule('strict', {}, { resolution: calendarTime(1) })]));
    const moved = advance(clocks, policiesMoved(monday('+5 10:00')), strict).clocks;
    expect(clockIn(moved, 'resolution', 1)).toBe(clockIn(clocks, 'resolution', 1));
  });
});

describe('a change of policy or calendar', () => {
  const eight = by(sla('eight@1', [rule('all', {}, { resolution: businessTime(480) }, 'service-days')]));
  const four = by(sla('four@1', [rule('all', {}, { resolution: businessTime(240) }, 'service-days')]));
  it('moves open clocks only, later or earlier, and says from when to when and why [SLA 8]', () => {
    const start = after(eight, opened(monday('09:00'))).clocks;
    const shorter = advance(start, policiesMoved(monday('10:00')), four);
    expect(shorter.moved).toEqual([
      { clock: 'resolution', cycle: 1, from: monday('18:00'), to: monday('14:00'), cause: 'sla', revision: 2 },
    ]);
    const longer = advance(shorter.clocks, policiesMoved(monday('10:30')), eight);
    expect(longer.moved).toEqual([
      { clock: 'resolution', cycle: 1, from: monday('14:00'), to: monday('18:00'), cause: 'sla', revision: 3 },
    ]);
    const done = advance(start, fact('solved', monday('09:30')), eight).clocks;
    expect(advance(done, policiesMoved(monday('10:00')), four).moved).toEqual([]);
  });
  it('moves the deadlines over a new holiday, by the version of the calendar [SLA 8]', () => {
    const service = DEFAULT_CALENDARS.calendars['service-days']!;
    const calendar = {
      ...{ ...DEFAULT_CALENDARS, version: 'calendar@2' },
      calendars: {
        ...DEFAULT_CALENDARS.calendars,
        'service-days': { ...service, days: [...service.days, { date: '2026-11-24', windows: [] }] },
      },
    };
    const start = after(eight, opened(monday('10:00'))).clocks;
    const { clocks, moved } = advance(start, policiesMoved(monday('11:00'), 'calendar'), { ...eight, calendar });
    expect(moved).toMatchObject([{ from: monday('+1 10:00'), to: monday('+2 10:00'), cause: 'calendar' }]);
    expect(clockIn(clocks, 'resolution').targets[0].calendarVersion).toBe('calendar@2');
  });
  it('does not undo a breach when the new policy would give more time [SLA 8]', () => {
    const breached = after(four, opened(monday('09:00')), policiesMoved(monday('14:30'))).clocks;
    const { clocks, moved } = advance(breached, policiesMoved(monday('15:00')), eight);
    expect(moved).toEqual([]);
    expect(clockIn(clocks, 'resolution')).toMatchObject({ breachedAt: monday('14:00'), dueAt: monday('14:00') });
    expect(clockIn(advance(clocks, fact('solved', monday('16:00')), eight).clocks, 'resolution').outcome).toBe(
      'breached',
    );
  });
  it('sees what was missed before the change by the policy that held until then [SLA 8]', () => {
    const { missed } = advance(after(four, opened(monday('09:00'))).clocks, policiesMoved(monday('17:00')), eight);
    expect(missed).toContainEqual({ clock: 'resolution', cycle: 1, at: monday('14:00') });
  });
  it('takes policies that nobody told of as moved when the next fact comes [SLA 8]', () => {
    const { moved } = advance(after(eight, opened(monday('09:00'))).clocks, fact('answered', monday('10:00')), four);
    expect(moved).toMatchObject([{ clock: 'resolution', to: monday('14:00'), cause: 'sla' }]);
  });
  it('keeps the promise of an earlier class after the policy moves [SLA 4, SLA 8]', () => {
    const both = after(byTier(240, 480), opened(monday('09:00')), served('B', monday('10:00'))).clocks;
    const { clocks } = advance(both, policiesMoved(monday('10:30')), {
      ...byTier(300, 480),
      sla: { ...byTier(300, 480).sla, version: 'tiers@2' },
    });
    expect(clockIn(clocks, 'resolution').dueAt).toBe(monday('14:00'));
  });
});

describe('thresholds', () => {
  const quarters = (minutes: number, version: string, percents = [50, 75, 90, 100]) =>
    by(
      sla(version, [rule('all', {}, { firstResponse: calendarTime(minutes) })], {
        thresholds: { percents, shortUnderMinutes: 60, shortPercents: [100] },
      }),
    );
  const percents = (found: readonly { readonly percent: number; readonly at: Instant }[]) =>
    found.map(({ percent, at }) => [percent, at]);

  it('come at 75 and 100 % by default, each at its exact moment however late somebody looks [SLA 9]', () => {
    const seen = observe(after(DEFAULTS, opened(monday('09:00'), 'A', { urgent: true })).clocks, monday('11:00'));
    expect(percents(seen.reached)).toEqual([
      [75, monday('10:30')],
      [100, monday('11:00')],
    ]);
  });
  it('may be 50, 75, 90 and 100 %, in order of time [SLA 9]', () =>
    expect(
      percents(observe(after(quarters(100, 'q@1'), opened(monday('09:00'))).clocks, monday('12:00')).reached),
    ).toEqual([
      [50, monday('09:50')],
      [75, monday('10:15')],
      [90, monday('10:30')],
      [100, monday('10:40')], // prettier-ignore
    ]));
  it('are fewer for short targets [SLA 9]', () =>
    expect(
      percents(observe(after(quarters(59, 'q@1'), opened(monday('09:00'))).clocks, monday('12:00')).reached),
    ).toEqual([[100, monday('09:59')]]));
  it('are told at most once [SLA 9]', () => {
    const first = observe(after(quarters(100, 'q@1'), opened(monday('09:00'))).clocks, monday('10:15'));
    expect(percents(first.reached)).toHaveLength(2);
    expect(observe(first.clocks, monday('10:15')).reached).toEqual([]);
    expect(percents(observe(first.clocks, monday('10:30')).reached)).toEqual([[90, monday('10:30')]]);
  });
  it('compare exactly: not a millisecond early, and a third of a minute is not rounded [SLA 9]', () => {
    // 33 % of 61 minutes are 20.13 minutes: 1 207 800 ms.
    const { clocks } = after(quarters(61, 'q@1', [33]), opened('2026-11-23T01:00:00.000Z'));
    expect(observe(clocks, '2026-11-23T01:20:07.799Z').reached).toEqual([]);
    expect(percents(observe(clocks, '2026-11-23T01:20:07.800Z').reached)).toEqual([[33, '2026-11-23T01:20:07.800Z']]);
  });
  it('are armed anew when the deadline is extended [SLA 9]', () => {
    const first = observe(after(quarters(100, 'q@1'), opened(monday('09:00'))).clocks, monday('10:15')).clocks;
    const extended = advance(first, policiesMoved(monday('10:20')), quarters(400, 'q@2'));
    expect(extended.reached).toEqual([]);
    // 50 % of 400 minutes: 12:20.
    expect(observe(extended.clocks, monday('13:00')).reached).toEqual([
      { clock: 'first-response', cycle: 1, percent: 50, at: monday('12:20'), revision: 2, dueAt: monday('15:40') },
    ]);
  });
  it('tell only the highest one crossed when the deadline is pulled in [SLA 9]', () => {
    const { clocks, reached } = advance(
      after(quarters(400, 'q@1'), opened(monday('09:00'))).clocks,
      policiesMoved(monday('10:32')),
      quarters(100, 'q@2'),
    );
    expect(percents(reached)).toEqual([[90, monday('10:32')]]);
    expect(percents(observe(clocks, monday('12:00')).reached)).toEqual([[100, monday('10:40')]]);
  });
  it('stay told over a pause [SLA 9]', () => {
    const resolution = by(sla('r@1', [rule('all', {}, { resolution: calendarTime(100) })]));
    const first = observe(after(resolution, opened(monday('09:00'))).clocks, monday('10:20')).clocks;
    const paused = advance(first, fact('pause-began', monday('10:20')), resolution).clocks;
    const resumed = advance(paused, fact('pause-ended', monday('11:20')), resolution);
    expect(resumed.clocks.clocks.find(({ clock }) => clock === 'resolution')).toMatchObject({
      dueAt: monday('11:40'),
      deadlineRevision: 1,
      thresholds: [{ percent: 100, at: monday('11:40') }], // prettier-ignore
    });
  });
});

describe('a late or dead scheduler', () => {
  it('gives a breach its deadline as its time, whenever it is noticed [SLA 13]', () =>
    expect(observe(after(ALL, opened(monday('09:00'))).clocks, monday('+30 09:00')).missed).toEqual([
      { clock: 'first-response', cycle: 1, at: monday('11:00') },
      { clock: 'resolution', cycle: 1, at: monday('+1 09:00') },
    ]));
  it('finds a breach that was answered between two looks [SLA 13]', () => {
    const { clocks, missed } = after(ALL, opened(monday('09:00')), fact('answered', monday('11:01')));
    expect(missed).toEqual([{ clock: 'first-response', cycle: 1, at: monday('11:00') }]);
    expect(clockIn(clocks, 'first-response')).toMatchObject({
      outcome: 'breached',
      breachedAt: monday('11:00'),
      result: { overdueMs: 60_000 },
    });
  });
  it('keeps the promise when stopped at the deadline itself, and breaks it a millisecond later [SLA 9, SLA 13]', () => {
    const open = after(ALL, opened('2026-11-23T01:00:00.000Z')).clocks;
    const at = observe(open, '2026-11-23T03:00:00.000Z');
    expect(at.missed).toEqual([]);
    expect(
      clockIn(advance(at.clocks, fact('answered', '2026-11-23T03:00:00.000Z'), ALL).clocks, 'first-response').outcome,
    ).toBe('met');
    expect(
      clockIn(advance(open, fact('answered', '2026-11-23T03:00:00.001Z'), ALL).clocks, 'first-response').outcome,
    ).toBe('breached');
  });
  it('finds every due item once, in order, after any outage [SLA 13]', () => {
    const seen = observe(after(ALL, opened(monday('09:00'))).clocks, monday('+30 09:00'));
    expect(seen.reached.map(({ clock, percent, at }) => [clock, percent, at])).toEqual([
      ['first-response', 75, monday('10:30')],
      ['first-response', 100, monday('11:00')], // prettier-ignore
      ['resolution', 75, monday('+1 03:00')],
      ['resolution', 100, monday('+1 09:00')], // prettier-ignore
    ]);
    const again = observe(seen.clocks, monday('+31 09:00'));
    expect([again.reached, again.missed]).toEqual([[], []]);
  });
  it('knows the next moment at which there is something to see [SLA 13]', () => {
    const { clocks } = after(ALL, opened(monday('09:00')));
    expect(nextMomentOf(clocks)).toBe(monday('10:30'));
    const seen = observe(clocks, monday('11:00')).clocks;
    expect(nextMomentOf(seen)).toBe(instantOf(Date.parse(monday('11:00')) + 1));
    expect(nextMomentOf(observe(clocks, monday('+30 09:00')).clocks)).toBeUndefined();
    expect(nextMomentOf(NO_CLOCKS)).toBeUndefined();
  });
  it('cannot judge an end whose time the source does not give, unless it was in time by then', () => {
    const closed = (at: Instant): ClockFact => ({ kind: 'closed', at, timeUnknown: true });
    const late = after(ALL, opened(monday('09:00')), closed(monday('+3 09:00')));
    expect(late.missed).toEqual([]);
    expect(clockIn(late.clocks, 'resolution').outcome).toBe('undetermined');
    expect(clockIn(late.clocks, 'resolution')).not.toHaveProperty('stoppedAt');
    expect(clockIn(after(ALL, opened(monday('09:00')), closed(monday('10:00'))).clocks, 'resolution').outcome).toBe(
      'met',
    );
  });
  it('takes facts in any order without failing, and undoes no breach', () => {
    const kinds = [
      'customer-message',
      'answered',
      'pause-began',
      'pause-ended',
      'solved',
      'reopened',
      'closed',
    ] as const;
    const anyFact = fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: -10_000, max: 10_000 }));
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), (facts) => {
        let { clocks } = after(ALL, opened(monday('09:00')));
        for (const [kind, minutes] of facts) {
          const broken = clocks.clocks.filter(({ breachedAt }) => breachedAt !== undefined);
          ({ clocks } = advance(clocks, { kind, at: instantOf(Date.parse(monday('09:00')) + minutes * 60_000) }, ALL));
          for (const { clock, cycle, breachedAt } of broken)
            expect(clockIn(clocks, clock, cycle).breachedAt).toBe(breachedAt);
          for (const clock of clocks.clocks) reading(clock, monday('+3 09:00'), ALL);
        }
      }),
      { numRuns: 300 },
    );
  });
  it('never falls due by a calendar that has no hours any more', () => {
    const calendar = {
      version: 'none@1',
      ours: [],
      calendars: { gone: { zone: 'Asia/Shanghai', week: [], days: [] } },
    };
    const policies = { sla: sla('gone@1', [rule('all', {}, { firstResponse: businessTime(60) }, 'gone')]), calendar };
    const { clocks } = after(policies, opened(monday('09:00')));
    expect(clockIn(clocks, 'first-response').dueAt).toBe(NEVER_DUE);
    expect(nextMomentOf(clocks)).toBeUndefined();
    expect(reading(clockIn(clocks, 'first-response'), monday('10:00'), policies)).toMatchObject({ state: 'running' });
  });
});

describe('the clocks of a complaint', () => {
  const filed = (at: Instant, tier?: 'A' | 'B' | 'C', urgent = false): ClockFact => ({
    ...{ kind: 'filed', at, urgent, complexity: 'routine' },
    ...(tier === undefined ? {} : { tier }),
  });
  it('runs 24 h for the response and 48 h for the plan from receipt, in calendar time [B3] [SLA 2]', () => {
    const { clocks } = after(DEFAULTS, filed(monday('+5 09:00')));
    expect(clockIn(clocks, 'response')).toMatchObject({ dueAt: monday('+6 09:00'), targets: [{ by: 'complaint' }] });
    expect(clockIn(clocks, 'plan').dueAt).toBe(monday('+7 09:00'));
  });
  it('is stopped only by a person’s answer and by a plan [B3] [SLA 2]', () => {
    const { clocks } = after(
      DEFAULTS,
      filed(monday('09:00')),
      fact('customer-message', monday('10:00')),
      fact('answered', monday('11:00')),
      { kind: 'plan-set', at: monday('+2 09:01') },
    );
    expect(clockIn(clocks, 'response')).toMatchObject({ outcome: 'met', stoppedAt: monday('11:00') });
    expect(clockIn(clocks, 'plan')).toMatchObject({ outcome: 'breached', breachedAt: monday('+2 09:00') });
  });
  it('is never paused [B3] [SLA 2]', () => {
    const { clocks } = after(DEFAULTS, filed(monday('09:00')), fact('pause-began', monday('10:00')));
    expect(clockIn(clocks, 'response')).toMatchObject({ dueAt: monday('+1 09:00'), pauses: [] });
    expect(clockIn(clocks, 'response')).not.toHaveProperty('pausedSince');
  });
  it('starts at acceptance where the policy says so [B3]', () => {
    const policies = by({
      ...DEFAULTS.sla,
      version: 'acceptance@1',
      complaint: { ...DEFAULTS.sla.complaint, startsAt: 'acceptance' },
    });
    const before = after(policies, filed(monday('09:00'))).clocks;
    expect(before.clocks).toEqual([]);
    const { clocks } = advance(before, { kind: 'accepted', at: monday('14:00') }, policies);
    expect(clockIn(clocks, 'response')).toMatchObject({ startedAt: monday('14:00'), dueAt: monday('+1 14:00') });
  });
  it("stands beside the class's own time: the stricter wins, and the clock says which [B3]", () => {
    const a = clockIn(after(DEFAULTS, filed(monday('09:00'), 'A', true)).clocks, 'response');
    expect(a).toMatchObject({
      dueAt: monday('11:00'),
      targets: [{ by: 'complaint' }, { by: 'tier', rule: 'A urgent' }],
      governedBy: 1,
    });
    // Friday 17:00: 8 business hours end on Monday 17:00, 24 h on Saturday.
    const b = clockIn(after(DEFAULTS, filed(monday('+4 17:00'), 'B')).clocks, 'response');
    expect(b).toMatchObject({ dueAt: monday('+5 17:00'), governedBy: 0 });
  });
  it('is to be closed by the end of the tenth working day after receipt [B3]', () => {
    const { clocks } = after(DEFAULTS, filed(monday('09:00')));
    // The day of receipt does not count: 24 November is the first, 7 December the tenth.
    expect(clockIn(clocks, 'closing').dueAt).toBe('2026-12-07T10:00:00.000Z');
    const holiday = after(DEFAULTS, filed('2026-09-30T20:00:00.000Z')).clocks;
    // It is 1 October there: 8 and 9 October, make-up Saturday 10, 12 to 16, 19 and 20.
    expect(clockIn(holiday, 'closing').dueAt).toBe('2026-10-20T10:00:00.000Z');
  });
  it('cancels what is open when the complaint is withdrawn, and begins anew when re-opened [B3] [SLA 5]', () => {
    const { clocks } = after(
      DEFAULTS,
      filed(monday('09:00')),
      { kind: 'withdrawn', at: monday('10:00') },
      fact('reopened', monday('+1 09:00')),
    );
    expect(clockIn(clocks, 'response', 1).outcome).toBe('cancelled');
    expect(clockIn(clocks, 'response', 2)).toMatchObject({ startedAt: monday('+1 09:00'), dueAt: monday('+2 09:00') });
  });
});
