import type { Actor } from '#libs/kernel/actor.ts';
import type { LedgerEvent, Origin } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
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
}

/** The state of one aggregate, opened for the viewer. */
export interface AggregateState {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly state: JsonValue;
  readonly allowed: readonly string[];
}

/** Moments in the past: `asOf` by what was recorded, `asAt` by what had happened. */
export interface Moment {
  readonly asOf?: Instant;
  readonly asAt?: Instant;
}

/** One line of a history. */
export interface HistoryEntry {
  readonly event: LedgerEvent;
  readonly text: { readonly en: string; readonly 'zh-CN': string };
}

export interface Lag {
  readonly projection: string;
  readonly position: number;
  readonly headPosition: number;
}

/** The whole ledger as its users see it: commands in, answers out. Made by `openLedger`. */
export interface Ledger {
  readonly tenant: string;
  now(): Instant;
  execute(request: CommandRequest): Promise<CommandOutcome>;
  /** An aggregate's state now or in the past; undefined where it had no event. */
  stateOf(stream: string, viewer: Viewer, moment?: Moment): Promise<AggregateState | undefined>;
  /** Everything about a customer, or of one case, in store order, in plain language. */
  history(id: string, viewer: Viewer, moment?: Moment): Promise<readonly HistoryEntry[]>;
  document(
    collection: string,
    id: string,
    viewer: Viewer,
    moment?: Pick<Moment, 'asOf'>,
  ): Promise<StoredDocument | undefined>;
  find(collection: string, query: Query, viewer: Viewer, moment?: Pick<Moment, 'asOf'>): Promise<Page>;
  count(collection: string, filter: NonNullable<Query['filter']>, moment?: Pick<Moment, 'asOf'>): Promise<number>;
  /** Resolves once every projection reflects the position (read-your-writes). Rejects after `timeoutMs`. */
  caughtUp(position?: number, timeoutMs?: number): Promise<void>;
  lag(): Promise<readonly Lag[]>;
  /** Builds every read model (or one) anew beside the old and switches over. Resolves with the number of events read. */
  rebuild(collection?: string): Promise<{ readonly events: number; readonly collections: readonly string[] }>;
  /** Called after each batch that a projection applied; returns how to stop listening. */
  onApplied(
    listener: (
      changes: readonly { collection: string; id: string; position: number; document: Document | null }[],
    ) => void,
  ): () => void;
  /** A keyed pseudonym for a personal value from a source system, e.g. ('incident-caller', 'Caller 17'). */
  pseudonym(kind: string, value: string): string;
  close(): Promise<void>;
}
