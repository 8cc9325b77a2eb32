import type { PublicView } from '#libs/kernel/aggregate.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { completionEvents } from './completion-events.ts';
import { conversationEvents } from './conversation-events.ts';
import { receptionEvents } from './reception-events.ts';
import { workEvents } from './work-events.ts';

export { isUrgent, PRIORITIES } from './vocabulary.ts';
export type { CaseKind, Channel, Complexity, Priority, Tier } from './vocabulary.ts';

/** Everything that can be true of a service case. [C1, C2, C4, C7] */
export const serviceCaseEvents = defineEvents('service-case', {
  ...receptionEvents,
  ...workEvents,
  ...conversationEvents,
  ...completionEvents,
});
export type ServiceCaseEvent = EventOf<typeof serviceCaseEvents>;
export type NewServiceCaseEvent = NewEventOf<typeof serviceCaseEvents>;

type DataOf<Fact extends string> = Extract<NewServiceCaseEvent, { readonly type: `service-case.${Fact}.v1` }>['data'];

/** A fact by its name: `happened('solved', { … })`, with its own time where that is not now. */
export const happened = <Fact extends string>(
  fact: Fact & FactName,
  data: DataOf<Fact>,
  rest: { readonly occurredAt?: string; readonly sourceRow?: string } = {},
): NewServiceCaseEvent =>
  ({ type: `service-case.${fact}.v1`, data: present(data), ...present(rest) }) as NewServiceCaseEvent;

/** What was left out is absent, not undefined: events compare and hash by what they hold. */
const present = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

type FactName = NewServiceCaseEvent['type'] extends `service-case.${infer Fact}.v1` ? Fact : never;

/** What other decisions need to know of a case. */
export interface ServiceCaseCard {
  readonly exists: boolean;
  readonly reference?: string;
  readonly customerId?: string;
}

export const serviceCaseCard: PublicView<ServiceCaseCard, ServiceCaseEvent> = {
  name: 'service-case-card',
  events: serviceCaseEvents,
  initial: { exists: false },
  evolve: (card, event) => {
    switch (event.type) {
      case 'service-case.received.v1': {
        const { reference, customerId } = event.data;
        return { exists: true, reference, customerId };
      }
      case 'service-case.customer-identified.v1':
        return { ...card, customerId: event.data.customerId };
      default:
        return card;
    }
  },
};
