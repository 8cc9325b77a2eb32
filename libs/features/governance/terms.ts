import type { Terms, Words } from '#libs/kernel/terms.ts';
import type { REFUSAL_GROUNDS, REVIEW_OUTCOMES, USE_PURPOSES } from './use-approval-events.ts';

const purposes: Words<(typeof USE_PURPOSES)[number]> = {
  survey: { en: 'survey', 'zh-CN': '满意度调查' },
  dispute: { en: 'dispute', 'zh-CN': '争议处理' },
  'regulator-request': { en: 'a regulator’s request', 'zh-CN': '监管要求' },
  'quality-review': { en: 'quality review', 'zh-CN': '质量检查' },
  campaign: { en: 'campaign', 'zh-CN': '营销活动' },
  billing: { en: 'billing', 'zh-CN': '结算' },
  'personnel-matter': { en: 'personnel matter', 'zh-CN': '人事事务' },
  other: { en: 'another purpose', 'zh-CN': '其他用途' },
};
const grounds: Words<(typeof REFUSAL_GROUNDS)[number]> = {
  'not-necessary': { en: 'not necessary for the purpose', 'zh-CN': '非必要' },
  'scope-too-wide': { en: 'the scope is too wide', 'zh-CN': '范围过大' },
  'period-too-long': { en: 'the period is too long', 'zh-CN': '期限过长' },
  'purpose-unclear': { en: 'the purpose is unclear', 'zh-CN': '用途不明确' },
};
const outcomes: Words<(typeof REVIEW_OUTCOMES)[number]> = {
  proper: { en: 'as approved', 'zh-CN': '符合批准' },
  'beyond-purpose': { en: 'beyond what was approved', 'zh-CN': '超出批准范围' },
  'not-used': { en: 'not used', 'zh-CN': '未使用' },
};

/** The words for the codes of approvals, by field. */
export const governanceTerms: Terms = { purpose: purposes, because: grounds, outcome: outcomes };
