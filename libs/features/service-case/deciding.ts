import type { CommandDefinition, Decision, DecisionContext } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { invalid, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { allowedIn } from './rules.ts';
import type { NewServiceCaseEvent } from './service-case.events.ts';
import type { KnownCase, ServiceCase } from './service-case.state.ts';

export type CaseDecision = Decision<NewServiceCaseEvent>;
// `any` for the command, as in the kernel: each decider declares its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type CaseCommand<Command = any> = CommandDefinition<ServiceCase, NewServiceCaseEvent, Command>;
export type CaseCommands = { readonly [name: `service-case.${string}`]: CaseCommand };

/** The case’s state forbids it: says so, and what is possible instead. */
export const refuse = (state: ServiceCase, code: string, sentence: string): Rejection => {
  const allowed = allowedIn(state);
  const subject = state.status === 'unknown' ? 'The case is not known' : `Case ${state.reference} is ${state.status}`;
  return reject(`service-case.${code}`, `${subject}: ${sentence} Possible now: ${allowed.join(', ')}.`, allowed);
};

/** A decision that only states of one kind can take; all others are refused. */
export const onlyIf =
  <State extends ServiceCase, Command>(
    may: (state: ServiceCase) => state is State,
    [code, sentence]: readonly [code: string, sentence: string],
    decide: (command: Command, state: State, context: DecisionContext) => CaseDecision,
  ) =>
  (command: Command, state: ServiceCase, context: DecisionContext): CaseDecision =>
    may(state) ? decide(command, state, context) : refuse(state, code, sentence);

export const isKnown = (state: ServiceCase): state is KnownCase => state.status !== 'unknown';

export const isIn =
  <Status extends ServiceCase['status']>(...statuses: readonly Status[]) =>
  (state: ServiceCase): state is Extract<ServiceCase, { status: Status }> =>
    (statuses as readonly string[]).includes(state.status);

export const NOT_RECEIVED = ['not-received', 'nothing was received under this id.'] as const;

/** Every wait, change of hands and change of mind says why. */
export const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === '';
export const reasonMissing = (what: string): Rejection =>
  invalid('service-case.reason-missing', `${what} needs a reason: say why, for those who read the history.`, 'reason');

/** People enter what happened earlier, never what will happen. */
export const isInTheFuture = (moment: Instant | undefined, now: Instant): boolean =>
  moment !== undefined && moment > now;
export const inTheFuture = (field: string, now: Instant): Rejection =>
  invalid('service-case.in-the-future', `${field} is later than now (${now}): give the time when it happened.`, field);
