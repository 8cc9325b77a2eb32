import { judgedCommands } from '#libs/features/sla/sla.events.ts';
import type { Clocked } from '#libs/features/sla/sla.events.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import { clockFactOf } from './clock-facts.ts';
import { complaintImport } from './complaint-import.ts';
import type { ComplaintEvent } from './complaint.events.ts';
import { complaintEvents } from './complaint.events.ts';
import type { Complaint } from './complaint.state.ts';
import { evolve } from './complaint.state.ts';
import { conversation } from './conversation.ts';
import { handling } from './handling.ts';
import { intake } from './intake.ts';
import { allowedIn } from './rules.ts';
import { timing } from './timing.ts';

const clocked: Clocked<Complaint, ComplaintEvent> = {
  category: 'complaint',
  evolve,
  clocksOf: (state) => (state.status === 'unknown' ? undefined : state.clocks),
  ownerOf: (state) => {
    if (state.status === 'unknown') return { reference: '', sort: '' };
    const { reference, customerId, team, responsibleId, category } = state;
    return {
      ...{ reference, sort: category },
      ...(customerId === undefined ? {} : { customerId }),
      ...(team === undefined ? {} : { team }),
      ...(responsibleId === undefined ? {} : { assigneeId: responsibleId }),
    };
  },
  factOf: (event) => clockFactOf(event),
};

/** A complaint: intake, procedure, clocks, closing gate, conversation. [B1–B5, C7] */
export const complaint = defineAggregate<Complaint, ComplaintEvent>({
  name: 'complaint',
  collection: 'complaints',
  events: complaintEvents,
  initial: { status: 'unknown' },
  evolve,
  subjectOf: (state, id) => (state.status === 'unknown' ? id : state.subject),
  owningTeamOf: (state) => (state.status === 'unknown' ? undefined : state.team),
  allowedIn,
  commands: judgedCommands({ ...intake, ...handling, ...conversation, ...timing, ...complaintImport }, clocked),
});
