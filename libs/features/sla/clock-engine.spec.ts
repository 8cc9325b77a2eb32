import { describe, expect, it } from '@jest/globals';
import type { Instant } from '#libs/kernel/instant.ts';
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
import { advance, changedClocks, observe, reading, standingAfter, withClocks } from './sla.events.ts';

describe('a clock is a function of what happened', () => {
  it('gives the same clocks for the same facts and policies, and changes nothing it was given [SLA 1]', () => {
    const facts = [opened(monday('09:00')), fact('answered', monday('10:00')), fact('pause-began', monday('11:00'))];
    const { clocks } = after(ALL, ...facts);
    const before = structuredClone(clocks);
    observe(clocks, monday('+9 09:00'));
    advance(clocks, fact('solved', monday('+1 09:00')), ALL);
    expect(clocks).toEqual(before);
    expect(after(ALL, ...facts).clocks).toEqual(clocks);
  });
  it('holds no counter: a clock reads on as time goes, and its JSON stays the same [SLA 1]', () => {
    const { clocks } = after(ALL, opened(monday('09:00')));
    const clock = clockIn(clocks, 'first-response');
    expect(JSON.parse(JSON.stringify(clocks))).toEqual(clocks);
    expect(reading(clock, monday('09:30'), ALL)).toMatchObject({
      state: 'running',
      remainingMinutes: 90,
      elapsedPercent: 25,
    });
    expect(reading(clock, monday('10:00'), ALL)).toMatchObject({
      state: 'running',
      remainingMinutes: 60,
      elapsedPercent: 50,
    });
    expect(reading(clock, monday('11:30'), ALL)).toMatchObject({
      state: 'breached',
      overdueMinutes: 30,
      elapsedPercent: 125,
    });
  });
  it('is found again from what was recorded of each change [SLA 1]', () => {
    const first = after(ALL, opened(monday('09:00'))).clocks;
    const answer = fact('answered', monday('10:00'));
    const second = advance(first, answer, ALL).clocks;
    const changed = changedClocks(first, second);
    expect(changed.map(({ clock }) => clock)).toEqual(['first-response', 'update']);
    const standing = standingAfter(first.standing, answer)!;
    expect(withClocks({ ...first, standing }, second.judgedBy!, changed)).toEqual(second);
  });
});

