import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { Static } from 'typebox';
import {
  CHANNELS,
  NOTICE_CAUSES,
  NOTICE_SUBJECTS,
  NOTICE_TEMPLATES,
  OUTWARD_CHANNELS,
  PROBLEMS,
  TIMINGS,
  URGENCIES,
} from './vocabulary.ts';

/** What a notice tells, in codes, numbers and moments: nothing that a person wrote and no name, so that any channel may carry it. */
export const noticeFacts = Type.Object({
  /** `INC0000073`. */
  reference: Type.Optional(field.text(60)),
  /** The name of a clock. */
  clock: Type.Optional(field.text(60)),
  dueAt: Type.Optional(field.instant()),
  percent: Type.Optional(field.count()),
  tier: Type.Optional(Type.Union([Type.Literal('A'), Type.Literal('B'), Type.Literal('C')])),
  /** Of the ladder, from 1. */
  level: Type.Optional(field.count()),
  /** In whose place the recipient is called. [SLA 11] */
  standsInFor: Type.Optional(field.id()),
  /** An exercise. [H6.3] */
  drill: Type.Optional(Type.Literal(true)),
  problem: Type.Optional(Type.Enum([...PROBLEMS])),
  /** Whose message could not be delivered, and on which channel. */
  concerns: Type.Optional(field.id()),
  channel: Type.Optional(Type.Enum([...OUTWARD_CHANNELS])),
  /** Of a digest: how many notices, the first of them given when. */
  count: Type.Optional(field.count()),
  since: Type.Optional(field.instant()),
});
export type NoticeFacts = Static<typeof noticeFacts>;

export const about = () => Type.Object({ kind: Type.Enum([...NOTICE_SUBJECTS]), id: field.id() });

export const noticeEvents = defineEvents('notice', {
  'notice.given.v1': {
    meaning:
      'Somebody shall know something: it stands in their inbox now, and goes out on the other channels at `deliverAt`.',
    source: '[SLA 12]',
    data: Type.Object({
      recipientId: field.id(),
      /** Who was meant, where that person does not work here any more. */
      intendedFor: Type.Optional(field.id()),
      cause: Type.Enum([...NOTICE_CAUSES]),
      about: about(),
      urgency: Type.Enum([...URGENCIES]),
      classA: Type.Boolean(),
      template: Type.Enum([...NOTICE_TEMPLATES]),
      facts: noticeFacts,
      channels: Type.Array(Type.Enum([...CHANNELS])),
      needsAcknowledgement: Type.Boolean(),
      deliverAt: field.instant(),
      timing: Type.Enum([...TIMINGS]),
      /** By the ladder policy of that moment. */
      groupWithinMinutes: field.count(),
      stormFrom: field.count(),
    }),
    says: {
      en: '{recipientId} was notified ({template}, {urgency}){?intendedFor  in place of {intendedFor}}; other channels from {deliverAt} on ({timing}).',
      'zh-CN':
        '已通知{recipientId}（{template}，{urgency}）{?intendedFor ，原通知对象为{intendedFor}}；其他渠道自{deliverAt}起发送（{timing}）。',
    },
  },
  'notice.read.v1': {
    meaning: 'The notice was seen by whom it is for.',
    data: Type.Object({ recipientId: field.id() }),
    says: { en: 'The notice was read.', 'zh-CN': '通知已读。' },
  },
  'notice.acknowledged.v1': {
    meaning: 'Whom the notice is for takes it on. It solves nothing by itself.',
    source: '[SLA 10]',
    data: Type.Object({
      recipientId: field.id(),
      acknowledgedBy: field.id(),
      cause: Type.Enum([...NOTICE_CAUSES]),
      about: about(),
    }),
    says: { en: '{acknowledgedBy} acknowledged the notice.', 'zh-CN': '{acknowledgedBy}已确认通知。' },
  },
});
export type NoticeEvent = EventOf<typeof noticeEvents>;
export type NewNoticeEvent = NewEventOf<typeof noticeEvents>;
export type NoticeGiven = Extract<NoticeEvent, { type: 'notice.given.v1' }>['data'];
