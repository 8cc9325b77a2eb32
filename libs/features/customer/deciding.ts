import type { Role } from '#libs/kernel/actor.ts';
import type { CommandDefinition, Decision, DecisionContext } from '#libs/kernel/aggregate.ts';
import { invalid, missing, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import type { NewCustomerEvent } from './customer.events.ts';
import type { Customer, KnownCustomer } from './customer.state.ts';
import { allowedIn } from './rules.ts';

export type CustomerDecision = Decision<NewCustomerEvent>;
// `any` for the command, as in the kernel: each decider declares its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type CustomerCommand<Command = any> = CommandDefinition<Customer, NewCustomerEvent, Command>;
export type CustomerCommands = { readonly [name: `customer.${string}`]: CustomerCommand };

/** Who works with customers, in the customer's team. */
export const STAFF: readonly Role[] = ['agent', 'account-manager', 'supervisor', 'department-head'];
export const STAFF_AND_PROGRAMS: readonly Role[] = [...STAFF, 'service'];
/** Who decides about admission, contracts and standing. */
export const MANAGERS: readonly Role[] = ['account-manager', 'supervisor', 'department-head'];
export const APPROVERS: readonly Role[] = ['supervisor', 'department-head', 'committee'];

/** The customer's state forbids it: says so, and what is possible instead. */
export const refuse = (customer: Customer, code: string, sentence: string): Rejection => {
  const allowed = allowedIn(customer);
  return reject(`customer.${code}`, `${sentence} Possible now: ${allowed.join(', ') || 'nothing'}.`, allowed);
};

/** A change that changes nothing is a mistake of the sender. */
export const NOTHING = invalid(
  'customer.nothing-changed',
  'The command names nothing to change: give at least one field.',
);

/** A decision about a customer who is known and stands for themselves. */
export const known =
  <Command>(decide: (command: Command, customer: KnownCustomer, context: DecisionContext) => CustomerDecision) =>
  (command: Command, customer: Customer, context: DecisionContext): CustomerDecision =>
    customer.status === 'unknown'
      ? missing('customer.unknown', `There is no customer ${context.id}: check the id.`)
      : customer.status === 'merged'
        ? refuse(
            customer,
            'merged',
            `Customer ${context.id} was merged into ${customer.survivorId}: send the command there.`,
          )
        : decide(command, customer, context);

/** The members of a body that are given, as they stand, and their names: what an event says that it changes. [A1] */
export const given = <Body extends object, Name extends keyof Body & string>(
  body: Body,
  names: readonly Name[],
): { readonly fields: { [N in Name]?: Body[N] }; readonly changed: string[] } => {
  const changed = names.filter((name) => body[name] !== undefined);
  return {
    fields: Object.fromEntries(changed.map((name) => [name, body[name]])) as { [N in Name]?: Body[N] },
    changed,
  };
};

/** The source and reason of a change; most come from the staff. [A1] */
export const provenanceOf = (
  { source = 'staff', why }: { readonly source?: NonNullable<Provenance['source']>; readonly why?: string },
  changed: readonly string[],
): Required<Pick<Provenance, 'source'>> & { changed: string[]; why?: string } => ({
  changed: [...changed],
  source,
  ...(why === undefined ? {} : { why }),
});

interface Provenance {
  readonly source?: 'customer' | 'staff' | 'public-register' | 'third-party' | 'source-system';
}
