import type { PublicView } from '#libs/kernel/aggregate.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import type { Dealings } from './dealings.ts';
import { addDealing } from './dealings.ts';
import { profileEvents } from './profile-events.ts';
import { admissionEvents, contractEvents, lifecycleEvents, tagEvents } from './relationship-events.ts';
import { identityEvents, tierEvents } from './standing-events.ts';

export const customerEvents = defineEvents('customer', {
  ...profileEvents,
  ...admissionEvents,
  ...contractEvents,
  ...lifecycleEvents,
  ...tagEvents,
  ...tierEvents,
  ...identityEvents,
});
export type CustomerEvent = EventOf<typeof customerEvents>;
export type NewCustomerEvent = NewEventOf<typeof customerEvents>;

type DataOf<Fact extends string> = Extract<NewCustomerEvent, { readonly type: `customer.${Fact}.v1` }>['data'];
type FactName = NewCustomerEvent['type'] extends `customer.${infer Fact}.v1` ? Fact : never;

/** A fact by its name: `happened('admitted', { … })`, with its own time where that is not now. */
export const happened = <Fact extends FactName>(
  fact: Fact,
  data: DataOf<Fact>,
  rest: Omit<NewCustomerEvent, 'type' | 'data'> = {},
): NewCustomerEvent => ({ type: `customer.${fact}.v1`, data, ...rest }) as NewCustomerEvent;

/** What other features' decisions need to know of a customer. */
export interface CustomerCard {
  readonly exists: boolean;
  /** Admission was refused: no new service case; complaints stay possible. [A2] */
  readonly refused: boolean;
  /** The A/B/C class; absent where none was decided or it is undetermined. [A6] */
  readonly tier?: 'A' | 'B' | 'C';
  /** The owning team. */
  readonly team?: string;
  /** The person in charge of the customer. [A8] */
  readonly accountManagerId?: string;
  /** The customer who carries on in this one's place. [A13] */
  readonly mergedInto?: string;
  readonly name?: Personal;
}

/** What a survivor takes over when it absorbs a customer. [A13] */
export interface CustomerDealings {
  readonly mergedInto?: string;
  readonly dealings: Dealings;
}

export const customerDealings: PublicView<CustomerDealings, CustomerEvent> = {
  name: 'customer-dealings',
  events: customerEvents,
  initial: { dealings: [] },
  evolve: (view, event) => {
    switch (event.type) {
      case 'customer.transaction-recorded.v1': {
        const { key, amount, currency } = event.data;
        return { ...view, dealings: addDealing(view.dealings, { key, at: event.occurredAt, amount, currency }) };
      }
      case 'customer.transactions-taken-over.v1':
        return { ...view, dealings: event.data.transactions.reduce(addDealing, view.dealings) };
      case 'customer.merged-into.v1':
        return { ...view, mergedInto: event.data.survivorId };
      case 'customer.separated.v1':
        return { dealings: view.dealings };
      default:
        return view;
    }
  },
};

export const customerCard: PublicView<CustomerCard, CustomerEvent> = {
  name: 'customer-card',
  events: customerEvents,
  initial: { exists: false, refused: false },
  evolve: (card, event) => {
    switch (event.type) {
      case 'customer.registered.v1': {
        const name = event.data.organisationName ?? event.data.personName;
        return {
          ...card,
          exists: true,
          ...(name === undefined ? {} : { name }),
          ...(event.data.team === undefined ? {} : { team: event.data.team }),
        };
      }
      case 'customer.renamed.v1': {
        const name = event.data.organisationName ?? event.data.personName;
        return name === undefined ? card : { ...card, name };
      }
      case 'customer.refused.v1':
        return { ...card, refused: true };
      case 'customer.reapplied.v1':
        return { ...card, refused: false };
      case 'customer.tier-decided.v1': {
        const { tier: _, ...untiered } = card;
        return event.data.tier === 'undetermined' ? untiered : { ...untiered, tier: event.data.tier };
      }
      case 'customer.team-assigned.v1':
        return { ...card, team: event.data.team };
      case 'customer.account-manager-assigned.v1':
        return { ...card, accountManagerId: event.data.userId };
      case 'customer.merged-into.v1':
        return { ...card, mergedInto: event.data.survivorId };
      case 'customer.separated.v1': {
        const { mergedInto: _, ...alone } = card;
        return alone;
      }
      default:
        return card;
    }
  },
};
