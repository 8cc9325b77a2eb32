import type { AbcPolicies } from '#libs/features/tiering/tiering.events.ts';
import {
  ABC_POLICY_ID,
  abcPolicies,
  abcPolicyAt,
  judgeAbc,
  spendWindow,
} from '#libs/features/tiering/tiering.events.ts';
import type { AbcDecision, AbcFacts, AbcPolicy } from '#libs/features/tiering/tiering.events.ts';
import type { Consultation, DecisionContext } from '#libs/kernel/aggregate.ts';
import type { EventMetadata } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { CustomerEvent, NewCustomerEvent } from './customer.events.ts';
import { happened } from './customer.events.ts';
import type { Customer, CustomerFacts, DecidedTier, KnownCustomer } from './customer.state.ts';
import { allDealings, evolve } from './customer.state.ts';
import { dealtWithin, firstOf } from './dealings.ts';
import { judgeLifecycle } from './lifecycle-rules.ts';

/** Every command that brings facts looks at the policy in force. */
export const consultPolicy: Consultation<Customer> = {
  as: 'abcPolicies',
  view: abcPolicies,
  idOf: () => ABC_POLICY_ID,
};

const policyIn = ({ consulted, now }: DecisionContext): AbcPolicy =>
  abcPolicyAt((consulted['abcPolicies'] as AbcPolicies | undefined) ?? abcPolicies.initial, now);

export const abcFactsOf = (customer: CustomerFacts, policy: AbcPolicy, asAt: Instant): AbcFacts => {
  const dealings = allDealings(customer);
  const first = firstOf(dealings);
  const { benchmark, 'strategic-potential': strategic } = customer.standings;
  return {
    ...dealtWithin(dealings, spendWindow(policy, asAt)),
    ...(first === undefined || first > asAt ? {} : { firstTransactionAt: first }),
    ...(benchmark !== undefined
      ? { standing: { standing: 'benchmark', approver: benchmark.approver } }
      : strategic !== undefined
        ? { standing: { standing: 'strategic-potential', approver: strategic.approver } }
        : {}),
  };
};

/** Only a decision that differs is recorded: another class, rule, flag, or the version of the policy. */
const differs = (before: DecidedTier | undefined, now: AbcDecision, policyVersion: string): boolean =>
  before === undefined ||
  before.tier !== now.tier ||
  before.decidingRule !== now.decidingRule ||
  before.policyVersion !== policyVersion ||
  before.criteriaDisagree !== now.criteriaDisagree ||
  before.needsReview !== now.needsReview;

const tierEvents = (customer: KnownCustomer, asAt: Instant, context: DecisionContext): NewCustomerEvent[] => {
  const policy = policyIn(context);
  const decision = judgeAbc(abcFactsOf(customer, policy, asAt), policy, asAt);
  if (!differs(customer.tier, decision, policy.version)) return [];
  return [
    happened(
      'tier-decided',
      {
        scheme: 'abc',
        ...decision,
        ...(customer.tier === undefined ? {} : { previousTier: customer.tier.tier }),
        policyVersion: policy.version,
        asAt,
      },
      { policyVersions: { abc: policy.version } },
    ),
  ];
};

/** The rules are silent while a person's word stands. [M1.3] */
const lifecycleEvents = (customer: KnownCustomer, asAt: Instant): NewCustomerEvent[] => {
  const { lifecycle } = customer;
  if (lifecycle.overridden || lifecycle.status === 'churned') return [];
  const judged = judgeLifecycle(allDealings(customer), asAt);
  return judged.stage === lifecycle.stage
    ? []
    : [happened('lifecycle-stage-reached', { ...judged, from: lifecycle.stage })];
};

/** The state after events that are not recorded yet, as the ledger will fold it. */
const after = (customer: Customer, events: readonly NewCustomerEvent[], context: DecisionContext): Customer =>
  events.reduce<Customer>(
    (state, { type, data, occurredAt = context.now }) =>
      evolve(state, {
        type,
        data,
        occurredAt,
        recordedAt: context.now,
        id: '',
        stream: '',
        streamId: context.id,
        revision: 0,
        position: 0,
        subject: context.id,
        metadata: undefined as unknown as EventMetadata,
      } as CustomerEvent),
    customer,
  );

/** Facts, and what the rules make of them in the same append. [A4, A6, A7] */
export const judged = (
  events: readonly NewCustomerEvent[],
  customer: Customer,
  context: DecisionContext,
  asAt: Instant = context.now,
): readonly NewCustomerEvent[] => {
  const now = after(customer, events, context);
  return now.status === 'known'
    ? [...events, ...tierEvents(now, asAt, context), ...lifecycleEvents(now, asAt)]
    : events;
};
