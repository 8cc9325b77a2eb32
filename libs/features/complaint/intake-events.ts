import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { CHANNELS, FILED_BY, REMEDIES, SEVERITIES, STEPS } from './vocabulary.ts';

const tier = Type.Enum(['A', 'B', 'C']);
const severity = Type.Enum([...SEVERITIES]);
const why = field.personal({ maxLength: 2_000 });
const step = Type.Enum([...STEPS]);

const clockTarget = Type.Object({
  clock: Type.Enum(['response', 'plan']),
  startedAt: field.instant(),
  targetMinutes: field.count(),
  dueAt: field.instant(),
  /** Whose time it is: of the two, the stricter. */
  by: Type.Enum(['complaint', 'tier']),
  complaintMinutes: field.count(),
  tierMinutes: Type.Optional(field.count()),
  /** Past already when a change set it. [SLA 4] */
  passedWhenSet: Type.Optional(Type.Boolean()),
});

export const stepSchema = Type.Object({
  step,
  /** A user, or where nobody is named the role that owns the step. */
  ownerId: Type.Optional(field.id()),
  ownerRole: Type.Optional(field.text(60)),
  dueAt: field.instant(),
});

/** How a complaint comes in and is taken up. [B1, B2, B3] */
export const intakeEvents = {
  'complaint.filed.v1': {
    meaning: 'A complaint came in, by or for a customer, identified or not. `occurredAt` is the receipt.',
    source: '[H5.4, ISO 10002]',
    data: Type.Object({
      /** Unique; told to the complainant. */
      reference: field.text(60),
      channel: Type.Enum([...CHANNELS]),
      category: field.text(200),
      severity,
      filedBy: Type.Enum([...FILED_BY]),
      /** Absent: not identified. */
      customerId: Type.Optional(field.id()),
      complainant: Type.Optional(field.personal({ maxLength: 300 })),
      contact: Type.Optional(field.personal({ maxLength: 500 })),
      description: Type.Optional(field.personal()),
      remedyAsked: Type.Optional(Type.Enum([...REMEDIES])),
      remedyDetail: Type.Optional(field.personal({ maxLength: 2_000 })),
      team: Type.Optional(field.id()),
      tier: Type.Optional(tier),
      /** The complaint that this one takes up again, after the time for re-opening it. */
      followsId: Type.Optional(field.id()),
      /** Import only: what the source says it is about. */
      product: Type.Optional(field.text(300)),
      issue: Type.Optional(field.text(300)),
    }),
    says: {
      en: 'Complaint {reference} ({category}, {severity}) came in by {channel}{?complainant  from {complainant}}{?remedyAsked , asking for: {remedyAsked}}.',
      'zh-CN':
        '通过{channel}收到投诉{reference}（{category}，{severity}）{?complainant ，投诉人：{complainant}}{?remedyAsked ，诉求：{remedyAsked}}。',
    },
  },
  'complaint.receipt-sent.v1': {
    meaning: 'The automatic receipt with the reference. It stops no clock.',
    source: '[ISO 10002]',
    data: Type.Object({ channel: Type.Enum([...CHANNELS]), reference: field.text(60) }),
    says: {
      en: 'A receipt with the reference {reference} was sent automatically by {channel}.',
      'zh-CN': '系统已通过{channel}自动发送受理回执（编号{reference}）。',
    },
  },
  'complaint.clocks-set.v1': {
    meaning:
      'No longer written: until when a person must have answered and a plan must stand. Clocks are recorded by complaint.clocks-judged now.',
    source: '[H5.4, T2]',
    data: Type.Object({
      cycle: Type.Integer({ minimum: 1 }),
      clocks: Type.Array(clockTarget),
      because: Type.Enum(['filed', 'accepted', 'customer-identified', 'severity-changed', 'reopened']),
      tier: Type.Optional(tier),
      urgent: Type.Boolean(),
      policyVersion: field.text(60),
    }),
    says: {
      en: 'The times for answer and plan were set under policy {policyVersion} (because: {because}{?tier ; class {tier}}).',
      'zh-CN': '已按政策{policyVersion}设定答复与方案时限（原因：{because}{?tier ；客户类别{tier}}）。',
    },
  },
  'complaint.customer-identified.v1': {
    meaning: 'Whose complaint it is became known. The complaint stays in the history in which it began.',
    source: '[B1]',
    data: Type.Object({ customerId: field.id(), tier: Type.Optional(tier) }),
    says: { en: 'The complainant is customer {customerId}.', 'zh-CN': '投诉人确认为客户{customerId}。' },
  },
  'complaint.severity-raised.v1': {
    meaning: 'The complaint is graver than it seemed.',
    data: Type.Object({ from: severity, severity, why }),
    says: {
      en: 'Severity raised from {from} to {severity}: {why}',
      'zh-CN': '严重程度由“{from}”升为“{severity}”：{why}',
    },
  },
  'complaint.severity-lowered.v1': {
    meaning: 'The complaint is less grave than it seemed. Its deadlines stay.',
    data: Type.Object({ from: severity, severity, why }),
    says: {
      en: 'Severity lowered from {from} to {severity}: {why}',
      'zh-CN': '严重程度由“{from}”降为“{severity}”：{why}',
    },
  },
  'complaint.category-changed.v1': {
    meaning: 'The complaint is of another type.',
    data: Type.Object({ from: field.text(200), category: field.text(200), why }),
    says: {
      en: 'Category changed from “{from}” to “{category}”: {why}',
      'zh-CN': '类别由“{from}”改为“{category}”：{why}',
    },
  },
  'complaint.assigned.v1': {
    meaning: 'Who is responsible, and in which team.',
    source: '[H5.4]',
    data: Type.Object({ responsibleId: field.id(), team: Type.Optional(field.id()) }),
    says: {
      en: '{responsibleId} is responsible{?team  (team {team})}.',
      'zh-CN': '责任人为{responsibleId}{?team （团队：{team}）}。',
    },
  },
  'complaint.accepted.v1': {
    meaning: 'The complaint was taken up. Each step of its type’s procedure has an owner and a due time.',
    source: '[H5.4]',
    data: Type.Object({
      responsibleId: Type.Optional(field.id()),
      steps: Type.Array(stepSchema),
    }),
    says: {
      en: 'The complaint was accepted{?responsibleId ; {responsibleId} is responsible}.',
      'zh-CN': '投诉已受理{?responsibleId ，责任人：{responsibleId}}。',
    },
  },
  'complaint.step-reassigned.v1': {
    meaning: 'A step of the procedure has another owner or due time.',
    source: '[H5.4]',
    data: Type.Object({ step, ownerId: field.id(), dueAt: field.instant(), why }),
    says: {
      en: 'The step “{step}” now belongs to {ownerId}, due {dueAt}: {why}',
      'zh-CN': '“{step}”步骤改由{ownerId}负责，时限{dueAt}：{why}',
    },
  },
} as const;
