import { clocksKnownAfter, knownAt } from '#libs/features/sla/sla.events.ts';
import type { KnownClocks } from '#libs/features/sla/sla.events.ts';
import type { PublicView } from '#libs/kernel/aggregate.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { completionEvents } from './completion-events.ts';
import { conversationEvents } from './conversation-events.ts';
import { receptionEvents } from './reception-events.ts';
import { timingEvents } from './timing-events.ts';
import { isUrgent } from './vocabulary.ts';
import type { Priority, Tier } from './vocabulary.ts';
import { workEvents } from './work-events.ts';

export { isUrgent, PRIORITIES } from './vocabulary.ts';
export type { CaseKind, Channel, Complexity, Priority, Tier } from './vocabulary.ts';

/** Everything that can be true of a service case. [C1, C2, C4, C7] */
export const serviceCaseEvents = defineEvents('service-case', {
  ...receptionEvents,
  ...workEvents,
  ...conversationEvents,
  ...completionEvents,
  ...timingEvents,
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
  /** The owning team. */
  readonly team?: string;
  readonly assigneeId?: string;
  /** Served as. */
  readonly tier?: Tier;
  readonly urgent: boolean;
  /** When the ledger learned that it is done, and how it first was; absent while it is open. */
  readonly ended?: { readonly at: Instant; readonly because: 'solved' | 'closed' };
  readonly clocks: KnownClocks;
}

const servedAs = (priority: Priority) => ({ urgent: isUrgent(priority) });

export const serviceCaseCard: PublicView<ServiceCaseCard, ServiceCaseEvent> = {
  name: 'service-case-card',
  events: serviceCaseEvents,
  initial: { exists: false, urgent: false, clocks: {} },
  evolve: (card, event) => {
    switch (event.type) {
      case 'service-case.received.v1': {
        const { reference, customerId, team, tier, priority } = event.data;
        return {
          ...{ exists: true, reference, tier, ...servedAs(priority), clocks: {} },
          ...(customerId === undefined ? {} : { customerId }),
          ...(team === undefined ? {} : { team }),
        };
      }
      case 'service-case.customer-identified.v1': {
        const { customerId, tier } = event.data;
        return { ...card, customerId, tier };
      }
      case 'service-case.tier-followed.v1':
        return { ...card, tier: event.data.tier };
      case 'service-case.identified.v1':
      case 'service-case.priority-changed.v1':
        return { ...card, ...servedAs(event.data.priority) };
      case 'service-case.assigned.v1':
      case 'service-case.reassigned.v1': {
        const { assigneeId: _before, ...rest } = card;
        return { ...rest, ...event.data };
      }
      case 'service-case.unassigned.v1':
      case 'service-case.handed-over.v1': {
        const { assigneeId: _before, ...rest } = card;
        return 'team' in event.data ? { ...rest, team: event.data.team } : rest;
      }
      case 'service-case.solved.v1':
      case 'service-case.closed.v1': {
        const because = event.type === 'service-case.solved.v1' ? 'solved' : 'closed';
        return card.ended === undefined ? { ...card, ended: { at: knownAt(event), because } } : card;
      }
      case 'service-case.reopened.v1': {
        const { ended: _ended, ...open } = card;
        return open;
      }
      case 'service-case.clocks-judged.v1':
        return { ...card, clocks: clocksKnownAfter(card.clocks, event) };
      default:
        return card;
    }
  },
};
