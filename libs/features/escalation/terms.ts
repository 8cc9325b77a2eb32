import type { RECIPIENT_RULES } from '#libs/features/policy/policy.events.ts';
import { channelTerms, classTerms } from '#libs/features/notices/notices.events.ts';
import { clockTerms } from '#libs/features/sla/sla.events.ts';
import type { Terms, Words } from '#libs/kernel/terms.ts';
import type {
  About,
  BegunBecause,
  CalledBecause,
  EndedBecause,
  NotReached,
  Progress,
  REACHED_AS,
  Track,
} from './vocabulary.ts';

const rules: Words<(typeof RECIPIENT_RULES)[number]> = {
  assignee: { en: 'the assignee', 'zh-CN': '处理人' },
  'account-manager': { en: 'the account manager', 'zh-CN': '客户经理' },
  supervisor: { en: 'the supervisor', 'zh-CN': '主管' },
  'department-head': { en: 'the department head', 'zh-CN': '部门负责人' },
  committee: { en: 'the committee', 'zh-CN': '管理委员会' },
  'duty-roster': { en: 'whoever is on duty', 'zh-CN': '值班人员' },
  'crisis-group': { en: 'the crisis group', 'zh-CN': '危机小组' },
};
const reached: Words<(typeof REACHED_AS)[number]> = {
  self: { en: 'in person', 'zh-CN': '本人' },
  deputy: { en: 'the deputy', 'zh-CN': '代理人' },
  manager: { en: 'the manager', 'zh-CN': '上级' },
  'duty-roster': { en: 'whoever is on duty', 'zh-CN': '值班人员' },
};
const notReached: Words<NotReached> = {
  'nobody-assigned': { en: 'nobody is assigned', 'zh-CN': '尚未分派' },
  'no-customer': { en: 'the customer is not known', 'zh-CN': '客户身份未确认' },
  'no-account-manager': { en: 'the customer has no account manager', 'zh-CN': '客户未指定客户经理' },
  'no-team': { en: 'no team owns the matter', 'zh-CN': '未归属团队' },
  'no-supervisor': { en: 'the team has no supervisor', 'zh-CN': '团队未指定主管' },
  'no-department-head': { en: 'the team has no department head', 'zh-CN': '团队未指定部门负责人' },
  'no-group': { en: 'the ladder names no such group', 'zh-CN': '升级规则未指定该小组' },
  'empty-group': { en: 'the group has no members', 'zh-CN': '小组没有成员' },
  'empty-roster': { en: 'nobody is on duty', 'zh-CN': '无人值班' },
  'nobody-there': { en: 'away, and nobody stands in', 'zh-CN': '缺勤且无人代理' },
};
const begun: Words<BegunBecause> = {
  threshold: { en: 'the time ran out', 'zh-CN': '时限用尽' },
  'critical-complaint': { en: 'a critical complaint', 'zh-CN': '重大投诉' },
  'raised-by-hand': { en: 'raised by hand', 'zh-CN': '人工发起' },
};
const called: Words<CalledBecause> = {
  begun: { en: 'the first', 'zh-CN': '首次通知' },
  'not-acknowledged': { en: 'the level below did not acknowledge', 'zh-CN': '下一级未确认' },
  'still-open': { en: 'the matter still waits', 'zh-CN': '事项仍未处理' },
  'no-progress': { en: 'no progress since the acknowledgement', 'zh-CN': '确认后无进展' },
  'nobody-below': { en: 'nobody was found at the level below', 'zh-CN': '下一级无人可通知' },
};
const ended: Words<EndedBecause> = {
  'clock-stopped': { en: 'what was promised was done', 'zh-CN': '承诺事项已完成' },
  'clock-cancelled': { en: 'the clock was cancelled', 'zh-CN': '时限已取消' },
  solved: { en: 'solved', 'zh-CN': '已解决' },
  closed: { en: 'closed', 'zh-CN': '已关闭' },
  withdrawn: { en: 'withdrawn', 'zh-CN': '已撤回' },
  merged: { en: 'merged', 'zh-CN': '已合并' },
  'stood-down': { en: 'stood down', 'zh-CN': '人工解除' },
  overtaken: { en: 'the drill gave way to an emergency', 'zh-CN': '演练让位于真实事件' },
};
const progress: Words<Progress> = {
  answer: { en: 'an answer', 'zh-CN': '已答复' },
  note: { en: 'a note', 'zh-CN': '内部备注' },
  step: { en: 'a step', 'zh-CN': '流程推进' },
};
const tracks: Words<Track> = {
  ordinary: { en: 'ordinary', 'zh-CN': '常规' },
  emergency: { en: 'emergency', 'zh-CN': '紧急事件' },
};
const matters: Words<About['kind']> = {
  'service-case': { en: 'case', 'zh-CN': '服务单' },
  complaint: { en: 'complaint', 'zh-CN': '投诉' },
};

/** The words for the codes of escalations, by field. */
export const escalationTerms: Terms = {
  rule: rules,
  passedOver: rules,
  how: { ...reached, ...notReached },
  because: { ...begun, ...called, ...ended },
  progress,
  track: tracks,
  kind: matters,
  clock: clockTerms,
  tier: classTerms,
  channels: channelTerms,
};
