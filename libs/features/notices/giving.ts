import type { JsonObject } from '#libs/kernel/json.ts';
import type { SagaOutput } from '#libs/kernel/saga.ts';
import type { NoticeFacts } from './notice-events.ts';
import { noticeIdFor } from './vocabulary.ts';
import type { About, NoticeCause, NoticeChannel, NoticeTemplate, Urgency } from './vocabulary.ts';

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

/** Asks for a notice: under the same key it is the same one for its recipient, however often it is asked for. [SLA 14] */
export const giveNotice = (key: string, notice: GiveNotice): SagaOutput => ({
  kind: 'command',
  name: 'notice.give',
  id: noticeIdFor(notice.recipientId, key),
  body: notice as unknown as JsonObject,
});
