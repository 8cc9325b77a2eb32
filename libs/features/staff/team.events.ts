import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { shiftFields, workingHoursFields, zoneField } from './working-hours.ts';

const teamName = Type.String({ maxLength: 200, 'x-not-personal': 'the name of a team' });

export const teamEvents = defineEvents('team', {
  'team.formed.v1': {
    meaning: 'A team that can own customers, cases and complaints.',
    data: Type.Object({ name: teamName, zone: zoneField() }),
    says: { en: 'Team {name} was formed ({zone}).', 'zh-CN': '已组建团队{name}（{zone}）。' },
  },
  'team.renamed.v1': {
    meaning: 'The team has another name.',
    data: Type.Object({ name: teamName }),
    says: { en: 'The team is now called {name}.', 'zh-CN': '团队更名为{name}。' },
  },
  'team.working-hours-set.v1': {
    meaning: 'When the team works, on the walls of its zone.',
    data: Type.Object(workingHoursFields),
    says: { en: 'Working hours were set ({zone}).', 'zh-CN': '已设定工作时间（{zone}）。' },
  },
  'team.member-joined.v1': {
    meaning: 'A user belongs to the team.',
    data: Type.Object({ userId: field.id() }),
    says: { en: '{userId} joined the team.', 'zh-CN': '{userId}已加入团队。' },
  },
  'team.member-left.v1': {
    meaning: 'A user belongs to the team no longer; they are off its roster and its deputies too.',
    data: Type.Object({ userId: field.id() }),
    says: { en: '{userId} left the team.', 'zh-CN': '{userId}已离开团队。' },
  },
  'team.leaders-named.v1': {
    meaning: 'Who leads the team, and who stands in, in order.',
    source: '[S3]',
    data: Type.Object({ supervisorId: field.id(), deputies: Type.Array(field.id()) }),
    says: {
      en: '{supervisorId} leads the team{?deputies , deputies: {deputies}}.',
      'zh-CN': '{supervisorId}担任团队负责人{?deputies ，代理人：{deputies}}。',
    },
  },
  'team.department-head-named.v1': {
    meaning: 'Who heads the department that the team belongs to; need not be a member.',
    source: '[SLA 10]',
    data: Type.Object({ userId: field.id() }),
    says: { en: '{userId} heads the department.', 'zh-CN': '{userId}担任部门负责人。' },
  },
  'team.duty-shifts-set.v1': {
    meaning:
      'Who has the duty in every week, on the walls of the zone; the shifts replace those before. Gaps are allowed.',
    source: '[T4]',
    data: Type.Object({ zone: zoneField(), shifts: Type.Array(Type.Object(shiftFields)) }),
    says: { en: 'The weekly duty roster was set ({zone}).', 'zh-CN': '已设定每周值班表（{zone}）。' },
  },
  'team.duty-rostered.v1': {
    meaning: 'A member has the duty from an instant until before another.',
    source: '[T4]',
    data: Type.Object({ userId: field.id(), from: field.instant(), until: field.instant() }),
    says: { en: '{userId} is on duty from {from} until {until}.', 'zh-CN': '{userId}自{from}至{until}值班。' },
  },
  'team.duty-cancelled.v1': {
    meaning: 'A duty of the roster falls away.',
    data: Type.Object({ userId: field.id(), from: field.instant() }),
    says: { en: 'The duty of {userId} from {from} was cancelled.', 'zh-CN': '已取消{userId}自{from}起的值班。' },
  },
  'team.dissolved.v1': {
    meaning: 'The team no longer exists; what it owned must go to another.',
    data: Type.Object({ why: field.personal({ maxLength: 1_000 }) }),
    says: { en: 'The team was dissolved: {why}.', 'zh-CN': '团队已解散：{why}。' },
  },
});
export type TeamEvent = EventOf<typeof teamEvents>;
export type NewTeamEvent = NewEventOf<typeof teamEvents>;
