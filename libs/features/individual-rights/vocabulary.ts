export const CONSENT_PURPOSES = ['service', 'marketing', 'survey', 'analysis'] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];
export const COLLECTED_BY = ['contract', 'web-form', 'phone', 'in-person', 'other'] as const;

export const RIGHTS = ['access', 'copy', 'correction', 'portability', 'explanation', 'human-review'] as const;
export const ANSWERS = ['fulfilled', 'partly-fulfilled', 'refused'] as const;
/** Ours: PIPL 50 says "timely"; GDPR 12 allows a month. */
export const ANSWER_WITHIN_DAYS = 30;

export const CONCLUSIONS = ['acceptable', 'acceptable-with-measures', 'not-acceptable'] as const;
/** PIPL 56. */
export const ASSESSMENTS_KEPT_YEARS = 3;
