import type { Role } from '#libs/kernel/actor.ts';
import { mayAct } from '#libs/kernel/actor.ts';
import type { Decide, DecisionContext } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { forbidden, invalid, missing, reject } from '#libs/kernel/rejection.ts';
import type * as Commands from './user.commands.ts';
import type { NewUserEvent, UserEvent } from './user.events.ts';
import { circleOver, consultPeople, peopleIn } from './stand-in.ts';
import { userEvents } from './user.events.ts';
import { evolve, sameGrant } from './user.state.ts';
import type { KnownUser, User } from './user.state.ts';
import { copyOf, faultOf } from './working-hours.ts';

const ACTIVE = [
  'user.rename',
  'user.grant-role',
  'user.revoke-role',
  'user.set-working-hours',
  'user.name-deputies',
  'user.name-manager',
  'user.choose-language',
  'user.declare-absence',
  'user.end-absence',
  'user.record-undertaking',
  'user.end-undertaking',
  'user.record-training',
  'user.deactivate',
];
const allowedIn = (user: User): readonly string[] =>
  user.status === 'unknown' ? ['user.register'] : user.status === 'active' ? ACTIVE : ['user.reactivate'];

type DecideKnown<Command> = (
  command: Command,
  user: KnownUser,
  context: DecisionContext,
) => ReturnType<Decide<Command, User, NewUserEvent>>;

const known =
  <Command>(decide: DecideKnown<Command>): Decide<Command, User, NewUserEvent> =>
  (command, user, context) =>
    user.status === 'unknown'
      ? missing('user.unknown', `There is no user ${context.id}: register the user first.`)
      : decide(command, user, context);

const whileActive = <Command>(decide: DecideKnown<Command>): Decide<Command, User, NewUserEvent> =>
  known((command, user, context) =>
    user.status === 'deactivated'
      ? reject('user.deactivated', `User ${context.id} is deactivated: reactivate the user first.`, allowedIn(user))
      : decide(command, user, context),
  );

const OVERSEERS: readonly Role[] = ['supervisor', 'department-head', 'hr', 'operator'];
const isOwn = (context: DecisionContext) => context.actor.id === context.id;
const mayTouchOthers = (context: DecisionContext) => mayAct(context.actor, OVERSEERS, undefined);

const notYours = (what: string) =>
  forbidden('user.not-yours', `Only the user, or a supervisor, may change another’s ${what}.`);

const register: Decide<Commands.RegisterUser, User, NewUserEvent> = ({ displayName }, user, { id }) =>
  user.status === 'unknown'
    ? [{ type: 'user.registered.v1', data: { displayName } }]
    : reject('user.registered-already', `User ${id} is registered.`, allowedIn(user));

/** Nobody widens their own rights: a second person does. */
const grantRole = whileActive<Commands.GrantRole>(({ role, team }, user, context) =>
  isOwn(context)
    ? forbidden('user.own-grant', 'Nobody grants a role to themselves: ask another operator.')
    : user.grants.some((grant) => sameGrant(grant, { role, team }))
      ? []
      : [{ type: 'user.role-granted.v1', data: { role, team } }],
);

const revokeRole = whileActive<Commands.RevokeRole>(({ role, team }, user) =>
  user.grants.some((grant) => sameGrant(grant, { role, team }))
    ? [{ type: 'user.role-revoked.v1', data: { role, team } }]
    : reject('user.role-not-held', `The user does not hold ${role} in team ${team}.`, allowedIn(user)),
);

const setWorkingHours = whileActive<Commands.SetUserWorkingHours>(({ zone, windows }, _user, context) =>
  !isOwn(context) && !mayTouchOthers(context)
    ? notYours('working hours')
    : (faultOf({ zone, windows }) ?? [{ type: 'user.working-hours-set.v1', data: copyOf({ zone, windows }) }]),
);

const inACircle = (code: string, field: string, what: string, circle: readonly string[]) =>
  invalid(code, `${what} would go in a circle (${circle.join(' → ')}): name somebody else.`, field);

