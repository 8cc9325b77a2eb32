export const CHANNELS = [
  'phone',
  'e-mail',
  'chat',
  'web',
  'visit',
  'letter',
  'fax',
  'referral',
  'regulator',
  'other',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** The complaint types that have a procedure. Imports keep the source's own. */
export const CATEGORIES = [
  'product-quality',
  'service-quality',
  'delivery',
  'billing',
  'contract',
  'conduct',
  'privacy',
  'other',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** From the least to the gravest. */
export const SEVERITIES = ['minor', 'moderate', 'serious', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The tiers' table knows two urgencies; serious and critical complaints are urgent. [T2] */
export const isUrgent = (severity: Severity): boolean => severity === 'serious' || severity === 'critical';

export const REMEDIES = [
  'explanation',
  'apology',
  'repair',
  'replacement',
  'refund',
  'compensation',
  'other',
  'none',
] as const;
export const FILED_BY = ['customer', 'representative', 'staff', 'authority'] as const;
export const FINDINGS = ['founded', 'partly-founded', 'unfounded'] as const;
export const CAUSES = [
  'product-defect',
  'work-error',
  'delay',
  'missing-information',
  'conduct-of-staff',
  'system-failure',
  'unclear-terms',
  'customer-expectation',
  'outside-our-reach',
  'other',
] as const;

/** The steps of a procedure, in the order of the flow. [H5.4] */
export const STEPS = ['investigation', 'handling', 'feedback', 'review'] as const;
export type Step = (typeof STEPS)[number];
