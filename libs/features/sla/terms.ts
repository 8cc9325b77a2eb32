import { shippedDocuments } from '#libs/features/policy/policy.events.ts';
import type { Term, Terms, Words } from '#libs/kernel/terms.ts';
import type { ClockName, Outcome } from './clock.ts';
import type { MoveCause } from './observing.ts';

export const clockTerms: Words<ClockName> = {
  'first-response': { en: 'first response', 'zh-CN': '首次响应' },
  'next-response': { en: 'next response', 'zh-CN': '后续响应' },
  update: { en: 'update', 'zh-CN': '进展通报' },
  resolution: { en: 'resolution', 'zh-CN': '解决' },
  internal: { en: 'the team’s own time', 'zh-CN': '团队内部时限' },
  response: { en: 'response', 'zh-CN': '答复' },
  plan: { en: 'plan', 'zh-CN': '方案' },
  closing: { en: 'closing', 'zh-CN': '结案' },
};

export const stateTerms: Words<Outcome | 'running' | 'paused'> = {
  running: { en: 'running', 'zh-CN': '计时中' },
  paused: { en: 'paused', 'zh-CN': '已暂停' },
  met: { en: 'kept', 'zh-CN': '按时完成' },
  breached: { en: 'breached', 'zh-CN': '已超时' },
  'breached-on-change': { en: 'breached by a change of the target', 'zh-CN': '因时限变更而超时' },
  cancelled: { en: 'cancelled', 'zh-CN': '已取消' },
  undetermined: { en: 'cannot be determined', 'zh-CN': '无法判定' },
};

const causes: Words<MoveCause> = {
  'served-otherwise': { en: 'class, urgency or complexity changed', 'zh-CN': '客户级别、紧急程度或复杂度变更' },
  loosened: { en: 'allowed by an approver', 'zh-CN': '经批准放宽' },
  sla: { en: 'the service times changed', 'zh-CN': '服务时限政策变更' },
  calendar: { en: 'the calendar changed', 'zh-CN': '工作日历变更' },
  pause: { en: 'a pause', 'zh-CN': '暂停' },
};

/** Versions that ship are told by their titles; others by the names that their applicants gave them. */
const titles = (kind: 'sla' | 'calendar'): { readonly [version: string]: Term } =>
  Object.fromEntries(
    shippedDocuments(kind).map(({ version, title }) => [version, title ?? { en: version, 'zh-CN': version }]),
  );

const slaTerms: Terms = {
  slaVersion: titles('sla'),
  calendarVersion: titles('calendar'),
  complexity: { routine: { en: 'routine', 'zh-CN': '常规' }, complex: { en: 'complex', 'zh-CN': '复杂' } },
  clock: clockTerms,
  running: clockTerms,
  kept: clockTerms,
  late: clockTerms,
  outcome: stateTerms,
  cause: causes,
  by: {
    complaint: { en: 'the time for complaints', 'zh-CN': '投诉时限' },
    tier: { en: 'the time of the customer’s tier', 'zh-CN': '客户级别时限' },
  },
  counts: {
    'calendar-time': { en: 'calendar time', 'zh-CN': '自然时间' },
    'business-time': { en: 'business time', 'zh-CN': '工作时间' },
    'working-days': { en: 'working days', 'zh-CN': '工作日' },
  },
};

/** A glossary, and the words for what is recorded of clocks in the events of its category. */
export const withClockTerms = (own: Terms): Terms => ({
  ...slaTerms,
  ...own,
  ...Object.fromEntries(
    Object.keys(slaTerms)
      .filter((field) => own[field] !== undefined)
      .map((field) => [field, { ...slaTerms[field], ...own[field] }]),
  ),
});
