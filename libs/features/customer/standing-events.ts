import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';

const why = field.personal({ maxLength: 1_000 });

/** What makes a customer class A whatever they spend. [T1] */
export const STANDINGS = ['benchmark', 'strategic-potential'] as const;
export const DUPLICATE_GROUNDS = ['same-name', 'same-contact', 'same-address', 'same-owner', 'other'] as const;
export type Standing = (typeof STANDINGS)[number];

const tier = Type.Enum(['A', 'B', 'C', 'undetermined']);

export const tierEvents = {
  'customer.tier-decided.v1': {
    meaning: 'The A/B/C class and all that decided it: facts, thresholds, version of the policy, rule.',
    source: '[T1, M1.1]',
    data: Type.Object({
      scheme: Type.Enum(['abc']),
      tier,
      previousTier: Type.Optional(tier),
      decidingRule: field.text(60),
      policyVersion: field.text(100),
      /** The moment whose facts were looked at. */
      asAt: field.instant(),
      inputs: Type.Object({
        /** In the policy’s currency, exact (conversion may give more places than amounts have); absent without a rate. */
        spend: Type.Optional(Type.String({ pattern: '^-?\\d+(\\.\\d+)?$' })),
        currency: field.currency(),
        tenureDays: field.count(),
        firstTransactionAt: Type.Optional(field.instant()),
        transactions: field.count(),
        standing: Type.Optional(Type.Enum([...STANDINGS])),
        approver: Type.Optional(field.id()),
        withoutRate: Type.Optional(Type.Array(field.currency())),
      }),
      thresholds: Type.Object({
        spendDays: field.count(),
        a: Type.Object({ spend: field.amount(), tenureDays: field.count() }),
        b: Type.Object({ spend: field.amount(), tenureDays: field.count() }),
      }),
      tierBySpend: Type.Optional(tier),
      tierByTenure: Type.Optional(tier),
      criteriaDisagree: Type.Boolean(),
      needsReview: Type.Boolean(),
    }),
    says: {
      en: 'Class {tier} under policy {policyVersion}: {decidingRule} ({?inputs.spend spend {inputs.spend} {inputs.currency} in {thresholds.spendDays} days, }{?inputs.withoutRate no rate for {inputs.withoutRate}, }{inputs.tenureDays} days of dealings).',
      'zh-CN':
        '按政策{policyVersion}评定客户类别为“{tier}”：{decidingRule}（{?inputs.spend {thresholds.spendDays}天内消费{inputs.spend} {inputs.currency}，}{?inputs.withoutRate 缺少{inputs.withoutRate}汇率，}合作{inputs.tenureDays}天）。',
    },
  },
  'customer.standing-granted.v1': {
    meaning:
      'The customer is a benchmark, or of strategic potential: class A whatever they spend. An approver stands for it.',
    source: '[T1]',
    data: Type.Object({ standing: Type.Enum([...STANDINGS]), approver: field.id(), why }),
    says: {
      en: 'Recognised as {standing}, approved by {approver}: {why}.',
      'zh-CN': '认定为{standing}，批准人{approver}：{why}。',
    },
  },
  'customer.standing-withdrawn.v1': {
    meaning: 'The customer is a benchmark, or of strategic potential, no longer.',
    source: '[T1]',
    data: Type.Object({ standing: Type.Enum([...STANDINGS]), why }),
    says: { en: 'No longer recognised as {standing}: {why}.', 'zh-CN': '不再认定为{standing}：{why}。' },
  },
} as const;

export const identityEvents = {
  'customer.external-id-linked.v1': {
    meaning: 'The customer’s key in another system; it belongs to one customer only.',
    source: '[A13]',
    data: Type.Object({ system: field.text(60), value: field.text(200) }),
    says: { en: 'Known as {value} in {system}.', 'zh-CN': '在{system}中的编号为{value}。' },
  },
  'customer.duplicate-proposed.v1': {
    meaning: 'Another customer is probably the same one; a person decides.',
    source: '[A13]',
    data: Type.Object({ otherId: field.id(), grounds: Type.Enum([...DUPLICATE_GROUNDS]) }),
    says: {
      en: 'Customer {otherId} may be the same ({grounds}).',
      'zh-CN': '客户{otherId}可能为重复客户（{grounds}）。',
    },
  },
  'customer.duplicate-dismissed.v1': {
    meaning: 'The proposed duplicate is another customer.',
    source: '[A13]',
    data: Type.Object({ otherId: field.id(), why }),
    says: { en: 'Customer {otherId} is not the same: {why}.', 'zh-CN': '客户{otherId}并非重复客户：{why}。' },
  },
  'customer.merged-into.v1': {
    meaning: 'This customer is the same as the survivor, who carries on. This id keeps answering and points there.',
    source: '[A13]',
    data: Type.Object({ survivorId: field.id(), why }),
    says: { en: 'Merged into customer {survivorId}: {why}.', 'zh-CN': '已并入客户{survivorId}：{why}。' },
  },
  'customer.absorbed.v1': {
    meaning: 'The survivor took another customer over.',
    source: '[A13]',
    data: Type.Object({ otherId: field.id(), transactions: field.count() }),
    says: {
      en: 'Customer {otherId} was absorbed with {transactions} transactions.',
      'zh-CN': '已合并客户{otherId}及其{transactions}笔交易。',
    },
  },
  'customer.transactions-taken-over.v1': {
    meaning:
      'Dealings of an absorbed customer that now count for the survivor; they stay in the absorbed one’s own history too.',
    source: '[A13]',
    data: Type.Object({
      otherId: field.id(),
      transactions: Type.Array(
        Type.Object({ key: field.text(100), at: field.instant(), amount: field.amount(), currency: field.currency() }),
        { maxItems: 500 },
      ),
    }),
    says: {
      en: 'Transactions of customer {otherId} were taken over.',
      'zh-CN': '已接收客户{otherId}的交易记录。',
    },
  },
  'customer.separated.v1': {
    meaning: 'The merger was a mistake: this customer stands alone again, with the history it had.',
    source: '[A13]',
    data: Type.Object({ survivorId: field.id(), why }),
    says: { en: 'Separated from customer {survivorId}: {why}.', 'zh-CN': '已从客户{survivorId}拆分：{why}。' },
  },
  'customer.released.v1': {
    meaning: 'The survivor gave an absorbed customer free; what came from them no longer counts here.',
    source: '[A13]',
    data: Type.Object({ otherId: field.id() }),
    says: { en: 'Customer {otherId} was released.', 'zh-CN': '已拆出客户{otherId}。' },
  },
} as const;
