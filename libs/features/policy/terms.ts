import type { Term, Terms } from '#libs/kernel/terms.ts';
import { POLICY_KINDS } from './policy-kinds.ts';
import type { PolicyKind } from './policy-kinds.ts';
import type { Department } from './policy-events.ts';
import type { PolicyStatus } from './policy-versions.ts';
import { VALUE_WORDS } from './policy-words.ts';

const kinds = Object.fromEntries(Object.entries(POLICY_KINDS).map(([kind, { title }]) => [kind, title])) as {
  readonly [Kind in PolicyKind]: Term;
};
const departments: { readonly [D in Department]: Term } = {
  management: { en: 'management', 'zh-CN': '企业管理层' },
  'customer-relations': { en: 'customer relations', 'zh-CN': '客户关系管理部门' },
  marketing: { en: 'marketing', 'zh-CN': '市场部' },
  finance: { en: 'finance', 'zh-CN': '财务部' },
  legal: { en: 'legal', 'zh-CN': '法务部' },
  hr: { en: 'human resources', 'zh-CN': '人力资源部' },
};
const statuses: { readonly [Status in PolicyStatus]: Term } = {
  applied: { en: 'applied for', 'zh-CN': '已申请' },
  objected: { en: 'objected to in legal review', 'zh-CN': '法务提出异议' },
  reviewed: { en: 'passed in legal review', 'zh-CN': '法务审核通过' },
  approved: { en: 'approved', 'zh-CN': '委员会已批准' },
  rejected: { en: 'rejected', 'zh-CN': '委员会已否决' },
  published: { en: 'published, training to come', 'zh-CN': '已发布，待培训' },
  trained: { en: 'waiting to take effect', 'zh-CN': '待生效' },
  effective: { en: 'in force', 'zh-CN': '生效中' },
  superseded: { en: 'superseded', 'zh-CN': '已被取代' },
  withdrawn: { en: 'withdrawn', 'zh-CN': '已撤回' },
};

/** The words for the codes of policies, by field. */
export const policyTerms: Terms = { ...VALUE_WORDS, kind: kinds, department: departments, status: statuses };
