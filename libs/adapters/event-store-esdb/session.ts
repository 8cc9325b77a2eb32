import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { StreamDeleted, Unavailable } from '#libs/ports/event-store.ts';
import { withoutSecrets } from './connection.ts';
import type { Connection } from './connection.ts';
import { NoAnswer, failureOf, isFinal, reasonOf } from './failures.ts';

/** Times are in milliseconds. */
export interface Patience {
  /** How long one append may take before it is tried again. */
  readonly appendDeadlineMs: number;
  /** How long a read, or an open subscription with something to send, may be silent. */
  readonly silenceMs: number;
  /** How long a call is tried again before it fails as unavailable. */
  readonly giveUpAfterMs: number;
  /** The longest pause between two attempts. */
  readonly longestPauseMs: number;
  /** How often an idle subscription looks whether the store has moved on. */
  readonly probeMs: number;
}

/** What the parts of an open store share. */
export interface Session {
  readonly connectionString: string;
  /** Appends and reads; each subscription has one of its own. */
  readonly commands: Connection;
  readonly patience: Patience;
  readonly closing: AbortSignal;
  /** Something is wrong and is being tried again; for logs and alarms. */
  readonly alarm: (message: string) => void;
}

export const isClosed = (): Unavailable => new Unavailable('The event store is closed.', { retryable: false });

/** Rejects with NoAnswer when `promise` takes longer; the promise itself goes on and is then nobody's. */
export const within = async <T>(ms: number, what: string, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new NoAnswer(`${what} was not answered within ${ms} ms`)), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
};

/** Doubles with each attempt up to the longest; at random between half of that and all, so that callers spread out. */
export const pauseMs = (attempt: number, longest: number): number =>
  Math.min(longest, 25 * 2 ** attempt) * (0.5 + Math.random() / 2);

/** One call's attempts: after each failure either pauses for the next one or throws the call's final error. */
export class Attempts {
  readonly #session: Session;
  readonly #what: string;
  readonly #stream: string | undefined;
  #since = Date.now();
  #attempt = 0;

  constructor(session: Session, what: string, stream?: string) {
    this.#session = session;
    this.#what = what;
    this.#stream = stream;
  }

  get count(): number {
    return this.#attempt;
  }

  /** Something was answered: what fails from here on is a new failure. */
  progressed(): void {
    this.#since = Date.now();
    this.#attempt = 0;
  }

  async failed(error: unknown, client: EventStoreDBClient): Promise<void> {
    const { closing, commands, connectionString, patience, alarm } = this.#session;
    if (isFinal(error)) throw error;
    if (closing.aborted) throw isClosed();
    const failure = failureOf(error);
    if (failure === 'stream-deleted') throw new StreamDeleted(this.#stream ?? '');
    const where = withoutSecrets(connectionString);
    const message = `${this.#what}: the event store ${where} failed: ${reasonOf(error)}.`;
    // Once may be another client's failure.
    if (failure === 'denied' && this.#attempt > 0) throw new Unavailable(message, { retryable: false, cause: error });
    if (Date.now() - this.#since >= patience.giveUpAfterMs)
      throw new Unavailable(message, { retryable: true, cause: error });
    if (this.#attempt === 0) alarm(`${message} Trying again.`);
    const late = error instanceof NoAnswer && commands.heardWithin(patience.appendDeadlineMs);
    if (!late && (failure === 'transient' || failure === 'denied')) commands.renew(client);
    try {
      await pause(pauseMs(this.#attempt++, patience.longestPauseMs), undefined, { signal: closing });
    } catch {
      throw isClosed();
    }
  }
}
