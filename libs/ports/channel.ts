import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Language } from '#libs/kernel/terms.ts';

export type ChannelName = 'smtp' | 'webhook' | 'wecom' | 'dingtalk' | 'feishu';

/** One message to one receiver. Nothing in it changes between attempts. */
export interface OutwardMessage {
  /**
   * The same on every attempt, so that a receiver can drop repeats [SLA 14]: 1 to 100 of `A–Z a–z 0–9 _ -`. It becomes the mail's
   * Message-ID, the header `webhook-id`, and the last line of a robot's message.
   */
  readonly id: string;
  /** A mail address; for webhooks and robots the name of a configured target, so that no secret is ever in a message. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Where to look further; mails and robots show it after the text. */
  readonly link?: string;
  /** What a webhook sends; Standard Webhooks advises `{ type, timestamp, data }`. */
  readonly data: JsonObject;
  readonly language: Language;
  /** When the message was written: the mail's date. */
  readonly sentAt: Instant;
}

/**
 * What became of one attempt. No reason holds a secret, an address, or what the receiver wrote.
 *
 * - delivered: the receiver took it over. `receipt`: what it called it, when that is known.
 * - retry: not now; perhaps it did arrive. `afterSeconds`: the receiver asked for at least this long.
 * - bounced: this address or target will never work: stop using it and tell an operator [SLA 12].
 * - refused: this message would be refused again: a dead letter.
 */
export type Delivery =
  | { readonly kind: 'delivered'; readonly receipt?: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterSeconds?: number }
  | { readonly kind: 'bounced'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** A way out of the ledger. `deliver` makes one attempt, within its own time limit, and never throws. */
export interface Channel {
  readonly name: ChannelName;
  /** Aborting the signal gives the attempt up: the answer is `retry`. */
  deliver(message: OutwardMessage, signal: AbortSignal): Promise<Delivery>;
  close(): Promise<void>;
}

export const isMessageId = (id: string): boolean => /^[A-Za-z0-9_-]{1,100}$/.test(id);

/** Every channel's answer to a message whose id would not survive the way there and back. */
export const malformedId: Delivery = {
  kind: 'refused',
  reason: 'The id of the message is not 1 to 100 letters, digits, _ or -: give it such an id.',
};
