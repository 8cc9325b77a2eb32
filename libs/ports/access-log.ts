import type { Instant } from '#libs/kernel/instant.ts';

/** What was looked at: a document of a read model, a list, a state, a history, one change of a live stream, an export. */
export interface AccessedThing {
  readonly kind: 'document' | 'list' | 'state' | 'history' | 'change' | 'export';
  /** `customers/<id>`, `customers`, a stream, or the id whose history it is. */
  readonly of: string;
}

/** One look at personal values in clear: who, when, what, why, and what was shown. [G2] */
export interface AccessRecord {
  /** When the answer was ready to leave. */
  readonly at: Instant;
  readonly actor: string;
  /** The actor's roles, each once. */
  readonly roles: readonly string[];
  readonly purpose?: string;
  readonly what: AccessedThing;
  /** Whose values were shown, each once, sorted. Never empty. */
  readonly subjects: readonly string[];
  /** How many values were shown in clear. */
  readonly values: number;
  readonly classes: readonly ('personal' | 'sensitive')[];
}

/** A record as it stands in the chain. */
export interface ChainedAccessRecord extends AccessRecord {
  /** From 1, without a gap. */
  readonly number: number;
  /** Hash of the record before; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256, in hexadecimal, over the RFC 8785 JSON of everything else here. */
  readonly hash: string;
}

export interface AccessQuery {
  readonly subject?: string;
  readonly actor?: string;
  /** Inclusive. */
  readonly from?: Instant;
  /** Exclusive. */
  readonly to?: Instant;
  /** Only records with a greater number: the `next` of the page before. */
  readonly after?: number;
  /** 1 to 1 000; default 100. */
  readonly limit?: number;
}

export interface AccessPage {
  /** By number, the oldest first. */
  readonly records: readonly ChainedAccessRecord[];
  /** Absent on the last page. */
  readonly next?: number;
}

/** The hash-chained record of who saw whose personal values. Several processes may write one log at once. */
export interface AccessLog {
  /** Resolves once the record survives a crash. Rejects with Unavailable: then nothing may be shown. */
  record(record: AccessRecord): Promise<void>;
  find(query: AccessQuery): Promise<AccessPage>;
  close(): Promise<void>;
}

/** The last link: keep it elsewhere, and a log that was cut short is found out too. */
export interface AccessLogHead {
  readonly number: number;
  readonly hash: string;
}

/** The hash before the first record. */
export const NO_ACCESS_RECORD = '0'.repeat(64);
