import type { Instant } from '#libs/kernel/instant.ts';
import type { CaseKind, Channel, Complexity, Priority } from './vocabulary.ts';

/** Where and when the source has the fact. */
interface FromSource {
  /**
   * The source's row, stable over later exports of the same source (made from its own keys, not from line numbers):
   * `incidents:INC0000073/5`. A row is imported whole: once a case has a fact of a row, further facts of it are passed over.
   */
  readonly row: string;
  /** When it happened. Facts are given in the source's order; their times need not grow. */
  readonly at: Instant;
}

/** One fact of a source's case. What is not here, the source did not say. */
export type ImportedFact = FromSource &
  (
    | {
        /** First, and once per case. */
        readonly kind: 'received';
        readonly caseKind: CaseKind;
        readonly channel: Channel;
        readonly priority: Priority;
        readonly complexity?: Complexity;
        /** Personal text, in clear; sealed before it is stored. */
        readonly subjectLine?: string;
        readonly description?: string;
      }
    | { readonly kind: 'priority-changed'; readonly priority: Priority }
    /** The group or person who has it from now on; an absent one: nobody. Given where the source changed either. */
    | { readonly kind: 'assigned'; readonly team?: string; readonly assigneeId?: string }
    | { readonly kind: 'in-progress' }
    | { readonly kind: 'waiting-for-customer' | 'waiting-for-others'; readonly reason: string }
    /** A person took the case up: stops the first-response clock. The first one counts. */
    | { readonly kind: 'first-response'; readonly staffId?: string }
    | { readonly kind: 'solved'; readonly resultCode?: string; readonly staffId?: string }
    /** `timeUnknown`: it is closed, nobody knows since when; `at` is when it was seen closed. */
    | { readonly kind: 'closed'; readonly timeUnknown?: true }
    | { readonly kind: 'reopened' }
    /** The source's own judgement of the whole case, kept beside ours. */
    | { readonly kind: 'source-verdict'; readonly met: boolean }
  );

/**
 * The body of `service-case.import`: facts of one case, appended in this order with their own times, exempt from the gates
 * that the source did not have. Send it with the case's id (derived from the source's key); sending more rows of the same
 * case later adds only those.
 */
export interface ImportServiceCase {
  /** The source's reference, unique: `INC0000073`. */
  readonly reference: string;
  /** The customer's id, already imported or not; absent where the source does not identify one. */
  readonly customerId?: string;
  readonly facts: readonly ImportedFact[];
}
