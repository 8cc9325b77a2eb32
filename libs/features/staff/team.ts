import type { Role } from '#libs/kernel/actor.ts';
import type { Decide, DecisionContext } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { invalid, missing, reject } from '#libs/kernel/rejection.ts';
import { isZone } from '#libs/kernel/zone.ts';
import type * as Commands from './team.commands.ts';
import type { NewTeamEvent, TeamEvent } from './team.events.ts';
import { teamEvents } from './team.events.ts';
import { evolve, isDuty } from './team.state.ts';
import type { KnownTeam, Team } from './team.state.ts';
import { copyOf, faultOf, unknownZone } from './working-hours.ts';

const FORMED = [
  'team.rename',
  'team.set-working-hours',
  'team.add-member',
  'team.remove-member',
  'team.name-leaders',
  'team.name-department-head',
  'team.set-duty-shifts',
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
      team: KnownTeam,
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
        data: copyOf({ zone, windows }),
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

const setDutyShifts = whileFormed<Commands.SetDutyShifts>(({ zone, shifts }, team) => {
  if (!isZone(zone)) return unknownZone(zone);
  const stranger = shifts.find(({ userId }) => !team.members.includes(userId));
  if (stranger !== undefined) return notAMember(stranger.userId, 'shifts');
  for (const [userId, windows] of Map.groupBy(shifts, (shift) => shift.userId)) {
    const fault = faultOf({ zone, windows });
    if (fault !== undefined) return { ...fault, message: `The shifts of ${userId}: ${fault.message}`, field: 'shifts' };
  }
  const copies = shifts.map(({ userId, weekdays, from, to }) => ({ userId, weekdays: [...weekdays], from, to }));
  return [{ type: 'team.duty-shifts-set.v1', data: { zone, shifts: copies } }];
});

const cancelDuty = whileFormed<Commands.CancelDuty>(({ userId, from }, team, { now }) =>
  team.roster.some((duty) => isDuty(duty, { userId, from }) && duty.until > now)
    ? [{ type: 'team.duty-cancelled.v1', data: { userId, from } }]
    : reject('team.no-such-duty', `${userId} has no duty that goes on or is to come from ${from}.`, allowedIn(team)),
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
    'team.name-department-head': {
      decide: whileFormed<Commands.NameDepartmentHead>(({ userId }, team) =>
        team.departmentHeadId === userId ? [] : [{ type: 'team.department-head-named.v1', data: { userId } }],
      ),
      roles: ADMINISTRATORS,
      summary: 'Name the head of the department that the team belongs to',
      source: '[SLA 10]',
    },
    'team.set-duty-shifts': {
      decide: setDutyShifts,
      roles: LEADERS,
      summary: 'Set who has the duty in every week',
      source: '[T4]',
    },
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
