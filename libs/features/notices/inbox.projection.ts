import { ROLES } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { projection } from '#libs/kernel/projection.ts';
import { noticeEvents } from './notice-events.ts';
import type { NoticeGiven } from './notice-events.ts';

interface Row extends Document {
  readonly noticeId: string;
  readonly recipientId: string;
  readonly status: 'unread' | 'read' | 'acknowledged';
  /** What calls for the reader: unread, or to be acknowledged still. */
  readonly open: boolean;
  readonly needsAcknowledgement: boolean;
  /** Stands for many that are not sent one by one. */
  readonly digest: boolean;
  readonly cause: string;
  readonly urgency: string;
  readonly template: string;
  readonly about: NoticeGiven['about'];
  readonly facts: NoticeGiven['facts'];
  readonly intendedFor?: string;
  readonly givenAt: Instant;
  readonly readAt?: Instant;
  readonly acknowledgedAt?: Instant;
  readonly acknowledgedBy?: string;
}

/** What each person is, or was, to know: one document a notice, the newest on top. */
export const inbox = projection<Row>()('inbox@1', {
  collection: {
    kind: 'current',
    indexes: [
      ['recipientId', 'givenAt'],
      ['recipientId', 'open', 'givenAt'],
    ],
  },
  access: { roles: ROLES, ownerField: 'recipientId' },
  reads: [noticeEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('notice', id)],
  on: {
    'notice.given.v1': (_row, { streamId, recordedAt, data }) => {
      const { recipientId, intendedFor, cause, urgency, template, about, facts, needsAcknowledgement } = data;
      return {
        ...{ noticeId: streamId, recipientId, status: 'unread', open: true, needsAcknowledgement },
        ...{ digest: template === 'digest', cause, urgency, template, about, facts, givenAt: recordedAt },
        ...(intendedFor === undefined ? {} : { intendedFor }),
      };
    },
    'notice.read.v1': (row, { recordedAt }) =>
      row && { ...row, status: 'read', open: row.needsAcknowledgement, readAt: recordedAt },
    'notice.acknowledged.v1': (row, { recordedAt, data: { acknowledgedBy } }) =>
      row && {
        ...{ ...row, status: 'acknowledged', open: false, readAt: row.readAt ?? recordedAt },
        ...{ acknowledgedAt: recordedAt, acknowledgedBy },
      },
  },
  ignores: [],
});
