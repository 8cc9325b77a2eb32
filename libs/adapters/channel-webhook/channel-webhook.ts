import { Webhook } from 'standardwebhooks';
import { epochMsOf } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { isMessageId, malformedId } from '#libs/ports/channel.ts';
import type { Channel } from '#libs/ports/channel.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { deliveryOf } from '#libs/ports/outbound-http.ts';
import type { OutboundHttp } from '#libs/ports/outbound-http.ts';

export interface WebhookTarget {
  readonly url: string;
  /** `whsec_` and base64 of 24 to 64 random bytes. Several while they are rotated: the receiver accepts any of the signatures. */
  readonly secrets: readonly string[];
}

export interface WebhookChannelOptions {
  readonly http: OutboundHttp;
  /** The target of this name; undefined: there is none. */
  readonly targetOf: (name: string) => WebhookTarget | undefined;
  /** The time in signatures: the real one, or receivers take the message for a replay. */
  readonly clock?: Clock;
}

/** The signer for a secret; undefined when it is none that Standard Webhooks allows. */
const signer = (secret: string): Webhook | undefined => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64').length;
  return bytes >= 24 && bytes <= 64 && encoded.length % 4 === 0 ? new Webhook(secret) : undefined;
};

/** `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks allows. */
export const isWebhookSecret = (secret: string): boolean => signer(secret) !== undefined;

/**
 * Webhooks as in Standard Webhooks 1: `data` as canonical JSON, the same bytes on each attempt, signed with every secret of the target
 * under the message's id and the time of the attempt.
 */
export const openWebhookChannel = ({ http, targetOf, clock = systemClock }: WebhookChannelOptions): Channel => ({
  name: 'webhook',
  deliver: async (message, signal) => {
    if (!isMessageId(message.id)) return malformedId;
    const target = targetOf(message.to);
    if (target === undefined)
      return { kind: 'refused', reason: 'No webhook target of this name is configured: add it, then send again.' };
    const signers = target.secrets.map(signer);
    if (signers.length === 0 || signers.includes(undefined))
      return { kind: 'refused', reason: 'A secret of the target is not whsec_ with base64 of 24 to 64 bytes.' };
    const at = new Date(epochMsOf(clock.now()));
    const body = canonicalJson(message.data);
    const answer = await http.post(
      {
        url: target.url,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'webhook-id': message.id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': signers.map((each) => each!.sign(message.id, at, body)).join(' '),
        },
        body,
      },
      signal,
    );
    return deliveryOf(answer);
  },
  close: async () => {},
});
