import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClockEnd } from './clocks.ts';
import { DEFAULT_COMPLAINT_POLICY, outcomeOf, readClock, targetsOf, tightened } from './clocks.ts';

const RECEIVED = '2026-03-06T10:00:00.000Z'; // a Friday evening in Shanghai
const at = (minutes: number) => new Date(Date.parse(RECEIVED) + minutes * 60_000).toISOString();
const targets = (tier?: 'A' | 'B' | 'C', urgent = false) =>
  targetsOf({ startedAt: RECEIVED, urgent, ...(tier === undefined ? {} : { tier }) }, DEFAULT_COMPLAINT_POLICY);

describe('the clocks of a complaint [B3]', () => {
  it('are 24 hours to an answer and 48 to a plan, over a weekend too: calendar time', () =>
    expect(targets().map(({ clock, dueAt, by }) => [clock, dueAt, by])).toEqual([
      ['response', '2026-03-07T10:00:00.000Z', 'complaint'],
      ['plan', '2026-03-08T10:00:00.000Z', 'complaint'],
    ]));

  it.each([
    ['A', true, 120],
    ['A', false, 480],
    ['B', true, 240],
    ['B', false, 480],
    ['C', true, 480],
    ['C', false, 480],
  ] as const)(
    'give class %s, urgent %s, %i minutes to the answer, because the tier is stricter',
    (tier, urgent, minutes) =>
      expect(targets(tier, urgent)[0]).toMatchObject({ targetMinutes: minutes, by: 'tier', complaintMinutes: 1_440 }),
  );

  it('keep the complaint’s own time where the tier’s is not stricter, equal included', () => {
    const policy = {
      ...DEFAULT_COMPLAINT_POLICY,
      tierResponseMinutes: { ...DEFAULT_COMPLAINT_POLICY.tierResponseMinutes, C: { urgent: 1_440, other: 2_000 } },
    };
    for (const urgent of [true, false])
      expect(targetsOf({ startedAt: RECEIVED, tier: 'C', urgent }, policy)[0]).toMatchObject({
        targetMinutes: 1_440,
        by: 'complaint',
      });
  });

  it('are met at the deadline itself and breached a millisecond after it', () => {
    const [response] = targets();
    expect(outcomeOf(response, { stoppedAt: at(1_440) })).toBe('met');
    expect(outcomeOf(response, { stoppedAt: '2026-03-07T10:00:00.001Z' })).toBe('breached');
    expect(readClock(response, {}, at(1_440))).toEqual({ status: 'running', remainingMinutes: 0 });
    expect(readClock(response, {}, at(1_500))).toEqual({ status: 'breached', overdueMinutes: 60 });
  });

  it('show a breach that was answered between two looks [SLA 13]', () =>
    expect(readClock(targets()[0], { stoppedAt: at(1_500) }, at(9_000))).toEqual({
      status: 'breached',
      overdueMinutes: 60,
    }));

  it('are cancelled by a withdrawal in time; one after the deadline leaves the breach', () => {
    expect(outcomeOf(targets()[0], { endedAt: at(10) })).toBe('cancelled');
    expect(outcomeOf(targets()[0], { endedAt: at(2_000) })).toBe('breached');
    expect(outcomeOf(targets()[0], { endUnknown: true })).toBe('unknown');
  });

  it('never get looser, and mark what had passed when a change set it [SLA 4]', () => {
    const [own] = targets();
    const [urgent] = targets('A', true);
    expect(tightened(own, urgent, at(60))).toEqual(urgent);
    expect(tightened(urgent, own, at(60))).toBe(urgent);
    expect(tightened(own, urgent, at(180))).toEqual({ ...urgent, passedWhenSet: true });
    expect(outcomeOf({ ...urgent, passedWhenSet: true }, { stoppedAt: at(200) })).toBe('breached-on-change');
    // The earlier deadline was broken before the change: that breach is not excused.
    expect(tightened(own, urgent, at(1_500))).toEqual(urgent);
  });

  it('read the same once ended, whenever they are read [SLA 1]', () =>
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), fc.nat(5_000), fc.boolean(), (end, one, other, stopped) => {
        const [response] = targets();
        const clockEnd: ClockEnd = stopped ? { stoppedAt: at(end) } : { endedAt: at(end) };
        expect(readClock(response, clockEnd, at(one))).toEqual(readClock(response, clockEnd, at(other)));
        expect(readClock(response, clockEnd, at(one)).status).toBe(
          end <= 1_440 ? (stopped ? 'met' : 'cancelled') : 'breached',
        );
      }),
    ));
});
