import type { Role } from '#libs/kernel/actor.ts';
import type { Term, Terms } from '#libs/kernel/terms.ts';
import type { ABSENCE_KINDS } from './user.events.ts';

const roles: { readonly [R in Role]: Term } = {
  agent: { en: 'agent', 'zh-CN': '客服专员' },
  'account-manager': { en: 'account manager', 'zh-CN': '客户经理' },
  supervisor: { en: 'supervisor', 'zh-CN': '主管' },
  'department-head': { en: 'head of department', 'zh-CN': '部门负责人' },
  committee: { en: 'committee member', 'zh-CN': '委员会成员' },
  auditor: { en: 'auditor', 'zh-CN': '合规审计员' },
  'policy-owner': { en: 'policy owner', 'zh-CN': '政策负责人' },
  'privacy-officer': { en: 'privacy officer', 'zh-CN': '个人信息保护负责人' },
  marketing: { en: 'marketing', 'zh-CN': '市场人员' },
  finance: { en: 'finance', 'zh-CN': '财务人员' },
  legal: { en: 'legal', 'zh-CN': '法务人员' },
  hr: { en: 'human resources', 'zh-CN': '人事人员' },
  operator: { en: 'operator', 'zh-CN': '系统运维人员' },
  service: { en: 'program', 'zh-CN': '系统程序' },
};
const absences: { readonly [K in (typeof ABSENCE_KINDS)[number]]: Term } = {
  leave: { en: 'leave', 'zh-CN': '休假' },
  sickness: { en: 'sickness', 'zh-CN': '病假' },
  'business-trip': { en: 'business trip', 'zh-CN': '出差' },
  training: { en: 'training', 'zh-CN': '培训' },
  other: { en: 'another reason', 'zh-CN': '其他原因' },
};

/** The words for the codes of users and teams, by field. */
export const staffTerms: Terms = {
  role: roles,
  kind: absences,
  language: { en: { en: 'English', 'zh-CN': '英文' }, 'zh-CN': { en: 'Chinese', 'zh-CN': '中文' } },
  team: { '*': { en: 'all', 'zh-CN': '全部' } },
};
