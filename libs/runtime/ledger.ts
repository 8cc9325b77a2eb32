import type { Actor } from '#libs/kernel/actor.ts';
import type { LedgerEvent, Origin } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Moment } from '#libs/kernel/moment.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import type { Processes } from './saga-processes.ts';
import type { AccessPage, AccessQuery } from '#libs/ports/access-log.ts';
import type { Page, Query, StoredDocument } from '#libs/ports/read-models.ts';

/** A command as it reaches the ledger, its body already validated at the edge. */
export interface CommandRequest {
  /** Wire name: `service-case.assign`. */
  readonly name: string;
  /** The aggregate; absent for a command that creates one. */
  readonly id?: string;
  readonly body: JsonObject;
  /** The caller's id of this command (`Idempotency-Key`): the same id and body give the same answer, once. */
  readonly commandId: string;
  readonly actor: Actor;
  readonly origin?: Origin;
  /** The revision that the caller saw (`If-Match`). */
  readonly expectedRevision?: number;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly purpose?: string;
  readonly sourceRow?: string;
}

/** The command was carried out: durable. */
export interface Accepted {
  readonly accepted: true;
  readonly id: string;
  readonly stream: string;
  /** The stream's revision afterwards: the ETag. */
  readonly revision: number;
  /** Position of its last event, for read-your-writes. */
  readonly position: number;
  readonly events: number;
}

/** `repeated`: answered from what was recorded for the same command id. */
export type CommandOutcome = (Accepted | (Rejection & { readonly accepted: false })) & { readonly repeated?: true };

/** A person or program reading; decides which sealed values are opened. */
export interface Viewer {
  readonly actor: Actor;
  readonly purpose?: string;
  /** Told, once per answer at most, why values that the roles would see stay masked: `no-undertaking`. [G1] */
  readonly onMasked?: (why: string) => void;
}

/** The state of one aggregate, opened for the viewer. */
export interface AggregateState {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly state: JsonValue;
  readonly allowed: readonly string[];
}

export type { Moment } from '#libs/kernel/moment.ts';

/** One line of a history. */
export interface HistoryEntry {
  /** Personal values opened, masked or marked as erased for the viewer. */
  readonly event: LedgerEvent;
  /** Codes in words, ids by their names, moments on the readers' clocks. */
  readonly text: { readonly en: string; readonly 'zh-CN': string };
  /** Who acted, as they are called now, opened or masked for the viewer; absent where no user of that id is known. */
  readonly actorName?: string;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** Give as `after` for the following page; absent on the last one. */
  readonly next?: number;
}

/** How far a read model is behind the store. */
export interface Lag {
  /** The physical collection: `service-cases@1~1`. */
  readonly projection: string;
  readonly position: number;
  readonly headPosition: number;
  /** Events not yet reflected. */
  readonly events: number;
  /** Age of the oldest event not yet reflected, in seconds; 0 when there is none. */
  readonly seconds: number;
}

/** An event that a read model could not take, or a later one of the same subject that waits behind it. */
export interface DeadLetter {
  readonly projection: string;
  readonly subject: string;
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  /** Why; for those waiting: `waits behind position 17`. */
  readonly reason: string;
}

/** A change of one document; null: it is gone. Personal values are still sealed. */
export interface DocumentChange {
  readonly collection: string;
  readonly id: string;
  readonly position: number;
  readonly document: Document | null;
}

export interface RebuildReport {
  /** Logical name. */
  readonly collection: string;
  readonly events: number;
  readonly documents: number;
  /** Documents that differ from the version that was replaced; more than 0 under the same fold is an alarm. */
  readonly different: number;
  readonly seconds: number;
}

/** The caller may not read this collection or document. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
}

/** The ledger was asked about a moment that it cannot answer for (the future, a malformed text). */
export class InvalidMoment extends Error {
  override readonly name = 'InvalidMoment';
}

/** Folding a collection anew took longer than it may here. */
export class PastTooLong extends Error {
  override readonly name = 'PastTooLong';
  constructor(collection: string, limitMs: number) {
    super(
      `${collection} at that moment has to be folded from the log, which takes longer than the ${limitMs / 1_000} s that it may take here: ask with care query in the folder, where it may take as long as it needs, or ask for single documents.`,
    );
  }
}

/** Where the value of a field comes from. */
export interface Provenance {
  readonly collection: string;
  readonly id: string;
  readonly field: string;
  /** Opened or masked for the viewer; absent where the document has no such field at that moment. */
  readonly value?: JsonValue;
  /** What gave the field this value, or took it away; absent where nothing ever set it. */
  readonly setBy?: HistoryEntry;
  /** The policies that the event was decided under. */
  readonly policies: readonly PolicyOrigin[];
  /** All of this in plain language, line by line. */
  readonly lines: { readonly [language in 'en' | 'zh-CN']: readonly string[] };
}

