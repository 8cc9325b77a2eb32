/** The roles of the ledger's people and programs. Denied unless granted. */
export const ROLES = [
  'agent',
  'account-manager',
  'supervisor',
  'department-head',
  'committee',
  'auditor',
  'policy-owner',
  'privacy-officer',
  'marketing',
  'finance',
  'legal',
  'hr',
  'operator',
  'service',
] as const;
export type Role = (typeof ROLES)[number];

/** Every team, in a grant. */
export const ALL_TEAMS = '*';

/** A role held in one team, or in every team (`*`). */
export interface Grant {
  readonly role: Role;
  readonly team: string;
}

/** Who acts: a person, a program, or the ledger itself. */
export interface Actor {
  readonly id: string;
  readonly grants: readonly Grant[];
}

/** The ledger's own processes: may do what they are written to do. */
export const LEDGER: Actor = { id: 'careledger', grants: [{ role: 'service', team: ALL_TEAMS }] };

/** Does the actor hold one of the roles in that team? Without a team (nothing owns it yet) a grant in any team will do. */
export const mayAct = (actor: Actor, roles: readonly Role[], team: string | undefined): boolean =>
  actor.grants.some(
    (grant) => roles.includes(grant.role) && (team === undefined || grant.team === ALL_TEAMS || grant.team === team),
  );
