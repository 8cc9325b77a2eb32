import { erasureStanding } from '#libs/features/erasure/erasure.events.ts';
import type { ErasureStanding } from '#libs/features/erasure/erasure.events.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { happened } from './customer.events.ts';
import type { Customer, KnownCustomer } from './customer.state.ts';
import { own } from './customer.state.ts';
import type { CustomerCommands } from './deciding.ts';
import { given, known, NOTHING, provenanceOf, refuse, STAFF } from './deciding.ts';
import type * as Commands from './profile.commands.ts';

const CONTACT = ['name', 'role', 'phone', 'email'] as const;

/** Contacts are numbered per customer; the id is theirs alone, because their personal values have a key of their own. */
const nextContactId = (customer: KnownCustomer, tenant: string, id: string): string =>
  deriveId(tenant, `customer/${id}/contact/${Object.keys(customer.contacts).length + 1}`);

const addContact = known<Commands.AddContact>((command, customer, { tenant, id, consulted }) => {
  const { name, role } = command;
  const { status } = consulted.erasure as ErasureStanding;
  // A contact's key is its own: destroying the customer's does not keep it out.
  if (status === 'begun' || status === 'erased')
    return refuse(
      customer,
      'erased',
      'The personal data of the customer was destroyed: register whoever is new as a new customer.',
    );
  const { fields, changed } = given(command, CONTACT);
  const contactId = nextContactId(customer, tenant, id);
  return [happened('contact-added', { contactId, ...fields, name, role, ...provenanceOf(command, changed) })];
});

const noSuchContact = (customer: Customer, contactId: string) =>
  refuse(customer, 'no-such-contact', `${contactId} is not a contact of the customer: list the contacts first.`);

const changeContact = known<Commands.ChangeContact>((command, customer) => {
  const { contactId } = command;
  if (own(customer.contacts, contactId) !== 'present') return noSuchContact(customer, contactId);
  const { fields, changed } = given(command, CONTACT);
  if (changed.length === 0) return NOTHING;
  return [happened('contact-changed', { contactId, ...fields, ...provenanceOf(command, changed) })];
});

const removeContact = known<Commands.RemoveContact>((command, customer) =>
  own(customer.contacts, command.contactId) === 'present'
    ? [happened('contact-removed', { contactId: command.contactId, ...provenanceOf(command, ['contacts']) })]
    : noSuchContact(customer, command.contactId),
);

const command = (decide: CustomerCommands[`customer.${string}`]['decide'], summary: string) => ({
  decide,
  summary,
  roles: STAFF,
  source: '[M1.2]',
});

export const contacts: CustomerCommands = {
  'customer.add-contact': {
    ...command(addContact, 'Add a contact'),
    consults: [{ as: 'erasure', view: erasureStanding, idOf: (_command, _customer, _consulted, id) => id }],
  },
  'customer.change-contact': command(changeContact, 'Change a contact'),
  'customer.remove-contact': command(removeContact, 'Remove a contact'),
};
