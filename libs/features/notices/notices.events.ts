// The feature's public face.
export { deliveryEvents } from './delivery-events.ts';
export type { DeliveryEvent } from './delivery-events.ts';
export { giveNotice } from './giving.ts';
export type { GiveNotice } from './giving.ts';
export { noticeEvents } from './notice-events.ts';
export type { NoticeEvent, NoticeFacts } from './notice-events.ts';
export { recipientEvents } from './recipient-events.ts';
export type { RecipientEvent } from './recipient-events.ts';
export { channelTerms, classTerms } from './terms.ts';
export { noticeIdFor, OPERATORS } from './vocabulary.ts';
export type { About, NoticeCause, NoticeChannel, NoticeTemplate, Urgency } from './vocabulary.ts';