describe('independent clocks', () => {
  it('stops the first response with the first answer of a person, and with nothing else [SLA 2]', () => {
    const untouched = after(
      ALL,
      opened(monday('09:00')),
      fact('customer-message', monday('09:10')),
      fact('pause-began', monday('09:20')),
    );
    expect(clockIn(untouched.clocks, 'first-response')).not.toHaveProperty('outcome');
    const answered = advance(untouched.clocks, fact('answered', monday('10:59')), ALL).clocks;
    expect(clockIn(answered, 'first-response')).toMatchObject({ outcome: 'met', stoppedAt: monday('10:59') });
  });
  it('keeps the next response inert before the first response [SLA 2]', () =>
    expect(namesIn(after(ALL, opened(monday('09:00')), fact('customer-message', monday('09:10'))).clocks)).toEqual([
      'first-response 1',
      'resolution 1',
    ]));
  it('starts the next response at the oldest unanswered message; later messages do not restart it [SLA 2]', () => {
    const { clocks } = after(
      ...[ALL, opened(monday('09:00')), fact('answered', monday('09:30'))],
      ...[fact('customer-message', monday('10:00')), fact('customer-message', monday('10:40'))],
    );
    expect(clockIn(clocks, 'next-response')).toMatchObject({ startedAt: monday('10:00'), dueAt: monday('11:00') });
  });
  it('stops the next response by an answer, and starts another run with the next message [SLA 2]', () => {
    const { clocks } = after(
      ...[ALL, opened(monday('09:00')), fact('answered', monday('09:30')), fact('customer-message', monday('10:00'))],
      ...[fact('answered', monday('10:20')), fact('customer-message', monday('12:00'))],
    );
    expect(clockIn(clocks, 'next-response', 1)).toMatchObject({ outcome: 'met', stoppedAt: monday('10:20') });
    expect(clockIn(clocks, 'next-response', 2)).toMatchObject({ startedAt: monday('12:00') });
  });
  it('stops the next response by solving [SLA 2]', () => {
    const { clocks } = after(
      ...[ALL, opened(monday('09:00')), fact('answered', monday('09:30'))],
      ...[fact('customer-message', monday('10:00')), fact('solved', monday('10:30'))],
    );
    expect(clockIn(clocks, 'next-response')).toMatchObject({ outcome: 'met', stoppedAt: monday('10:30') });
  });
  it('runs the update cadence from answer to answer while the case is open [SLA 2]', () => {
    const { clocks } = after(
      ...[ALL, opened(monday('09:00')), fact('answered', monday('09:30'))],
      ...[fact('answered', monday('13:31')), fact('solved', monday('14:00'))],
    );
    // Four hours after 09:30 is 13:30: a minute late.
    expect(clockIn(clocks, 'update', 1)).toMatchObject({ outcome: 'breached', breachedAt: monday('13:30') });
    expect(clockIn(clocks, 'update', 2)).toMatchObject({ startedAt: monday('13:31'), outcome: 'cancelled' });
  });
  it('runs the resolution until the case is solved [SLA 2]', () => {
    const { clocks } = after(ALL, opened(monday('09:00')), fact('solved', monday('+1 09:00')));
    expect(clockIn(clocks, 'resolution')).toMatchObject({ dueAt: monday('+1 09:00'), outcome: 'met' });
  });
  it("runs a team's own clock from assignment; re-assignment never touches the customer's clocks [SLA 2]", () => {
    const assigned = (team: string, at: Instant) => ({ kind: 'assigned', team, at }) as const;
    const before = after(ALL, opened(monday('09:00')), assigned('north', monday('09:30')));
    const again = advance(before.clocks, assigned('north', monday('10:00')), ALL).clocks;
    expect(clockIn(again, 'internal')).toMatchObject({
      team: 'north',
      startedAt: monday('09:30'),
      dueAt: monday('12:30'),
    });
    const moved = advance(again, assigned('south', monday('10:15')), ALL).clocks;
    expect(clockIn(moved, 'internal', 1)).toMatchObject({ team: 'north', outcome: 'met', stoppedAt: monday('10:15') });
    expect(clockIn(moved, 'internal', 2)).toMatchObject({ team: 'south', startedAt: monday('10:15') });
    for (const name of ['first-response', 'resolution'] as const)
      expect(clockIn(moved, name)).toBe(clockIn(before.clocks, name));
  });
});

describe('the times by class [C3]', () => {
  const dues = (tier: 'A' | 'B' | 'C', urgent: boolean, complexity: 'routine' | 'complex', at: Instant) => {
    const { clocks } = after(DEFAULTS, opened(at, tier, { urgent, complexity }));
    return [clockIn(clocks, 'first-response').dueAt, clockIn(clocks, 'resolution').dueAt];
  };
  it('answers an A customer urgent within 2 h and closes within 24 h, round the clock [C3]', () =>
    expect(dues('A', true, 'routine', monday('22:00'))).toEqual([monday('+1 00:00'), monday('+1 22:00')]));
  it('answers an A customer within 8 h, round the clock [C3]', () =>
    expect(dues('A', false, 'routine', monday('22:00'))).toEqual([monday('+1 06:00'), monday('+1 22:00')]));
  it('answers a B customer urgent within 4 business hours [C3]', () =>
    // 16:00: two hours that day, two on Tuesday morning.
    expect(dues('B', true, 'routine', monday('16:00'))).toEqual([monday('+1 11:00'), monday('+1 16:00')]));
  it('answers a B customer within 8 business hours and closes in 48 h, rolled to the next opening [C3]', () =>
    // Friday 17:00: 1 h, then 7 h on Monday 30 November: 17:00. 48 h end on Sunday: Monday 09:00.
    expect(dues('B', false, 'complex', monday('+4 17:00'))).toEqual([monday('+7 17:00'), monday('+7 09:00')]));
  it('closes a C customer’s routine case in 48 h and a complex one in 72 h [C3]', () => {
    expect(dues('C', false, 'routine', monday('10:00'))[1]).toBe(monday('+2 10:00'));
    expect(dues('C', true, 'complex', monday('10:00'))[1]).toBe(monday('+3 10:00'));
  });
});

