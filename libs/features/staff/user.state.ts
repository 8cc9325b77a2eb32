import type { Role } from '#libs/kernel/actor.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import type { Language } from '#libs/kernel/terms.ts';
import type { UserEvent } from './user.events.ts';
import { isRemembered } from './working-hours.ts';
import type { WorkingHours } from './working-hours.ts';

export interface Absence {
  readonly from: Instant;
  readonly until: Instant;
}

interface Facts {
  readonly displayName: Personal;
  readonly grants: readonly { readonly role: Role; readonly team: string }[];
  /** In the order in which they are asked. */
  readonly deputies: readonly string[];
  readonly managerId?: string;
  /** Those to come, and those that ended not long ago. */
  readonly absences: readonly Absence[];
  readonly workingHours?: WorkingHours;
  readonly language?: Language;
  /** The confidentiality undertaking that holds. */
  readonly undertaking?: { readonly signedOn: string; readonly version: string };
  readonly trainings?: readonly { readonly course: string; readonly completedOn: string }[];
}
export type User = { readonly status: 'unknown' } | ({ readonly status: 'active' | 'deactivated' } & Facts);
export type KnownUser = Exclude<User, { status: 'unknown' }>;

export const sameGrant = (a: { role: string; team: string }, b: { role: string; team: string }) =>
  a.role === b.role && a.team === b.team;

const evolveKnown = (user: KnownUser, event: Exclude<UserEvent, { type: 'user.registered.v1' }>): User => {
  switch (event.type) {
    case 'user.renamed.v1':
      return { ...user, displayName: event.data.displayName };
    case 'user.role-granted.v1':
      return { ...user, grants: [...user.grants, event.data] };
    case 'user.role-revoked.v1':
      return { ...user, grants: user.grants.filter((grant) => !sameGrant(grant, event.data)) };
    case 'user.working-hours-set.v1':
      return { ...user, workingHours: event.data };
    case 'user.deputies-named.v1':
      return { ...user, deputies: event.data.deputies };
    case 'user.manager-named.v1':
      return { ...user, managerId: event.data.managerId };
    case 'user.language-chosen.v1':
      return { ...user, language: event.data.language };
    case 'user.absence-declared.v1': {
      const { from, until } = event.data;
      return { ...user, absences: [...user.absences.filter(isRemembered(event.recordedAt)), { from, until }] };
    }
    case 'user.absence-ended.v1': {
      const { from, endedAt } = event.data;
      const shortened = user.absences.map((each) => (each.from === from ? { from, until: endedAt } : each));
      return { ...user, absences: shortened.filter((each) => each.from < each.until) };
    }
    case 'user.undertaking-recorded.v1':
      return { ...user, undertaking: event.data };
    case 'user.undertaking-ended.v1': {
      const { undertaking: _ended, ...rest } = user;
      return rest;
    }
    case 'user.training-recorded.v1':
      return { ...user, trainings: [...(user.trainings ?? []), event.data] };
    case 'user.deactivated.v1':
      return { ...user, status: 'deactivated' };
    case 'user.reactivated.v1':
      return { ...user, status: 'active' };
  }
};

export const evolve = (user: User, event: UserEvent): User =>
  event.type === 'user.registered.v1'
    ? { status: 'active', displayName: event.data.displayName, grants: [], deputies: [], absences: [] }
    : user.status === 'unknown'
      ? user
      : evolveKnown(user, event);

/** Works here, and is not away at that moment. */
export const isThere = (user: User, at: Instant): boolean =>
  user.status === 'active' && !user.absences.some(({ from, until }) => from <= at && at < until);
