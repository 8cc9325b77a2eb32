import type { Role } from '#libs/kernel/actor.ts';
import type { Decide, DecisionContext } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { invalid, missing, reject } from '#libs/kernel/rejection.ts';
import type * as Commands from './team.commands.ts';
import type { NewTeamEvent, TeamEvent } from './team.events.ts';
import { teamEvents } from './team.events.ts';
import type { WorkingHours } from './working-hours.ts';
import { faultOf, isZone, unknownZone } from './working-hours.ts';

interface Duty {
  readonly userId: string;
  readonly from: Instant;
  readonly until: Instant;
}

interface Facts {
  readonly name: string;
  readonly zone: string;
  readonly members: readonly string[];
  readonly supervisorId?: string;
  readonly deputies: readonly string[];
  readonly roster: readonly Duty[];
  readonly workingHours?: WorkingHours;
}
/** The team's own id stands in its state, because the team owns itself: its supervisors act on it. */
export type Team =
  { readonly status: 'unknown' } | ({ readonly status: 'formed' | 'dissolved'; readonly id: string } & Facts);
type Known = Exclude<Team, { status: 'unknown' }>;

const evolveKnown = (team: Known, event: Exclude<TeamEvent, { type: 'team.formed.v1' }>): Team => {
  switch (event.type) {
    case 'team.renamed.v1':
      return { ...team, name: event.data.name };
    case 'team.working-hours-set.v1':
      return { ...team, zone: event.data.zone, workingHours: event.data };
    case 'team.member-joined.v1':
      return { ...team, members: [...team.members, event.data.userId] };
    case 'team.member-left.v1': {
      const { supervisorId, ...rest } = team;
      const stays = (userId: string) => userId !== event.data.userId;
      return {
        ...rest,
        ...(supervisorId !== undefined && stays(supervisorId) ? { supervisorId } : {}),
        members: team.members.filter(stays),
        deputies: team.deputies.filter(stays),
        roster: team.roster.filter((duty) => stays(duty.userId)),
      };
    }
    case 'team.leaders-named.v1':
      return { ...team, supervisorId: event.data.supervisorId, deputies: event.data.deputies };
    case 'team.duty-rostered.v1':
      // What is over can clash with nothing any more: the state keeps only what is to come.
      return { ...team, roster: [...team.roster.filter((duty) => duty.until > event.recordedAt), event.data] };
    case 'team.duty-cancelled.v1':
      return { ...team, roster: team.roster.filter((duty) => !isDuty(duty, event.data)) };
    case 'team.dissolved.v1':
      return { ...team, status: 'dissolved' };
  }
};

const isDuty = (duty: Duty, { userId, from }: { userId: string; from: Instant }) =>
  duty.userId === userId && duty.from === from;

const evolve = (team: Team, event: TeamEvent): Team =>
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

const FORMED = [
  'team.rename',
  'team.set-working-hours',
  'team.add-member',
  'team.remove-member',
  'team.name-leaders',
  'team.roster-duty',
  'team.cancel-duty',
  'team.dissolve',
];
const allowedIn = (team: Team): readonly string[] =>
  team.status === 'unknown' ? ['team.form'] : team.status === 'formed' ? FORMED : [];

const whileFormed =
  <Command>(
    decide: (
      command: Command,
      team: Known,
      context: DecisionContext,
    ) => ReturnType<Decide<Command, Team, NewTeamEvent>>,
  ): Decide<Command, Team, NewTeamEvent> =>
  (command, team, context) =>
    team.status === 'unknown'
      ? missing('team.unknown', `There is no team ${context.id}: form it first.`)
      : team.status === 'dissolved'
        ? reject('team.dissolved', `Team ${context.id} was dissolved: form a new one.`)
        : decide(command, team, context);

const form: Decide<Commands.FormTeam, Team, NewTeamEvent> = ({ name, zone }, team, { id }) =>
  team.status !== 'unknown'
    ? reject('team.formed-already', `Team ${id} exists.`, allowedIn(team))
    : isZone(zone)
      ? [{ type: 'team.formed.v1', data: { name, zone } }]
      : unknownZone(zone);

const setWorkingHours = whileFormed<Commands.SetTeamWorkingHours>(
  ({ zone, windows }) =>
    faultOf({ zone, windows }) ?? [
      {
        type: 'team.working-hours-set.v1',
        data: { zone, windows: windows.map(({ weekdays, from, to }) => ({ weekdays: [...weekdays], from, to })) },
      },
    ],
);

const notAMember = (userId: string, field: string) =>
  invalid('team.not-a-member', `${userId} is not a member of the team: add the user first.`, field);

const addMember = whileFormed<Commands.AddMember>(({ userId }, team) =>
  team.members.includes(userId) ? [] : [{ type: 'team.member-joined.v1', data: { userId } }],
);

