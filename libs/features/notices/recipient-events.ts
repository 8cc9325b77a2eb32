import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import { LANGUAGES } from '#libs/kernel/terms.ts';
import Type from 'typebox';
import { OUTWARD_CHANNELS } from './vocabulary.ts';

const channel = () => Type.Enum([...OUTWARD_CHANNELS]);

/** How the people of the staff, and the operators together, are reached outside the ledger. Streams `recipient-<user id>`. */
export const recipientEvents = defineEvents('recipient', {
  'recipient.address-set.v1': {
    meaning: 'Mails for the recipient go to this address; a channel that had been stopped is open again.',
    data: Type.Object({ address: field.personal({ maxLength: 254 }) }),
    says: { en: 'Mails go to {address}.', 'zh-CN': '邮件发送至{address}。' },
  },
  'recipient.target-set.v1': {
    meaning: 'Messages on the channel go to this configured target; a channel that had been stopped is open again.',
    data: Type.Object({ channel: channel(), target: field.text(100) }),
    says: { en: 'Messages by {channel} go to the target {target}.', 'zh-CN': '{channel}消息发送至目标{target}。' },
  },
  'recipient.language-chosen.v1': {
    meaning: 'Messages are written in this language.',
    data: Type.Object({ language: Type.Enum([...LANGUAGES]) }),
    says: { en: 'Messages are written in {language}.', 'zh-CN': '消息语言为{language}。' },
  },
  'recipient.channel-stopped.v1': {
    meaning: 'A message came back for good: nothing more goes out on the channel until it is opened again.',
    source: '[SLA 12]',
    data: Type.Object({ channel: channel(), deliveryId: field.id(), reason: field.text(500) }),
    says: { en: 'The channel {channel} was stopped: {reason}', 'zh-CN': '渠道“{channel}”已停用：{reason}' },
  },
  'recipient.channel-resumed.v1': {
    meaning: 'The channel is used again.',
    data: Type.Object({ channel: channel() }),
    says: { en: 'The channel {channel} is used again.', 'zh-CN': '渠道“{channel}”已恢复使用。' },
  },
});
export type RecipientEvent = EventOf<typeof recipientEvents>;
export type NewRecipientEvent = NewEventOf<typeof recipientEvents>;
