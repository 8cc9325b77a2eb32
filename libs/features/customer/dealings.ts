import type { Instant } from '#libs/kernel/instant.ts';
import { earlier, later } from '#libs/kernel/instant.ts';
import { sumAmounts } from '#libs/kernel/money.ts';

/** A dealing as far as decisions need it. */
export interface Dealing {
  readonly key: string;
  readonly at: Instant;
  readonly amount: string;
  readonly currency: string;
}

/** Exact sums by currency. */
export type Sums = { readonly [currency: string]: string };

/** Up to `PAGE` dealings with what is asked about them most: whole pages are answered without looking inside. */
interface DealingPage {
  readonly dealings: readonly Dealing[];
  readonly first: Instant;
  readonly last: Instant;
  readonly sums: Sums;
}

/** Dealings in the order in which they became known. In pages, so that adding one to ten thousand copies few of them. */
export type Dealings = readonly DealingPage[];

const PAGE = 200;

export const plus = (sums: Sums, more: Sums): Sums =>
  Object.entries(more).reduce<Sums>(
    (total, [currency, amount]) => ({ ...total, [currency]: sumAmounts([total[currency] ?? '0', amount]) }),
    sums,
  );

export const minus = (sums: Sums, less: Sums): Sums =>
  plus(
    sums,
    Object.fromEntries(
      Object.entries(less).map(([currency, amount]) => [
        currency,
        amount.startsWith('-') ? amount.slice(1) : `-${amount}`,
      ]),
    ),
  );

export const addDealing = (pages: Dealings, dealing: Dealing): Dealings => {
  const { at, amount, currency } = dealing;
  const open = pages.at(-1);
  if (open === undefined || open.dealings.length >= PAGE)
    return [...pages, { dealings: [dealing], first: at, last: at, sums: { [currency]: amount } }];
  const grown = {
    dealings: [...open.dealings, dealing],
    first: earlier(open.first, at),
    last: later(open.last, at),
    sums: plus(open.sums, { [currency]: amount }),
  };
  return [...pages.slice(0, -1), grown];
};

export const findDealing = (pages: Dealings, key: string): Dealing | undefined => {
  for (const { dealings } of pages) {
    const found = dealings.find((dealing) => dealing.key === key);
    if (found !== undefined) return found;
  }
  return undefined;
};

export const countOf = (pages: Dealings): number => pages.reduce((count, { dealings }) => count + dealings.length, 0);

export const firstOf = (pages: Dealings): Instant | undefined =>
  pages.reduce<Instant | undefined>(
    (first, page) => (first === undefined ? page.first : earlier(first, page.first)),
    undefined,
  );

/** The latest dealing up to a moment. */
export const lastUpTo = (pages: Dealings, moment: Instant): Instant | undefined => {
  let last: Instant | undefined;
  const see = (at: Instant) => {
    if (at <= moment && (last === undefined || at > last)) last = at;
  };
  for (const page of pages)
    if (page.last <= moment) see(page.last);
    else for (const { at } of page.dealings) see(at);
  return last;
};

/** What was dealt after `from`, up to and including `to`. */
export const dealtWithin = (
  pages: Dealings,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): { readonly spend: Sums; readonly transactions: number } => {
  let spend: Sums = {};
  let transactions = 0;
  for (const page of pages) {
    if (page.last <= from || page.first > to) continue;
    if (page.first > from && page.last <= to) {
      spend = plus(spend, page.sums);
      transactions += page.dealings.length;
      continue;
    }
    const within = page.dealings.filter(({ at }) => at > from && at <= to);
    for (const currency of new Set(within.map((dealing) => dealing.currency))) {
      const amounts = within.filter((dealing) => dealing.currency === currency).map(({ amount }) => amount);
      spend = plus(spend, { [currency]: sumAmounts(amounts) });
    }
    transactions += within.length;
  }
  return { spend, transactions };
};
