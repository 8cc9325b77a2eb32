import type { Role } from '#libs/kernel/actor.ts';

/**
 * The standing approvals: the roles that see personal values in their work, and for which purpose. Anything else takes an
 * approval of its own. [G2]
 */
export const STANDING_USES: { readonly [R in Role]?: string } = {
  agent: 'customer-care',
  'account-manager': 'customer-care',
  supervisor: 'customer-care',
  'department-head': 'customer-care',
  auditor: 'audit',
  'privacy-officer': 'data-protection',
  legal: 'legal-affairs',
  // Programs that carry out what people were approved to do: the portal, the ERP.
  service: 'integration',
};

/** The purposes that the roles stand for, each once, sorted: `audit, customer-care`. Undefined: none. */
export const standingPurposeOf = (roles: readonly Role[]): string | undefined => {
  const purposes = [...new Set(roles.flatMap((role) => STANDING_USES[role] ?? []))].sort();
  return purposes.length === 0 ? undefined : purposes.join(', ');
};