const consultDeputies = consultPeople('deputies', ({ deputies }: Commands.NameUserDeputies) => deputies);
const nameDeputies = whileActive<Commands.NameUserDeputies>(({ deputies }, _user, context) => {
  const { id, consulted } = context;
  if (!isOwn(context) && !mayTouchOthers(context)) return notYours('deputies');
  if (deputies.includes(id))
    return invalid('user.own-deputy', 'Nobody is their own deputy: name another user.', 'deputies');
  const circle = circleOver(id, deputies, peopleIn(consulted, 'deputies'), (other) => other.deputies);
  return circle === undefined
    ? [{ type: 'user.deputies-named.v1', data: { deputies: [...deputies] } }]
    : inACircle('user.deputy-circle', 'deputies', 'Standing in', circle);
});

const consultManagers = consultPeople('managers', ({ managerId }: Commands.NameManager) => [managerId]);
const nameManager = whileActive<Commands.NameManager>(({ managerId }, user, { id, consulted }) => {
  if (managerId === id) return invalid('user.own-manager', 'Nobody is their own manager: name another.', 'managerId');
  const managerOf = (other: KnownUser) => (other.managerId === undefined ? [] : [other.managerId]);
  const circle = circleOver(id, [managerId], peopleIn(consulted, 'managers'), managerOf);
  if (circle !== undefined) return inACircle('user.manager-circle', 'managerId', 'Managing', circle);
  return user.managerId === managerId ? [] : [{ type: 'user.manager-named.v1', data: { managerId } }];
});

const chooseLanguage = whileActive<Commands.ChooseLanguage>(({ language }, user, context) =>
  !isOwn(context) && !mayTouchOthers(context)
    ? notYours('language')
    : user.language === language
      ? []
      : [{ type: 'user.language-chosen.v1', data: { language } }],
);

const declareAbsence = whileActive<Commands.DeclareAbsence>(({ from, until, kind }, user, context) => {
  if (!isOwn(context) && !mayTouchOthers(context)) return notYours('absences');
  if (from >= until) return invalid('user.absence-backwards', 'An absence must begin before it ends.', 'until');
  if (until <= context.now)
    return invalid('user.absence-over', 'The absence lies in the past: nobody can be stood in for any more.', 'until');
  return user.absences.some((other) => from < other.until && other.from < until)
    ? reject('user.absent-already', 'The user is away in that time already: end the other absence first.', [
        'user.end-absence',
      ])
    : [{ type: 'user.absence-declared.v1', data: { from, until, kind } }];
});

const endAbsence = whileActive<Commands.EndAbsence>((_command, user, context) => {
  if (!isOwn(context) && !mayTouchOthers(context)) return notYours('absences');
  const coming = user.absences.find((absence) => absence.until > context.now);
  if (coming === undefined) return reject('user.not-absent', 'No absence is declared.', allowedIn(user));
  const endedAt = coming.from > context.now ? coming.from : context.now;
  return [{ type: 'user.absence-ended.v1', data: { from: coming.from, endedAt } }];
});

const recordUndertaking = whileActive<Commands.RecordUndertaking>(({ signedOn, version }, user, { now }) =>
  signedOn > now.slice(0, 10)
    ? invalid('user.undertaking-in-future', 'An undertaking is recorded once it is signed.', 'signedOn')
    : user.undertaking?.version === version
      ? []
      : [{ type: 'user.undertaking-recorded.v1', data: { signedOn, version } }],
);

const endUndertaking = whileActive<Commands.EndUndertaking>(({ why }, user) =>
  user.undertaking === undefined
    ? reject('user.no-undertaking', 'No confidentiality undertaking holds.', ['user.record-undertaking'])
    : [{ type: 'user.undertaking-ended.v1', data: { why } }],
);

const recordTraining = whileActive<Commands.RecordTraining>(({ course, completedOn }, user, { now }) =>
  completedOn > now.slice(0, 10)
    ? invalid('user.training-in-future', 'A training is recorded once it is completed.', 'completedOn')
    : user.trainings?.some((each) => each.course === course && each.completedOn === completedOn) === true
      ? []
      : [{ type: 'user.training-recorded.v1', data: { course, completedOn } }],
);

