import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import { LANGUAGES } from '#libs/kernel/terms.ts';
import Type from 'typebox';
import { about } from './notice-events.ts';
import { DEAD_LETTER_CAUSES, OUTWARD_CHANNELS, URGENCIES } from './vocabulary.ts';

const which = { recipientId: field.id(), channel: Type.Enum([...OUTWARD_CHANNELS]) };
/** Nothing in a notice was written by or about a person, so a worker, who can make no keys, may write what it says. */
const written = (maxLength: number) =>
  Type.String({ maxLength, 'x-not-personal': 'made of codes, numbers and moments alone' });
const attempt = () => Type.Integer({ minimum: 1 });

const destination = {
  /** The name of a configured target. Mails go to the address that the recipient has when they are sent. */
  target: Type.Optional(field.text(100)),
  /** Messages with the same key reach their receiver in order: channel, receiver and matter. */
  orderKey: field.text(500),
};

/** Messages on their way out, one stream each for a message on a channel: the outbox. The stream's id is the message's. */
export const deliveryEvents = defineEvents('delivery', {
  'delivery.requested.v1': {
    meaning: 'A message waits to be sent; nothing in it changes from here on. Subject line and link name no customer.',
    source: '[SLA 14]',
    data: Type.Object({
      ...which,
      ...destination,
      language: Type.Enum([...LANGUAGES]),
      subjectLine: written(300),
      text: written(8_000),
      link: field.text(400),
      about: about(),
      urgency: Type.Enum([...URGENCIES]),
      noticeIds: Type.Array(field.id()),
    }),
    says: {
      en: 'A message to {recipientId} by {channel} waits to be sent.',
      'zh-CN': '一条发给{recipientId}的消息待通过{channel}发送。',
    },
  },
  'delivery.attempt-failed.v1': {
    meaning: 'The message was not taken, or nobody said that it was: it is sent again.',
    data: Type.Object({ ...which, attempt: attempt(), reason: field.text(500), nextAttemptAt: field.instant() }),
    says: {
      en: 'Attempt {attempt} failed: {reason} The next is at {nextAttemptAt}.',
      'zh-CN': '第{attempt}次发送失败：{reason} 将于{nextAttemptAt}重试。',
    },
  },
  'delivery.delivered.v1': {
    meaning: 'The receiver took the message.',
    data: Type.Object({ ...which, attempt: attempt(), receipt: Type.Optional(field.text(300)) }),
    says: { en: 'Delivered at attempt {attempt}.', 'zh-CN': '第{attempt}次发送成功。' },
  },
  'delivery.bounced.v1': {
    meaning: 'The address or target will never work.',
    source: '[SLA 12]',
    data: Type.Object({ ...which, attempt: attempt(), reason: field.text(500) }),
    says: { en: 'The message came back: {reason}', 'zh-CN': '消息被退回：{reason}' },
  },
  'delivery.dead-lettered.v1': {
    meaning: 'The message is not sent any more, unless an operator has it sent again.',
    data: Type.Object({
      ...which,
      why: Type.Enum([...DEAD_LETTER_CAUSES]),
      attempt: Type.Optional(attempt()),
      reason: Type.Optional(field.text(500)),
    }),
    says: { en: 'Not sent ({why}){?reason : {reason}}', 'zh-CN': '未发送（{why}）{?reason ：{reason}}' },
  },
  'delivery.replayed.v1': {
    meaning: 'An operator has the message sent again, to where the recipient is reached now, behind what waits there.',
    data: Type.Object({ ...which, ...destination }),
    says: { en: 'The message is sent again.', 'zh-CN': '消息重新发送。' },
  },
});
export type DeliveryEvent = EventOf<typeof deliveryEvents>;
export type NewDeliveryEvent = NewEventOf<typeof deliveryEvents>;
