import { ALL_TEAMS, mayAct } from '#libs/kernel/actor.ts';
import type { Actor, Role } from '#libs/kernel/actor.ts';
import type { Document, Projection, ReadAccess } from '#libs/kernel/projection.ts';
import type { Filter } from '#libs/ports/read-models.ts';
import { AccessDenied } from './ledger.ts';

/** Who sees personal values in clear; everybody else sees them masked. [H1.5, H3] */
const SEES: { readonly personal: readonly Role[]; readonly sensitive: readonly Role[] } = {
  personal: [
    'agent',
    'account-manager',
    'supervisor',
    'department-head',
    'auditor',
    'privacy-officer',
    'legal',
    'service',
  ],
  sensitive: ['privacy-officer', 'legal', 'auditor'],
};

/** Who may look at the state and history of an aggregate, in its owning team. */
export const HISTORY_READERS: readonly Role[] = [
  'agent',
  'account-manager',
  'supervisor',
  'department-head',
  'committee',
  'auditor',
  'privacy-officer',
  'legal',
  'service',
];

/** Who may look at the access records of everybody. [G1] */
export const ACCESS_AUDITORS: readonly Role[] = ['auditor', 'privacy-officer'];

export const maySeeClass =
  (actor: Actor) =>
  (dataClass: 'personal' | 'sensitive'): boolean =>
    actor.grants.some((grant) => SEES[dataClass].includes(grant.role));

/** The teams in which the actor holds one of the roles; `*` where that is every team. */
const teamsOf = (actor: Actor, roles: readonly Role[]): readonly string[] | typeof ALL_TEAMS => {
  const teams = actor.grants.filter((grant) => roles.includes(grant.role)).map((grant) => grant.team);
  return teams.includes(ALL_TEAMS) ? ALL_TEAMS : teams;
};

/** Whom a document must be for so that the actor sees it: themselves, or all who hold one of their roles. */
const ownersIn = ({ id, grants }: Actor): readonly string[] => [id, ...grants.map(({ role }) => `role:${role}`)];

const denied = (actor: Actor, name: string, access: ReadAccess) =>
  new AccessDenied(
    `${actor.id} may not read ${name}: it needs one of the roles ${access.roles.join(', ')}. Ask an operator for a token with that role.`,
  );

/** The condition that keeps a list to what the actor may see. Throws AccessDenied where that is nothing. */
export const visibleTo = (actor: Actor, { collection, access }: Projection, filter: Filter): Filter => {
  const teams = teamsOf(actor, access.roles);
  if (teams.length === 0) throw denied(actor, collection.name, access);
  const own: Filter[] = [
    ...(teams === ALL_TEAMS || access.teamField === undefined
      ? []
      : [{ [access.teamField]: { $in: [...teams, null] } }]),
    ...(access.ownerField === undefined ? [] : [{ [access.ownerField]: { $in: [...ownersIn(actor)] } }]),
  ];
  if (own.length === 0) return filter;
  const all = Object.keys(filter).length === 0 ? own : [...own, filter];
  return all.length === 1 ? all[0]! : { $and: all };
};

export const mayReadDocument = (actor: Actor, { access }: Projection, document: Document): boolean => {
  const teams = teamsOf(actor, access.roles);
  if (teams.length === 0) return false;
  if (access.ownerField !== undefined && !ownersIn(actor).includes(document[access.ownerField] as string)) return false;
  if (teams === ALL_TEAMS || access.teamField === undefined) return true;
  const team = document[access.teamField] ?? null;
  return team === null || (typeof team === 'string' && teams.includes(team));
};

/** Throws AccessDenied where no grant of the actor opens the collection. */
export const checkMayRead = (actor: Actor, { collection, access }: Projection): void => {
  if (teamsOf(actor, access.roles).length === 0) throw denied(actor, collection.name, access);
};

/** Throws AccessDenied. The records are of every team, so the role must be held in all. */
export const checkMayReadAccesses = (actor: Actor): void => {
  if (!mayAct(actor, ACCESS_AUDITORS, ALL_TEAMS))
    throw new AccessDenied(
      `${actor.id} may not read access records: it needs one of the roles ${ACCESS_AUDITORS.join(', ')} in every team.`,
    );
};