const removeMember = whileFormed<Commands.RemoveMember>(({ userId }, team) =>
  team.members.includes(userId) ? [{ type: 'team.member-left.v1', data: { userId } }] : notAMember(userId, 'userId'),
);

const nameLeaders = whileFormed<Commands.NameLeaders>(({ supervisorId, deputies }, team) => {
  if (deputies.includes(supervisorId))
    return invalid('team.own-deputy', 'The supervisor cannot be their own deputy: name another.', 'deputies');
  if (!team.members.includes(supervisorId)) return notAMember(supervisorId, 'supervisorId');
  const stranger = deputies.find((deputy) => !team.members.includes(deputy));
  return stranger === undefined
    ? [{ type: 'team.leaders-named.v1', data: { supervisorId, deputies: [...deputies] } }]
    : notAMember(stranger, 'deputies');
});

const rosterDuty = whileFormed<Commands.RosterDuty>(({ userId, from, until }, team, { now }) => {
  if (from >= until) return invalid('team.duty-backwards', 'A duty must begin before it ends.', 'until');
  if (until <= now) return invalid('team.duty-over', 'The duty lies in the past: nobody can be called on it.', 'until');
  if (!team.members.includes(userId)) return notAMember(userId, 'userId');
  return team.roster.some((duty) => duty.userId === userId && from < duty.until && duty.from < until)
    ? reject('team.duty-twice', `${userId} is on duty in that time already: cancel the other duty first.`, [
        'team.cancel-duty',
      ])
    : [{ type: 'team.duty-rostered.v1', data: { userId, from, until } }];
});

const cancelDuty = whileFormed<Commands.CancelDuty>(({ userId, from }, team) =>
  team.roster.some((duty) => isDuty(duty, { userId, from }))
    ? [{ type: 'team.duty-cancelled.v1', data: { userId, from } }]
    : reject('team.no-such-duty', `${userId} has no duty to come that begins at ${from}.`, allowedIn(team)),
);

/** A team of a source system, under an id that the importer derives from the source’s own: a second run adds nothing. */
export interface ImportTeam {
  readonly name: string;
  readonly zone: string;
  readonly members?: readonly string[];
  /** When the source first names it; now where left out. */
  readonly since?: Instant;
}
const importTeam: Decide<ImportTeam, Team, NewTeamEvent> = ({ name, zone, members = [], since }, team) => {
  if (!isZone(zone)) return unknownZone(zone);
  const present = team.status === 'unknown' ? [] : team.members;
  const events: NewTeamEvent[] = [
    ...(team.status === 'unknown' ? [{ type: 'team.formed.v1' as const, data: { name, zone } }] : []),
    ...[...new Set(members)]
      .filter((userId) => !present.includes(userId))
      .map((userId) => ({ type: 'team.member-joined.v1' as const, data: { userId } })),
  ];
  return since === undefined ? events : events.map((event) => ({ ...event, occurredAt: since }));
};

const ADMINISTRATORS: readonly Role[] = ['hr', 'operator'];
const LEADERS: readonly Role[] = ['supervisor', 'department-head', ...ADMINISTRATORS];

export const team = defineAggregate<Team, TeamEvent>({
  name: 'team',
  collection: 'teams',
  events: teamEvents,
  initial: { status: 'unknown' },
  evolve,
  owningTeamOf: (team) => (team.status === 'unknown' ? undefined : team.id),
  allowedIn,
  commands: {
    'team.form': { decide: form, roles: ADMINISTRATORS, summary: 'Form a team', creates: true },
    'team.rename': {
      decide: whileFormed<Commands.RenameTeam>(({ name }, team) =>
        team.name === name ? [] : [{ type: 'team.renamed.v1', data: { name } }],
      ),
      roles: ADMINISTRATORS,
      summary: 'Give a team another name',
    },
    'team.set-working-hours': { decide: setWorkingHours, roles: LEADERS, summary: 'Set when a team works' },
    'team.add-member': { decide: addMember, roles: LEADERS, summary: 'Add a member', commutative: true },
    'team.remove-member': { decide: removeMember, roles: LEADERS, summary: 'Remove a member' },
    'team.name-leaders': { decide: nameLeaders, roles: ADMINISTRATORS, summary: 'Name the supervisor and deputies' },
    'team.roster-duty': { decide: rosterDuty, roles: LEADERS, summary: 'Put a member on duty', source: '[T4]' },
    'team.cancel-duty': { decide: cancelDuty, roles: LEADERS, summary: 'Cancel a duty to come' },
    'team.dissolve': {
      decide: whileFormed<Commands.DissolveTeam>(({ why }) => [{ type: 'team.dissolved.v1', data: { why } }]),
      roles: ADMINISTRATORS,
      summary: 'Dissolve a team',
    },
    'team.import': {
      decide: importTeam,
      roles: ['service', 'operator'],
      summary: 'Import a team and its members',
      creates: true,
      internal: true,
      commutative: true,
    },
  },
});
