import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { CASE_KINDS, CHANNELS, COMPLEXITIES, PRIORITIES, TIERS, TIER_BASES } from './vocabulary.ts';

/** Written freely, so it may speak of persons. */
const freeReason = () => field.personal({ maxLength: 2_000 });

const tierUsed = { tier: Type.Enum([...TIERS]), tierBasis: Type.Enum([...TIER_BASES]) };

/** How a case comes in and what it is found to be. */
export const receptionEvents = {
  'service-case.received.v1': {
    meaning: 'Somebody asked for service. The customer may not be identified yet. Starts both clocks.',
    source: '[H4.5, H5.1, T3]',
    data: Type.Object({
      reference: field.text(100),
      kind: Type.Enum([...CASE_KINDS]),
      channel: Type.Enum([...CHANNELS]),
      customerId: Type.Optional(field.id()),
      contact: Type.Optional(field.personal({ maxLength: 500 })),
      subjectLine: Type.Optional(field.personal({ maxLength: 500 })),
      description: Type.Optional(field.personal()),
      /** The owning team. */
      team: Type.Optional(field.id()),
      /** As reported, or as it was taken to be until somebody identifies the case. */
      priority: Type.Enum([...PRIORITIES]),
      complexity: Type.Enum([...COMPLEXITIES]),
      ...tierUsed,
      /** The closed case that this one continues: too late for a re-opening. */
      followsCaseId: Type.Optional(field.id()),
    }),
    says: {
      en: 'Case {reference} was received by {channel}: {kind}{?subjectLine , “{subjectLine}”}; priority {priority}, served as tier {tier} ({tierBasis}){?team , team {team}}{?followsCaseId ; it continues case {followsCaseId}}.',
      'zh-CN':
        '收到服务单 {reference}（渠道：{channel}；类别：{kind}{?subjectLine ；主题：“{subjectLine}”}），优先级：{priority}，按 {tier} 级客户服务（依据：{tierBasis}）{?team ，归属团队：{team}}{?followsCaseId ，承接服务单 {followsCaseId}}。',
    },
  },
  'service-case.classification-proposed.v1': {
    meaning: 'Rules proposed type, priority and complexity; a person may change them.',
    source: '[H5.2]',
    data: Type.Object({
      type: field.text(100),
      priority: Type.Enum([...PRIORITIES]),
      complexity: Type.Enum([...COMPLEXITIES]),
      /** The names of the rules that decided. */
      rules: Type.Array(field.text(100)),
    }),
    says: {
      en: 'Rules proposed: type “{type}”, priority {priority}, {complexity} (because: {rules}).',
      'zh-CN': '按规则建议：类型为“{type}”，优先级为“{priority}”，复杂度为“{complexity}”（依据：{rules}）。',
    },
  },
  'service-case.identified.v1': {
    meaning: 'It is settled what kind of work the case is, how urgent and how complex.',
    source: '[H5.2]',
    data: Type.Object({
      type: field.text(100),
      priority: Type.Enum([...PRIORITIES]),
      complexity: Type.Enum([...COMPLEXITIES]),
      /** `rule`: the proposal was taken as it stood. */
      by: Type.Enum(['rule', 'person']),
      reason: Type.Optional(freeReason()),
    }),
    says: {
      en: 'The case was identified as “{type}”, priority {priority}, {complexity} (decided by {by}){?reason , because: {reason}}.',
      'zh-CN':
        '服务单已识别：类型为“{type}”，优先级为“{priority}”，复杂度为“{complexity}”（判定方式：{by}）{?reason ，原因：{reason}}。',
    },
  },
  'service-case.type-changed.v1': {
    meaning: 'A person found the case to be of another type.',
    source: '[H5.2]',
    data: Type.Object({ from: Type.Optional(field.text(100)), type: field.text(100), reason: freeReason() }),
    says: {
      en: 'The type was changed{?from  from “{from}”} to “{type}”, because: {reason}.',
      'zh-CN': '类型{?from 由“{from}”}改为“{type}”，原因：{reason}。',
    },
  },
  'service-case.complexity-changed.v1': {
    meaning: 'A person found the case to be more, or less, complex. May move the closing deadline of a C customer.',
    source: '[H5.2, T2]',
    data: Type.Object({
      from: Type.Enum([...COMPLEXITIES]),
      complexity: Type.Enum([...COMPLEXITIES]),
      reason: freeReason(),
    }),
    says: {
      en: 'The complexity was changed from {from} to {complexity}, because: {reason}.',
      'zh-CN': '复杂度由“{from}”改为“{complexity}”，原因：{reason}。',
    },
  },
  'service-case.priority-changed.v1': {
    meaning: 'The case has become more, or less, urgent. May move both deadlines.',
    source: '[H5.2, T2]',
    data: Type.Object({
      from: Type.Enum([...PRIORITIES]),
      priority: Type.Enum([...PRIORITIES]),
      reason: Type.Optional(freeReason()),
    }),
    says: {
      en: 'The priority was changed from {from} to {priority}{?reason , because: {reason}}.',
      'zh-CN': '优先级由“{from}”改为“{priority}”{?reason ，原因：{reason}}。',
    },
  },
  'service-case.customer-identified.v1': {
    meaning: 'It is known now which customer the case is for; the tier counts from here on.',
    source: '[T2]',
    data: Type.Object({ customerId: field.id(), ...tierUsed }),
    says: {
      en: 'The case was found to be for customer {customerId}, served as tier {tier} ({tierBasis}).',
      'zh-CN': '已确认服务单属于客户{customerId}，按 {tier} 级客户服务（依据：{tierBasis}）。',
    },
  },
  'service-case.source-verdict-recorded.v1': {
    meaning: 'Imported: the source system’s own judgement whether the agreed times were kept. Kept beside ours.',
    source: 'import of incidents (made_sla)',
    data: Type.Object({ verdict: Type.Enum(['kept', 'missed']) }),
    says: {
      en: 'The source system judged the agreed times: {verdict}.',
      'zh-CN': '源系统对时限的判定：{verdict}。',
    },
  },
};
