import { tell } from '#libs/kernel/terms.ts';
import type { Language, Term, Wording } from '#libs/kernel/terms.ts';
import Type from 'typebox';
import { noticeFacts } from './notice-events.ts';
import type { NoticeFacts } from './notice-events.ts';
import { noticeTerms } from './terms.ts';
import type { About, NoticeTemplate } from './vocabulary.ts';

/** One notice, as a message needs it. (A type and no interface: so it counts as JSON.) */
export type ToldNotice = {
  readonly noticeId: string;
  readonly template: NoticeTemplate;
  readonly about: About;
  readonly facts: NoticeFacts;
  readonly needsAcknowledgement: boolean;
};

/** What templates speak of: the facts, and what they are about as people call it. */
const facts = Type.Object({ ...noticeFacts.properties, matter: Type.String() });

interface Template {
  /** Goes through mail servers and onto locked screens: it names no customer, and neither does any fact. */
  readonly subject: Term;
  readonly text: Term;
}

const near: Template = {
  subject: { en: '{matter}: deadline near{?clock , {clock}}', 'zh-CN': '{matter}：{clock}时限将至' },
  text: {
    en: 'The deadline{?clock  for {clock}} of {matter} is near{?percent : {percent} % of the time has passed}{?dueAt , due at {dueAt}}.',
    'zh-CN': '{matter}的{clock}时限将至{?percent ，时间已过 {percent}%}{?dueAt ，截止时间 {dueAt}}。',
  },
};

const templates: { readonly [T in NoticeTemplate]: Template } = {
  'deadline-near': near,
  'deadline-missed': {
    subject: { en: '{matter}: deadline missed{?clock , {clock}}', 'zh-CN': '{matter}：{clock}已超时' },
    text: {
      en: 'The deadline{?clock  for {clock}} of {matter} was missed{?dueAt , it was due at {dueAt}}.',
      'zh-CN': '{matter}的{clock}已超时{?dueAt ，截止时间为 {dueAt}}。',
    },
  },
  'passed-on-change': {
    subject: { en: '{matter}: deadline in the past after a change', 'zh-CN': '{matter}：变更后已过时限' },
    text: {
      en: 'After a change the deadline{?clock  for {clock}} of {matter} lies in the past{?dueAt : {dueAt}}. It is counted apart from missed ones.',
      'zh-CN': '变更后，{matter}的{clock}截止时间已过{?dueAt （{dueAt}）}。此项不计入超时。',
    },
  },
  'escalation-call': {
    subject: {
      en: '{matter}: you are called{?level , level {level}}',
      'zh-CN': '{matter}：升级通知{?level （第{level}级）}',
    },
    text: {
      en: '{matter} was escalated to you{?level , level {level}}{?clock : {clock}}{?dueAt , due at {dueAt}}.{?standsInFor  You stand in for somebody who is away.}',
      'zh-CN':
        '{matter}已升级至您处理{?level （第{level}级）}{?clock ，事项：{clock}}{?dueAt ，截止时间 {dueAt}}。{?standsInFor 您为缺勤人员的代理人。}',
    },
  },
  'crisis-call': {
    subject: {
      en: '{?drill DRILL – }Crisis, {matter}: you are called',
      'zh-CN': '{?drill 【演练】}危机召集：{matter}',
    },
    text: {
      en: '{?drill This is a drill. }{matter} is handled as a crisis. You are called at once{?level , level {level}}.{?standsInFor  You stand in for somebody who is away.}',
      'zh-CN':
        '{?drill 本次为演练。}{matter}已按危机处理，请立即参与{?level （第{level}级）}。{?standsInFor 您为缺勤人员的代理人。}',
    },
  },
  'acknowledgement-asked': {
    subject: { en: '{matter}: please acknowledge', 'zh-CN': '{matter}：请确认' },
    text: {
      en: '{matter} waits for your acknowledgement{?level , level {level}}.',
      'zh-CN': '{matter}等待您确认{?level （第{level}级）}。',
    },
  },
  'no-progress': {
    subject: { en: '{matter}: no progress', 'zh-CN': '{matter}：处理无进展' },
    text: {
      en: 'Nothing has moved in {matter} since it was acknowledged.',
      'zh-CN': '{matter}自确认后无处理进展。',
    },
  },
  'operator-alert': {
    subject: {
      en: 'CareLedger needs an operator{?problem : {problem}}',
      'zh-CN': 'CareLedger 运维告警{?problem ：{problem}}',
    },
    text: {
      en: '{matter}{?problem : {problem}}{?channel  ({channel})}.',
      'zh-CN': '{matter}{?problem ：{problem}}{?channel （{channel}）}。',
    },
  },
  digest: {
    subject: { en: '{count} notices in CareLedger', 'zh-CN': 'CareLedger 有 {count} 条通知' },
    text: {
      en: '{count} notices wait in your inbox{?since , the first since {since}}. They are not sent one by one.',
      'zh-CN': '收件箱中有 {count} 条通知{?since ，最早一条于 {since}}，不再逐条发送。',
    },
  },
};

const ACKNOWLEDGE: Term = { en: 'Please acknowledge it in CareLedger.', 'zh-CN': '请在 CareLedger 中确认。' };
const more = (count: number): Term => ({ en: `And ${count} more.`, 'zh-CN': `另有 ${count} 条。` });

const PATHS: { readonly [Kind in About['kind']]: string } = {
  'service-case': 'service-cases',
  complaint: 'complaints',
  customer: 'customers',
  user: 'users',
  team: 'teams',
  delivery: 'deliveries',
  inbox: 'inbox',
};

/** Where to look further, below the address of the web page. An inbox is the reader's own. */
export const linkTo = ({ kind, id }: About): string =>
  kind === 'inbox' ? `/${PATHS.inbox}` : `/${PATHS[kind]}/${encodeURIComponent(id)}`;

/** What the matter is called: its reference where it has one. */
const matterOf = ({ about, facts: { reference } }: ToldNotice, language: Language): string =>
  reference ?? `${noticeTerms['kind']![about.kind]![language]} ${about.id}`;

/** Notices of one cause in words, the first gives the subject; `untold`: how many more there are. */
export const messageOf = (
  notices: readonly [ToldNotice, ...ToldNotice[]],
  untold: number,
  { language, zone }: { readonly language: Language; readonly zone?: string },
): { readonly subjectLine: string; readonly text: string } => {
  const wording: Wording = { language, terms: noticeTerms, ...(zone === undefined ? {} : { zone }) };
  const say = (notice: ToldNotice, part: keyof Template) =>
    tell(
      { data: facts, says: templates[notice.template][part] },
      { ...notice.facts, matter: matterOf(notice, language) },
      wording,
    );
  const others = notices.length - 1 + untold;
  const lines = [
    ...notices.map((notice) => say(notice, 'text')),
    ...(untold === 0 ? [] : [more(untold)[language]]),
    ...(notices.some(({ needsAcknowledgement }) => needsAcknowledgement) ? [ACKNOWLEDGE[language]] : []),
  ];
  return { subjectLine: `${say(notices[0], 'subject')}${others === 0 ? '' : ` (+${others})`}`, text: lines.join('\n') };
};
