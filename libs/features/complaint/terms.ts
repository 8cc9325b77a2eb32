import { withClockTerms } from '#libs/features/sla/sla.events.ts';
import type { Terms, Words } from '#libs/kernel/terms.ts';
import type { CATEGORIES, CAUSES, CHANNELS, FILED_BY, FINDINGS, REMEDIES, SEVERITIES, STEPS } from './vocabulary.ts';

const channels: Words<(typeof CHANNELS)[number]> = {
  phone: { en: 'phone', 'zh-CN': '电话' },
  'e-mail': { en: 'e-mail', 'zh-CN': '电子邮件' },
  chat: { en: 'chat', 'zh-CN': '在线聊天' },
  web: { en: 'the web', 'zh-CN': '网站' },
  visit: { en: 'a visit', 'zh-CN': '来访' },
  letter: { en: 'letter', 'zh-CN': '信函' },
  fax: { en: 'fax', 'zh-CN': '传真' },
  referral: { en: 'referral', 'zh-CN': '转办' },
  regulator: { en: 'the regulator', 'zh-CN': '监管机构' },
  other: { en: 'another channel', 'zh-CN': '其他渠道' },
};
const categories: Words<(typeof CATEGORIES)[number]> = {
  'product-quality': { en: 'product quality', 'zh-CN': '产品质量' },
  'service-quality': { en: 'service quality', 'zh-CN': '服务质量' },
  delivery: { en: 'delivery', 'zh-CN': '交付' },
  billing: { en: 'billing', 'zh-CN': '账单与收费' },
  contract: { en: 'contract', 'zh-CN': '合同' },
  conduct: { en: 'conduct of staff', 'zh-CN': '员工行为' },
  privacy: { en: 'privacy', 'zh-CN': '个人信息与隐私' },
  other: { en: 'another matter', 'zh-CN': '其他事项' },
};
const severities: Words<(typeof SEVERITIES)[number]> = {
  minor: { en: 'minor', 'zh-CN': '轻微' },
  moderate: { en: 'moderate', 'zh-CN': '一般' },
  serious: { en: 'serious', 'zh-CN': '严重' },
  critical: { en: 'critical', 'zh-CN': '重大' },
};
const remedies: Words<(typeof REMEDIES)[number]> = {
  explanation: { en: 'an explanation', 'zh-CN': '解释说明' },
  apology: { en: 'an apology', 'zh-CN': '道歉' },
  repair: { en: 'repair', 'zh-CN': '维修' },
  replacement: { en: 'replacement', 'zh-CN': '更换' },
  refund: { en: 'refund', 'zh-CN': '退款' },
  compensation: { en: 'compensation', 'zh-CN': '赔偿' },
  other: { en: 'another remedy', 'zh-CN': '其他补救' },
  none: { en: 'none', 'zh-CN': '无' },
};
const filers: Words<(typeof FILED_BY)[number]> = {
  customer: { en: 'the customer', 'zh-CN': '客户' },
  representative: { en: 'a representative of the customer', 'zh-CN': '客户代理人' },
  staff: { en: 'staff', 'zh-CN': '工作人员' },
  authority: { en: 'an authority', 'zh-CN': '主管机关' },
};
const findings: Words<(typeof FINDINGS)[number]> = {
  founded: { en: 'founded', 'zh-CN': '成立' },
  'partly-founded': { en: 'partly founded', 'zh-CN': '部分成立' },
  unfounded: { en: 'unfounded', 'zh-CN': '不成立' },
};
const causes: Words<(typeof CAUSES)[number]> = {
  'product-defect': { en: 'product defect', 'zh-CN': '产品缺陷' },
  'work-error': { en: 'error in our work', 'zh-CN': '工作差错' },
  delay: { en: 'delay', 'zh-CN': '延误' },
  'missing-information': { en: 'missing information', 'zh-CN': '信息缺失' },
  'conduct-of-staff': { en: 'conduct of staff', 'zh-CN': '员工行为' },
  'system-failure': { en: 'system failure', 'zh-CN': '系统故障' },
  'unclear-terms': { en: 'unclear terms', 'zh-CN': '条款不清' },
  'customer-expectation': { en: 'expectation of the customer', 'zh-CN': '客户期望差异' },
  'outside-our-reach': { en: 'outside our reach', 'zh-CN': '超出我方控制' },
  other: { en: 'another cause', 'zh-CN': '其他原因' },
};
const steps: Words<(typeof STEPS)[number]> = {
  investigation: { en: 'investigation', 'zh-CN': '调查' },
  handling: { en: 'handling', 'zh-CN': '处理' },
  feedback: { en: 'feedback', 'zh-CN': '反馈' },
  review: { en: 'review', 'zh-CN': '复核' },
};

const tiers = { A: { en: 'A', 'zh-CN': 'A' }, B: { en: 'B', 'zh-CN': 'B' }, C: { en: 'C', 'zh-CN': 'C' } };

/** The words for the codes of complaints, by field. */
export const complaintTerms: Terms = withClockTerms({
  channel: channels,
  category: categories,
  sort: categories,
  severity: severities,
  from: {
    ...tiers,
    ...severities,
    ...categories,
    complainant: { en: 'complainant', 'zh-CN': '投诉人' },
    staff: { en: 'staff', 'zh-CN': '工作人员' },
  },
  remedy: remedies,
  remedyAsked: remedies,
  filedBy: filers,
  finding: findings,
  cause: causes,
  /** A source may have outcomes of its own. */
  outcome: { ...findings, unknown: { en: 'outcome not known', 'zh-CN': '结论不详' } },
  step: steps,
  tier: tiers,
  because: {
    filed: { en: 'the complaint came in', 'zh-CN': '收到投诉' },
    accepted: { en: 'the complaint was accepted', 'zh-CN': '投诉已受理' },
    'customer-identified': { en: 'the customer became known', 'zh-CN': '确认了客户身份' },
    'severity-changed': { en: 'the severity changed', 'zh-CN': '严重程度变更' },
    reopened: { en: 'the complaint was re-opened', 'zh-CN': '投诉重新打开' },
  },
  verdict: { timely: { en: 'timely', 'zh-CN': '及时' }, late: { en: 'late', 'zh-CN': '逾期' } },
});
