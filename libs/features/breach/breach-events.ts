import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { ACCOUNTABILITY, BREACH_KINDS, ISOLATIONS } from './vocabulary.ts';

const free = () => field.personal({ maxLength: 4_000 });

/** A breach of personal data: isolate → who is affected → tell them and the regulator → accountability → fix. [G5] */
export const breachEvents = defineEvents('breach', {
  'breach.detected.v1': {
    meaning: 'Somebody may have seen, or taken, personal data without being allowed to.',
    source: '[G5]',
    data: Type.Object({
      kind: Type.Enum([...BREACH_KINDS]),
      detectedAt: field.instant(),
      description: free(),
      isolateBy: field.instant(),
      tellRegulatorBy: field.instant(),
      tellAffectedBy: field.instant(),
    }),
    says: {
      en: 'A breach of personal data was detected ({kind}): {description}.',
      'zh-CN': '发现个人信息安全事件（{kind}）：{description}。',
    },
  },
  'breach.isolated.v1': {
    meaning: 'What let it happen was shut off.',
    source: '[G5]',
    data: Type.Object({ how: Type.Enum([...ISOLATIONS]), note: free() }),
    says: { en: 'The breach was isolated: {how}. {note}', 'zh-CN': '已隔离：{how}。{note}' },
  },
  'breach.affected-determined.v1': {
    meaning:
      'Whose values were shown to the actors in that time, computed from the access records; replaces what was found before.',
    source: '[G5]',
    data: Type.Object({
      actors: Type.Array(field.id()),
      from: field.instant(),
      to: field.instant(),
      subjects: Type.Array(field.id()),
      accesses: field.count(),
      lastRecord: Type.Object({ number: field.count(), hash: field.text(64) }),
    }),
    says: {
      en: '{accesses} accesses between {from} and {to} concern the people affected.',
      'zh-CN': '{from}至{to}之间共{accesses}次访问涉及受影响个人。',
    },
  },
  'breach.affected-told.v1': {
    meaning: 'People affected were told, with advice how to protect themselves.',
    source: '[G5]',
    data: Type.Object({ subjects: Type.Array(field.id(), { minItems: 1 }), advice: field.text(4_000) }),
    says: {
      en: 'People affected were told, with this advice: {advice}.',
      'zh-CN': '已告知受影响个人，并提示：{advice}。',
    },
  },
  'breach.regulator-told.v1': {
    meaning: 'The regulator was told.',
    source: '[G5, PIPL 57]',
    data: Type.Object({ authority: field.text(200), fileNumber: field.text(100) }),
    says: {
      en: 'The regulator was told: {authority}, {fileNumber}.',
      'zh-CN': '已向监管部门报告：{authority}，{fileNumber}。',
    },
  },
  'breach.accountability-recorded.v1': {
    meaning: 'What followed for whoever was responsible.',
    source: '[G5]',
    data: Type.Object({ consequence: Type.Enum([...ACCOUNTABILITY]), note: free() }),
    says: { en: 'Accountability: {consequence}. {note}', 'zh-CN': '追责：{consequence}。{note}' },
  },
  'breach.fixed.v1': {
    meaning: 'What let it happen was mended, so that it does not happen again.',
    source: '[G5]',
    data: Type.Object({ fix: free() }),
    says: { en: 'The cause was mended: {fix}.', 'zh-CN': '已整改：{fix}。' },
  },
  'breach.closed.v1': {
    meaning: 'Every step was taken.',
    source: '[G5]',
    data: Type.Object({}),
    says: { en: 'The breach was closed.', 'zh-CN': '事件已关闭。' },
  },
});
export type BreachEvent = EventOf<typeof breachEvents>;
export type NewBreachEvent = NewEventOf<typeof breachEvents>;
