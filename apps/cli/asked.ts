import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Sort } from '#libs/ports/read-models.ts';
import type { ExplainedTier } from '#libs/features/customer/tier-explained.ts';
import type { ExplainedEscalation } from '#libs/features/escalation/escalation-explained.ts';
import type { ExplainedDeadlines } from '#libs/features/sla/sla.events.ts';
import type { AccessPage, AccessQuery } from '#libs/ports/access-log.ts';
import type {
  AggregateState,
  DeadLetter,
  Disclosed,
  Moment,
  PolicyOrigin,
  RebuildReport,
} from '#libs/runtime/ledger.ts';
import type { StandingProcesses } from '#libs/runtime/standing-processes.ts';
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

/** Where a field has its value from, in one language. */
export interface FieldProvenance {
  readonly collection: string;
  readonly id: string;
  readonly field: string;
  readonly value?: JsonValue;
  readonly setBy?: HistoryLines['entries'][number];
  readonly policies: readonly PolicyOrigin[];
  readonly lines: readonly string[];
}

/** A command to an aggregate, by its wire name: `policy.approve`. */
export interface AskedCommand {
  readonly name: string;
  readonly id: string;
  readonly body: JsonObject;
}

/** What became of what waited: how much went through, how much still waits. */
export interface Retried {
  readonly taken: number;
  readonly parked: number;
}

/** What the command line asks of a ledger: one in a folder, or one behind a running server. Both answer alike. */
export interface AskedLedger {
  list(collection: string, request: ListRequest, moment?: Moment): Promise<ListPage>;
  count(collection: string, conditions: readonly Condition[], moment?: Moment): Promise<number>;
  groups(
    collection: string,
    conditions: readonly Condition[],
    by: string,
    moment?: Moment,
  ): Promise<readonly { readonly value: JsonValue; readonly count: number }[]>;
  history(id: string, language: Language, moment: Moment, after: number | undefined): Promise<HistoryLines | undefined>;
  /** By the stream's name: `service-case-<id>`. */
  stateOf(stream: string, moment: Moment): Promise<AggregateState | undefined>;
  /** Where a field of a document has its value from; undefined: there is no such document. */
  provenance(
    collection: string,
    id: string,
    field: string,
    language: Language,
    moment: Moment,
  ): Promise<FieldProvenance | undefined>;
  /** The deadlines of a case or complaint, by the stream's name. */
  explain(stream: string, moment: Moment): Promise<ExplainedDeadlines | undefined>;
  /** Why a customer has its class; undefined: no customer, or nothing decided. */
  explainTier(customerId: string, moment: Moment): Promise<ExplainedTier | undefined>;
  explainEscalation(id: string, moment: Moment): Promise<ExplainedEscalation | undefined>;
  /** Carries out a command; its body's form is the caller's to see to. No events: it was fulfilled already. Rejects with a Problem where it is refused. */
  execute(command: AskedCommand): Promise<{ readonly events: number }>;
  /** Read models with a field `reference`, where an id may be looked up by it. */
  readonly referenced: readonly string[];
  rebuild(
    collection: string | undefined,
    onProgress: (done: number, total: number) => void,
  ): Promise<readonly RebuildReport[]>;
  /** Who saw whose personal values, a page at a time. */
  accesses(query: AccessQuery): Promise<AccessPage>;
  /** Evidence about a customer for somebody outside; undefined: nothing is known of it. */
  disclose(id: string, to: { readonly recipient: string; readonly purpose: string }): Promise<Disclosed | undefined>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  retryDeadLetters(): Promise<Retried>;
  standingProcesses(): Promise<StandingProcesses>;
  /** Rejects where the processes do not run in this ledger. */
  retryProcesses(): Promise<Retried>;
  close(): Promise<void>;
}

/** Read models whose documents people know by a reference. */
export const REFERENCED = ['service-cases', 'complaints'] as const;
