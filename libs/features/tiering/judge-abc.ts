import { addMinutes, minutesBetween } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { compareAmounts, multiplyAmount, sumAmounts } from '#libs/kernel/money.ts';
import type { AbcPolicy } from './abc-policy.ts';

export type AbcTier = 'A' | 'B' | 'C';

/** What is known of a customer at the moment of judging. */
export interface AbcFacts {
  /** Exact spend per currency within `spendWindow`. */
  readonly spend: { readonly [currency: string]: string };
  /** Dealings within the window. */
  readonly transactions: number;
  readonly firstTransactionAt?: Instant;
  /** Makes the customer class A whatever they spend; an approver stands for it. */
  readonly standing?: { readonly standing: 'benchmark' | 'strategic-potential'; readonly approver: string };
}

export type AbcRule =
  'benchmark' | 'strategic-potential' | 'currency-without-rate' | 'spend-and-tenure' | 'lower-of-spend-and-tenure';

/** The class, and all that it follows from. */
export interface AbcDecision {
  readonly tier: AbcTier | 'undetermined';
  readonly decidingRule: AbcRule;
  readonly inputs: {
    readonly spend?: string;
    readonly currency: string;
    readonly tenureDays: number;
    readonly firstTransactionAt?: Instant;
    readonly transactions: number;
    readonly standing?: 'benchmark' | 'strategic-potential';
    readonly approver?: string;
    readonly withoutRate?: string[];
  };
  readonly thresholds: {
    readonly spendDays: number;
    readonly a: { readonly spend: string; readonly tenureDays: number };
    readonly b: { readonly spend: string; readonly tenureDays: number };
  };
  readonly tierBySpend?: AbcTier;
  readonly tierByTenure: AbcTier;
  readonly criteriaDisagree: boolean;
  readonly needsReview: boolean;
}

/** After `from`, up to and including `to`: what happened at the moment of judging counts. */
export const spendWindow = (policy: AbcPolicy, now: Instant): { readonly from: Instant; readonly to: Instant } => ({
  from: addMinutes(now, -policy.spendDays * 1_440),
  to: now,
});

/** Whole days since the first dealing; 0 without one. */
const tenureOf = ({ firstTransactionAt: first }: AbcFacts, now: Instant): number =>
  first === undefined || first > now ? 0 : Math.floor(minutesBetween(first, now) / 1_440);

const rateOf = (policy: AbcPolicy, currency: string): string | undefined =>
  currency === policy.currency ? '1' : policy.rates.find((rate) => rate.currency === currency)?.rate;

const tierWhere = (reaches: (threshold: AbcPolicy['a']) => boolean, policy: AbcPolicy): AbcTier =>
  reaches(policy.a) ? 'A' : reaches(policy.b) ? 'B' : 'C';

/** `A` is before `B` is before `C`: the later letter is the lower class. */
const lowerOf = (one: AbcTier, other: AbcTier): AbcTier => (one > other ? one : other);

/** Judges a customer as A, B or C. Pure: the same facts, policy and moment give the same decision for ever. [T1] */
export const judgeAbc = (facts: AbcFacts, policy: AbcPolicy, now: Instant): AbcDecision => {
  const tenureDays = tenureOf(facts, now);
  const currencies = Object.keys(facts.spend).sort();
  const withoutRate = currencies.filter((currency) => rateOf(policy, currency) === undefined);
  const spend =
    withoutRate.length > 0
      ? undefined
      : sumAmounts(currencies.map((currency) => multiplyAmount(facts.spend[currency]!, rateOf(policy, currency)!)));
  const tierByTenure = tierWhere((threshold) => tenureDays >= threshold.tenureDays, policy);
  const tierBySpend =
    spend === undefined ? undefined : tierWhere((threshold) => compareAmounts(spend, threshold.spend) >= 0, policy);
  const criteriaDisagree = tierBySpend !== undefined && tierBySpend !== tierByTenure;
  const decided = (tier: AbcDecision['tier'], decidingRule: AbcRule, needsReview: boolean): AbcDecision => ({
    tier,
    decidingRule,
    inputs: {
      ...(spend === undefined ? {} : { spend }),
      currency: policy.currency,
      tenureDays,
      ...(facts.firstTransactionAt === undefined ? {} : { firstTransactionAt: facts.firstTransactionAt }),
      transactions: facts.transactions,
      ...facts.standing,
      ...(withoutRate.length === 0 ? {} : { withoutRate }),
    },
    thresholds: { spendDays: policy.spendDays, a: policy.a, b: policy.b },
    ...(tierBySpend === undefined ? {} : { tierBySpend }),
    tierByTenure,
    criteriaDisagree,
    needsReview,
  });
  if (facts.standing !== undefined) return decided('A', facts.standing.standing, false);
  if (tierBySpend === undefined) return decided('undetermined', 'currency-without-rate', true);
  return criteriaDisagree
    ? decided(lowerOf(tierBySpend, tierByTenure), 'lower-of-spend-and-tenure', true)
    : decided(tierBySpend, 'spend-and-tenure', false);
};
