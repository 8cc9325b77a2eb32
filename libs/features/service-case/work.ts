import { graceOver } from '#libs/features/sla/sla.events.ts';
import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import type { CaseCommands, CaseDecision } from './deciding.ts';
import { isBlank, isIn, onlyIf, reasonMissing, refuse } from './deciding.ts';
import { isAssignable, isDone, isOpen, isUnderWay, isWaitingFor, STAFF, STAFF_AND_PROGRAMS } from './rules.ts';
import { happened } from './service-case.events.ts';
import type { CaseIn, KnownCase, ServiceCase } from './service-case.state.ts';
import type * as Commands from './work.commands.ts';

const assign = ({ assigneeId, reason }: Commands.AssignServiceCase, state: KnownCase): CaseDecision => {
  const { team, assigneeId: fromAssigneeId } = state;
  if (fromAssigneeId === undefined) return [happened('assigned', { team, assigneeId })];
  if (fromAssigneeId === assigneeId) return [];
  if (isBlank(reason)) return reasonMissing('To take the case from somebody');
  return [happened('reassigned', { fromTeam: team, fromAssigneeId, team, assigneeId, reason })];
};

const unassign = ({ reason }: Commands.UnassignServiceCase, state: KnownCase): CaseDecision =>
  state.assigneeId === undefined
    ? refuse(state, 'not-assigned', 'nobody has it.')
    : isBlank(reason)
      ? reasonMissing('To take the case back')
      : [happened('unassigned', { fromAssigneeId: state.assigneeId, reason })];

const handOver = ({ team, reason }: Commands.HandOverServiceCase, state: KnownCase): CaseDecision =>
  isBlank(reason)
    ? reasonMissing('To hand the case over')
    : team === state.team
      ? []
      : [happened('handed-over', { fromTeam: state.team, team, reason })];

type UnderWay = CaseIn<'in-progress' | 'waiting'>;

/** Whom the work waits for may change; a wait for the same again is none. [C2, SLA 3] */
const waitFor =
  (whom: 'customer' | 'others') =>
  ({ reason }: Commands.WaitForCustomer, state: UnderWay): CaseDecision =>
    isWaitingFor(state, whom)
      ? refuse(state, 'already-waiting', 'it waits for the same already.')
      : isBlank(reason)
        ? reasonMissing('A wait')
        : [
            whom === 'customer'
              ? happened('waiting-for-customer-began', { reason })
              : happened('waiting-for-others-began', { reason }),
          ];

const reopen = (
  { reason }: Commands.ReopenServiceCase,
  state: CaseIn<'solved' | 'confirmed' | 'evaluated' | 'closed'>,
  context: DecisionContext,
): CaseDecision => {
  const grace = state.status === 'closed' ? graceOver(state.closedBy, context) : undefined;
  if (grace !== undefined)
    return {
      ...refuse(
        state,
        'reopen-grace-over',
        `it was closed more than ${grace} ago: receive a new case that follows it (followsCaseId).`,
      ),
      allowed: ['service-case.receive'],
    };
  if (isBlank(reason)) return reasonMissing('To open the case again');
  return [happened('reopened', { cycle: state.cycle + 1, cause: 'asked-for', reason })];
};

const isReopenable = (state: ServiceCase): state is CaseIn<'solved' | 'confirmed' | 'evaluated' | 'closed'> =>
  isDone(state) || state.status === 'closed';

const NOT_UNDER_WAY = ['not-in-progress', 'nobody is working on it.'] as const;

export const work: CaseCommands = {
  'service-case.assign': {
    summary: 'Give the case to a person, or to another one.',
    source: '[H4.5]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isAssignable, ['not-assignable', 'only an identified case not yet solved can be assigned.'], assign),
  },
  'service-case.unassign': {
    summary: 'Take the case back from the person who has it.',
    source: '[H4.5]',
    roles: STAFF,
    decide: onlyIf(isAssignable, ['not-assigned', 'there is nobody to take it from.'], unassign),
  },
  'service-case.hand-over': {
    summary: 'Let another team own the case; it assigns it anew.',
    source: '[H4.5]',
    roles: STAFF,
    decide: onlyIf(isOpen, ['not-open', 'its work is done, so its team stays.'], handOver),
  },
  'service-case.start': {
    summary: 'Begin to work on an assigned case.',
    source: '[H4.5]',
    roles: STAFF,
    decide: onlyIf(isIn('assigned'), ['not-assigned', 'work begins once somebody has it.'], () => [
      happened('started', {}),
    ]),
  },
  'service-case.wait-for-customer': {
    summary: 'Wait for the customer: pauses the resolution clock.',
    source: '[H5.2]',
    roles: STAFF,
    decide: onlyIf(isUnderWay, NOT_UNDER_WAY, waitFor('customer')),
  },
  'service-case.wait-for-others': {
    summary: 'Wait for somebody who is not the customer: pauses nothing.',
    source: '[H5.2]',
    roles: STAFF,
    decide: onlyIf(isUnderWay, NOT_UNDER_WAY, waitFor('others')),
  },
  'service-case.resume': {
    summary: 'Go on with the work after a wait.',
    source: '[H5.2]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(
      isIn('waiting'),
      ['not-waiting', 'there is no wait to end.'],
      ({ reason }: Commands.ResumeServiceCase) => [happened('resumed', { because: 'by-hand', reason })],
    ),
  },
  'service-case.reopen': {
    summary: 'Open a solved case again, or a closed one within the policy’s time of grace.',
    source: '[H5.2]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isReopenable, ['not-done', 'only what was solved can be opened again.'], reopen),
  },
};
