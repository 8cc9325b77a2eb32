import type { Delivery } from './channel.ts';

export interface OutboundRequest {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/**
 * What became of one POST. No reason holds the address or anything that the receiver wrote.
 *
 * - answered: a whole answer came. `body`: its first 16 KiB as text. `retryAfterSeconds`: its header Retry-After.
 * - blocked: the address is not allowed; nothing was sent.
 * - failed: no whole answer. The receiver may have read the request nevertheless.
 */
export type OutboundAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Sends to addresses that users configure, and only to allowed ones. Follows no redirect, keeps no cookie, never throws. */
export interface OutboundHttp {
  post(request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer>;
}

const worthAnotherTry = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500;

/** What an HTTP answer means for the message, by its status alone. */
export const deliveryOf = (answer: OutboundAnswer): Delivery => {
  if (answer.kind === 'blocked') return { kind: 'refused', reason: answer.reason };
  if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
  const { status, retryAfterSeconds } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (worthAnotherTry(status))
    return {
      kind: 'retry',
      reason: `The receiver answered ${status}.`,
      ...(retryAfterSeconds === undefined ? {} : { afterSeconds: retryAfterSeconds }),
    };
  if (status === 410) return { kind: 'bounced', reason: 'The receiver answered 410: it is gone for good.' };
  if (status >= 300 && status < 400)
    return {
      kind: 'refused',
      reason: `The receiver answered ${status}, a redirect, which is never followed: configure the final address.`,
    };
  return { kind: 'refused', reason: `The receiver answered ${status}: it does not want this message.` };
};
