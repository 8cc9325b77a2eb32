import type { AbcDecision } from '#libs/features/tiering/tiering.events.ts';
import type { Term, Terms, Words } from '#libs/kernel/terms.ts';
import type { CREDIT_RATINGS, CUSTOMER_KINDS, FINANCIAL_STANDINGS, NEED_TYPES, SIZES } from './profile-events.ts';
import type { SOURCES } from './provenance.ts';
import type { ADMISSION_STAGES, LIFECYCLE_STAGES, REFUSAL_REASONS, TAG_KINDS } from './relationship-events.ts';
import type { DUPLICATE_GROUNDS, STANDINGS } from './standing-events.ts';
import type { RuleTag } from './tag-rules.ts';

/** A letter that people know as it is. */
const asIs = (code: string): Term => ({ en: code, 'zh-CN': code });
const abc = { A: asIs('A'), B: asIs('B'), C: asIs('C') };

const kinds: Words<(typeof CUSTOMER_KINDS)[number]> = {
  enterprise: { en: 'enterprise', 'zh-CN': '企业' },
  individual: { en: 'individual', 'zh-CN': '个人' },
  government: { en: 'government', 'zh-CN': '政府机构' },
  industry: { en: 'industry customer', 'zh-CN': '行业客户' },
};
const tagKinds: Words<(typeof TAG_KINDS)[number]> = {
  need: { en: 'need', 'zh-CN': '需求' },
  value: { en: 'value', 'zh-CN': '价值' },
  risk: { en: 'risk', 'zh-CN': '风险' },
};
const sizes: Words<(typeof SIZES)[number]> = {
  micro: { en: 'micro', 'zh-CN': '微型' },
  small: { en: 'small', 'zh-CN': '小型' },
  medium: { en: 'medium', 'zh-CN': '中型' },
  large: { en: 'large', 'zh-CN': '大型' },
};
const needs: Words<(typeof NEED_TYPES)[number]> = {
  procurement: { en: 'procurement', 'zh-CN': '采购' },
  'technical-support': { en: 'technical support', 'zh-CN': '技术支持' },
  'long-term': { en: 'long-term co-operation', 'zh-CN': '长期合作' },
};
const ratings: Words<(typeof CREDIT_RATINGS)[number]> = {
  ...abc,
  ...{ AAA: asIs('AAA'), AA: asIs('AA'), BBB: asIs('BBB'), BB: asIs('BB'), D: asIs('D') },
};
const finances: Words<(typeof FINANCIAL_STANDINGS)[number]> = {
  sound: { en: 'sound', 'zh-CN': '良好' },
  adequate: { en: 'adequate', 'zh-CN': '尚可' },
  strained: { en: 'strained', 'zh-CN': '紧张' },
  insolvent: { en: 'insolvent', 'zh-CN': '资不抵债' },
};
const sources: Words<(typeof SOURCES)[number]> = {
  customer: { en: 'the customer', 'zh-CN': '客户' },
  staff: { en: 'staff', 'zh-CN': '工作人员' },
  'public-register': { en: 'a public register', 'zh-CN': '公开登记信息' },
  'third-party': { en: 'a third party', 'zh-CN': '第三方' },
  'source-system': { en: 'the source system', 'zh-CN': '来源系统' },
};
const admissionStages: Words<(typeof ADMISSION_STAGES)[number]> = {
  screening: { en: 'screening', 'zh-CN': '初筛' },
  qualification: { en: 'qualification', 'zh-CN': '资质审查' },
  'background-check': { en: 'the background check', 'zh-CN': '背景调查' },
  assessment: { en: 'assessment', 'zh-CN': '评估' },
  admission: { en: 'admission', 'zh-CN': '准入' },
};
const lifecycleStages: Words<(typeof LIFECYCLE_STAGES)[number]> = {
  identify: { en: 'identification', 'zh-CN': '识别期' },
  develop: { en: 'development', 'zh-CN': '发展期' },
  grow: { en: 'growth', 'zh-CN': '成长期' },
  mature: { en: 'maturity', 'zh-CN': '成熟期' },
  decline: { en: 'decline', 'zh-CN': '衰退期' },
};
const refusals: Words<(typeof REFUSAL_REASONS)[number]> = {
  risk: { en: 'risk', 'zh-CN': '风险' },
  credit: { en: 'credit', 'zh-CN': '信用' },
  ability: { en: 'ability to pay', 'zh-CN': '支付能力' },
  compliance: { en: 'compliance', 'zh-CN': '合规' },
  'no-need': { en: 'no need', 'zh-CN': '无需求' },
  incomplete: { en: 'incomplete documents', 'zh-CN': '资料不全' },
  other: { en: 'another reason', 'zh-CN': '其他原因' },
};
const standings: Words<(typeof STANDINGS)[number]> = {
  benchmark: { en: 'a benchmark customer', 'zh-CN': '标杆客户' },
  'strategic-potential': { en: 'a customer of strategic potential', 'zh-CN': '战略潜力客户' },
};
const grounds: Words<(typeof DUPLICATE_GROUNDS)[number]> = {
  'same-name': { en: 'same name', 'zh-CN': '名称相同' },
  'same-contact': { en: 'same contact', 'zh-CN': '联系人相同' },
  'same-address': { en: 'same address', 'zh-CN': '地址相同' },
  'same-owner': { en: 'same owner', 'zh-CN': '所有人相同' },
  other: { en: 'another ground', 'zh-CN': '其他依据' },
};
const tiers: { readonly [T in AbcDecision['tier']]: Term } = {
  ...abc,
  undetermined: { en: 'undetermined', 'zh-CN': '待定' },
};
const tierRules: { readonly [R in AbcDecision['decidingRule']]: Term } = {
  ...standings,
  'currency-without-rate': {
    en: 'a currency has no exchange rate, so the spend is not known',
    'zh-CN': '有币种缺少汇率，消费额无法确定',
  },
  'spend-and-tenure': { en: 'spend and length of dealings agree', 'zh-CN': '消费额与合作时间结论一致' },
  'lower-of-spend-and-tenure': {
    en: 'spend and length of dealings disagree, the lower class counts',
    'zh-CN': '消费额与合作时间结论不一致，取较低类别',
  },
};
const tags: { readonly [T in RuleTag['tag']]: Term } = {
  steady: { en: 'steady', 'zh-CN': '稳定合作' },
  'churn-warning': { en: 'churn warning', 'zh-CN': '流失预警' },
  'complaint-prone': { en: 'complaint-prone', 'zh-CN': '投诉频发' },
};
const rules = {
  'no-dealings': { en: 'no dealings yet', 'zh-CN': '尚无交易' },
  silent: { en: 'no dealing for 180 days', 'zh-CN': '180天无交易' },
  'young-or-few-dealings': { en: 'short or few dealings', 'zh-CN': '合作时间短或交易少' },
  'dealings-halved': { en: 'dealings halved within half a year', 'zh-CN': '半年内交易减半' },
  'long-and-steady': { en: 'more than a year of steady dealings', 'zh-CN': '一年以上稳定交易' },
  growing: { en: 'dealings grow', 'zh-CN': '交易增长' },
  'dealt-in-each-of-4-quarters': { en: 'dealings in each of 4 quarters', 'zh-CN': '连续四个季度均有交易' },
  'no-dealing-for-60-days': { en: 'no dealing for 60 days', 'zh-CN': '60天无交易' },
  '3-complaints-in-30-days': { en: '3 complaints in 30 days', 'zh-CN': '30天内3起投诉' },
};
/** The names of the fields that a change of a profile or a contract sets. */
const fields = {
  kind: { en: 'kind', 'zh-CN': '客户类型' },
  organisationName: { en: 'name', 'zh-CN': '名称' },
  personName: { en: 'name', 'zh-CN': '姓名' },
  registeredPlace: { en: 'registered place', 'zh-CN': '注册地' },
  industryCode: { en: 'industry', 'zh-CN': '行业' },
  size: { en: 'size', 'zh-CN': '规模' },
  businessScope: { en: 'business scope', 'zh-CN': '经营范围' },
  foundedOn: { en: 'founding date', 'zh-CN': '成立日期' },
  needType: { en: 'type of need', 'zh-CN': '需求类型' },
  unifiedSocialCreditCode: { en: 'unified social credit code', 'zh-CN': '统一社会信用代码' },
  legalRepresentative: { en: 'legal representative', 'zh-CN': '法定代表人' },
  name: { en: 'name', 'zh-CN': '姓名' },
  role: { en: 'role', 'zh-CN': '职务' },
  phone: { en: 'telephone number', 'zh-CN': '电话' },
  email: { en: 'e-mail address', 'zh-CN': '电子邮箱' },
  contacts: { en: 'contacts', 'zh-CN': '联系人' },
  rating: { en: 'credit rating', 'zh-CN': '信用等级' },
  financialStanding: { en: 'financial standing', 'zh-CN': '财务状况' },
  paymentCycleDays: { en: 'payment cycle', 'zh-CN': '付款周期' },
  preferences: { en: 'preferences', 'zh-CN': '偏好' },
  defaults: { en: 'defaults', 'zh-CN': '违约记录' },
  subjectMatter: { en: 'subject matter', 'zh-CN': '合同标的' },
  validUntil: { en: 'validity', 'zh-CN': '有效期' },
  amount: { en: 'amount', 'zh-CN': '金额' },
  currency: { en: 'currency', 'zh-CN': '币种' },
  slaOverrides: { en: 'agreed service times', 'zh-CN': '约定服务时限' },
};

