import type { Instant } from '#libs/kernel/instant.ts';
import type { ServedAs } from './clock.ts';

/** One fact of a case or complaint that its clocks depend on. `at`: when it happened, whenever it was recorded. */
export type ClockFact = { readonly at: Instant } & (
  | ({ readonly kind: 'opened'; readonly tier: 'A' | 'B' | 'C' } & ServedAs)
  | { readonly kind: 'customer-message' }
  /** A person's answer to the customer; never an automatic one. */
  | { readonly kind: 'answered' }
  /** The case waits for the customer. Several waits at once have names of their own. */
  | { readonly kind: 'pause-began'; readonly wait?: string }
  /** That wait is over; without a name, all are. */
  | { readonly kind: 'pause-ended'; readonly wait?: string }
  | { readonly kind: 'solved' }
  | { readonly kind: 'reopened' }
  /** `timeUnknown`: it ended, at the latest then, but the source does not say when. */
  | { readonly kind: 'closed'; readonly timeUnknown?: true }
  /** Withdrawn or merged: nothing is left to promise. */
  | { readonly kind: 'withdrawn' }
  /** `loosenedBy`: the approver of a later deadline than the one promised. [SLA 4] */
  | ({ readonly kind: 'served-otherwise'; readonly loosenedBy?: string } & Partial<ServedAs>)
  | { readonly kind: 'assigned'; readonly team: string }
  /** The policies given with it are in force from then on. [SLA 8] */
  | { readonly kind: 'policies-moved'; readonly cause: 'sla' | 'calendar' }
  /** A complaint came in. */
  | ({ readonly kind: 'filed' } & ServedAs)
  | { readonly kind: 'accepted' }
  | { readonly kind: 'plan-set' }
);

export type FactOf<Kind extends ClockFact['kind']> = Extract<ClockFact, { readonly kind: Kind }>;
