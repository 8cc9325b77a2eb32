/** What a case is about. [C1, T3] */
export const CASE_KINDS = [
  'consultation',
  'technical-support',
  'after-sales',
  'complaint-hand-over',
  'return-visit',
] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

export const PRIORITIES = ['critical', 'high', 'moderate', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** The service table knows two urgencies; critical and high are urgent. [T2] */
export const isUrgent = (priority: Priority): boolean => priority === 'critical' || priority === 'high';

/** Complex cases of C customers have a longer closing time. [T2] */
export const COMPLEXITIES = ['routine', 'complex'] as const;
export type Complexity = (typeof COMPLEXITIES)[number];

export const CHANNELS = ['phone', 'e-mail', 'chat', 'portal', 'visit', 'fax-or-letter', 'other'] as const;
export type Channel = (typeof CHANNELS)[number];

export const RESULT_CODES = ['solved', 'worked-around', 'explained', 'not-reproducible', 'declined'] as const;
export type ResultCode = (typeof RESULT_CODES)[number];

export const TIERS = ['A', 'B', 'C'] as const;
export type Tier = (typeof TIERS)[number];

/** Why this tier: the customer's own, or C because the customer is not identified or has no tier. */
export const TIER_BASES = ['customer', 'unidentified', 'untiered'] as const;

export interface TierUsed {
  readonly tier: Tier;
  readonly tierBasis: (typeof TIER_BASES)[number];
}
