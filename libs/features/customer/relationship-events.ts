import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';

const why = field.personal({ maxLength: 1_000 });

export const REFUSAL_REASONS = ['risk', 'credit', 'ability', 'compliance', 'no-need', 'incomplete', 'other'] as const;
export const ADMISSION_STAGES = ['screening', 'qualification', 'background-check', 'assessment', 'admission'] as const;
export const LIFECYCLE_STAGES = ['identify', 'develop', 'grow', 'mature', 'decline'] as const;
export type LifecycleStage = (typeof LIFECYCLE_STAGES)[number];
export const TAG_KINDS = ['need', 'value', 'risk'] as const;

const passed = (meaning: string, en: string, zh: string) => ({
  meaning,
  source: '[H4.1]',
  data: Type.Object({ remark: Type.Optional(why) }),
  says: { en: `${en}{?remark : {remark}}.`, 'zh-CN': `${zh}{?remark ：{remark}}。` },
});

/** collected → screened → qualified → background-checked → assessed → admitted or refused. [H4.1] */
export const admissionEvents = {
  'customer.screened.v1': passed('The first sieve was passed.', 'Screening was passed', '已通过初筛'),
  'customer.qualified.v1': passed('The qualifications hold.', 'Qualification was passed', '已通过资质审查'),
  'customer.background-checked.v1': passed(
    'The background is clean.',
    'The background check was passed',
    '已通过背景调查',
  ),
  'customer.assessed.v1': {
    meaning: 'Value, risk and ability to pay, each from 1 (low) to 5 (high).',
    source: '[H4.1]',
    data: Type.Object({
      value: field.score(),
      risk: field.score(),
      ability: field.score(),
      remark: Type.Optional(why),
    }),
    says: {
      en: 'Assessed: value {value}, risk {risk}, ability {ability} of 5{?remark : {remark}}.',
      'zh-CN': '评估结果：价值{value}、风险{risk}、能力{ability}（满分5分）{?remark ：{remark}}。',
    },
  },
  'customer.admitted.v1': {
    meaning: 'The customer was admitted.',
    source: '[H4.1]',
    data: Type.Object({ remark: Type.Optional(why) }),
    says: { en: 'The customer was admitted{?remark : {remark}}.', 'zh-CN': '客户已准入{?remark ：{remark}}。' },
  },
  'customer.refused.v1': {
    meaning: 'Admission was refused. No new service case, but complaints and data rights stay open to the customer.',
    source: '[H4.1]',
    data: Type.Object({ stage: Type.Enum([...ADMISSION_STAGES]), reasonCode: Type.Enum([...REFUSAL_REASONS]), why }),
    says: {
      en: 'Admission was refused at {stage} ({reasonCode}): {why}.',
      'zh-CN': '在{stage}阶段拒绝准入（{reasonCode}）：{why}。',
    },
  },
  'customer.reapplied.v1': {
    meaning: 'A refused customer applied again: the flow begins anew.',
    source: '[H4.1]',
    data: Type.Object({ attempt: Type.Integer({ minimum: 2 }), why }),
    says: {
      en: 'The customer applied again (attempt {attempt}): {why}.',
      'zh-CN': '客户再次申请准入（第{attempt}次）：{why}。',
    },
  },
} as const;

const slaOverride = Type.Object({
  clock: Type.Enum(['first-response', 'resolution']),
  /** Absent: whatever the urgency. */
  urgency: Type.Optional(Type.Enum(['urgent', 'other'])),
  targetMinutes: Type.Integer({ minimum: 1, maximum: 525_600 }),
  time: Type.Enum(['calendar', 'business']),
});

