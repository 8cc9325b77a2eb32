import { defineAggregate } from '#libs/kernel/aggregate.ts';
import { admission } from './admission.ts';
import { contract } from './contract.ts';
import { contacts } from './contacts.ts';
import { customerImport } from './customer-import.ts';
import type { CustomerEvent } from './customer.events.ts';
import { customerEvents } from './customer.events.ts';
import type { Customer } from './customer.state.ts';
import { evolve } from './customer.state.ts';
import { identity } from './identity.ts';
import { lifecycle } from './lifecycle.ts';
import { profile } from './profile.ts';
import { allowedIn } from './rules.ts';
import { standing } from './standing.ts';
import { transactions } from './transactions.ts';

/** A customer: profile, admission, contracts, lifecycle, tags, class and identity. [A1–A6, A13] */
export const customer = defineAggregate<Customer, CustomerEvent>({
  name: 'customer',
  collection: 'customers',
  events: customerEvents,
  initial: { status: 'unknown' },
  evolve,
  owningTeamOf: (state) => (state.status === 'unknown' ? undefined : state.team),
  allowedIn,
  commands: {
    ...profile,
    ...contacts,
    ...transactions,
    ...admission,
    ...contract,
    ...lifecycle,
    ...standing,
    ...identity,
    ...customerImport,
  },
});
