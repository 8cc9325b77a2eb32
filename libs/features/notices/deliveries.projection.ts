import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { projection } from '#libs/kernel/projection.ts';
import { deliveryEvents } from './delivery-events.ts';
import type { DeliveryEvent } from './delivery-events.ts';

type Of<Type extends DeliveryEvent['type']> = Extract<DeliveryEvent, { type: Type }>['data'];

interface Row extends Document {
  readonly deliveryId: string;
  readonly status: 'pending' | 'delivered' | 'bounced' | 'dead';
  readonly recipientId: string;
  readonly channel: string;
  readonly target?: string;
  /** Among those of one key that are pending, the one of the lowest place goes first. */
  readonly orderKey: string;
  readonly place: number;
  readonly language: string;
  readonly subjectLine: string;
  readonly text: string;
  readonly link: string;
  readonly about: Of<'delivery.requested.v1'>['about'];
  readonly urgency: string;
  readonly noticeIds: readonly string[];
  readonly requestedAt: Instant;
  readonly attempts: number;
  /** Of a pending one. */
  readonly nextAttemptAt?: Instant;
  readonly endedAt?: Instant;
  /** Why it is a dead letter. */
  readonly why?: string;
  /** What the last attempt came to. */
  readonly reason?: string;
}

const withDestination = ({ target: _target, ...row }: Row, { target, orderKey }: Of<'delivery.replayed.v1'>): Row => ({
  ...row,
  orderKey,
  ...(target === undefined ? {} : { target }),
});

const ended = (
  { nextAttemptAt: _next, ...row }: Row,
  status: Row['status'],
  endedAt: Instant,
  rest: Partial<Row>,
): Row => ({ ...row, status, endedAt, ...rest });

/** The outbox: every message that went, or is to go, out. Dead letters are those of the status `dead` or `bounced`. */
export const deliveries = projection<Row>()('deliveries@1', {
  collection: {
    kind: 'current',
    indexes: [
      ['status', 'place'],
      ['recipientId', 'requestedAt'],
    ],
  },
  access: { roles: ['operator', 'auditor', 'privacy-officer', 'service'] },
  reads: [deliveryEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('delivery', id)],
  on: {
    'delivery.requested.v1': (_row, { streamId, position, recordedAt, data }) => {
      const { recipientId, channel, language, subjectLine, text, link, about, urgency, noticeIds } = data;
      const row: Row = {
        ...{ deliveryId: streamId, status: 'pending', recipientId, channel, orderKey: '', place: position, language },
        ...{ subjectLine, text, link, about, urgency, noticeIds },
        ...{ requestedAt: recordedAt, attempts: 0, nextAttemptAt: recordedAt },
      };
      return withDestination(row, data);
    },
    'delivery.attempt-failed.v1': (row, { data: { attempt, reason, nextAttemptAt } }) =>
      row && { ...row, attempts: attempt, reason, nextAttemptAt },
    'delivery.delivered.v1': (row, { recordedAt, data: { attempt } }) => {
      if (row === undefined) return undefined;
      const { reason: _reason, ...rest } = row;
      return ended(rest, 'delivered', recordedAt, { attempts: attempt });
    },
    'delivery.bounced.v1': (row, { recordedAt, data: { attempt, reason } }) =>
      row && ended(row, 'bounced', recordedAt, { attempts: attempt, reason }),
    'delivery.dead-lettered.v1': (row, { recordedAt, data: { attempt, why, reason } }) =>
      row &&
      ended(row, 'dead', recordedAt, {
        why,
        ...(attempt === undefined ? {} : { attempts: attempt }),
        ...(reason === undefined ? {} : { reason }),
      }),
    'delivery.replayed.v1': (row, { position, recordedAt, data }) => {
      if (row === undefined) return undefined;
      const { endedAt: _ended, why: _why, reason: _reason, ...rest } = row;
      return withDestination({ ...(rest as Row), status: 'pending', place: position, nextAttemptAt: recordedAt }, data);
    },
  },
  ignores: [],
});
