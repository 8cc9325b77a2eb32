import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { given } from '#libs/testing/given-when-then.ts';
import type { AbcPolicy } from './abc-policy.ts';
import { DEFAULT_ABC_POLICY } from './abc-policy.ts';
import type { AbcFacts } from './judge-abc.ts';
import { judgeAbc, spendWindow } from './judge-abc.ts';
import { tierPolicy } from './tier-policy.ts';
import { abcPolicies, abcPolicyAt } from './tiering.events.ts';

const NOW = '2026-03-02T01:00:00.000Z';
const TWO_YEARS_AGO = '2024-03-02T01:00:00.000Z';
const facts = (spend: string, firstTransactionAt: string, more: Partial<AbcFacts> = {}): AbcFacts => ({
  spend: { CNY: spend },
  transactions: 3,
  firstTransactionAt,
  ...more,
});
const judge = (of: AbcFacts, policy = DEFAULT_ABC_POLICY) => judgeAbc(of, policy, NOW);

describe('the A/B/C scheme', () => {
  it('makes A of 500 000 CNY a year and two years [A6, T1]', () =>
    expect(judge(facts('500000', TWO_YEARS_AGO))).toMatchObject({
      tier: 'A',
      decidingRule: 'spend-and-tenure',
      inputs: { spend: '500000', currency: 'CNY', tenureDays: 730 },
      criteriaDisagree: false,
      needsReview: false,
    }));

  it('draws half-open intervals: one tenth of a fen below A is B [A6]', () => {
    const justB = judge(facts('499999.999', TWO_YEARS_AGO));
    expect(justB).toMatchObject({ tier: 'B', tierBySpend: 'B', tierByTenure: 'A', needsReview: true });
    expect(judge(facts('100000', '2025-03-02T01:00:00.000Z'))).toMatchObject({ tier: 'B', needsReview: false });
    expect(judge(facts('99999.999', '2025-03-02T01:00:00.000Z'))).toMatchObject({ tier: 'C' });
    expect(judge(facts('100000', '2025-03-02T01:00:00.001Z'))).toMatchObject({
      tier: 'C',
      inputs: { tenureDays: 364 },
    });
  });

  it('lets the lower of amount and years count, and flags the case for review [A6]', () => {
    expect(judge(facts('900000', '2026-01-01T00:00:00.000Z'))).toMatchObject({
      tier: 'C',
      decidingRule: 'lower-of-spend-and-tenure',
      tierBySpend: 'A',
      tierByTenure: 'C',
      criteriaDisagree: true,
      needsReview: true,
    });
    expect(judge(facts('1', '2010-01-01T00:00:00.000Z'))).toMatchObject({
      tier: 'C',
      tierBySpend: 'C',
      tierByTenure: 'A',
    });
  });

  it('makes A of a benchmark or of strategic potential, naming the approver [A6, T1]', () => {
    for (const standing of ['benchmark', 'strategic-potential'] as const)
      expect(judge(facts('1', NOW, { standing: { standing, approver: 'dept-1' } }))).toMatchObject({
        tier: 'A',
        decidingRule: standing,
        inputs: { standing, approver: 'dept-1' },
      });
  });

  it('is undetermined where a currency has no rate, and says which [A6]', () =>
    expect(judge({ ...facts('900000', TWO_YEARS_AGO), spend: { CNY: '900000', GBP: '1', USD: '2' } })).toMatchObject({
      tier: 'undetermined',
      decidingRule: 'currency-without-rate',
      inputs: { withoutRate: ['GBP', 'USD'] },
      needsReview: true,
    }));

  it('converts by the policy’s rates, exactly [A6]', () => {
    const policy: AbcPolicy = { ...DEFAULT_ABC_POLICY, version: 'x', rates: [{ currency: 'GBP', rate: '9.1234567' }] };
    const decision = judge({ ...facts('0.1', TWO_YEARS_AGO), spend: { CNY: '0.2', GBP: '0.001' } }, policy);
    expect(decision.inputs.spend).toBe('0.2091234567');
  });

  it('takes a customer without dealings, and one with a negative balance, as C [A6]', () => {
    expect(judge({ spend: {}, transactions: 0 })).toMatchObject({ tier: 'C', inputs: { spend: '0', tenureDays: 0 } });
    expect(judge(facts('-10.5', TWO_YEARS_AGO))).toMatchObject({ tier: 'C', inputs: { spend: '-10.5' } });
  });

  it('counts spend over the trailing 365 days: the moment itself counts, the one a year before does not [A6]', () =>
    expect(spendWindow(DEFAULT_ABC_POLICY, NOW)).toEqual({ from: '2025-03-02T01:00:00.000Z', to: NOW }));

  it('never judges more spend or more tenure lower [A6]', () =>
    fc.assert(
      fc.property(
        fc.nat(900_000),
        fc.nat(900_000),
        fc.nat(1_500),
        fc.nat(1_500),
        (spend, moreSpend, days, moreDays) => {
          const first = (count: number) => new Date(Date.parse(NOW) - count * 86_400_000).toISOString();
          const before = judge(facts(String(spend), first(days))).tier;
          const after = judge(facts(String(spend + moreSpend), first(days + moreDays))).tier;
          expect(after <= before).toBe(true);
        },
      ),
    ));
});

describe('versions of the tier policy', () => {
  const gbp: AbcPolicy = {
    version: 'gbp@1',
    currency: 'GBP',
    rates: [],
    spendDays: 365,
    a: { spend: '5000', tenureDays: 300 },
    b: { spend: '1000', tenureDays: 90 },
    ours: [],
  };
  const published = (policy: AbcPolicy, effectiveFrom = NOW) => ({
    type: 'tier-policy.published.v1',
    data: { policy, effectiveFrom },
  });
  const asBody = (policy: AbcPolicy) => JSON.parse(JSON.stringify({ policy, effectiveFrom: NOW })) as never;

  it('are published once and never change [H1, A6]', () => {
    given(tierPolicy, 'abc')().when('tier-policy.publish', asBody(gbp)).then(published(gbp));
    given(tierPolicy, 'abc')(published(gbp)).when('tier-policy.publish', asBody(gbp)).then();
    given(
      tierPolicy,
      'abc',
    )(published(gbp))
      .when('tier-policy.publish', asBody({ ...gbp, spendDays: 30 }))
      .thenRejected('tier-policy.version-taken');
  });

  it('are refused where malformed, disordered, or of an unknown scheme', () => {
    given(tierPolicy, 'abc')()
      .when('tier-policy.publish', asBody({ ...gbp, currency: 'pounds' }))
      .thenRejected('tier-policy.malformed');
    given(tierPolicy, 'abc')()
      .when('tier-policy.publish', asBody({ ...gbp, a: { spend: '999', tenureDays: 300 } }))
      .thenRejected('tier-policy.disordered');
    given(tierPolicy, 'rfm')().when('tier-policy.publish', asBody(gbp)).thenRejected('tier-policy.unknown-scheme');
  });

  it('take effect at their moment; before any, the default holds [H1]', () => {
    const { state } = given(tierPolicy, 'abc')(published(gbp, '2026-04-01T00:00:00.000Z'));
    expect(abcPolicyAt(abcPolicies.initial, NOW).version).toBe('abc-default@1');
    expect(abcPolicyAt(state, '2026-03-31T23:59:59.999Z').version).toBe('abc-default@1');
    expect(abcPolicyAt(state, '2026-04-01T00:00:00.000Z').version).toBe('gbp@1');
  });
});
