import type { NoticeFacts } from './notice-events.ts';
import type { About, NoticeCause, NoticeChannel, NoticeTemplate, Urgency } from './vocabulary.ts';

// The feature's public face.
export { deliveryEvents } from './delivery-events.ts';
export type { DeliveryEvent } from './delivery-events.ts';
export { noticeEvents } from './notice-events.ts';
export type { NoticeEvent, NoticeFacts } from './notice-events.ts';
export { recipientEvents } from './recipient-events.ts';
export type { RecipientEvent } from './recipient-events.ts';
export { noticeIdFor, OPERATORS } from './vocabulary.ts';
export type { About, NoticeCause, NoticeChannel, NoticeTemplate, Urgency } from './vocabulary.ts';

/** The body of `notice.give`, which processes send to the notice `noticeIdFor(recipientId, key)`. */
export interface GiveNotice {
  /** A user’s id, or OPERATORS. */
  readonly recipientId: string;
  readonly cause: NoticeCause;
  readonly about: About;
  readonly urgency: Urgency;
  /** With `urgent` it comes through quiet hours, as `crisis` always does. */
  readonly classA: boolean;
  readonly template: NoticeTemplate;
  readonly facts: NoticeFacts;
  /** Besides the inbox, which every notice stands in. */
  readonly channels: readonly NoticeChannel[];
  readonly needsAcknowledgement: boolean;
}
