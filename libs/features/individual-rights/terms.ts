import type { Terms, Words } from '#libs/kernel/terms.ts';
import type { ANSWERS, COLLECTED_BY, CONCLUSIONS, ConsentPurpose, RIGHTS } from './vocabulary.ts';

const purposes: Words<ConsentPurpose> = {
  service: { en: 'service', 'zh-CN': '客户服务' },
  marketing: { en: 'marketing', 'zh-CN': '营销' },
  survey: { en: 'surveys', 'zh-CN': '满意度调查' },
  analysis: { en: 'analysis', 'zh-CN': '数据分析' },
};
const collected: Words<(typeof COLLECTED_BY)[number]> = {
  contract: { en: 'in a contract', 'zh-CN': '合同' },
  'web-form': { en: 'by a form', 'zh-CN': '网页表单' },
  phone: { en: 'by phone', 'zh-CN': '电话' },
  'in-person': { en: 'in person', 'zh-CN': '当面' },
  other: { en: 'otherwise', 'zh-CN': '其他方式' },
};
const rights: Words<(typeof RIGHTS)[number]> = {
  access: { en: 'access', 'zh-CN': '查阅' },
  copy: { en: 'a copy', 'zh-CN': '复制' },
  correction: { en: 'correction', 'zh-CN': '更正' },
  portability: { en: 'portability', 'zh-CN': '转移' },
  explanation: { en: 'explanation', 'zh-CN': '解释说明' },
  'human-review': { en: 'review by a human', 'zh-CN': '人工复核' },
};
const answers: Words<(typeof ANSWERS)[number]> = {
  fulfilled: { en: 'fulfilled', 'zh-CN': '已满足' },
  'partly-fulfilled': { en: 'fulfilled in part', 'zh-CN': '部分满足' },
  refused: { en: 'refused', 'zh-CN': '已拒绝' },
};
const conclusions: Words<(typeof CONCLUSIONS)[number]> = {
  acceptable: { en: 'acceptable', 'zh-CN': '可接受' },
  'acceptable-with-measures': { en: 'acceptable with the measures', 'zh-CN': '采取措施后可接受' },
  'not-acceptable': { en: 'not acceptable', 'zh-CN': '不可接受' },
};

/** The words for the codes of consents, requests and assessments, by field. */
export const individualRightsTerms: Terms = {
  purpose: purposes,
  collectedBy: collected,
  right: rights,
  answer: answers,
  conclusion: conclusions,
};