const deactivate = whileActive<Commands.DeactivateUser>(({ why }, _user, context) =>
  isOwn(context)
    ? forbidden('user.own-deactivation', 'Nobody deactivates themselves: ask another operator.')
    : [{ type: 'user.deactivated.v1', data: { why } }],
);

const reactivate = known<Commands.ReactivateUser>(({ why }, user) =>
  user.status === 'active'
    ? reject('user.active', 'The user is active.', allowedIn(user))
    : [{ type: 'user.reactivated.v1', data: { why } }],
);

/** Staff of a source system, under an id that the importer derives from the source’s own: a second run adds nothing. */
export interface ImportUser {
  readonly displayName: string;
  /** When the source first names them; now where left out. */
  readonly since?: Instant;
}
const importUser: Decide<ImportUser, User, NewUserEvent> = ({ displayName, since }, user) =>
  user.status === 'unknown'
    ? [{ type: 'user.registered.v1', data: { displayName }, ...(since === undefined ? {} : { occurredAt: since }) }]
    : [];

const ADMINISTRATORS: readonly Role[] = ['hr', 'operator'];
const STAFF: readonly Role[] = ['agent', 'account-manager', ...OVERSEERS];

export const user = defineAggregate<User, UserEvent>({
  name: 'user',
  collection: 'users',
  events: userEvents,
  initial: { status: 'unknown' },
  evolve,
  allowedIn,
  commands: {
    'user.register': { decide: register, roles: ADMINISTRATORS, summary: 'Register a user', creates: true },
    'user.rename': {
      decide: whileActive<Commands.RenameUser>(({ displayName }) => [
        { type: 'user.renamed.v1', data: { displayName } },
      ]),
      roles: ADMINISTRATORS,
      summary: 'Give a user another name',
    },
    'user.grant-role': { decide: grantRole, roles: ['operator'], summary: 'Grant a role in a team', source: '[H1.4]' },
    'user.revoke-role': { decide: revokeRole, roles: ['operator'], summary: 'Revoke a role in a team' },
    'user.set-working-hours': { decide: setWorkingHours, roles: STAFF, summary: 'Set when a user works' },
    'user.name-deputies': {
      decide: nameDeputies,
      roles: STAFF,
      summary: 'Name who stands in, in order',
      source: '[SLA 11]',
      consults: consultDeputies,
    },
    'user.name-manager': {
      decide: nameManager,
      roles: OVERSEERS,
      summary: 'Name who manages a user',
      source: '[SLA 11]',
      consults: consultManagers,
    },
    'user.choose-language': {
      decide: chooseLanguage,
      roles: STAFF,
      summary: 'Choose the language of what a user is told',
    },
    'user.declare-absence': { decide: declareAbsence, roles: STAFF, summary: 'Declare an absence' },
    'user.end-absence': { decide: endAbsence, roles: STAFF, summary: 'End the current, or drop the next, absence' },
    'user.record-undertaking': {
      decide: recordUndertaking,
      roles: ['hr', 'operator', 'privacy-officer'],
      summary: 'Record a signed confidentiality undertaking',
      source: '[G1]',
    },
    'user.end-undertaking': {
      decide: endUndertaking,
      roles: ['hr', 'operator', 'privacy-officer'],
      summary: 'End a confidentiality undertaking: personal values are masked from then on',
      source: '[G1]',
    },
    'user.record-training': {
      decide: recordTraining,
      roles: ['hr', 'operator', 'privacy-officer'],
      summary: 'Record a completed training on the protection of personal data',
      source: '[G1]',
    },
    'user.deactivate': { decide: deactivate, roles: ADMINISTRATORS, summary: 'Deactivate a user' },
    'user.reactivate': { decide: reactivate, roles: ADMINISTRATORS, summary: 'Reactivate a user' },
    'user.import': {
      decide: importUser,
      roles: ['service', 'operator'],
      summary: 'Import a user',
      creates: true,
      internal: true,
    },
  },
});
