import type { Feature } from '#libs/kernel/feature.ts';
import { bouncesSaga } from './bounces.saga.ts';
import { deliveries } from './deliveries.projection.ts';
import { delivery } from './delivery.ts';
import { inbox } from './inbox.projection.ts';
import { noticeDeliverySaga } from './notice-delivery.saga.ts';
import { notice } from './notice.ts';
import { recipient } from './recipient.ts';
import { noticeTerms } from './terms.ts';

/** What people are told: the inbox, and the outbox to mails, webhooks and group robots. [SLA 12, SLA 14] */
export const noticesFeature: Feature = {
  name: 'notices',
  aggregates: [notice, recipient, delivery],
  projections: [inbox, deliveries],
  sagas: [noticeDeliverySaga, bouncesSaga],
  terms: noticeTerms,
  edge: async () => ({ commands: (await import('./notices.commands.ts')).noticeCommands }),
};
