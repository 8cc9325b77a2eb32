import type { PublicView } from '#libs/kernel/aggregate.ts';
import { customerEvents } from '#libs/features/customer/customer.events.ts';
import type { CustomerEvent } from '#libs/features/customer/customer.events.ts';

/** Who belongs to a customer: contacts, removed ones too, and customers that were merged into it. */
export interface Family {
  readonly exists: boolean;
  readonly contacts: readonly string[];
  readonly absorbed: readonly string[];
  /** Who carries on in its place. */
  readonly survivorId?: string;
}

export const family: PublicView<Family, CustomerEvent> = {
  name: 'erasure-family',
  events: customerEvents,
  initial: { exists: false, contacts: [], absorbed: [] },
  evolve: (before, event) => {
    switch (event.type) {
      case 'customer.registered.v1':
        return { ...before, exists: true };
      case 'customer.contact-added.v1':
        return { ...before, contacts: [...before.contacts, event.data.contactId] };
      case 'customer.absorbed.v1':
        return { ...before, absorbed: [...before.absorbed, event.data.otherId] };
      case 'customer.released.v1':
        return { ...before, absorbed: before.absorbed.filter((id) => id !== event.data.otherId) };
      case 'customer.merged-into.v1':
        return { ...before, survivorId: event.data.survivorId };
      case 'customer.separated.v1': {
        const { survivorId: _, ...alone } = before;
        return alone;
      }
      default:
        return before;
    }
  },
};