export const contractEvents = {
  'customer.contract-signed.v1': {
    meaning: 'A contract between the customer and us. `slaOverrides` take the place of the tier’s own times.',
    source: '[H4.2]',
    data: Type.Object({
      contractId: field.id(),
      number: field.text(100),
      subjectMatter: field.confidential(2_000),
      signedOn: field.date(),
      validUntil: Type.Optional(field.date()),
      amount: Type.Optional(field.amount()),
      currency: Type.Optional(field.currency()),
      slaOverrides: Type.Array(slaOverride),
    }),
    says: {
      en: 'Contract {number} was signed on {signedOn}{?validUntil , valid until {validUntil}}.',
      'zh-CN': '合同{number}于{signedOn}签订{?validUntil ，有效期至{validUntil}}。',
    },
  },
  'customer.contract-amended.v1': {
    meaning: 'A contract was amended: what is named here replaces what stood there.',
    source: '[H4.2]',
    data: Type.Object({
      contractId: field.id(),
      changed: Type.Array(field.text(100)),
      subjectMatter: Type.Optional(field.confidential(2_000)),
      validUntil: Type.Optional(field.date()),
      amount: Type.Optional(field.amount()),
      currency: Type.Optional(field.currency()),
      slaOverrides: Type.Optional(Type.Array(slaOverride)),
      why,
    }),
    says: { en: 'A contract was amended ({changed}): {why}.', 'zh-CN': '合同已变更（{changed}）：{why}。' },
  },
  'customer.contract-ended.v1': {
    meaning: 'A contract ended, before its time or at it.',
    source: '[H4.2]',
    data: Type.Object({ contractId: field.id(), endedOn: field.date(), why }),
    says: { en: 'A contract ended on {endedOn}: {why}.', 'zh-CN': '合同于{endedOn}终止：{why}。' },
  },
} as const;

export const lifecycleEvents = {
  'customer.lifecycle-stage-reached.v1': {
    meaning: 'The rules place the customer in another stage; the facts they looked at stand beside.',
    source: '[M1.3]',
    data: Type.Object({
      stage: Type.Enum([...LIFECYCLE_STAGES]),
      from: Type.Optional(Type.Enum([...LIFECYCLE_STAGES])),
      rule: field.text(100),
      tenureDays: field.count(),
      daysSinceLastTransaction: Type.Optional(field.count()),
      /** Dealings in the last half year, and in the one before it. */
      recentTransactions: field.count(),
      earlierTransactions: field.count(),
    }),
    says: { en: 'Lifecycle stage: {stage} (rule: {rule}).', 'zh-CN': '生命周期阶段：{stage}（规则：{rule}）。' },
  },
  'customer.lifecycle-overridden.v1': {
    meaning: 'A person placed the customer in a stage, whatever the rules say, until the override is lifted.',
    source: '[M1.3]',
    data: Type.Object({ stage: Type.Enum([...LIFECYCLE_STAGES]), why }),
    says: {
      en: 'The lifecycle stage was set to {stage} by hand: {why}.',
      'zh-CN': '生命周期阶段人工调整为“{stage}”：{why}。',
    },
  },
  'customer.lifecycle-override-lifted.v1': {
    meaning: 'The rules decide the stage again.',
    source: '[M1.3]',
    data: Type.Object({ why }),
    says: {
      en: 'The lifecycle stage follows the rules again: {why}.',
      'zh-CN': '生命周期阶段恢复按规则判定：{why}。',
    },
  },
  'customer.churned.v1': {
    meaning: 'The customer was lost. `occurredAt` is the churn time.',
    source: '[M1.3]',
    data: Type.Object({ why }),
    says: { en: 'The customer was lost: {why}.', 'zh-CN': '客户流失：{why}。' },
  },
  'customer.won-back.v1': {
    meaning: 'A lost customer came back.',
    source: '[M1.3]',
    data: Type.Object({ why }),
    says: { en: 'The customer was won back: {why}.', 'zh-CN': '客户已挽回：{why}。' },
  },
} as const;

export const tagEvents = {
  'customer.tagged.v1': {
    meaning: 'A tag of need, value or risk, by hand or by a rule, until it expires.',
    source: '[S1]',
    data: Type.Object({
      tag: field.text(60),
      kind: Type.Enum([...TAG_KINDS]),
      by: Type.Enum(['hand', 'rule']),
      rule: Type.Optional(field.text(100)),
      why: Type.Optional(why),
      validUntil: field.instant(),
    }),
    says: {
      en: 'Tagged “{tag}” ({kind}) until {validUntil}{?rule  by the rule “{rule}”}{?why : {why}}.',
      'zh-CN': '已加标签“{tag}”（{kind}），有效至{validUntil}{?rule ，规则：{rule}}{?why ，理由：{why}}。',
    },
  },
  'customer.untagged.v1': {
    meaning: 'A tag was taken off before it expired.',
    source: '[S1]',
    data: Type.Object({ tag: field.text(60), why: Type.Optional(why) }),
    says: { en: 'Tag “{tag}” was removed{?why : {why}}.', 'zh-CN': '已移除标签“{tag}”{?why ，理由：{why}}。' },
  },
} as const;
