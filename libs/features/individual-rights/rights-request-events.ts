import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { ANSWERS, RIGHTS } from './vocabulary.ts';

const about = { subjectField: 'subjectId', maxLength: 4_000 };

/** What a person asks for by right, and what became of it. [G6] */
export const rightsRequestEvents = defineEvents('rights-request', {
  'rights-request.received.v1': {
    meaning:
      'A person makes use of a right: access, a copy, correction, portability, explanation, or review by a human.',
    source: '[G6, PIPL 24, 44–49]',
    data: Type.Object({
      subjectId: field.id(),
      right: Type.Enum([...RIGHTS]),
      receivedAt: field.instant(),
      answerBy: field.instant(),
      details: field.personal(about),
    }),
    says: {
      en: 'A request was received: {right}. {details} To be answered by {answerBy}.',
      'zh-CN': '收到个人请求：{right}。{details} 须于{answerBy}前答复。',
    },
  },
  'rights-request.answered.v1': {
    meaning: 'The person was answered: what was done, or why not.',
    source: '[G6]',
    data: Type.Object({ subjectId: field.id(), answer: Type.Enum([...ANSWERS]), note: field.personal(about) }),
    says: { en: 'The request was answered: {answer}. {note}', 'zh-CN': '已答复：{answer}。{note}' },
  },
});
export type RightsRequestEvent = EventOf<typeof rightsRequestEvents>;
export type NewRightsRequestEvent = NewEventOf<typeof rightsRequestEvents>;
