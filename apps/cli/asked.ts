import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Sort } from '#libs/ports/read-models.ts';
import type { ExplainedDeadlines } from '#libs/features/sla/sla.events.ts';
import type { AggregateState, DeadLetter, Moment, RebuildReport } from '#libs/runtime/ledger.ts';
import type { Condition } from './conditions.ts';

export type Language = 'en' | 'zh-CN';

export interface ListRequest {
  readonly conditions: readonly Condition[];
  readonly sort?: Sort;
  readonly limit: number;
  readonly cursor?: string;
}

export interface ListPage {
  readonly items: readonly { readonly id: string; readonly position: number; readonly document: Document }[];
  readonly position: number;
  readonly next?: string;
}

export interface HistoryLines {
  readonly entries: readonly { readonly text: string; readonly event: LedgerEvent; readonly actorName?: string }[];
  readonly next?: number;
}

/** A command to an aggregate, by its wire name: `policy.approve`. */
export interface AskedCommand {
  readonly name: string;
  readonly id: string;
  readonly body: JsonObject;
}

/** What the command line asks of a ledger: one in a folder, or one behind a running server. Both answer alike. */
export interface AskedLedger {
  list(collection: string, request: ListRequest, asOf: string | undefined): Promise<ListPage>;
  count(collection: string, conditions: readonly Condition[], asOf: string | undefined): Promise<number>;
  groups(
    collection: string,
    conditions: readonly Condition[],
    by: string,
    asOf: string | undefined,
  ): Promise<readonly { readonly value: JsonValue; readonly count: number }[]>;
  history(id: string, language: Language, moment: Moment, after: number | undefined): Promise<HistoryLines | undefined>;
  /** By the stream's name: `service-case-<id>`. */
  stateOf(stream: string, moment: Moment): Promise<AggregateState | undefined>;
  /** The deadlines of a case or complaint, by the stream's name. */
  explain(stream: string, moment: Moment): Promise<ExplainedDeadlines | undefined>;
  /** Carries out a command; its body's form is the caller's to see to. No events: it was fulfilled already. Rejects with a Problem where it is refused. */
  execute(command: AskedCommand): Promise<{ readonly events: number }>;
  /** Read models with a field `reference`, where an id may be looked up by it. */
  readonly referenced: readonly string[];
  rebuild(
    collection: string | undefined,
    onProgress: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  retryDeadLetters(): Promise<{ readonly taken: number; readonly parked: number }>;
  close(): Promise<void>;
}

/** Read models whose documents people know by a reference. */
export const REFERENCED = ['service-cases', 'complaints'] as const;
