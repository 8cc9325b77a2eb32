import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { CHANNELS } from './vocabulary.ts';

const channel = Type.Enum([...CHANNELS]);

/** Messages in and out, notes and attachments. [C7] */
export const conversationEvents = {
  'complaint.customer-message-received.v1': {
    meaning: 'The complainant wrote or called. Happened when it was sent, whenever it was entered.',
    source: '[C7]',
    data: Type.Object({
      channel,
      text: field.personal(),
      author: Type.Optional(field.personal({ maxLength: 300 })),
    }),
    says: {
      en: 'The complainant{?author  ({author})} wrote by {channel}: “{text}”',
      'zh-CN': '投诉人{?author （{author}）}通过{channel}发来消息：“{text}”',
    },
  },
  'complaint.answer-sent.v1': {
    meaning: 'A person answered. The first answer of a cycle stops the response clock.',
    source: '[C7, H5.4]',
    data: Type.Object({ channel, text: field.personal(), authorId: field.id() }),
    says: {
      en: '{authorId} answered by {channel}: “{text}”',
      'zh-CN': '{authorId}通过{channel}答复：“{text}”',
    },
  },
  'complaint.interim-answer-sent.v1': {
    meaning: 'A person told the complainant that it takes longer, why, and until when.',
    source: '[B4]',
    data: Type.Object({
      channel,
      text: field.personal(),
      why: field.personal({ maxLength: 2_000 }),
      newDate: field.instant(),
      authorId: field.id(),
    }),
    says: {
      en: '{authorId} gave an interim answer by {channel}, final answer by {newDate}: “{text}” (reason: {why})',
      'zh-CN': '{authorId}通过{channel}作出阶段性答复，最终答复期限{newDate}：“{text}”（原因：{why}）',
    },
  },
  'complaint.automatic-answer-sent.v1': {
    meaning: 'A program answered. Stops no clock.',
    source: '[C7]',
    data: Type.Object({ channel, text: field.personal() }),
    says: {
      en: 'An automatic answer was sent by {channel}: “{text}”',
      'zh-CN': '系统通过{channel}自动答复：“{text}”',
    },
  },
  'complaint.note-added.v1': {
    meaning: 'A note for colleagues; the complainant does not see it.',
    source: '[C7]',
    data: Type.Object({ text: field.personal(), authorId: field.id() }),
    says: { en: '{authorId} noted: “{text}”', 'zh-CN': '{authorId}添加内部备注：“{text}”' },
  },
  'complaint.attachment-recorded.v1': {
    meaning: 'A file belongs to the complaint. It is kept apart, found by its hash, and erased with its subject.',
    source: '[C7]',
    data: Type.Object({
      fileName: field.personal({ maxLength: 300 }),
      mediaType: field.text(100),
      sizeBytes: field.count(),
      /** SHA-256 of the file, in hexadecimal. */
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      from: Type.Enum(['complainant', 'staff']),
    }),
    says: {
      en: 'A file from the {from} was attached: {fileName} ({mediaType}, {sizeBytes} bytes).',
      'zh-CN': '已添加附件：{fileName}（来自{from}，{mediaType}，{sizeBytes}字节）。',
    },
  },
} as const;
