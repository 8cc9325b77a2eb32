import { invalid } from '#libs/kernel/rejection.ts';
import { happened } from './complaint.events.ts';
import type * as Commands from './conversation.commands.ts';
import type { ComplaintCommands } from './deciding.ts';
import { known, onlyIf, STAFF, STAFF_AND_PROGRAMS } from './deciding.ts';
import { isOpen } from './rules.ts';

const recordCustomerMessage = known<Commands.RecordCustomerMessage>(
  ({ channel, text, author, sentAt }, complaint, { now }) =>
    sentAt !== undefined && (sentAt > now || sentAt < complaint.receivedAt)
      ? invalid(
          'complaint.message-out-of-range',
          `A message of this complaint was sent between its receipt (${complaint.receivedAt}) and now (${now}).`,
          'sentAt',
        )
      : [
          happened(
            'customer-message-received',
            { channel, text, ...(author === undefined ? {} : { author }) },
            sentAt === undefined ? {} : { occurredAt: sentAt },
          ),
        ],
);

const sendAnswer = known<Commands.SendAnswer>(({ channel, text }, _complaint, { actor }) => [
  happened('answer-sent', { channel, text, authorId: actor.id }),
]);

/** An interim answer needs a reason and a new date. [B4] */
const sendInterimAnswer = onlyIf(
  isOpen,
  ['ended', 'it has ended: there is nothing left to promise.'],
  ({ channel, text, why, newDate }: Commands.SendInterimAnswer, _complaint, { actor, now }) =>
    newDate <= now
      ? invalid('complaint.date-in-past', `newDate must lie ahead (it is ${now}).`, 'newDate')
      : [happened('interim-answer-sent', { channel, text, why, newDate, authorId: actor.id })],
);

const sendAutomaticAnswer = known<Commands.SendAutomaticAnswer>(({ channel, text }) => [
  happened('automatic-answer-sent', { channel, text }),
]);

const addNote = known<Commands.AddNote>(({ text }, _complaint, { actor }) => [
  happened('note-added', { text, authorId: actor.id }),
]);

const recordAttachment = known<Commands.RecordAttachment>(({ fileName, mediaType, sizeBytes, sha256, from }) => [
  happened('attachment-recorded', { fileName, mediaType, sizeBytes, sha256, from }),
]);

// Adding to a conversation decides the same whatever others added meanwhile.
const command = (decide: ComplaintCommands[`complaint.${string}`]['decide'], summary: string, roles = STAFF) => ({
  decide,
  summary,
  roles,
  source: '[C7]',
  commutative: true as const,
});

export const conversation: ComplaintCommands = {
  'complaint.record-customer-message': command(
    recordCustomerMessage,
    'Record what the complainant wrote or said',
    STAFF_AND_PROGRAMS,
  ),
  'complaint.send-answer': command(sendAnswer, 'Answer, as a person'),
  'complaint.send-interim-answer': {
    ...command(sendInterimAnswer, 'Say that it takes longer, why, and until when'),
    source: '[B4]',
  },
  'complaint.send-automatic-answer': command(sendAutomaticAnswer, 'Answer, as a program', ['service']),
  'complaint.add-note': command(addNote, 'Add a note for colleagues'),
  'complaint.record-attachment': command(recordAttachment, 'Record that a file belongs to it', STAFF_AND_PROGRAMS),
};
