import type { Instant } from '#libs/kernel/instant.ts';

/** An event ready to be written. `data` and `metadata` are canonical JSON (RFC 8785). */
export interface EventToAppend {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** An event as the store returns it. */
export interface StoredEvent extends EventToAppend {
  readonly stream: string;
  /** Number in the stream, from 0, without gaps. */
  readonly revision: number;
  /** Place in the store: grows from event to event, need not be gapless, a safe integer, at least 1. */
  readonly position: number;
  /** The server's own time when it wrote. */
  readonly storedAt: Instant;
}

/** What the writer believes about the stream. A number: its last revision. */
export type ExpectedRevision = number | 'no-stream' | 'any' | 'exists';

/** The last event's place. An empty append answers the stream's present end (revision −1, position 0 where there is none). */
export interface Appended {
  readonly revision: number;
  readonly position: number;
}

export type Direction = 'forwards' | 'backwards';

/** Which events of the whole store. Empty: all of them; system events never. */
export interface EventFilter {
  /** Streams whose names begin with one of these: `service-case-`. */
  readonly streamPrefixes?: readonly string[];
}

export interface ReadStreamOptions {
  /** First revision to return; default: the start (the end, backwards). */
  readonly from?: number;
  readonly direction?: Direction;
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Exclusive. Default: 0 (the end, backwards). */
  readonly after?: number;
  /** Inclusive end of a forward read: events beyond it are not returned. */
  readonly upTo?: number;
  readonly direction?: Direction;
  readonly limit?: number;
  readonly filter?: EventFilter;
}

export interface SubscribeOptions {
  /** Exclusive position to go on from; 0: from the start. */
  readonly after: number;
  readonly filter?: EventFilter;
  /** Ends the iteration. */
  readonly signal: AbortSignal;
}

/**
 * What a subscription yields, in store order. `events`: at least one. `checkpoint`: nothing matching up to `position`.
 * `caught-up`: everything that was stored when it was yielded has been yielded; it comes again whenever the subscription
 * catches up again.
 */
export type SubscriptionSignal =
  | { readonly kind: 'events'; readonly events: readonly StoredEvent[] }
  | { readonly kind: 'checkpoint'; readonly position: number }
  | { readonly kind: 'caught-up'; readonly position: number };

/**
 * An append-only store of streams, with one order over all of them. Reads yield pages (arrays, never empty); the next page
 * is fetched when the consumer asks for it.
 */
export interface EventStore {
  /**
   * Appends all events or none, durably: once resolved they survive a crash. The same event ids at the place where they
   * already stand (same expected revision, or `any`) are recognised and answered as at the first time.
   * Rejects with WrongExpectedRevision, StreamDeleted, TooLarge, Unavailable.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended>;
  /** A stream that does not exist yields nothing. Rejects with StreamDeleted, Unavailable. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly StoredEvent[]>;
  readAll(options?: ReadAllOptions): AsyncIterable<readonly StoredEvent[]>;
  /** Survives lost connections by itself; ends only when the signal aborts (then it returns) or the store is closed. */
  subscribe(options: SubscribeOptions): AsyncIterable<SubscriptionSignal>;
  /** Position of the newest event; 0 when empty. */
  head(): Promise<number>;
  /**
   * The last position of the longest prefix of the store that holds no event recorded after `recordedAt`; 0 when that
   * prefix is empty. ("As of T")
   */
  positionAsOf(recordedAt: Instant): Promise<number>;
  close(): Promise<void>;
}

export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  readonly stream: string;
  readonly expected: ExpectedRevision;
  /** The stream's last revision; `no-stream` where there is none. */
  readonly actual: number | 'no-stream';
  constructor(stream: string, expected: ExpectedRevision, actual: number | 'no-stream') {
    super(`${stream} is at revision ${actual}, expected ${expected}: reload and retry.`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The stream was deleted for good (by someone with access to the server): nothing can be read from or written to it. */
export class StreamDeleted extends Error {
  override readonly name = 'StreamDeleted';
  readonly stream: string;
  constructor(stream: string) {
    super(`${stream} was deleted on the event store: restore the store from a backup, then retry.`);
    this.stream = stream;
  }
}

/** The store did not answer, or could not write. `retryable`: the same call may succeed later. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly retryable: boolean;
  constructor(message: string, options: { readonly retryable: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
  }
}

/** An event, or the append as a whole, is larger than the store takes. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
  constructor(stream: string, bytes: number, limitBytes: number) {
    super(
      `An append of ${bytes} bytes to ${stream} is over the limit of ${limitBytes} bytes: split it or shorten its texts.`,
    );
  }
}

/** The most that one event (data and metadata) may hold on every adapter, in bytes; EventStoreDB's own limit per append is 1 MiB. */
export const MAX_EVENT_BYTES = 512 * 1024;
export const MAX_APPEND_BYTES = 1024 * 1024;

/** Does the stream belong to one of the filter's prefixes? */
export const matches = (filter: EventFilter | undefined, stream: string): boolean =>
  filter?.streamPrefixes === undefined || filter.streamPrefixes.some((prefix) => stream.startsWith(prefix));
