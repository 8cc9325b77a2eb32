import type { Consulted, ConsultationOfMany, PublicView } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { onDutyAt } from './team.state.ts';
import type { Team } from './team.state.ts';
import { userEvents } from './user.events.ts';
import type { UserEvent } from './user.events.ts';
import { evolve, isThere } from './user.state.ts';
import type { KnownUser, User } from './user.state.ts';

/** A user as others see them: name (sealed), manager, deputies, absences, working hours, language, grants. */
export const userCard: PublicView<User, UserEvent> = {
  name: 'user-card',
  events: userEvents,
  initial: { status: 'unknown' },
  evolve,
};

/** Users that were looked at, by id. */
export interface People {
  readonly [userId: string]: User;
}

/** Whoever is further away than so many deputies or managers in a row is not looked at. */
const ROUNDS = 8;
const asRound = (as: string, round: number): string => (round === 0 ? as : `${as} +${round}`);

const knownIn = (people: People, id: string): KnownUser | undefined => {
  const user = Object.hasOwn(people, id) ? people[id] : undefined;
  return user === undefined || user.status === 'unknown' ? undefined : user;
};

/** All the users that `consultPeople` looked at under that name. */
export const peopleIn = (consulted: Consulted, as: string): People =>
  Object.assign(
    {},
    ...Array.from({ length: ROUNDS }, (_, round) => consulted[asRound(as, round)] as People | undefined),
  ) as People;

/**
 * Looks at users, and at all who may come to stand in for them: their deputies and managers, the deputies' deputies, and so on. To be
 * spread into a command's `consults`; `peopleIn` finds them.
 */
export const consultPeople = <State, Command>(
  as: string,
  idsOf: ConsultationOfMany<State, Command>['idsOf'],
): readonly ConsultationOfMany<State, Command>[] =>
  Array.from({ length: ROUNDS }, (_, round) => ({
    as: asRound(as, round),
    view: userCard,
    idsOf: (command, state, consulted, id) => {
      if (round === 0) return [...new Set(idsOf(command, state, consulted, id))];
      const seen = peopleIn(consulted, as);
      const next = Object.values(consulted[asRound(as, round - 1)] as People).flatMap((user) =>
        user.status === 'unknown' ? [] : [...user.deputies, ...(user.managerId === undefined ? [] : [user.managerId])],
      );
      return [...new Set(next)].filter((each) => !Object.hasOwn(seen, each));
    },
  }));

/** The way on which following `next` from some users leads back to the first; undefined: none does. */
export const circleOver = (
  first: string,
  from: readonly string[],
  people: People,
  next: (user: KnownUser) => readonly string[],
): readonly string[] | undefined => {
  const seen = new Set<string>();
  const ways = from.map((id) => [first, id]);
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const id = way.at(-1)!;
    if (id === first) return way;
    if (seen.has(id)) continue;
    seen.add(id);
    const user = knownIn(people, id);
    for (const other of user === undefined ? [] : next(user)) ways.push([...way, other]);
  }
  return undefined;
};

/** Who is told in place of somebody who is not there; both are recorded. [SLA 11] */
export type Reached =
  | {
      readonly by: 'self' | 'deputy' | 'manager' | 'duty-roster';
      readonly originalId: string;
      /** The substitute, or the original where that person is there. */
      readonly recipientId: string;
    }
  /** Nobody: a matter for the operator, never for the void. */
  | { readonly by: 'nobody'; readonly originalId: string };

/**
 * Who is reached when a user is called at a moment: the user; otherwise a deputy (the user's own in their order, then the deputies'
 * deputies); otherwise the manager, or the manager's deputies, or the manager's manager; otherwise who has the duty. Somebody who is
 * away, deactivated or not among `people` is passed over, and nobody is asked twice. Who has no manager of their own is managed by
 * the team's supervisor, and that one by the head of the department. [SLA 11]
 *
 * @param team the one whose supervisor and duty roster count; none: neither does
 */
export const standInFor = (
  userId: string,
  at: Instant,
  { people, team = { status: 'unknown' } }: { readonly people: People; readonly team?: Team },
): Reached => {
  const originalId = userId;
  const led = team.status === 'formed' ? team : undefined;
  const asked = new Set<string>();
  const isFree = (id: string): boolean => {
    if (asked.has(id)) return false;
    asked.add(id);
    const user = knownIn(people, id);
    return user !== undefined && isThere(user, at);
  };
  const deputiesOf = (id: string): readonly string[] => [
    ...(knownIn(people, id)?.deputies ?? []),
    ...(led?.supervisorId === id ? led.deputies : []),
  ];
  const bossInTeam = (id: string): string | undefined =>
    id === led?.departmentHeadId
      ? undefined
      : id === led?.supervisorId || led?.supervisorId === undefined
        ? led?.departmentHeadId
        : led.supervisorId;
  const managerOf = (id: string): string | undefined => knownIn(people, id)?.managerId ?? bossInTeam(id);
  /** Nearest first. */
  const deputyOf = (id: string): string | undefined => {
    const seen = new Set([id]);
    for (const each of seen) {
      for (const deputy of deputiesOf(each)) seen.add(deputy);
      if (each !== id && isFree(each)) return each;
    }
    return undefined;
  };

  if (isFree(userId)) return { by: 'self', originalId, recipientId: userId };
  const deputy = deputyOf(userId);
  if (deputy !== undefined) return { by: 'deputy', originalId, recipientId: deputy };
  const climbed = new Set<string>([userId]);
  for (let manager = managerOf(userId); manager !== undefined && !climbed.has(manager); manager = managerOf(manager)) {
    climbed.add(manager);
    const recipientId = isFree(manager) ? manager : deputyOf(manager);
    if (recipientId !== undefined) return { by: 'manager', originalId, recipientId };
  }
  const recipientId = onDutyAt(team, at).find(isFree);
  return recipientId === undefined ? { by: 'nobody', originalId } : { by: 'duty-roster', originalId, recipientId };
};
