import { clocksKnownAfter, knownAt } from '#libs/features/sla/sla.events.ts';
import type { KnownClocks } from '#libs/features/sla/sla.events.ts';
import type { PublicView } from '#libs/kernel/aggregate.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEvent, NewEventOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { conversationEvents } from './conversation-events.ts';
import { handlingEvents } from './handling-events.ts';
import { intakeEvents } from './intake-events.ts';
import { timingEvents } from './timing-events.ts';
import { isUrgent } from './vocabulary.ts';
import type { Severity } from './vocabulary.ts';

/** Everything that can be true of a complaint. [B1–B5, C7] */
export const complaintEvents = defineEvents('complaint', {
  ...intakeEvents,
  ...handlingEvents,
  ...conversationEvents,
  ...timingEvents,
});
export type ComplaintEvent = EventOf<typeof complaintEvents>;
export type NewComplaintEvent = NewEventOf<typeof complaintEvents>;

export type DataOf<Fact extends string> = Extract<NewComplaintEvent, { readonly type: `complaint.${Fact}.v1` }>['data'];
type FactName = NewComplaintEvent['type'] extends `complaint.${infer Fact}.v1` ? Fact : never;

/** A fact by its name: `happened('withdrawn', { … })`, with its own time where that is not now. */
export const happened = <Fact extends FactName>(
  fact: Fact,
  data: DataOf<Fact>,
  rest: Omit<NewEvent, 'type' | 'data'> = {},
): NewComplaintEvent => ({ type: `complaint.${fact}.v1`, data, ...rest }) as NewComplaintEvent;

/** What other decisions need to know of a complaint. */
export interface ComplaintCard {
  readonly exists: boolean;
  readonly reference: string;
  readonly mergedInto?: string;
  readonly customerId?: string;
  readonly team?: string;
  readonly responsibleId?: string;
  readonly tier?: 'A' | 'B' | 'C';
  readonly severity: Severity;
  readonly urgent: boolean;
  /** 2 after the first re-opening. */
  readonly cycle: number;
  /** When the ledger learned of the end, and which it was; absent while it is open. */
  readonly ended?: { readonly at: Instant; readonly because: 'closed' | 'withdrawn' | 'merged' };
  readonly clocks: KnownClocks;
}

const graded = (severity: Severity) => ({ severity, urgent: isUrgent(severity) });

export const complaintCard: PublicView<ComplaintCard, ComplaintEvent> = {
  name: 'complaint-card',
  events: complaintEvents,
  initial: { exists: false, reference: '', ...graded('minor'), cycle: 1, clocks: {} },
  evolve: (card, event) => {
    switch (event.type) {
      case 'complaint.filed.v1': {
        const { reference, severity, customerId, team, tier } = event.data;
        return {
          ...{ exists: true, reference, ...graded(severity), cycle: 1, clocks: {} },
          ...(customerId === undefined ? {} : { customerId }),
          ...(team === undefined ? {} : { team }),
          ...(tier === undefined ? {} : { tier }),
        };
      }
      case 'complaint.customer-identified.v1':
      case 'complaint.assigned.v1':
        return { ...card, ...event.data };
      case 'complaint.tier-followed.v1':
        return { ...card, tier: event.data.tier };
      case 'complaint.severity-raised.v1':
      case 'complaint.severity-lowered.v1':
        return { ...card, ...graded(event.data.severity) };
      case 'complaint.accepted.v1': {
        const { responsibleId } = event.data;
        return responsibleId === undefined ? card : { ...card, responsibleId };
      }
      case 'complaint.closed.v1':
        return { ...card, ended: { at: knownAt(event), because: 'closed' } };
      case 'complaint.withdrawn.v1':
        return { ...card, ended: { at: knownAt(event), because: 'withdrawn' } };
      case 'complaint.merged-into.v1':
        return { ...card, ended: { at: knownAt(event), because: 'merged' }, mergedInto: event.data.survivorId };
      case 'complaint.reopened.v1': {
        const { ended: _ended, ...open } = card;
        return { ...open, cycle: event.data.cycle };
      }
      case 'complaint.clocks-judged.v1':
        return { ...card, clocks: clocksKnownAfter(card.clocks, event) };
      default:
        return card;
    }
  },
};
