import type { PublicView } from '#libs/kernel/aggregate.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEvent, NewEventOf } from '#libs/kernel/event.ts';
import { conversationEvents } from './conversation-events.ts';
import { handlingEvents } from './handling-events.ts';
import { intakeEvents } from './intake-events.ts';

/** Everything that can be true of a complaint. [B1–B5, C7] */
export const complaintEvents = defineEvents('complaint', {
  ...intakeEvents,
  ...handlingEvents,
  ...conversationEvents,
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
  readonly isOpen: boolean;
  readonly reference: string;
  readonly mergedInto?: string;
}

export const complaintCard: PublicView<ComplaintCard, ComplaintEvent> = {
  name: 'complaint-card',
  events: complaintEvents,
  initial: { exists: false, isOpen: false, reference: '' },
  evolve: (card, event) => {
    switch (event.type) {
      case 'complaint.filed.v1':
        return { exists: true, isOpen: true, reference: event.data.reference };
      case 'complaint.closed.v1':
      case 'complaint.withdrawn.v1':
        return { ...card, isOpen: false };
      case 'complaint.merged-into.v1':
        return { ...card, isOpen: false, mergedInto: event.data.survivorId };
      case 'complaint.reopened.v1':
        return { ...card, isOpen: true };
      default:
        return card;
    }
  },
};
