import { withClockTerms } from '#libs/features/sla/sla.events.ts';
import type { Terms, Words } from '#libs/kernel/terms.ts';
import type { CASE_KINDS, CHANNELS, COMPLEXITIES, PRIORITIES, RESULT_CODES, TIER_BASES, TIERS } from './vocabulary.ts';

const kinds: Words<(typeof CASE_KINDS)[number]> = {
  consultation: { en: 'consultation', 'zh-CN': '咨询' },
  'technical-support': { en: 'technical support', 'zh-CN': '技术支持' },
  'after-sales': { en: 'after-sales service', 'zh-CN': '售后服务' },
  'complaint-hand-over': { en: 'complaint hand-over', 'zh-CN': '投诉转办' },
  'return-visit': { en: 'return visit', 'zh-CN': '回访' },
};
const priorities: Words<(typeof PRIORITIES)[number]> = {
  critical: { en: 'critical', 'zh-CN': '特急' },
  high: { en: 'high', 'zh-CN': '高' },
  moderate: { en: 'moderate', 'zh-CN': '中' },
  low: { en: 'low', 'zh-CN': '低' },
};
const complexities: Words<(typeof COMPLEXITIES)[number]> = {
  routine: { en: 'routine', 'zh-CN': '常规' },
  complex: { en: 'complex', 'zh-CN': '复杂' },
};
const channels: Words<(typeof CHANNELS)[number]> = {
  phone: { en: 'phone', 'zh-CN': '电话' },
  'e-mail': { en: 'e-mail', 'zh-CN': '电子邮件' },
  chat: { en: 'chat', 'zh-CN': '在线聊天' },
  portal: { en: 'the customer portal', 'zh-CN': '客户门户' },
  visit: { en: 'a visit', 'zh-CN': '上门拜访' },
  'fax-or-letter': { en: 'fax or letter', 'zh-CN': '传真或信函' },
  other: { en: 'another channel', 'zh-CN': '其他渠道' },
};
const tiers: Words<(typeof TIERS)[number]> = {
  A: { en: 'A', 'zh-CN': 'A' },
  B: { en: 'B', 'zh-CN': 'B' },
  C: { en: 'C', 'zh-CN': 'C' },
};
const tierBases: Words<(typeof TIER_BASES)[number]> = {
  customer: { en: 'the customer’s own tier', 'zh-CN': '客户自身级别' },
  unidentified: { en: 'the customer is not identified', 'zh-CN': '客户身份未确认' },
  untiered: { en: 'the customer has no tier yet', 'zh-CN': '客户尚未分级' },
};
/** What rules propose; a person may write a type of their own. */
const types = {
  question: { en: 'question', 'zh-CN': '咨询问题' },
  fault: { en: 'fault', 'zh-CN': '故障' },
  'after-sales-request': { en: 'after-sales request', 'zh-CN': '售后请求' },
  complaint: { en: 'complaint', 'zh-CN': '投诉' },
  visit: { en: 'visit', 'zh-CN': '拜访' },
};
const results: Words<(typeof RESULT_CODES)[number]> = {
  solved: { en: 'solved', 'zh-CN': '已解决' },
  'worked-around': { en: 'worked around', 'zh-CN': '临时规避' },
  explained: { en: 'explained', 'zh-CN': '已解释说明' },
  'not-reproducible': { en: 'not reproducible', 'zh-CN': '无法复现' },
  declined: { en: 'declined', 'zh-CN': '未受理' },
};

/** The rules that propose a classification, as what they found. */
const rules = {
  'kind-consultation': { en: 'consultations are questions', 'zh-CN': '咨询类按咨询问题处理' },
  'kind-technical-support': { en: 'technical support is for faults', 'zh-CN': '技术支持类按故障处理' },
  'kind-after-sales': { en: 'after-sales service is for after-sales requests', 'zh-CN': '售后类按售后请求处理' },
  'kind-complaint-hand-over': { en: 'hand-overs are complaints', 'zh-CN': '投诉转办类按投诉处理' },
  'kind-return-visit': { en: 'return visits are visits', 'zh-CN': '回访类按拜访处理' },
  standstill: { en: 'the text speaks of a standstill', 'zh-CN': '内容提到停机或停产' },
  hurry: { en: 'the text asks to hurry', 'zh-CN': '内容要求尽快处理' },
  calm: { en: 'nothing in the text is pressing', 'zh-CN': '内容未见紧急情况' },
  'visits-can-be-planned': { en: 'visits can be planned', 'zh-CN': '回访可提前安排' },
  'complaints-are-complex': { en: 'complaints count as complex', 'zh-CN': '投诉一律视为复杂' },
  involved: { en: 'the text speaks of an involved matter', 'zh-CN': '内容显示事项复杂' },
  plain: { en: 'nothing in the text is involved', 'zh-CN': '内容未见复杂情况' },
};

/** The words for the codes of service cases, by field. */
export const serviceCaseTerms: Terms = withClockTerms({
  kind: kinds,
  sort: kinds,
  channel: channels,
  priority: priorities,
  complexity: complexities,
  tier: tiers,
  tierBasis: tierBases,
  type: types,
  rules,
  resultCode: results,
  from: {
    ...priorities,
    ...complexities,
    ...types,
    ...tiers,
    customer: { en: 'customer', 'zh-CN': '客户' },
    staff: { en: 'staff', 'zh-CN': '工作人员' },
  },
  by: {
    rule: { en: 'rule', 'zh-CN': '规则' },
    person: { en: 'a person', 'zh-CN': '人工' },
    customer: { en: 'the customer agreed', 'zh-CN': '客户同意' },
    'no-answer': { en: 'the customer was asked and did not answer', 'zh-CN': '已询问客户，未获答复' },
  },
  because: {
    'customer-message': { en: 'the customer wrote or called', 'zh-CN': '客户来信或来电' },
    'by-hand': { en: 'a person found that work can go on', 'zh-CN': '人工判断可以继续' },
  },
  cause: {
    'solution-refused': { en: 'the customer refused the solution', 'zh-CN': '客户不认可解决方案' },
    'asked-for': { en: 'somebody asked for it', 'zh-CN': '应要求' },
    import: { en: 'the source system says so', 'zh-CN': '来源系统记录' },
  },
  verdict: {
    kept: { en: 'kept', 'zh-CN': '按时' },
    missed: { en: 'missed', 'zh-CN': '超时' },
  },
  signedAs: {
    'account-manager': { en: 'account manager', 'zh-CN': '客户经理' },
    'service-specialist': { en: 'service specialist', 'zh-CN': '服务专员' },
  },
});
