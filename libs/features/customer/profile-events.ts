import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { provenance } from './provenance.ts';

export const CUSTOMER_KINDS = ['enterprise', 'individual', 'government', 'industry'] as const;
export type CustomerKind = (typeof CUSTOMER_KINDS)[number];

/** A dimension beside the tiers. [T1] */
export const NEED_TYPES = ['procurement', 'technical-support', 'long-term'] as const;
export const SIZES = ['micro', 'small', 'medium', 'large'] as const;
export const CREDIT_RATINGS = ['AAA', 'AA', 'A', 'BBB', 'BB', 'B', 'C', 'D'] as const;
export const FINANCIAL_STANDINGS = ['sound', 'adequate', 'strained', 'insolvent'] as const;

/** An organisation's name is public knowledge; a person's is personal. Exactly one of the two is set. */
const names = {
  organisationName: Type.Optional(Type.String({ maxLength: 300, 'x-not-personal': 'the name of an organisation' })),
  personName: Type.Optional(field.personal({ maxLength: 300 })),
};

export const businessDetails = {
  /** An individual’s is where they live. */
  registeredPlace: Type.Optional(field.personal({ maxLength: 300 })),
  /** GB/T 4754, e.g. `C3911`. */
  industryCode: Type.Optional(Type.String({ pattern: '^[A-T](\\d{2,4})?$' })),
  size: Type.Optional(Type.Enum([...SIZES])),
  businessScope: Type.Optional(field.text(4_000)),
  foundedOn: Type.Optional(field.date()),
  needType: Type.Optional(Type.Enum([...NEED_TYPES])),
};

export const BUSINESS_DETAILS = [
  'registeredPlace',
  'industryCode',
  'size',
  'businessScope',
  'foundedOn',
  'needType',
] as const satisfies readonly (keyof typeof businessDetails)[];

/** A contact is a person of their own: their values are sealed under their own key, and can be erased alone. */
const ofContact = (maxLength: number) => field.personal({ subjectField: 'contactId', maxLength });
const contactDetails = {
  contactId: field.id(),
  name: Type.Optional(ofContact(300)),
  /** What the contact is to the customer: `purchasing`, `technical`, `executive`. */
  role: Type.Optional(field.text(100)),
  phone: Type.Optional(ofContact(50)),
  email: Type.Optional(ofContact(320)),
};

