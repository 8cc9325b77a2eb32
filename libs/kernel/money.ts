import Big from 'big.js';

/** An exact amount: `{ amount: '19.99', currency: 'CNY' }`. Never a float. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

const text = (value: Big): string => value.toFixed();

/** The exact sum of decimal texts of one currency; `'0'` for none. */
export const sumAmounts = (amounts: Iterable<string>): string => {
  let sum = new Big(0);
  for (const amount of amounts) sum = sum.plus(amount);
  return text(sum);
};

export const multiplyAmount = (amount: string, factor: string | number): string => text(new Big(amount).times(factor));

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export const compareAmounts = (a: string, b: string): -1 | 0 | 1 => new Big(a).cmp(b);
