import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isUnifiedSocialCreditCode } from './credit-code.ts';
import type { Dealing, Dealings } from './dealings.ts';
import { addDealing, countOf, dealtWithin, findDealing, firstOf, lastUpTo } from './dealings.ts';

const at = (day: number) => new Date(Date.parse('2025-01-01T00:00:00.000Z') + day * 86_400_000).toISOString();
const dealing = fc.record({
  key: fc.nat(10_000).map(String),
  at: fc.nat(800).map(at),
  amount: fc.integer({ min: -99_999, max: 99_999 }).map((thousandths) => String(thousandths / 1_000)),
  currency: fc.constantFrom('CNY', 'GBP'),
});
const paged = (dealings: readonly Dealing[]): Dealings => dealings.reduce(addDealing, []);
const thousandths = (amount: string) => Math.round(Number(amount) * 1_000);

describe('dealings in pages', () => {
  it('answer as a plain list does [A6]', () =>
    fc.assert(
      fc.property(
        fc.array(dealing, { maxLength: 1_000, size: 'max' }),
        fc.nat(800),
        fc.nat(800),
        (list, start, end) => {
          const pages = paged(list);
          const [from, to] = [at(start), at(end)];
          const within = list.filter((each) => each.at > from && each.at <= to);
          const { spend, transactions } = dealtWithin(pages, { from, to });
          expect(transactions).toBe(within.length);
          for (const currency of ['CNY', 'GBP'])
            expect(thousandths(spend[currency] ?? '0')).toBe(
              within
                .filter((each) => each.currency === currency)
                .reduce((sum, each) => sum + thousandths(each.amount), 0),
            );
          const times = list.map((each) => each.at).sort();
          expect(countOf(pages)).toBe(list.length);
          expect(firstOf(pages)).toBe(times[0]);
          expect(lastUpTo(pages, to)).toBe(times.filter((each) => each <= to).at(-1));
        },
      ),
      { numRuns: 60 },
    ));

  it('hold ten thousand, each added and found without copying all', () => {
    const started = process.hrtime.bigint();
    let pages: Dealings = [];
    for (let index = 0; index < 10_000; index += 1) {
      expect(findDealing(pages, `k${index}`)).toBeUndefined();
      pages = addDealing(pages, { key: `k${index}`, at: at(index % 800), amount: '0.001', currency: 'CNY' });
    }
    expect(dealtWithin(pages, { from: '', to: '9' })).toEqual({ spend: { CNY: '10' }, transactions: 10_000 });
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(20);
  });
});

describe('the unified social credit code [A13]', () => {
  it('is right with its check character only (GB 32100)', () => {
    expect(isUnifiedSocialCreditCode('91350100M000100Y43')).toBe(true);
    for (const wrong of ['91350100M000100Y44', '91350100M000100Y4', '91350100M000I00Y43', '19350100M000100Y43', ''])
      expect(isUnifiedSocialCreditCode(wrong)).toBe(false);
  });

  it('notices every single wrong character', () => {
    const right = '91350100M000100Y43';
    for (let place = 0; place < 18; place += 1)
      for (const other of '0123456789ABCDEFGHJKLMNPQRTUWXY')
        if (other !== right[place])
          expect(isUnifiedSocialCreditCode(right.slice(0, place) + other + right.slice(place + 1))).toBe(false);
  });
});
