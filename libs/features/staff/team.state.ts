import type { PublicView } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { teamEvents } from './team.events.ts';
import type { TeamEvent } from './team.events.ts';
import { isRemembered, openAt } from './working-hours.ts';
import type { Window, WorkingHours } from './working-hours.ts';

/** A duty of one time. */
interface Duty {
  readonly userId: string;
  readonly from: Instant;
  readonly until: Instant;
}

/** A duty of every week, on the walls of the roster's zone. */
export type Shift = Window & { readonly userId: string };

interface Facts {
  readonly name: string;
  readonly zone: string;
  readonly members: readonly string[];
  readonly supervisorId?: string;
  /** Of the supervisor, in the order in which they are asked. */
  readonly deputies: readonly string[];
  /** Stands above the supervisor; need not be a member. */
  readonly departmentHeadId?: string;
  /** Duties of one time; they take the place of the weekly ones. */
  readonly roster: readonly Duty[];
  readonly weekly?: { readonly zone: string; readonly shifts: readonly Shift[] };
  readonly workingHours?: WorkingHours;
}
/** The team's own id stands in its state, because the team owns itself: its supervisors act on it. */
export type Team =
  { readonly status: 'unknown' } | ({ readonly status: 'formed' | 'dissolved'; readonly id: string } & Facts);
export type KnownTeam = Exclude<Team, { status: 'unknown' }>;

/** A team's own facts that speak of a person, without that one. */
export const withoutMember = <Of extends Pick<Facts, 'members' | 'supervisorId' | 'deputies' | 'roster' | 'weekly'>>(
  { supervisorId, weekly, ...rest }: Of,
  left: string,
): Of => {
  const stays = (userId: string) => userId !== left;
  return {
    ...rest,
    ...(supervisorId !== undefined && stays(supervisorId) ? { supervisorId } : {}),
    members: rest.members.filter(stays),
    deputies: rest.deputies.filter(stays),
    roster: rest.roster.filter(({ userId }) => stays(userId)),
    ...(weekly === undefined
      ? {}
      : { weekly: { ...weekly, shifts: weekly.shifts.filter(({ userId }) => stays(userId)) } }),
  } as unknown as Of;
};

const evolveKnown = (team: KnownTeam, event: Exclude<TeamEvent, { type: 'team.formed.v1' }>): Team => {
  switch (event.type) {
    case 'team.renamed.v1':
      return { ...team, name: event.data.name };
    case 'team.working-hours-set.v1':
      return { ...team, zone: event.data.zone, workingHours: event.data };
    case 'team.member-joined.v1':
      return { ...team, members: [...team.members, event.data.userId] };
    case 'team.member-left.v1':
      return withoutMember(team, event.data.userId);
    case 'team.leaders-named.v1':
      return { ...team, supervisorId: event.data.supervisorId, deputies: event.data.deputies };
    case 'team.department-head-named.v1':
      return { ...team, departmentHeadId: event.data.userId };
    case 'team.duty-shifts-set.v1':
      return { ...team, weekly: event.data };
    case 'team.duty-rostered.v1':
      return { ...team, roster: [...team.roster.filter(isRemembered(event.recordedAt)), event.data] };
    case 'team.duty-cancelled.v1':
      return { ...team, roster: team.roster.filter((duty) => !isDuty(duty, event.data)) };
    case 'team.dissolved.v1':
      return { ...team, status: 'dissolved' };
  }
};

export const isDuty = (duty: Duty, { userId, from }: { userId: string; from: Instant }) =>
  duty.userId === userId && duty.from === from;

export const evolve = (team: Team, event: TeamEvent): Team =>
  event.type === 'team.formed.v1'
    ? {
        status: 'formed',
        id: event.streamId,
        name: event.data.name,
        zone: event.data.zone,
        members: [],
        deputies: [],
        roster: [],
      }
    : team.status === 'unknown'
      ? team
      : evolveKnown(team, event);

/** A team as others see it: members, supervisor with deputies, head of the department, duty roster, working hours. */
export const teamCard: PublicView<Team, TeamEvent> = {
  name: 'team-card',
  events: teamEvents,
  initial: { status: 'unknown' },
  evolve,
};

type Rostered =
  { readonly status: 'unknown' } | ({ readonly status: 'formed' | 'dissolved' } & Pick<Facts, 'roster' | 'weekly'>);

/**
 * Who has the duty at a moment: those with a duty of one time, otherwise those whose weekly shift it is. Nobody in a gap of the
 * roster, and in a team that is not there. [T4, SLA 11]
 */
export const onDutyAt = (team: Rostered, at: Instant): readonly string[] => {
  if (team.status !== 'formed') return [];
  const { roster, weekly } = team;
  const once = roster.filter(({ from, until }) => from <= at && at < until);
  const duties = once.length > 0 || weekly === undefined ? once : openAt(weekly.zone, weekly.shifts, at);
  return [...new Set(duties.map(({ userId }) => userId))];
};

/** Whom a call may reach by their place in the team: who leads it, and who has a duty. To be looked at before `standInFor`. */
export const leadersAndDutyOf = (team: Team): readonly string[] =>
  team.status === 'unknown'
    ? []
    : [
        ...new Set([
          ...[team.supervisorId, team.departmentHeadId].filter((id) => id !== undefined),
          ...team.deputies,
          ...[...team.roster, ...(team.weekly?.shifts ?? [])].map(({ userId }) => userId),
        ]),
      ];

/** Everybody whom a call to the team as a whole may reach: to be looked at before `standInFor`. */
export const peopleOf = (team: Team): readonly string[] =>
  team.status === 'unknown' ? [] : [...new Set([...team.members, ...leadersAndDutyOf(team)])];
