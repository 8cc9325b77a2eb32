import { defineAggregate } from '#libs/kernel/aggregate.ts';
import { complaintImport } from './complaint-import.ts';
import type { ComplaintEvent } from './complaint.events.ts';
import { complaintEvents } from './complaint.events.ts';
import type { Complaint } from './complaint.state.ts';
import { evolve } from './complaint.state.ts';
import { conversation } from './conversation.ts';
import { handling } from './handling.ts';
import { intake } from './intake.ts';
import { allowedIn } from './rules.ts';

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
  commands: { ...intake, ...handling, ...conversation, ...complaintImport },
});