/** Basic, credit and behaviour facts of the profile. */
export const profileEvents = {
  'customer.registered.v1': {
    meaning: 'A customer became known to us. Nothing is decided about admission yet, unless the fact was imported.',
    source: '[M1.2]',
    data: Type.Object({
      kind: Type.Enum([...CUSTOMER_KINDS]),
      ...names,
      ...businessDetails,
      team: Type.Optional(field.id()),
      /** Known from a system whose customers were dealt with already: admission is not asked for. */
      established: Type.Boolean(),
      ...provenance,
    }),
    says: {
      en: 'Customer{?organisationName  {organisationName}}{?personName  {personName}} was registered ({kind}).',
      'zh-CN': '客户{?organisationName {organisationName}}{?personName {personName}}已登记（{kind}）。',
    },
  },
  'customer.renamed.v1': {
    meaning: 'The customer has another name.',
    source: '[M1.2]',
    data: Type.Object({ ...names, ...provenance }),
    says: {
      en: 'The customer was renamed{?organisationName  to {organisationName}}{?personName  to {personName}}{?why : {why}}.',
      'zh-CN': '客户更名{?organisationName 为{organisationName}}{?personName 为{personName}}{?why ，原因：{why}}。',
    },
  },
  'customer.business-details-recorded.v1': {
    meaning: 'Facts about the customer’s business: place, industry, size, scope, founding date, type of need.',
    source: '[M1.2, T1]',
    data: Type.Object({ ...businessDetails, ...provenance }),
    says: {
      en: 'Business details were recorded ({changed}; source: {source}){?why : {why}}.',
      'zh-CN': '已登记经营信息（{changed}；来源：{source}）{?why ，原因：{why}}。',
    },
  },
  'customer.business-details-corrected.v1': {
    meaning:
      'What an earlier event says about the business was wrong. `occurredAt` is from when the right value held; what was believed until now stays on record. Fields that were changed since keep their later value.',
    source: '[M1.2]',
    data: Type.Object({
      /** Which event said it. */
      correctsEventId: field.id(),
      ...businessDetails,
      ...provenance,
    }),
    says: {
      en: 'Earlier business details were corrected ({changed}; source: {source}; event {correctsEventId}){?why : {why}}.',
      'zh-CN': '已更正先前登记的经营信息（{changed}；来源：{source}；事件{correctsEventId}）{?why ，原因：{why}}。',
    },
  },
  'customer.credit-code-recorded.v1': {
    meaning:
      'The unified social credit code (统一社会信用代码, GB 32100), checked, and belonging to this customer alone.',
    source: '[M1.2]',
    data: Type.Object({ unifiedSocialCreditCode: Type.String({ pattern: '^[0-9A-Z]{18}$' }), ...provenance }),
    says: {
      en: 'The unified social credit code {unifiedSocialCreditCode} was recorded.',
      'zh-CN': '已登记统一社会信用代码{unifiedSocialCreditCode}。',
    },
  },
  'customer.legal-representative-named.v1': {
    meaning: 'Who represents the organisation in law.',
    source: '[M1.2]',
    data: Type.Object({ legalRepresentative: field.personal({ maxLength: 300 }), ...provenance }),
    says: {
      en: 'The legal representative is {legalRepresentative}{?why : {why}}.',
      'zh-CN': '法定代表人为{legalRepresentative}{?why ，原因：{why}}。',
    },
  },
  'customer.contact-added.v1': {
    meaning: 'A person to talk to at the customer.',
    source: '[M1.2]',
    data: Type.Object({ ...contactDetails, name: ofContact(300), role: field.text(100), ...provenance }),
    says: { en: 'Contact {name} ({role}) was added.', 'zh-CN': '已添加联系人{name}（{role}）。' },
  },
  'customer.contact-changed.v1': {
    meaning: 'A contact has another name, role, telephone number or address.',
    source: '[M1.2]',
    data: Type.Object({ ...contactDetails, ...provenance }),
    says: {
      en: 'A contact was changed ({changed}; source: {source}){?why : {why}}.',
      'zh-CN': '联系人已变更（{changed}；来源：{source}）{?why ，原因：{why}}。',
    },
  },
  'customer.contact-removed.v1': {
    meaning: 'A person is no longer a contact.',
    source: '[M1.2]',
    data: Type.Object({ contactId: field.id(), ...provenance }),
    says: { en: 'A contact was removed{?why : {why}}.', 'zh-CN': '已移除联系人{?why ，原因：{why}}。' },
  },
  'customer.credit-rated.v1': {
    meaning: 'Credit rating, financial standing and the usual days from invoice to payment.',
    source: '[M1.2]',
    data: Type.Object({
      rating: Type.Optional(Type.Enum([...CREDIT_RATINGS], { 'x-data-class': 'confidential' })),
      financialStanding: Type.Optional(Type.Enum([...FINANCIAL_STANDINGS], { 'x-data-class': 'confidential' })),
      paymentCycleDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_650 })),
      ...provenance,
    }),
    says: {
      en: 'Credit was rated ({changed}; source: {source}){?why : {why}}.',
      'zh-CN': '已评定信用（{changed}；来源：{source}）{?why ，原因：{why}}。',
    },
  },
  'customer.default-recorded.v1': {
    meaning: 'The customer did not pay what was due.',
    source: '[M1.2]',
    data: Type.Object({ amount: field.amount(), currency: field.currency(), dueOn: field.date(), ...provenance }),
    says: {
      en: 'A default of {amount} {currency}, due on {dueOn}, was recorded{?why : {why}}.',
      'zh-CN': '已记录违约：{amount} {currency}，应付日{dueOn}{?why ，说明：{why}}。',
    },
  },
  'customer.transaction-recorded.v1': {
    meaning: 'A dealing: an invoice, or a cancellation with a negative amount. `occurredAt` is its time.',
    source: '[M1.2, S template 1]',
    data: Type.Object({
      /** The invoice’s number in its system; a second one with the same key is the same dealing. */
      key: field.text(100),
      amount: field.amount(),
      currency: field.currency(),
      product: Type.Optional(field.text(300)),
      channel: Type.Optional(field.text(100)),
      country: Type.Optional(field.text(100)),
    }),
    says: {
      en: 'Transaction {key} over {amount} {currency}{?product  for {product}}{?channel  through {channel}}.',
      'zh-CN': '交易{key}，金额{amount} {currency}{?product ，产品：{product}}{?channel ，渠道：{channel}}。',
    },
  },
  'customer.preference-noted.v1': {
    meaning: 'What the customer prefers, by topic.',
    source: '[M1.2]',
    data: Type.Object({ topic: field.text(100), preference: field.personal({ maxLength: 1_000 }), ...provenance }),
    says: { en: 'Preference on {topic}: {preference}.', 'zh-CN': '偏好（{topic}）：{preference}。' },
  },
  'customer.satisfaction-recorded.v1': {
    meaning: 'How satisfied the customer said they were, 1 to 5.',
    source: '[M1.2]',
    data: Type.Object({
      score: field.score(),
      topic: field.text(100),
      remark: Type.Optional(field.personal({ maxLength: 4_000 })),
      source: provenance.source,
    }),
    says: {
      en: 'Satisfaction with {topic}: {score} of 5{?remark  ({remark})}.',
      'zh-CN': '对{topic}的满意度：{score}分（满分5分）{?remark （{remark}）}。',
    },
  },
  'customer.team-assigned.v1': {
    meaning: 'The team that owns the customer.',
    data: Type.Object({ team: field.id() }),
    says: { en: 'The customer belongs to team {team}.', 'zh-CN': '客户归属团队{team}。' },
  },
  'customer.account-manager-assigned.v1': {
    meaning: 'The person in charge of the customer.',
    source: '[C4, C5]',
    data: Type.Object({ userId: field.id() }),
    says: { en: '{userId} is in charge of the customer.', 'zh-CN': '客户负责人为{userId}。' },
  },
} as const;