/** A version of a policy, and who approved it; nobody where it came with the product. */
export interface PolicyOrigin {
  readonly policy: string;
  readonly version: string;
  readonly approverId?: string;
  readonly approverName?: string;
  readonly decidedAt?: Instant;
}

/** Evidence as it is handed out: the text of a bundle (`evidence-bundle.ts`), and where it stands on the register. */
export interface Disclosed {
  readonly disclosureId: string;
  readonly bundle: string;
}

/** The whole ledger as its users see it: commands in, answers out. Made by `openLedger`. */
export interface Ledger {
  readonly tenant: string;
  readonly features: readonly Feature[];
  now(): Instant;
  execute(request: CommandRequest): Promise<CommandOutcome>;
  /** The durable processes, where features declare any: at work here, or as one sees them from beside. */
  readonly processes?: Processes;
  /** An aggregate's state now or in the past; undefined where it had no event. Rejects with AccessDenied. */
  stateOf(stream: string, viewer: Viewer, moment?: Moment): Promise<AggregateState | undefined>;
  /**
   * Everything about a customer (by its id, across streams) or of one aggregate (by its id or stream), in store order, in
   * plain language; `after` is an exclusive position, `limit` 1 to 1 000 (default 100). Undefined: nothing is known of it.
   */
  history(
    id: string,
    viewer: Viewer,
    options?: Moment & { readonly after?: number; readonly limit?: number },
  ): Promise<HistoryPage | undefined>;
  /** One document now or in the past. Rejects with UnknownCollection, AccessDenied, InvalidMoment, PastTooLong. */
  document(collection: string, id: string, viewer: Viewer, moment?: Moment): Promise<StoredDocument | undefined>;
  /**
   * Where a document's field has its value from: event, command, actor, policy, source. Undefined: there is no such document.
   * Rejects as `document` does, and with InvalidQuery where the field is one that is computed when it is read.
   */
  provenance(
    collection: string,
    id: string,
    field: string,
    viewer: Viewer,
    moment?: Moment,
  ): Promise<Provenance | undefined>;
  /** Rejects with InvalidQuery, UnknownCollection, AccessDenied, InvalidMoment, PastTooLong. */
  find(collection: string, query: Omit<Query, 'asOfPosition'>, viewer: Viewer, moment?: Moment): Promise<Page>;
  count(collection: string, filter: NonNullable<Query['filter']>, viewer: Viewer, moment?: Moment): Promise<number>;
  groupCounts(
    collection: string,
    filter: NonNullable<Query['filter']>,
    by: string,
    viewer: Viewer,
    moment?: Moment,
  ): Promise<readonly { readonly value: JsonValue; readonly count: number }[]>;
  /** Resolves once every projection reflects the position (default: the head). Rejects after `timeoutMs` (default 10 000). */
  caughtUp(position?: number, timeoutMs?: number): Promise<void>;
  lag(): Promise<readonly Lag[]>;
  /** Builds every read model (or one) anew beside the old, compares and switches over. */
  rebuild(collection?: string, onProgress?: (done: number, total: number) => void): Promise<readonly RebuildReport[]>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Takes parked events again, in order per subject; resolves with how many went through and how many stay. */
  retryDeadLetters(): Promise<{ readonly taken: number; readonly parked: number }>;
  /** Called after each batch that the read models took; returns how to stop listening. */
  onApplied(listener: (changes: readonly DocumentChange[], position: number) => void): () => void;
  /** May the viewer see this document of the collection (role, team)? For live streams. */
  mayRead(collection: string, document: Document, viewer: Viewer): boolean;
  /** The document as `document` would give it: opened or masked for the viewer, with the values that depend on now. */
  present(collection: string, document: Document, viewer: Viewer): Promise<Document>;
  /**
   * A file of the transparency log under its C2SP name: `checkpoint`, `tile/0/000`; `key`, the public key of its heads, and `rotations`.
   * Undefined where there is none.
   */
  readonly logFile?: (path: string) => Promise<Uint8Array | undefined>;
  /** Who saw whose personal values, for auditors and privacy officers. Rejects with AccessDenied. [G2] */
  accesses(query: AccessQuery, viewer: Viewer): Promise<AccessPage>;
  /**
   * Everything about a customer (or one aggregate) with its proofs, for somebody outside; put on the register of disclosures first.
   * Undefined: nothing is known of it. Absent where nothing is signed. Rejects with AccessDenied, NotYetSigned.
   */
  readonly disclose?: (
    id: string,
    viewer: Viewer,
    to: { readonly recipient: string; readonly purpose: string },
  ) => Promise<Disclosed | undefined>;
  /** A keyed pseudonym for a personal value from a source system, e.g. ('incident-caller', 'Caller 17'). */
  pseudonym(kind: string, value: string): string;
  close(): Promise<void>;
}
