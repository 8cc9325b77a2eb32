import { deriveId } from '#libs/kernel/identifiers.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { NewCustomerEvent } from './customer.events.ts';
import { happened } from './customer.events.ts';
import type { Customer } from './customer.state.ts';
import type { CustomerCommands, CustomerDecision } from './deciding.ts';
import { given, known } from './deciding.ts';
import { consultPolicy, judged } from './judgement.ts';
import { creditCodeReservation, registration, registrationFault, sourceKeyReservations } from './profile.ts';
import { newTransactions } from './transactions.ts';
import type { AddContact, RegisterCustomer, Transaction } from './profile.commands.ts';

/**
 * The body of `customer.import`: a customer of a source system, established there. Send it with an id derived from the
 * source's key; a second one for the same id adds nothing. Without a name the customer is known by its external ids only.
 */
export interface ImportCustomer extends Omit<RegisterCustomer, 'source' | 'why'> {
  /** When the source first knew the customer: the first invoice's time. */
  readonly since?: Instant;
}

/** The body of `customer.import-transaction`: invoices of one customer, any number; those known by their key are passed over. */
export interface ImportTransactions {
  readonly transactions: readonly (Transaction & { readonly sourceRow?: string })[];
  /** Judge class and lifecycle by what had happened by then; now where left out. */
  readonly judgeAsAt?: Instant;
}

/** The body of `customer.import-contact`: a contact under the source's own key; known ones are passed over. */
export interface ImportContact extends Omit<AddContact, 'source' | 'why'> {
  readonly key: string;
}

const hasName = ({ organisationName, personName }: ImportCustomer) =>
  organisationName !== undefined || personName !== undefined;

const importCustomer = (command: ImportCustomer, customer: Customer): CustomerDecision => {
  if (customer.status !== 'unknown') return [];
  const fault = hasName(command) ? registrationFault(command) : undefined;
  if (fault !== undefined) return fault;
  const { since } = command;
  const events: NewCustomerEvent[] = registration({ ...command, source: 'source-system' }, true);
  return since === undefined ? events : events.map((event) => ({ ...event, occurredAt: since }));
};

const importTransactions = known<ImportTransactions>(({ transactions, judgeAsAt }, customer, context) => {
  const events = newTransactions(transactions, customer.dealings);
  return events.length === 0 ? [] : judged(events, customer, context, judgeAsAt);
});

const importContact = known<ImportContact>((command, customer, { tenant, id }) => {
  const contactId = deriveId(tenant, `customer/${id}/imported-contact/${command.key}`);
  if (customer.contacts[contactId] !== undefined) return [];
  const { name, role } = command;
  const { fields, changed } = given(command, ['name', 'role', 'phone', 'email']);
  return [happened('contact-added', { contactId, ...fields, name, role, changed, source: 'source-system' })];
});

const importing = {
  source: 'import',
  roles: ['service', 'operator'],
  internal: true,
  commutative: true,
} as const;

export const customerImport: CustomerCommands = {
  'customer.import': {
    ...importing,
    decide: importCustomer,
    summary: 'Import a customer',
    creates: true,
    reserves: (body: ImportCustomer) => [...creditCodeReservation(body), ...sourceKeyReservations(body)],
  },
  'customer.import-transaction': {
    ...importing,
    decide: importTransactions,
    summary: 'Import transactions of a customer',
    consults: [consultPolicy],
  },
  'customer.import-contact': { ...importing, decide: importContact, summary: 'Import a contact of a customer' },
};
