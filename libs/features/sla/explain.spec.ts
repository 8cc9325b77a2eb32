import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '#libs/kernel/instant.ts';
import {
  after,
  businessTime,
  by,
  calendarTime,
  clockIn,
  DEFAULTS,
  fact,
  monday,
  opened,
  rule,
  sla,
} from './clocks.fixture.ts';
import { advance, explain } from './sla.events.ts';

describe('the explanation of a deadline', () => {
  const eight = by(sla('eight@1', [rule('all', {}, { resolution: businessTime(480) }, 'service-days')]));

  it('names policy version, rule, start, target, calendar, segments and arithmetic [SLA 15]', () => {
    const { clocks } = after(eight, opened(monday('+4 16:00')));
    const explained = explain(clockIn(clocks, 'resolution'), eight);
    expect(explained).toMatchObject({
      target: {
        slaVersion: 'eight@1',
        rule: 'all',
        minutes: 480,
        calendar: 'service-days',
        calendarVersion: 'calendar-default@1',
      },
      startedAt: monday('+4 16:00'),
      dueAt: monday('+7 16:00'),
    });
    expect(explained.lines.en).toEqual([
      'Resolution, run 1: rule “all” of eight@1, calendar service-days of calendar-default@1.',
      'From 2026-11-27 16:00 +08:00, 480 min of business time.',
      '2026-11-27 16:00 +08:00 to 2026-11-27 18:00 +08:00: 120 min counted, hours of service; 120 min so far.',
      '2026-11-27 18:00 +08:00 to 2026-11-30 09:00 +08:00: not counted, outside the hours of service.',
      '2026-11-30 09:00 +08:00 to 2026-11-30 12:00 +08:00: 180 min counted, hours of service; 300 min so far.',
      '2026-11-30 12:00 +08:00 to 2026-11-30 13:00 +08:00: not counted, outside the hours of service.',
      '2026-11-30 13:00 +08:00 to 2026-11-30 16:00 +08:00: 180 min counted, hours of service; 480 min so far.',
      '120 + 180 + 180 = 480 min: due 2026-11-30 16:00 +08:00.',
    ]);
    expect(explained.lines['zh-CN'].at(-1)).toBe('120 + 180 + 180 = 480 分钟：到期 2026-11-30 16:00 +08:00。');
  });
  it('names the holidays it skipped and the make-up days it counted [SLA 15]', () => {
    // Wednesday 30 September 2026, 15:00 in Shanghai: 3 h, then 8 and 9 October, then make-up Saturday 10 October.
    const long = by(sla('long@1', [rule('all', {}, { resolution: businessTime(20 * 60) }, 'service-days')]));
    const { clocks } = after(long, opened('2026-09-30T07:00:00.000Z'));
    const { segments } = explain(clockIn(clocks, 'resolution'), long);
    const off = segments.filter(({ why }) => why === 'day-off');
    expect(off).toMatchObject([
      { from: '2026-09-30T16:00:00.000Z', to: '2026-10-07T16:00:00.000Z', name: '国庆节', counted: false },
    ]);
    expect(segments.at(-1)).toMatchObject({
      to: '2026-10-10T02:00:00.000Z',
      why: 'open',
      name: '国庆节调休',
      counted: true,
    });
  });
  it('shows pauses, what of them was taken away, and what was beyond the cap [SLA 15]', () => {
    const policies = by(
      sla('capped@1', [rule('all', {}, { resolution: businessTime(120) }, 'service-days')], { pauseCapMinutes: 60 }),
    );
    const { clocks } = after(policies, opened(monday('09:00')), fact('pause-began', monday('09:30')));
    const explained = explain(clockIn(clocks, 'resolution'), policies);
    expect(explained.segments.map(({ why, from, to }) => [why, from, to])).toEqual([
      ['open', monday('09:00'), monday('09:30')],
      ['pause', monday('09:30'), monday('10:30')],
      ['beyond-cap', monday('10:30'), monday('12:00')],
    ]);
    expect(explained.pausedSince).toBe(monday('09:30'));
    expect(explained.lines.en.at(-1)).toContain('assumes that it goes on, up to the cap');
  });
  it('shows how a deadline rolls to the next opening [SLA 15]', () => {
    const { clocks } = after(DEFAULTS, opened(monday('+4 17:00'), 'B'));
    const { segments, wholeMs } = explain(clockIn(clocks, 'resolution'), DEFAULTS);
    expect(segments.map(({ why, to }) => [why, to])).toEqual([
      ['calendar-time', monday('+6 17:00')],
      ['rolled', monday('+7 09:00')],
    ]);
    expect(wholeMs).toBe(48 * 3_600_000);
  });
  it('says when a year on the way has no published days off, and which other promise stands beside [SLA 15] [SLA 6]', () => {
    const { clocks } = after(DEFAULTS, opened('2026-12-31T08:00:00.000Z', 'B'), {
      kind: 'served-otherwise',
      tier: 'A',
      at: '2026-12-31T08:01:00.000Z',
    });
    const b = after(DEFAULTS, opened('2026-12-31T08:00:00.000Z', 'B')).clocks;
    expect(explain(clockIn(b, 'first-response'), DEFAULTS).unpublishedYears).toEqual([2027]);
    const both = explain(clockIn(clocks, 'resolution'), DEFAULTS);
    expect(both.target.rule).toBe('A other');
    expect(both.others).toMatchObject([{ target: { rule: 'B other' } }]);
    expect(both.lines.en.at(-1)).toMatch(/^Beside it, later: rule “B other”/);
  });
  it('explains a complaint’s working days [SLA 15] [B3]', () => {
    const { clocks } = advance(
      { clocks: [] },
      { kind: 'filed', at: monday('09:00'), urgent: false, complexity: 'routine' },
      DEFAULTS,
    );
    const explained = explain(clockIn(clocks, 'closing'), DEFAULTS);
    expect(explained.lines.en[1]).toBe('From 2026-11-23 09:00 +08:00, 10 working days.');
    expect(explained.segments.filter(({ counted }) => counted).reduce((sum, { ms }) => sum + ms, 0)).toBe(
      explained.wholeMs,
    );
  });
  it('refuses to explain by documents that the clock was not judged by [SLA 15]', () => {
    const { clocks } = after(eight, opened(monday('09:00')));
    expect(() => explain(clockIn(clocks, 'resolution'), DEFAULTS)).toThrow(
      'The resolution clock is judged by eight@1 and calendar-default@1, not by sla-default@1 and calendar-default@1',
    );
  });
  it('adds up, without a gap, whatever the start, the target and the pauses [SLA 15]', () => {
    const moment = fc
      .integer({ min: 0, max: 200 * 1_440 })
      .map((minute) => Date.parse('2026-08-01T00:00:00Z') + minute * 60_000);
    const pause = fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 1, max: 3_000 }));
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: 1, max: 5_000 }),
        fc.boolean(),
        fc.boolean(),
        fc.array(pause, { maxLength: 3 }),
        (start, minutes, business, rolled, waits) => {
          const target = business
            ? businessTime(minutes)
            : { ...calendarTime(minutes), ...(rolled ? { rolled: true as const } : {}) };
          const policies = by(
            sla('any@1', [rule('all', {}, { resolution: target }, 'service-days')], { pauseCapMinutes: 600 }),
          );
          const at = (minute: number) => instantOf(start + minute * 60_000);
          const facts = waits.flatMap(([from, length]) => [
            fact('pause-began', at(from)),
            fact('pause-ended', at(from + length)),
          ]);
          const clock = clockIn(after(policies, opened(at(0)), ...facts).clocks, 'resolution');
          const { segments, wholeMs } = explain({ ...clock }, policies);
          const counted = segments.filter((segment) => segment.counted).reduce((sum, { ms }) => sum + ms, 0);
          expect(segments[0]!.from).toBe(clock.startedAt);
          expect(segments.at(-1)!.to).toBe(clock.dueAt);
          for (const [index, { from }] of segments.slice(1).entries()) expect(from).toBe(segments[index]!.to);
          expect(counted).toBe(wholeMs);
        },
      ),
      { numRuns: 300 },
    );
  });
});
