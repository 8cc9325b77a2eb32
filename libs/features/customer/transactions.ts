import { invalid } from '#libs/kernel/rejection.ts';
import type { NewCustomerEvent } from './customer.events.ts';
import { happened } from './customer.events.ts';
import type { KnownCustomer } from './customer.state.ts';
import { findDealing } from './dealings.ts';
import type { CustomerCommands } from './deciding.ts';
import { given, known, refuse, STAFF_AND_PROGRAMS } from './deciding.ts';
import { consultPolicy, judged } from './judgement.ts';
import type * as Commands from './profile.commands.ts';

/** The transactions that are new, in the order given; one key twice is one dealing. */
export const newTransactions = (
  transactions: readonly (Commands.Transaction & { readonly sourceRow?: string })[],
  dealings: KnownCustomer['dealings'],
): NewCustomerEvent[] => {
  const seen = new Set<string>();
  return transactions
    .filter(({ key }) => {
      const isNew = !seen.has(key) && findDealing(dealings, key) === undefined;
      seen.add(key);
      return isNew;
    })
    .map(({ key, at, amount, currency, sourceRow, ...about }) => {
      const { fields } = given(about, ['product', 'channel', 'country']);
      return happened(
        'transaction-recorded',
        { key, amount, currency, ...fields },
        { occurredAt: at, ...(sourceRow === undefined ? {} : { sourceRow }) },
      );
    });
};

const recordTransactions = known<Commands.RecordTransactions>(({ transactions }, customer, context) => {
  const future = transactions.find(({ at }) => at > context.now);
  if (future !== undefined)
    return invalid(
      'customer.transaction-in-future',
      `Transaction ${future.key} at ${future.at} has not happened yet (it is ${context.now}).`,
      'transactions',
    );
  const differing = transactions.find(({ key, amount, currency }) => {
    const recorded = findDealing(customer.dealings, key);
    return recorded !== undefined && (recorded.amount !== amount || recorded.currency !== currency);
  });
  if (differing !== undefined)
    return refuse(
      customer,
      'transaction-differs',
      `Transaction ${differing.key} is recorded with another amount: correct it by a transaction with a key of its own.`,
    );
  const events = newTransactions(transactions, customer.dealings);
  return events.length === 0 ? [] : judged(events, customer, context);
});

export const transactions: CustomerCommands = {
  'customer.record-transactions': {
    decide: recordTransactions,
    summary: 'Record transactions',
    source: '[M1.2]',
    roles: [...STAFF_AND_PROGRAMS, 'finance'],
    commutative: true,
    consults: [consultPolicy],
  },
};
