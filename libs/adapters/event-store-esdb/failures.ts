import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { StreamDeleted, TooLarge, Unavailable, WrongExpectedRevision } from '#libs/ports/event-store.ts';

/** The server or the way to it gave no answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** What a failed call means for the next step. */
export type Failure =
  | 'wrong-version'
  | 'stream-deleted'
  | 'stream-missing'
  | 'too-large'
  | 'denied'
  /** The client has learnt the leader's address and goes there next: it must be kept. */
  | 'not-leader'
  /** A client of this process was closed; the appends of all others fall with its own, whose clients may be well. */
  | 'elsewhere'
  /** Nothing is known but that it failed: try again on a new client. */
  | 'transient';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const failureOf = (error: unknown): Failure => {
  if (error instanceof WrongExpectedVersionError) return 'wrong-version';
  if (error instanceof StreamDeletedError) return 'stream-deleted';
  if (error instanceof StreamNotFoundError) return 'stream-missing';
  if (error instanceof MaxAppendSizeExceededError) return 'too-large';
  if (error instanceof AccessDeniedError) return 'denied';
  if (error instanceof NotLeaderError) return 'not-leader';
  return messageOf(error).includes('Cancelled on client') ? 'elsewhere' : 'transient';
};

/** Already in the port's terms: nothing is gained by trying again. */
export const isFinal = (error: unknown): boolean =>
  error instanceof StreamDeleted ||
  error instanceof TooLarge ||
  error instanceof WrongExpectedRevision ||
  error instanceof Unavailable;

/** What went wrong and what to do about it, in a sentence that ends without a full stop. */
export const reasonOf = (error: unknown): string => {
  const message = messageOf(error).replace(/\s+/g, ' ').trim();
  if (error instanceof AccessDeniedError)
    return `it refuses the credentials (${message}): check user and password in the connection string, and the user's rights`;
  if (/certificate|CERT|altname|unable to verify/i.test(message))
    return `its certificate is not trusted (${message}): name its authority with tlsCAFile=… in the connection string`;
  if (/wrong version number|packet length|EPROTO|HPE_|socket disconnected before secure TLS/i.test(message))
    return `it does not speak TLS (${message}): use its TLS port, or write tls=false where it has none`;
  if (message === '')
    return 'it answered with an error whose text the client does not pass on: see the server’s log; a full disk looks like this';
  if (error instanceof NoAnswer) return `${message}: check that the server is well`;
  if (
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|No connection established|Failed to discover/i.test(
      message,
    )
  )
    return `it cannot be reached (${message}): check host, port, network, and that it runs`;
  return message;
};
