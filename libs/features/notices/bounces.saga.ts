import { defineSaga } from '#libs/kernel/saga.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { deliveryEvents } from './delivery-events.ts';
import { giveNotice } from './giving.ts';
import { recipientEvents } from './recipient-events.ts';
import type { StopChannel } from './recipient.ts';
import { OPERATORS } from './vocabulary.ts';

/**
 * A message that comes back stops its channel for its recipient: what still waits there is withheld, and the operators are told. One
 * instance per recipient; it remembers nothing. [SLA 12]
 */
export const bouncesSaga = defineSaga('bounces', {
  reads: [deliveryEvents, recipientEvents],
  initial: {},
  keyOf: (event) =>
    event.type === 'delivery.bounced.v1'
      ? event.data.recipientId
      : event.type === 'recipient.channel-stopped.v1'
        ? event.streamId
        : undefined,
  react: (state, input, recipientId) => {
    switch (input.type) {
      case 'delivery.bounced.v1': {
        const { channel, reason } = input.data;
        const body: StopChannel = { channel, deliveryId: input.streamId, reason };
        return {
          state,
          outputs: [
            { kind: 'command', name: 'recipient.stop-channel', id: recipientId, body: body as unknown as JsonObject },
          ],
        };
      }
      case 'recipient.channel-stopped.v1': {
        const { channel } = input.data;
        // Each stop by itself: one that was resumed may come back.
        const alert = giveNotice(`channel-stopped/${recipientId}/${channel}/${input.revision}`, {
          recipientId: OPERATORS,
          cause: 'operations',
          about: { kind: 'user', id: recipientId },
          urgency: 'urgent',
          classA: false,
          template: 'operator-alert',
          facts: { problem: 'channel-stopped', concerns: recipientId, channel },
          // Where the operators' own mail came back, another mail would not help.
          channels: recipientId === OPERATORS ? ['inbox'] : ['inbox', 'smtp'],
          needsAcknowledgement: false,
        });
        return {
          state,
          outputs: [
            alert,
            {
              kind: 'command-each',
              name: 'delivery.withhold',
              collection: 'deliveries',
              filter: { recipientId, channel, status: 'pending' },
              idField: 'deliveryId',
              body: {},
            },
          ],
        };
      }
      default:
        return { state, outputs: [] };
    }
  },
});
