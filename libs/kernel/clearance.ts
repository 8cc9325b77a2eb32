import type { Actor } from './actor.ts';
import type { Consulted, PublicView } from './aggregate.ts';
import type { Instant } from './instant.ts';

/** Somebody, about to be shown personal values. */
export interface Asker {
  readonly actor: Actor;
  /** As the token, or the caller, states it. */
  readonly purpose?: string;
  readonly now: Instant;
}

/** What the records about an asker come to. */
export interface Cleared {
  /** Present: everything personal stays masked, and this code says why: `no-undertaking`. */
  readonly masked?: string;
  /** What an access record names as the purpose. */
  readonly purpose?: string;
  /** Whose personal values are shown besides what the asker's roles see. */
  readonly also?: { readonly subjects: readonly string[] | 'all' };
}

/**
 * What must be on record before the ledger shows somebody personal values in clear, besides a role that sees them. At most
 * one feature of a ledger declares it. Pure. [G1, G2]
 */
export interface Clearance {
  /** The aggregates to look at, as they were a second ago at most. */
  readonly consults: readonly {
    readonly as: string;
    readonly view: PublicView;
    readonly idOf: (asker: Asker) => string | undefined;
  }[];
  readonly decide: (asker: Asker, consulted: Consulted) => Cleared;
}
