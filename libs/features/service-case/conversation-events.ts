import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { CHANNELS } from './vocabulary.ts';

const channel = Type.Enum([...CHANNELS]);

/** Messages in and out, notes and attachments. [C7] */
export const conversationEvents = {
  'service-case.customer-message-received.v1': {
    meaning: 'The customer wrote or called. Happened when it was sent, whenever it was entered.',
    source: '[C7]',
    data: Type.Object({
      channel,
      text: field.personal(),
      author: Type.Optional(field.personal({ maxLength: 300 })),
    }),
    says: {
      en: 'The customer{?author  ({author})} wrote by {channel}: “{text}”',
      'zh-CN': '客户{?author （{author}）}通过{channel}发来消息：“{text}”',
    },
  },
  'service-case.answer-sent.v1': {
    meaning: 'A person answered the customer. The first one stops the first-response clock.',
    source: '[C7]',
    data: Type.Object({ channel, text: field.personal(), authorId: field.id() }),
    says: {
      en: '{authorId} answered by {channel}: “{text}”',
      'zh-CN': '{authorId}通过{channel}答复：“{text}”',
    },
  },
  'service-case.automatic-answer-sent.v1': {
    meaning: 'A program answered the customer, e.g. with a receipt. Stops no clock.',
    source: '[C7]',
    data: Type.Object({ channel, text: field.personal() }),
    says: {
      en: 'An automatic answer was sent by {channel}: “{text}”',
      'zh-CN': '系统通过{channel}自动答复：“{text}”',
    },
  },
  'service-case.first-response-recorded.v1': {
    meaning: 'Imported: a person took the case up. Stands for the first answer where the source has no conversation.',
    source: 'import of incidents (first row with an assignee)',
    data: Type.Object({ staffId: Type.Optional(field.id()) }),
    says: {
      en: 'A person took the case up{?staffId  ({staffId})}: counts as the first response.',
      'zh-CN': '已有人员受理{?staffId （{staffId}）}，视为首次响应。',
    },
  },
  'service-case.note-added.v1': {
    meaning: 'A note for colleagues; the customer does not see it.',
    source: '[C7]',
    data: Type.Object({ text: field.personal(), authorId: field.id() }),
    says: { en: '{authorId} noted: “{text}”', 'zh-CN': '{authorId}添加内部备注：“{text}”' },
  },
  'service-case.attachment-recorded.v1': {
    meaning:
      'A file belongs to the case. The file itself is kept apart, found by its hash, and erased with the customer.',
    source: '[C7]',
    data: Type.Object({
      fileName: field.personal({ maxLength: 300 }),
      mediaType: field.text(100),
      sizeBytes: field.count(),
      /** SHA-256 of the file, in hexadecimal. */
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      from: Type.Enum(['customer', 'staff']),
    }),
    says: {
      en: 'A file from the {from} was attached: {fileName} ({mediaType}, {sizeBytes} bytes).',
      'zh-CN': '已添加附件：{fileName}（来自{from}，{mediaType}，{sizeBytes} 字节）。',
    },
  },
};
