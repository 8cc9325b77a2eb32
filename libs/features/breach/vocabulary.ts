export const BREACH_KINDS = ['stolen-token', 'unauthorised-access', 'data-leak', 'lost-device', 'other'] as const;
export const ISOLATIONS = ['token-revoked', 'user-deactivated', 'system-disconnected', 'key-rotated', 'other'] as const;
export const ACCOUNTABILITY = ['warning', 'training', 'disciplinary', 'contract-ended', 'none'] as const;

/**
 * Ours, since the law says "immediately" (PIPL 57) and names no hours: the regulator within 72 hours, which is what the GDPR (33)
 * allows at most; the people concerned likewise; isolation within 4 hours.
 */
export const CLOCKS_HOURS = { isolation: 4, regulator: 72, affected: 72 } as const;
