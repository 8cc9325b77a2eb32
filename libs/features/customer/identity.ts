import type { Consultation, DecisionContext } from '#libs/kernel/aggregate.ts';
import { invalid, missing } from '#libs/kernel/rejection.ts';
import type { CustomerCard, CustomerDealings, NewCustomerEvent } from './customer.events.ts';
import { customerCard, customerDealings, happened } from './customer.events.ts';
import type { Customer } from './customer.state.ts';
import { own } from './customer.state.ts';
import type { CustomerCommands, CustomerDecision } from './deciding.ts';
import { known, MANAGERS, refuse, STAFF, STAFF_AND_PROGRAMS } from './deciding.ts';
import { consultPolicy, judged } from './judgement.ts';
import { sourceKeyReservations } from './profile.ts';
import type * as Commands from './standing.commands.ts';

const consultCard = (idOf: Consultation['idOf']): Consultation<Customer> => ({ as: 'other', view: customerCard, idOf });
const otherCard = ({ consulted }: DecisionContext) => consulted['other'] as CustomerCard;

const noOther = (id: string, field: string) => ({
  ...missing('customer.other-unknown', `There is no customer ${id}: check the id.`),
  field,
});

const linkExternalId = known<Commands.LinkExternalId>(({ system, value }, customer) =>
  own(customer.externalIds, system) === value
    ? []
    : own(customer.externalIds, system) === undefined
      ? [happened('external-id-linked', { system, value })]
      : refuse(
          customer,
          'external-id-known',
          `The customer is ${own(customer.externalIds, system)} in ${system} already: merge the two customers instead.`,
        ),
);

const proposeDuplicate = known<Commands.ProposeDuplicate>(({ otherId, grounds }, customer, context) => {
  if (otherId === context.id) return invalid('customer.own-duplicate', 'Nobody is their own duplicate.', 'otherId');
  if (!otherCard(context).exists) return noOther(otherId, 'otherId');
  // Once dismissed it stays so: the same grounds would be found again and again.
  return own(customer.duplicates, otherId) === undefined ? [happened('duplicate-proposed', { otherId, grounds })] : [];
});

const dismissDuplicate = known<Commands.DismissDuplicate>(({ otherId, why }, customer) =>
  own(customer.duplicates, otherId) === 'proposed'
    ? [happened('duplicate-dismissed', { otherId, why })]
    : refuse(customer, 'no-such-duplicate', `${otherId} is not proposed as a duplicate.`),
);

/**
 * A merger is two facts in two streams, because an aggregate writes only its own: `merged-into` here freezes this customer
 * and what it dealt, then `absorb` on the survivor takes that over (the merger process sends it). Between the two this
 * customer points to the survivor already, and the survivor does not count its dealings yet.
 */
const mergeInto = known<Commands.MergeInto>(({ survivorId, why }, customer, context) => {
  const survivor = otherCard(context);
  if (survivorId === context.id)
    return invalid('customer.own-survivor', 'Nobody is merged into themselves.', 'survivorId');
  if (!survivor.exists) return noOther(survivorId, 'survivorId');
  if (survivor.mergedInto !== undefined)
    return refuse(
      customer,
      'survivor-merged',
      `Customer ${survivorId} was itself merged into ${survivor.mergedInto}: merge into that one.`,
    );
  return [happened('merged-into', { survivorId, why })];
});

/** One event holds a few hundred, so that none grows beyond what a store takes. */
const BATCH = 500;

const absorb = known<Commands.Absorb>(({ otherId }, customer, context): CustomerDecision => {
  if (own(customer.takenOver, otherId) !== undefined) return [];
  const other = context.consulted['dealings'] as CustomerDealings;
  if (other.mergedInto !== context.id)
    return refuse(customer, 'not-merged', `Customer ${otherId} is not merged into this one: merge it first.`);
  const dealings = other.dealings.flatMap((page) => page.dealings);
  const events: NewCustomerEvent[] = [happened('absorbed', { otherId, transactions: dealings.length })];
  for (let start = 0; start < dealings.length; start += BATCH)
    events.push(happened('transactions-taken-over', { otherId, transactions: dealings.slice(start, start + BATCH) }));
  return judged(events, customer, context);
});

const separate = (command: Commands.Separate, customer: Customer, { id }: DecisionContext): CustomerDecision =>
  customer.status === 'unknown'
    ? missing('customer.unknown', `There is no customer ${id}: check the id.`)
    : customer.status === 'merged'
      ? [happened('separated', { survivorId: customer.survivorId, why: command.why })]
      : refuse(customer, 'not-merged', 'The customer stands alone: there is nothing to separate.');

const release = known<Commands.Release>(({ otherId }, customer, context) => {
  if (own(customer.takenOver, otherId) === undefined)
    return refuse(customer, 'not-absorbed', `Customer ${otherId} was not absorbed by this one.`);
  return otherCard(context).mergedInto === context.id
    ? refuse(customer, 'still-merged', `Customer ${otherId} is still merged into this one: separate it first.`)
    : judged([happened('released', { otherId })], customer, context);
});

export const identity: CustomerCommands = {
  'customer.link-external-id': {
    decide: linkExternalId,
    summary: 'Link the customer’s key in another system',
    source: '[A13]',
    roles: STAFF_AND_PROGRAMS,
    reserves: (body: Commands.LinkExternalId) => sourceKeyReservations({ externalIds: [body] }),
  },
  'customer.propose-duplicate': {
    decide: proposeDuplicate,
    summary: 'Propose that another customer is the same',
    source: '[A13]',
    roles: STAFF_AND_PROGRAMS,
    consults: [consultCard(({ otherId }: Commands.ProposeDuplicate) => otherId)],
  },
  'customer.dismiss-duplicate': {
    decide: dismissDuplicate,
    summary: 'Say that a proposed duplicate is another customer',
    source: '[A13]',
    roles: STAFF,
  },
  'customer.merge-into': {
    decide: mergeInto,
    summary: 'Merge the customer into another, who carries on',
    source: '[A13]',
    roles: MANAGERS,
    consults: [consultCard(({ survivorId }: Commands.MergeInto) => survivorId)],
  },
  'customer.absorb': {
    decide: absorb,
    summary: 'Take over what a merged customer dealt',
    source: '[A13]',
    roles: [...MANAGERS, 'service'],
    consults: [
      consultPolicy,
      { as: 'dealings', view: customerDealings, idOf: ({ otherId }: Commands.Absorb) => otherId },
    ],
  },
  'customer.separate': {
    decide: separate,
    summary: 'Undo a merger: the customer stands alone again',
    source: '[A13]',
    roles: MANAGERS,
  },
  'customer.release': {
    decide: release,
    summary: 'Give a separated customer free',
    source: '[A13]',
    roles: [...MANAGERS, 'service'],
    consults: [consultPolicy, consultCard(({ otherId }: Commands.Release) => otherId)],
  },
};
