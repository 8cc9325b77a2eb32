import { ROLES } from '#libs/kernel/actor.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { workingHoursFields } from './working-hours.ts';

export const ABSENCE_KINDS = ['leave', 'sickness', 'business-trip', 'training', 'other'] as const;

/** The people and programs who work with the ledger. Each is the subject of their own personal values. */
export const userEvents = defineEvents('user', {
  'user.registered.v1': {
    meaning: 'A person of the staff became known; what they may do is granted apart.',
    data: Type.Object({ displayName: field.personal({ maxLength: 200 }) }),
    says: { en: '{displayName} was registered as a user.', 'zh-CN': '已登记用户{displayName}。' },
  },
  'user.renamed.v1': {
    meaning: 'The user goes by another name.',
    data: Type.Object({ displayName: field.personal({ maxLength: 200 }) }),
    says: { en: 'The user is now called {displayName}.', 'zh-CN': '用户更名为{displayName}。' },
  },
  'user.role-granted.v1': {
    meaning: 'A role in one team, or in every team (`*`).',
    data: Type.Object({ role: Type.Enum([...ROLES]), team: field.id() }),
    says: { en: 'The role “{role}” was granted (team: {team}).', 'zh-CN': '已授予角色“{role}”（团队：{team}）。' },
  },
  'user.role-revoked.v1': {
    meaning: 'The user no longer holds the role in that team.',
    data: Type.Object({ role: Type.Enum([...ROLES]), team: field.id() }),
    says: { en: 'The role “{role}” was revoked (team: {team}).', 'zh-CN': '已撤销角色“{role}”（团队：{team}）。' },
  },
  'user.working-hours-set.v1': {
    meaning: 'When the user works; reminders keep to it.',
    data: Type.Object(workingHoursFields),
    says: { en: 'Working hours were set ({zone}).', 'zh-CN': '已设定工作时间（{zone}）。' },
  },
  'user.deputies-named.v1': {
    meaning: 'Who stands in for the user, in order; the list replaces the one before.',
    data: Type.Object({ deputies: Type.Array(field.id()) }),
    says: { en: 'Deputies were named: {deputies}.', 'zh-CN': '已指定代理人：{deputies}。' },
  },
  'user.manager-named.v1': {
    meaning: 'Who manages the user, and is told where neither the user nor a deputy is there.',
    source: '[SLA 11]',
    data: Type.Object({ managerId: field.id() }),
    says: { en: '{managerId} was named as manager.', 'zh-CN': '已指定直属主管：{managerId}。' },
  },
  'user.language-chosen.v1': {
    meaning: 'The language of what the user is told.',
    data: Type.Object({ language: Type.Enum(['en', 'zh-CN']) }),
    says: { en: 'Notices are written in {language}.', 'zh-CN': '通知语言：{language}。' },
  },
  'user.absence-declared.v1': {
    meaning: 'The user will be away from an instant until before another.',
    data: Type.Object({ from: field.instant(), until: field.instant(), kind: Type.Enum([...ABSENCE_KINDS]) }),
    says: { en: 'Absent from {from} until {until} ({kind}).', 'zh-CN': '自{from}至{until}不在岗（{kind}）。' },
  },
  'user.absence-ended.v1': {
    meaning: 'The user is back before the declared end, or will not be away at all.',
    data: Type.Object({ from: field.instant(), endedAt: field.instant() }),
    says: { en: 'The absence from {from} ended at {endedAt}.', 'zh-CN': '自{from}起的缺勤于{endedAt}结束。' },
  },
  'user.undertaking-recorded.v1': {
    meaning: 'The user signed the confidentiality undertaking, without which nobody sees personal data.',
    source: '[H3, G1]',
    data: Type.Object({ signedOn: field.date(), version: field.text(60) }),
    says: {
      en: 'The confidentiality undertaking {version} was signed on {signedOn}.',
      'zh-CN': '已于{signedOn}签署保密承诺书（{version}）。',
    },
  },
  'user.undertaking-ended.v1': {
    meaning:
      'The confidentiality undertaking no longer holds: personal values are masked for the user until one is recorded again.',
    source: '[G1]',
    data: Type.Object({ why: field.personal({ maxLength: 1_000 }) }),
    says: {
      en: 'The confidentiality undertaking ended: {why}.',
      'zh-CN': '保密承诺终止：{why}。',
    },
  },
  'user.training-recorded.v1': {
    meaning: 'The user completed a training on the protection of personal data.',
    source: '[G1]',
    data: Type.Object({ course: field.text(200), completedOn: field.date() }),
    says: {
      en: 'The training “{course}” was completed on {completedOn}.',
      'zh-CN': '已于{completedOn}完成培训“{course}”。',
    },
  },
  'user.deactivated.v1': {
    meaning: 'The user no longer works here: every grant is without effect.',
    data: Type.Object({ why: field.personal({ maxLength: 1_000 }) }),
    says: { en: 'The user was deactivated: {why}.', 'zh-CN': '用户已停用：{why}。' },
  },
  'user.reactivated.v1': {
    meaning: 'The user works here again.',
    data: Type.Object({ why: field.personal({ maxLength: 1_000 }) }),
    says: { en: 'The user was reactivated: {why}.', 'zh-CN': '用户已恢复：{why}。' },
  },
});
export type UserEvent = EventOf<typeof userEvents>;
export type NewUserEvent = NewEventOf<typeof userEvents>;
