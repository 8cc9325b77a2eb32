import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import type * as Commands from './conversation.commands.ts';
import type { CaseCommands, CaseDecision } from './deciding.ts';
import { inTheFuture, isInTheFuture, isKnown, NOT_RECEIVED, onlyIf } from './deciding.ts';
import { isWaitingFor, STAFF, STAFF_AND_PROGRAMS } from './rules.ts';
import { happened } from './service-case.events.ts';
import type { KnownCase } from './service-case.state.ts';

/** Any message of the customer ends the wait for the customer, at the message's own time. [SLA 3] */
const recordCustomerMessage = (
  { sentAt, ...message }: Commands.RecordCustomerMessage,
  state: KnownCase,
  { now }: DecisionContext,
): CaseDecision =>
  isInTheFuture(sentAt, now)
    ? inTheFuture('sentAt', now)
    : [
        happened('customer-message-received', message, { occurredAt: sentAt }),
        ...(isWaitingFor(state, 'customer')
          ? [happened('resumed', { because: 'customer-message' }, { occurredAt: sentAt })]
          : []),
      ];

/** Whatever the status: what was said was said. */
export const conversation: CaseCommands = {
  'service-case.record-customer-message': {
    summary: 'Record what the customer wrote or said.',
    source: '[C7]',
    roles: STAFF_AND_PROGRAMS,
    commutative: true,
    decide: onlyIf(isKnown, NOT_RECEIVED, recordCustomerMessage),
  },
  'service-case.send-answer': {
    summary: 'Answer the customer, as a person: stops the first-response clock.',
    source: '[C7]',
    // Not `service`: an automatic answer must never pass for a person's.
    roles: STAFF,
    commutative: true,
    decide: onlyIf(isKnown, NOT_RECEIVED, (message: Commands.SendAnswer, _state, { actor }) => [
      happened('answer-sent', { ...message, authorId: actor.id }),
    ]),
  },
  'service-case.send-automatic-answer': {
    summary: 'Answer the customer by a program: stops no clock.',
    source: '[C7]',
    roles: ['service'],
    commutative: true,
    decide: onlyIf(isKnown, NOT_RECEIVED, (message: Commands.SendAutomaticAnswer) => [
      happened('automatic-answer-sent', { ...message }),
    ]),
  },
  'service-case.add-note': {
    summary: 'Note something for colleagues.',
    source: '[C7]',
    roles: STAFF_AND_PROGRAMS,
    commutative: true,
    decide: onlyIf(isKnown, NOT_RECEIVED, ({ text }: Commands.AddNote, _state, { actor }) => [
      happened('note-added', { text, authorId: actor.id }),
    ]),
  },
  'service-case.record-attachment': {
    summary: 'Record a file that belongs to the case, by its hash.',
    source: '[C7]',
    roles: STAFF_AND_PROGRAMS,
    commutative: true,
    decide: onlyIf(isKnown, NOT_RECEIVED, (attachment: Commands.RecordAttachment) => [
      happened('attachment-recorded', { ...attachment }),
    ]),
  },
};
