import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';

const freeReason = () => field.personal({ maxLength: 2_000 });

/** Who has the case and how the work goes on. */
export const workEvents = {
  'service-case.assigned.v1': {
    meaning:
      'The work was given to a person (in imports also to a group alone), for the first time or after nobody had it.',
    source: '[H4.5]',
    data: Type.Object({ team: Type.Optional(field.id()), assigneeId: Type.Optional(field.id()) }),
    says: {
      en: 'The case was assigned{?assigneeId  to {assigneeId}}{?team  (team {team})}.',
      'zh-CN': '服务单已分派{?assigneeId 给{assigneeId}}{?team （团队：{team}）}。',
    },
  },
  'service-case.reassigned.v1': {
    meaning: 'The work went from one person or group to another. The customer’s clocks go on.',
    source: '[H4.5]',
    data: Type.Object({
      fromTeam: Type.Optional(field.id()),
      fromAssigneeId: Type.Optional(field.id()),
      team: Type.Optional(field.id()),
      assigneeId: Type.Optional(field.id()),
      reason: Type.Optional(freeReason()),
    }),
    says: {
      en: 'The case was re-assigned{?fromAssigneeId  from {fromAssigneeId}}{?assigneeId  to {assigneeId}}{?team  (team {team})}{?reason , because: {reason}}.',
      'zh-CN':
        '服务单已改派{?fromAssigneeId ，原处理人：{fromAssigneeId}}{?assigneeId ，现处理人：{assigneeId}}{?team （团队：{team}）}{?reason ，原因：{reason}}。',
    },
  },
  'service-case.unassigned.v1': {
    meaning: 'Nobody has the case any more; it waits to be assigned again.',
    source: '[H4.5]',
    data: Type.Object({ fromAssigneeId: Type.Optional(field.id()), reason: Type.Optional(freeReason()) }),
    says: {
      en: 'The case was taken back{?fromAssigneeId  from {fromAssigneeId}}{?reason , because: {reason}}.',
      'zh-CN': '服务单已收回{?fromAssigneeId ，原处理人：{fromAssigneeId}}{?reason ，原因：{reason}}。',
    },
  },
  'service-case.handed-over.v1': {
    meaning: 'Another team owns the case now and has to assign it anew.',
    source: '[H4.5]',
    data: Type.Object({ fromTeam: Type.Optional(field.id()), team: field.id(), reason: freeReason() }),
    says: {
      en: 'The case was handed over{?fromTeam  by team {fromTeam}} to team {team}, because: {reason}.',
      'zh-CN': '服务单已移交团队“{team}”{?fromTeam （原团队：{fromTeam}）}，原因：{reason}。',
    },
  },
  'service-case.started.v1': {
    meaning: 'Somebody works on the case.',
    source: '[H4.5]',
    data: Type.Object({}),
    says: { en: 'Work on the case began.', 'zh-CN': '已开始处理。' },
  },
  'service-case.waiting-for-customer-began.v1': {
    meaning: 'The work cannot go on without the customer. Pauses the resolution clock, never the first response.',
    source: '[H5.2]',
    data: Type.Object({ reason: freeReason() }),
    says: { en: 'Waiting for the customer: {reason}.', 'zh-CN': '转为等待客户，原因：{reason}。' },
  },
  'service-case.waiting-for-others-began.v1': {
    meaning: 'The work cannot go on without somebody else (a supplier, another department). No clock pauses.',
    source: '[H5.2]',
    data: Type.Object({ reason: freeReason() }),
    says: { en: 'Waiting for others: {reason}.', 'zh-CN': '转为等待第三方或其他部门，原因：{reason}。' },
  },
  'service-case.resumed.v1': {
    meaning: 'The waiting is over: the customer wrote, or a person found that work can go on.',
    source: '[H5.2]',
    data: Type.Object({
      because: Type.Enum(['customer-message', 'by-hand']),
      reason: Type.Optional(freeReason()),
    }),
    says: {
      en: 'Work goes on ({because}){?reason : {reason}}.',
      'zh-CN': '恢复处理（{because}）{?reason ：{reason}}。',
    },
  },
  'service-case.reopened.v1': {
    meaning: 'The case is not done after all: a new cycle with clocks of its own. What the earlier one came to stays.',
    source: '[H5.2]',
    data: Type.Object({
      /** 2 for the first re-opening. */
      cycle: field.count(),
      cause: Type.Enum(['solution-refused', 'asked-for', 'import']),
      reason: Type.Optional(freeReason()),
    }),
    says: {
      en: 'The case was re-opened ({cause}), cycle {cycle}{?reason : {reason}}.',
      'zh-CN': '服务单已重新打开（{cause}），第 {cycle} 轮{?reason ：{reason}}。',
    },
  },
};
