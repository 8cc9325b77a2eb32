import { describe, expect, it } from '@jest/globals';
import { isUnifiedSocialCreditCode } from '#libs/features/customer/credit-code.ts';
import { makeYear } from './year.ts';

const END = Date.parse('2026-01-01T00:00:00+08:00');
const year = (seed: number) => makeYear({ seed, end: END, customers: 60, cases: 200, nameId: (name) => name });

describe('the year of the demo', () => {
  const story = year(1);
  const named = (name: string) => story.filter((action) => action.name === name);

  it('is the same for the same seed and another for another', () => {
    expect(year(1)).toEqual(story);
    expect(year(2)).not.toEqual(story);
  });

  it('stands in the order of time, within the year', () => {
    const times = story.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(END - 365 * 86_400_000);
    expect(times.at(-1)).toBeLessThan(END);
  });

  it('has the customers of a B2B company, each with a code of its own whose check character is right', () => {
    const registered = named('customer.register').map(({ body }) => body);
    expect(registered).toHaveLength(60);
    const codes = registered.flatMap(({ unifiedSocialCreditCode: code }) => (typeof code === 'string' ? [code] : []));
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !isUnifiedSocialCreditCode(code))).toEqual([]);
    expect(new Set(registered.map(({ kind }) => kind))).toEqual(new Set(['enterprise', 'government', 'individual']));
  });

  it('has conversations, waits, re-openings and scores', () => {
    for (const name of [
      'service-case.record-customer-message',
      'service-case.send-answer',
      'service-case.wait-for-customer',
      'service-case.refuse-solution',
      'service-case.evaluate',
    ])
      expect(named(name).length).toBeGreaterThan(0);
  });

  it('leaves cases open at its end', () => {
    const closed = new Set(named('service-case.close').map(({ id }) => id));
    const open = named('service-case.receive').filter(({ id }) => !closed.has(id));
    expect(open.length).toBeGreaterThan(0);
    expect(open.length).toBeLessThan(30);
  });
});
