import type { Role } from '#libs/kernel/actor.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Decide } from '#libs/kernel/aggregate.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { invalid, missing, reject } from '#libs/kernel/rejection.ts';
import type * as Commands from './individual-rights.commands.ts';
import { rightsRequestEvents } from './rights-request-events.ts';
import type { NewRightsRequestEvent, RightsRequestEvent } from './rights-request-events.ts';
import { ANSWER_WITHIN_DAYS } from './vocabulary.ts';

export type RightsRequest =
  | { readonly status: 'unknown' }
  | { readonly status: 'received' | 'answered'; readonly subjectId: string; readonly right: string };

const allowedIn = ({ status }: RightsRequest): readonly string[] =>
  status === 'unknown' ? ['rights-request.receive'] : status === 'received' ? ['rights-request.answer'] : [];

const receive: Decide<Commands.ReceiveRightsRequest, RightsRequest, NewRightsRequestEvent> = (
  command,
  request,
  context,
) => {
  const { subjectId, right, receivedAt = context.now, details } = command;
  if (request.status !== 'unknown')
    return reject('rights-request.received-already', 'This request is on record already.', allowedIn(request));
  if (receivedAt > context.now)
    return invalid('rights-request.in-future', 'A request is recorded once it came in.', 'receivedAt');
  const answerBy = addMinutes(receivedAt, ANSWER_WITHIN_DAYS * 24 * 60);
  return [{ type: 'rights-request.received.v1', data: { subjectId, right, receivedAt, answerBy, details } }];
};

const answer: Decide<Commands.AnswerRightsRequest, RightsRequest, NewRightsRequestEvent> = (
  command,
  request,
  { id },
) =>
  request.status === 'unknown'
    ? missing('rights-request.unknown', `There is no request ${id}: check the id.`)
    : request.status === 'answered'
      ? reject('rights-request.answered-already', 'The request was answered: a new one is a request of its own.', [])
      : [
          {
            type: 'rights-request.answered.v1',
            data: { subjectId: request.subjectId, answer: command.answer, note: command.note },
          },
        ];

const RECEIVERS: readonly Role[] = ['agent', 'account-manager', 'supervisor', 'privacy-officer', 'legal'];

/** One request by a person about their own data. [G6] */
export const rightsRequest = defineAggregate<RightsRequest, RightsRequestEvent>({
  name: 'rights-request',
  collection: 'rights-requests',
  events: rightsRequestEvents,
  initial: { status: 'unknown' },
  evolve: (request, event) =>
    event.type === 'rights-request.received.v1'
      ? { status: 'received', subjectId: event.data.subjectId, right: event.data.right }
      : request.status === 'unknown'
        ? request
        : { ...request, status: 'answered' },
  subjectOf: (request, id) => (request.status === 'unknown' ? id : request.subjectId),
  allowedIn,
  commands: {
    'rights-request.receive': {
      decide: receive,
      roles: RECEIVERS,
      summary: 'Record that a person makes use of a right; its clock starts',
      source: '[G6]',
      creates: true,
    },
    'rights-request.answer': {
      decide: answer,
      // Never a program: who asks for a human's review gets one. [PIPL 24]
      roles: ['privacy-officer', 'legal'],
      summary: 'Record what the person was answered',
      source: '[G6]',
    },
  },
});
