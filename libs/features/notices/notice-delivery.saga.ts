import { defineSaga, schedule } from '#libs/kernel/saga.ts';
import type { SagaOutput } from '#libs/kernel/saga.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { RequestDelivery } from './delivery.ts';
import { giveNotice } from './giving.ts';
import { noticeEvents } from './notice-events.ts';
import { deliveryIdFor } from './vocabulary.ts';
import { nextDueAt, NOTHING_WAITS, sendDue, takeNotice } from './waiting-notices.ts';
import type { Message, Taken, Waiting } from './waiting-notices.ts';

const SEND = 'send';

/** A digest is a notice of its own: it stands in the inbox, and goes out like any other. */
const digestFor = (recipientId: string, message: Extract<Message, { kind: 'digest' }>): SagaOutput => {
  const { channels, count, since, firstNoticeId } = message;
  return giveNotice(`digest/${firstNoticeId}`, {
    recipientId,
    cause: 'digest',
    about: { kind: 'inbox', id: recipientId },
    urgency: 'ordinary',
    classA: false,
    template: 'digest',
    facts: { count, since },
    channels,
    needsAcknowledgement: false,
  });
};

const deliveriesOf = (recipientId: string, message: Extract<Message, { kind: 'notices' }>): readonly SagaOutput[] => {
  const { urgency, channels, untold } = message;
  const notices = message.notices as RequestDelivery['notices'];
  return channels.map((channel) => {
    const body: RequestDelivery = { recipientId, channel, urgency, notices, untold };
    const id = deliveryIdFor(notices[0].noticeId, channel);
    return { kind: 'command', name: 'delivery.request', id, body: body as unknown as JsonObject };
  });
};

const stepOf = (recipientId: string, { waiting, messages }: Taken) => {
  const dueAt = nextDueAt(waiting);
  const commands = messages.flatMap((message) =>
    message.kind === 'digest' ? [digestFor(recipientId, message)] : deliveriesOf(recipientId, message),
  );
  const timer = dueAt === undefined ? [] : [schedule({}, { at: dueAt, key: SEND })];
  return { state: waiting, outputs: [...commands, ...timer] };
};

/** Gathers what one person is to be told, until its time has come, and has it sent. One instance per recipient. [SLA 12] */
export const noticeDeliverySaga = defineSaga<Waiting, [typeof noticeEvents]>('notice-delivery', {
  reads: [noticeEvents],
  initial: NOTHING_WAITS,
  keyOf: (event) => (event.type === 'notice.given.v1' ? event.data.recipientId : undefined),
  react: (waiting, input, recipientId) => {
    switch (input.type) {
      case 'notice.given.v1': {
        const { streamId: id, recordedAt: at, data } = input;
        return stepOf(recipientId, takeNotice(waiting, { id, at, data }));
      }
      case 'timer':
        return stepOf(recipientId, sendDue(waiting, input.dueAt));
      default:
        return { state: waiting, outputs: [] };
    }
  },
});
