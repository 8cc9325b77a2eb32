import type { Role } from '#libs/kernel/actor.ts';
import type { CommandDefinition, Decision, DecisionContext } from '#libs/kernel/aggregate.ts';
import { missing, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import type { NewComplaintEvent } from './complaint.events.ts';
import type { Complaint, KnownComplaint } from './complaint.state.ts';
import { allowedIn } from './rules.ts';

export type ComplaintDecision = Decision<NewComplaintEvent>;
// `any` for the command, as in the kernel: each decider declares its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ComplaintCommand<Command = any> = CommandDefinition<Complaint, NewComplaintEvent, Command>;
export type ComplaintCommands = { readonly [name: `complaint.${string}`]: ComplaintCommand };

/** Who works on complaints, in the complaint's team. */
export const STAFF: readonly Role[] = [
  'agent',
  'account-manager',
  'supervisor',
  'department-head',
  'privacy-officer',
  'legal',
];
/** Programs enter what complainants do themselves (portal, mail). */
export const STAFF_AND_PROGRAMS: readonly Role[] = [...STAFF, 'service'];
export const REVIEWERS: readonly Role[] = ['account-manager', 'supervisor', 'department-head', 'legal'];

/** The complaint's state forbids it: says so, and what is possible instead. [B2] */
export const refuse = (
  complaint: Complaint,
  code: string,
  sentence: string,
  allowed: readonly string[] = allowedIn(complaint),
): Rejection => {
  const subject = complaint.status === 'unknown' ? '' : `Complaint ${complaint.reference} is ${complaint.status}: `;
  return reject(
    `complaint.${code}`,
    `${subject}${sentence} Possible now: ${allowed.join(', ') || 'nothing'}.`,
    allowed,
  );
};

/** A decision about a complaint that was filed. */
export const known =
  <Command>(decide: (command: Command, complaint: KnownComplaint, context: DecisionContext) => ComplaintDecision) =>
  (command: Command, complaint: Complaint, context: DecisionContext): ComplaintDecision =>
    complaint.status === 'unknown'
      ? missing('complaint.unknown', `There is no complaint ${context.id}: check the id.`)
      : decide(command, complaint, context);

/** A decision that only some states can take; all others are refused with what is allowed instead. [B2] */
export const onlyIf = <State extends Complaint, Command>(
  may: (complaint: Complaint) => complaint is State,
  [code, sentence]: readonly [code: string, sentence: string],
  decide: (command: Command, complaint: State, context: DecisionContext) => ComplaintDecision,
) =>
  known<Command>((command, complaint, context) => {
    const state: Complaint = complaint;
    return may(state) ? decide(command, state, context) : refuse(complaint, code, sentence);
  });

export const isIn =
  <Status extends KnownComplaint['status']>(...statuses: readonly Status[]) =>
  (complaint: Complaint): complaint is KnownComplaint & { readonly status: Status } =>
    (statuses as readonly string[]).includes(complaint.status);
