import type { ClockName } from '#libs/features/sla/sla.events.ts';
import type { Language, Terms, Words } from '#libs/kernel/terms.ts';
import { OPERATORS } from './vocabulary.ts';
import type {
  About,
  DeadLetterCause,
  NoticeCause,
  NoticeChannel,
  NoticeTemplate,
  PROBLEMS,
  Timing,
  Urgency,
} from './vocabulary.ts';

const causes: Words<NoticeCause> = {
  deadline: { en: 'a deadline', 'zh-CN': '时限' },
  escalation: { en: 'an escalation', 'zh-CN': '升级' },
  crisis: { en: 'a crisis', 'zh-CN': '危机' },
  operations: { en: 'operations', 'zh-CN': '系统运维' },
  digest: { en: 'a digest', 'zh-CN': '汇总' },
};
const subjects: Words<About['kind']> = {
  'service-case': { en: 'case', 'zh-CN': '服务单' },
  complaint: { en: 'complaint', 'zh-CN': '投诉' },
  customer: { en: 'customer', 'zh-CN': '客户' },
  user: { en: 'user', 'zh-CN': '用户' },
  team: { en: 'team', 'zh-CN': '团队' },
  delivery: { en: 'message', 'zh-CN': '消息' },
  inbox: { en: 'inbox', 'zh-CN': '收件箱' },
};
const urgencies: Words<Urgency> = {
  crisis: { en: 'crisis', 'zh-CN': '危机' },
  urgent: { en: 'urgent', 'zh-CN': '紧急' },
  ordinary: { en: 'not urgent', 'zh-CN': '非紧急' },
};
const templates: Words<NoticeTemplate> = {
  'deadline-near': { en: 'deadline near', 'zh-CN': '时限将至' },
  'deadline-missed': { en: 'deadline missed', 'zh-CN': '已超时' },
  'passed-on-change': { en: 'deadline in the past after a change', 'zh-CN': '变更后已过时限' },
  'escalation-call': { en: 'call of an escalation', 'zh-CN': '升级通知' },
  'crisis-call': { en: 'call in a crisis', 'zh-CN': '危机召集' },
  'acknowledgement-asked': { en: 'acknowledgement asked for', 'zh-CN': '请求确认' },
  'no-progress': { en: 'no progress', 'zh-CN': '处理无进展' },
  'operator-alert': { en: 'alert for operators', 'zh-CN': '运维告警' },
  digest: { en: 'digest', 'zh-CN': '通知汇总' },
};
const problems: Words<(typeof PROBLEMS)[number]> = {
  'empty-roster': { en: 'nobody is on duty', 'zh-CN': '无人值班' },
  'nobody-found': { en: 'nobody was found who could be called', 'zh-CN': '找不到可通知的人员' },
  'deputy-cycle': { en: 'deputies stand in for one another in a circle', 'zh-CN': '代理人设置形成循环' },
  'channel-stopped': { en: 'a channel was stopped because a message came back', 'zh-CN': '消息被退回，渠道已停用' },
  'ladder-exhausted': { en: 'every level was called, and nothing happened', 'zh-CN': '各级均已通知，仍无处理' },
};
/** The channels that ladders name. */
export const channelTerms: Words<NoticeChannel> = {
  inbox: { en: 'inbox', 'zh-CN': '收件箱' },
  smtp: { en: 'e-mail', 'zh-CN': '电子邮件' },
  webhook: { en: 'webhook', 'zh-CN': 'Webhook 推送' },
  wecom: { en: 'WeCom', 'zh-CN': '企业微信' },
  dingtalk: { en: 'DingTalk', 'zh-CN': '钉钉' },
  feishu: { en: 'Feishu', 'zh-CN': '飞书' },
};
/** Classes of customers, where nothing else says that it is one. */
export const classTerms: Words<'A' | 'B' | 'C'> = {
  A: { en: 'class A', 'zh-CN': 'A 类客户' },
  B: { en: 'class B', 'zh-CN': 'B 类客户' },
  C: { en: 'class C', 'zh-CN': 'C 类客户' },
};
const timings: Words<Timing> = {
  'at-once': { en: 'at once', 'zh-CN': '立即' },
  grouped: { en: 'together with others of the same cause', 'zh-CN': '与同一事由合并' },
  'after-quiet-hours': { en: 'after quiet hours', 'zh-CN': '免打扰时段之后' },
  'in-own-hours': { en: 'in working hours', 'zh-CN': '工作时间内' },
};
const deadLetters: Words<DeadLetterCause> = {
  'no-address': { en: 'the recipient has no address on this channel', 'zh-CN': '接收人未设置该渠道的地址' },
  'channel-stopped': { en: 'the channel was stopped for the recipient', 'zh-CN': '该渠道已对接收人停用' },
  refused: { en: 'the receiver does not take it', 'zh-CN': '对方拒绝接收' },
  'given-up': { en: 'given up after three days', 'zh-CN': '三天未成功，已放弃' },
};
const languages: Words<Language> = {
  en: { en: 'English', 'zh-CN': '英语' },
  'zh-CN': { en: 'Chinese', 'zh-CN': '中文' },
};
const clocks: Words<ClockName> = {
  'first-response': { en: 'the first response', 'zh-CN': '首次响应' },
  'next-response': { en: 'the next response', 'zh-CN': '后续响应' },
  update: { en: 'the next update', 'zh-CN': '进展通报' },
  resolution: { en: 'closing', 'zh-CN': '闭环' },
  internal: { en: 'the team’s part', 'zh-CN': '团队内部处理' },
  response: { en: 'the response', 'zh-CN': '投诉响应' },
  plan: { en: 'the plan', 'zh-CN': '处理方案' },
  closing: { en: 'closing', 'zh-CN': '办结' },
};
const operators = { [OPERATORS]: { en: 'the operators', 'zh-CN': '系统运维人员' } };

/** The words for the codes of notices, messages and recipients, by field. */
export const noticeTerms: Terms = {
  recipientId: operators,
  intendedFor: operators,
  cause: causes,
  kind: subjects,
  urgency: urgencies,
  template: templates,
  problem: problems,
  channel: channelTerms,
  channels: channelTerms,
  timing: timings,
  why: deadLetters,
  language: languages,
  clock: clocks,
  tier: classTerms,
};
