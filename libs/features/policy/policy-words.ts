import type { Term, Terms } from '#libs/kernel/terms.ts';
import type { NOTICE_CHANNELS, RECIPIENT_RULES } from './ladder-document.ts';

/** What the members of policy documents are called. */
export const MEMBER_WORDS: { readonly [member: string]: Term } = {
  rules: { en: 'service times', 'zh-CN': '服务时限' },
  calendar: { en: 'hours of', 'zh-CN': '适用日历' },
  firstResponse: { en: 'first response', 'zh-CN': '首次响应' },
  nextResponse: { en: 'next response', 'zh-CN': '后续响应' },
  updateCadence: { en: 'between two updates', 'zh-CN': '进展通报间隔' },
  resolution: { en: 'closing', 'zh-CN': '闭环' },
  internal: { en: 'within the team', 'zh-CN': '团队内部时限' },
  complaint: { en: 'complaints', 'zh-CN': '投诉' },
  responseMinutes: { en: 'response', 'zh-CN': '响应' },
  planMinutes: { en: 'plan', 'zh-CN': '处理方案' },
  startsAt: { en: 'counted from', 'zh-CN': '起算点' },
  closing: { en: 'closing', 'zh-CN': '办结' },
  workingDays: { en: 'working days', 'zh-CN': '工作日天数' },
  pauseCapMinutes: { en: 'all pauses together at most', 'zh-CN': '暂停总时长上限' },
  pauseCapWarnPercent: { en: 'flagged from this share of it', 'zh-CN': '达到上限的此比例时提示' },
  reopenGraceMinutes: { en: 'may be re-opened within', 'zh-CN': '可重新打开的期限' },
  thresholds: { en: 'somebody is told at', 'zh-CN': '提醒节点' },
  percents: { en: 'shares of the time', 'zh-CN': '时限占比' },
  shortUnderMinutes: { en: 'for times shorter than', 'zh-CN': '短于此时限时' },
  shortPercents: { en: 'shares of such times', 'zh-CN': '短时限占比' },
  quality: { en: 'quality', 'zh-CN': '质量目标' },
  solveRatePercent: { en: 'solved', 'zh-CN': '问题解决率' },
  csatPercent: { en: 'satisfaction', 'zh-CN': '客户满意度' },
  calendars: { en: 'calendars', 'zh-CN': '日历' },
  zone: { en: 'time zone', 'zh-CN': '时区' },
  week: { en: 'ordinary week', 'zh-CN': '常规周' },
  days: { en: 'special days', 'zh-CN': '特殊日期' },
  publishedUpTo: { en: 'statutory days known up to', 'zh-CN': '法定节假日已公布至' },
  ladders: { en: 'ladders', 'zh-CN': '升级阶梯' },
  levels: { en: 'levels', 'zh-CN': '级别' },
  noProgressMinutes: { en: 'goes on where nothing moves for', 'zh-CN': '确认后无进展则继续升级' },
  beginsAtPercent: { en: 'begins at this share of the time', 'zh-CN': '升级起点（时限占比）' },
  committeeTeam: { en: 'team of the committee', 'zh-CN': '委员会团队' },
  crisisTeam: { en: 'crisis team', 'zh-CN': '危机处理小组' },
  notices: { en: 'notices', 'zh-CN': '通知' },
  groupWithinMinutes: { en: 'of one cause are one message within', 'zh-CN': '同一事由合并时段' },
  stormFrom: { en: 'become a digest from this number on', 'zh-CN': '达到此数量改发汇总' },
  quietHours: { en: 'quiet hours', 'zh-CN': '免打扰时段' },
};

const recipients: { readonly [R in (typeof RECIPIENT_RULES)[number]]: Term } = {
  assignee: { en: 'assignee', 'zh-CN': '处理人' },
  'account-manager': { en: 'account manager', 'zh-CN': '客户经理' },
  supervisor: { en: 'supervisor', 'zh-CN': '主管' },
  'department-head': { en: 'head of department', 'zh-CN': '部门负责人' },
  committee: { en: 'committee', 'zh-CN': '委员会' },
  'duty-roster': { en: 'person on duty', 'zh-CN': '值班人员' },
  'crisis-group': { en: 'crisis group', 'zh-CN': '危机处理小组' },
};
const channels: { readonly [C in (typeof NOTICE_CHANNELS)[number]]: Term } = {
  inbox: { en: 'inbox', 'zh-CN': '站内信' },
  smtp: { en: 'e-mail', 'zh-CN': '电子邮件' },
  webhook: { en: 'webhook', 'zh-CN': 'Webhook 推送' },
  wecom: { en: 'WeCom', 'zh-CN': '企业微信' },
  dingtalk: { en: 'DingTalk', 'zh-CN': '钉钉' },
  feishu: { en: 'Feishu', 'zh-CN': '飞书' },
};

/** The words for the codes of policy documents, by member. */
export const VALUE_WORDS: Terms = {
  recipients,
  channels,
  tiers: {
    A: { en: 'class A', 'zh-CN': 'A 类客户' },
    B: { en: 'class B', 'zh-CN': 'B 类客户' },
    C: { en: 'class C', 'zh-CN': 'C 类客户' },
  },
  urgency: { urgent: { en: 'urgent', 'zh-CN': '紧急' }, other: { en: 'not urgent', 'zh-CN': '非紧急' } },
  complexity: { routine: { en: 'routine', 'zh-CN': '常规' }, complex: { en: 'complex', 'zh-CN': '复杂' } },
  track: { ordinary: { en: 'ordinary', 'zh-CN': '一般' }, emergency: { en: 'crisis', 'zh-CN': '危机' } },
  counts: {
    'calendar-time': { en: 'calendar time', 'zh-CN': '自然时间' },
    'business-time': { en: 'business time', 'zh-CN': '工作时间' },
  },
  startsAt: { receipt: { en: 'receipt', 'zh-CN': '收到投诉' }, acceptance: { en: 'acceptance', 'zh-CN': '受理' } },
  calendar: {
    'service-days': { en: 'service days', 'zh-CN': '服务工作日' },
    always: { en: 'round the clock', 'zh-CN': '全天候' },
  },
  weekdays: {
    1: { en: 'Mon', 'zh-CN': '周一' },
    2: { en: 'Tue', 'zh-CN': '周二' },
    3: { en: 'Wed', 'zh-CN': '周三' },
    4: { en: 'Thu', 'zh-CN': '周四' },
    5: { en: 'Fri', 'zh-CN': '周五' },
    6: { en: 'Sat', 'zh-CN': '周六' },
    7: { en: 'Sun', 'zh-CN': '周日' },
  },
};

/** Words of the page itself. */
export const PAGE_WORDS = {
  everyCase: { en: 'everything else', 'zh-CN': '其他全部' },
  rolled: { en: 'rolled to the next opening', 'zh-CN': '顺延至下一服务时段' },
  level: { en: 'level', 'zh-CN': '级别' },
  wait: { en: 'wait', 'zh-CN': '等待' },
  acknowledged: { en: 'until acknowledged', 'zh-CN': '须确认' },
  unacknowledged: { en: 'for information', 'zh-CN': '仅通知' },
  off: { en: 'days off', 'zh-CN': '休息日' },
  worked: { en: 'days with hours of their own', 'zh-CN': '调休上班或特殊时段' },
  open: { en: '* left open by the sources: our choice', 'zh-CN': '* 来源文件未规定，由本产品设定' },
} as const satisfies { readonly [word: string]: Term };