/** The words for the codes of customers, by field. */
export const customerTerms: Terms = {
  kind: { ...kinds, ...tagKinds },
  size: sizes,
  needType: needs,
  rating: ratings,
  financialStanding: finances,
  source: sources,
  changed: fields,
  stage: { ...admissionStages, ...lifecycleStages },
  from: lifecycleStages,
  reasonCode: refusals,
  standing: standings,
  grounds,
  tier: tiers,
  previousTier: tiers,
  tierBySpend: tiers,
  tierByTenure: tiers,
  scheme: { abc: { en: 'A/B/C', 'zh-CN': 'A/B/C 分类' } },
  decidingRule: tierRules,
  tag: tags,
  rule: rules,
  by: { hand: { en: 'by hand', 'zh-CN': '人工' }, rule: { en: 'by rule', 'zh-CN': '规则' } },
  clock: {
    'first-response': { en: 'first response', 'zh-CN': '首次响应' },
    resolution: { en: 'resolution', 'zh-CN': '解决' },
  },
  urgency: { urgent: { en: 'urgent', 'zh-CN': '紧急' }, other: { en: 'not urgent', 'zh-CN': '非紧急' } },
  time: {
    calendar: { en: 'calendar time', 'zh-CN': '自然时间' },
    business: { en: 'working time', 'zh-CN': '工作时间' },
  },
  /** What a contact is to the customer; other words are left as they were written. */
  role: {
    purchasing: { en: 'purchasing', 'zh-CN': '采购' },
    technical: { en: 'technical', 'zh-CN': '技术' },
    executive: { en: 'executive', 'zh-CN': '管理层' },
  },
};