describe('waiting for the customer', () => {
  const NIGHTLY = by(
    sla('p@1', [rule('p', {}, { nextResponse: businessTime(120), resolution: businessTime(480) }, 'service-days')], {
      pauseCapMinutes: 240,
    }),
  );
  const CALENDAR = by(sla('c@1', [rule('c', {}, { resolution: calendarTime(1_440) }, 'service-days')]));

  it('pauses the next response and the resolution, never the first response [SLA 3]', () => {
    const { clocks } = after(
      ...[ALL, opened(monday('09:00')), fact('answered', monday('09:10')), fact('customer-message', monday('09:20'))],
      fact('pause-began', monday('09:30')),
    );
    expect(clockIn(clocks, 'next-response').pausedSince).toBe(monday('09:30'));
    expect(clockIn(clocks, 'resolution').pausedSince).toBe(monday('09:30'));
    const unanswered = after(ALL, opened(monday('09:00')), fact('pause-began', monday('09:30'))).clocks;
    expect(clockIn(unanswered, 'first-response')).toMatchObject({ dueAt: monday('11:00'), pauses: [] });
    expect(clockIn(unanswered, 'first-response')).not.toHaveProperty('pausedSince');
  });
  it('resumes with any message of the customer, at the message’s own time [SLA 3]', () => {
    // The message of 11:00 is entered at 15:00, after the look of 14:00.
    const paused = after(
      NIGHTLY,
      opened(monday('09:00'), 'B'),
      fact('answered', monday('09:00')),
      fact('pause-began', monday('10:00')),
    );
    const { clocks } = advance(
      observe(paused.clocks, monday('14:00')).clocks,
      fact('customer-message', monday('11:00')),
      NIGHTLY,
    );
    expect(clockIn(clocks, 'resolution')).toMatchObject({
      pauses: [{ from: monday('10:00'), to: monday('11:00') }],
      // 8 h from 09:00 would end at 18:00; an hour more.
      dueAt: monday('+1 10:00'),
    });
  });
  it('takes a message that was sent before the wait began as no wait at all [SLA 3]', () => {
    const { clocks } = after(
      NIGHTLY,
      opened(monday('09:00'), 'B'),
      fact('pause-began', monday('10:00')),
      fact('customer-message', monday('09:55')),
    );
    expect(clockIn(clocks, 'resolution')).toMatchObject({ pauses: [], dueAt: monday('18:00') });
  });
  it('takes overlapping pauses as a union [SLA 3]', () => {
    const wait = (kind: 'pause-began' | 'pause-ended', name: string, at: Instant) =>
      ({ kind, wait: name, at }) as const;
    const { clocks } = after(
      ...[NIGHTLY, opened(monday('09:00'), 'B'), wait('pause-began', 'papers', monday('10:00'))],
      ...[wait('pause-began', 'access', monday('10:30')), wait('pause-ended', 'papers', monday('11:00'))],
      wait('pause-ended', 'access', monday('11:30')),
    );
    // 10:00 to 11:30, not 60 + 60 minutes.
    expect(clockIn(clocks, 'resolution')).toMatchObject({
      pauses: [{ from: monday('10:00'), to: monday('11:30') }],
      dueAt: monday('+1 10:30'),
    });
  });
  it('counts only paused time within business hours: a night of waiting gains nothing in calendar time [SLA 3]', () => {
    const { clocks } = after(
      CALENDAR,
      opened(monday('09:00'), 'B'),
      fact('pause-began', monday('17:00')),
      fact('pause-ended', monday('+1 09:30')),
    );
    // Paused 17:00 to 09:30, of which 17–18 and 09–09:30 are business hours: 90 minutes.
    expect(clockIn(clocks, 'resolution').dueAt).toBe(monday('+1 10:30'));
  });
  it('may fall due in calendar time within a pause, while the hours are closed [SLA 3]', () => {
    const { clocks } = after(CALENDAR, opened(monday('03:00'), 'B'), fact('pause-began', monday('17:00')));
    // 24 h from 03:00, and the hour from 17:00 to 18:00.
    expect(clockIn(clocks, 'resolution').dueAt).toBe(monday('+1 04:00'));
  });
  it('settles the pause first when a case is solved while paused [SLA 3]', () => {
    const { clocks } = after(
      NIGHTLY,
      opened(monday('09:00'), 'B'),
      fact('pause-began', monday('16:00')),
      fact('solved', monday('+1 10:00')),
    );
    // Paused for 3 business hours: 09:00 plus 8 h of work is the next day 12:00.
    expect(clockIn(clocks, 'resolution')).toMatchObject({
      outcome: 'met',
      dueAt: monday('+1 12:00'),
      pauses: [{ from: monday('16:00'), to: monday('+1 10:00') }],
      result: { elapsedMs: 6 * 3_600_000, pausedMs: 3 * 3_600_000, overdueMs: 0 },
    });
    expect(clockIn(clocks, 'resolution')).not.toHaveProperty('pausedSince');
  });
  it('keeps a breach when it is paused afterwards, and freezes the overdue counter [SLA 3]', () => {
    const { clocks, missed } = after(NIGHTLY, opened(monday('09:00'), 'B'), fact('pause-began', monday('+1 10:00')));
    expect(missed).toContainEqual({ clock: 'resolution', cycle: 1, at: monday('18:00') });
    const clock = clockIn(clocks, 'resolution');
    expect(reading(clock, monday('+1 10:00'), NIGHTLY)).toMatchObject({
      state: 'breached',
      isPaused: true,
      overdueMinutes: 60,
    });
    expect(reading(clock, monday('+1 14:00'), NIGHTLY)).toMatchObject({
      state: 'breached',
      isPaused: true,
      overdueMinutes: 60,
    });
    const resumed = advance(clocks, fact('pause-ended', monday('+1 14:00')), NIGHTLY).clocks;
    expect(reading(clockIn(resumed, 'resolution'), monday('+1 14:30'), NIGHTLY)).toMatchObject({ overdueMinutes: 90 });
  });
  it('counts what is beyond the cap of all pauses together [SLA 3]', () => {
    // Two pauses of 3 business hours and 2: the cap is 4.
    const { clocks } = after(
      ...[
        NIGHTLY,
        opened(monday('09:00'), 'B'),
        fact('pause-began', monday('09:00')),
        fact('pause-ended', monday('12:00')),
      ],
      ...[fact('pause-began', monday('13:00')), fact('pause-ended', monday('15:00'))],
    );
    // 4 h are given: 12 business hours after Monday 09:00, of which Tuesday has 09–12 and 13–14.
    expect(clockIn(clocks, 'resolution').dueAt).toBe(monday('+1 14:00'));
  });
  it('falls due in a pause that never ends, once the cap is used up [SLA 3]', () => {
    const { clocks } = after(NIGHTLY, opened(monday('09:00'), 'B'), fact('pause-began', monday('10:00')));
    expect(clockIn(clocks, 'resolution').dueAt).toBe(monday('+1 14:00'));
    expect(observe(clocks, monday('+9 09:00')).missed).toContainEqual({
      clock: 'resolution',
      cycle: 1,
      at: monday('+1 14:00'),
    });
  });
  it('flags a case near the cap [SLA 3]', () => {
    const { clocks } = after(NIGHTLY, opened(monday('09:00'), 'B'), fact('pause-began', monday('10:00')));
    const clock = clockIn(clocks, 'resolution');
    // 80 % of 240 minutes are 192: two hours to noon, and 72 minutes from 13:00 on.
    expect(reading(clock, monday('14:11'), NIGHTLY)).toMatchObject({
      isNearPauseCap: false,
      pausedMinutes: 191,
      state: 'paused',
    });
    expect(reading(clock, monday('14:12'), NIGHTLY)).toMatchObject({ isNearPauseCap: true, pausedMinutes: 192 });
  });
});
