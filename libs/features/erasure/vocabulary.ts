/** Why personal data is destroyed. */
export const ERASURE_REASONS = [
  'individual-request',
  'consent-withdrawn',
  'purpose-fulfilled',
  'unlawful-processing',
  'legal-duty',
] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

/** Why a request came to nothing. */
export const DECLINE_REASONS = ['retention-duty', 'identity-unproven', 'legal-claims', 'mistaken-request'] as const;

/** What makes somebody keep data that would otherwise be destroyed. */
export const HOLD_REASONS = ['litigation', 'investigation', 'regulator', 'audit', 'insurance-claim'] as const;

export const PAPER_KINDS = ['contract', 'letter', 'form', 'printout', 'other'] as const;

/** What was done away with besides the keys, or looked at. */
export const PURGED = ['keys', 'cached-keys', 'write-ahead-log', 'exports'] as const;
export type Purged = (typeof PURGED)[number];

/** Everything of a customer, or one of its contacts. */
export type ErasureScope = 'customer' | 'contact';
