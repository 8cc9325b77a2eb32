import { mayAct } from '#libs/kernel/actor.ts';
import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import type * as Commands from './completion.commands.ts';
import type { CaseCommands, CaseDecision } from './deciding.ts';
import { inTheFuture, isBlank, isIn, isInTheFuture, onlyIf, reasonMissing, refuse } from './deciding.ts';
import { isDone, isUnderWay, STAFF, STAFF_AND_PROGRAMS } from './rules.ts';
import { happened } from './service-case.events.ts';
import type { CaseIn, KnownCase } from './service-case.state.ts';

const solve = (
  { resultCode, solution }: Commands.SolveServiceCase,
  { assigneeId }: KnownCase,
  { actor }: DecisionContext,
): CaseDecision => [happened('solved', { resultCode, solution, staffId: assigneeId ?? actor.id })];

/** A solution that the customer refuses solved nothing: the case is open again, in a new cycle. */
const refuseSolution = ({ reason }: Commands.RefuseSolution, { cycle }: KnownCase): CaseDecision =>
  isBlank(reason)
    ? reasonMissing('A refused solution')
    : [happened('solution-refused', { reason }), happened('reopened', { cycle: cycle + 1, cause: 'solution-refused' })];

const recordRetrospective = (
  { cause, wentWell, toImprove }: Commands.RecordRetrospective,
  state: CaseIn<'solved' | 'confirmed' | 'evaluated'>,
): CaseDecision =>
  state.retrospectiveRecorded
    ? refuse(state, 'retrospective-recorded', 'its retrospective is recorded already.')
    : [happened('retrospective-recorded', { cause, wentWell, toImprove })];

/** Account managers sign as such, others as the service specialist who did the work. [C4] */
const signExecutionRecord = (
  { servedAt, ...record }: Commands.SignExecutionRecord,
  state: CaseIn<'evaluated'>,
  { actor, now }: DecisionContext,
): CaseDecision => {
  if (state.executionRecordSigned) return refuse(state, 'execution-record-signed', 'its execution record is signed.');
  if (isInTheFuture(servedAt, now)) return inTheFuture('servedAt', now);
  const { customerId, kind, score, assigneeId = actor.id, solvedAt, team } = state;
  return [
    happened('execution-record-signed', {
      ...record,
      ...{ customerId, kind, score, servedAt: servedAt ?? solvedAt, staffId: assigneeId },
      signedBy: actor.id,
      signedAs: mayAct(actor, ['account-manager'], team) ? 'account-manager' : 'service-specialist',
    }),
  ];
};

/** Each gate has its own refusal, so that it is clear what is missing. */
const close = (_command: Commands.CloseServiceCase, state: CaseIn<'evaluated'>): CaseDecision =>
  !state.retrospectiveRecorded
    ? refuse(state, 'retrospective-missing', 'a solved case closes with a retrospective.')
    : !state.executionRecordSigned
      ? refuse(state, 'execution-record-missing', 'its execution record must be signed first.')
      : [happened('closed', {})];

const NOT_EVALUATED = [
  'not-evaluated',
  'it must be evaluated first, or found that the customer gives no score.',
] as const;
const NOT_CONFIRMED = ['not-confirmed', 'a score is asked for once the solution is confirmed.'] as const;
const NOT_SOLVED = ['not-solved', 'there is no solution to judge.'] as const;

export const completion: CaseCommands = {
  'service-case.solve': {
    summary: 'Solve the case; ends a wait.',
    source: '[H5.2]',
    roles: STAFF,
    decide: onlyIf(isUnderWay, ['not-in-progress', 'only a case that is worked on can be solved.'], solve),
  },
  'service-case.confirm-solution': {
    summary: 'Record that the customer agrees, or was asked and did not answer.',
    source: '[H5.2]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isIn('solved'), NOT_SOLVED, ({ by }: Commands.ConfirmSolution) => [
      happened('solution-confirmed', { by }),
    ]),
  },
  'service-case.refuse-solution': {
    summary: 'Record that the customer says it is not solved; opens the case again.',
    source: '[H5.2]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isIn('solved'), NOT_SOLVED, refuseSolution),
  },
  'service-case.evaluate': {
    summary: 'Record the customer’s score.',
    source: '[T3]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isIn('confirmed'), NOT_CONFIRMED, ({ score, comment }: Commands.EvaluateService) => [
      happened('evaluated', { score, comment }),
    ]),
  },
  'service-case.record-no-evaluation': {
    summary: 'Record that the customer was asked for a score and gave none.',
    source: '[B6]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isIn('confirmed'), NOT_CONFIRMED, () => [happened('evaluation-not-answered', {})]),
  },
  'service-case.record-retrospective': {
    summary: 'Record the retrospective, in short form.',
    source: '[H5.2]',
    roles: STAFF,
    decide: onlyIf(
      isDone,
      ['no-retrospective-now', 'only a solved case has one, before it is closed.'],
      recordRetrospective,
    ),
  },
  'service-case.sign-execution-record': {
    summary: 'Sign off the execution record.',
    source: '[T3]',
    roles: ['account-manager', 'agent'],
    decide: onlyIf(isIn('evaluated'), NOT_EVALUATED, signExecutionRecord),
  },
  'service-case.close': {
    summary: 'Close the case.',
    source: '[H5.2]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isIn('evaluated'), NOT_EVALUATED, close),
  },
};
