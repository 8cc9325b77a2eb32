import type { ClockFact } from '#libs/features/sla/sla.events.ts';
import type { ComplaintEvent } from './complaint.events.ts';
import { isUrgent } from './vocabulary.ts';

/** What an event means for the clocks of the complaint. [B3] */
export const clockFactOf = (event: ComplaintEvent): ClockFact | undefined => {
  const { occurredAt: at } = event;
  switch (event.type) {
    case 'complaint.filed.v1': {
      const { tier, severity } = event.data;
      const servedAs = { urgent: isUrgent(severity), complexity: 'routine' } as const;
      return { kind: 'filed', at, ...servedAs, ...(tier === undefined ? {} : { tier }) };
    }
    case 'complaint.accepted.v1':
      return { kind: 'accepted', at };
    case 'complaint.customer-identified.v1':
    case 'complaint.tier-followed.v1': {
      const { tier } = event.data;
      return tier === undefined ? undefined : { kind: 'served-otherwise', at, tier };
    }
    case 'complaint.severity-raised.v1':
    case 'complaint.severity-lowered.v1':
      return { kind: 'served-otherwise', at, urgent: isUrgent(event.data.severity) };
    case 'complaint.deadlines-loosened.v1':
      return { kind: 'served-otherwise', at, loosenedBy: event.data.approverId };
    case 'complaint.plan-set.v1':
      return { kind: 'plan-set', at };
    case 'complaint.answer-sent.v1':
    case 'complaint.interim-answer-sent.v1':
    case 'complaint.final-answer-sent.v1':
      return { kind: 'answered', at };
    case 'complaint.closed.v1':
      return event.data.timeUnknown ? { kind: 'closed', at, timeUnknown: true } : { kind: 'closed', at };
    case 'complaint.withdrawn.v1':
    case 'complaint.merged-into.v1':
      return { kind: 'withdrawn', at };
    case 'complaint.reopened.v1':
      return { kind: 'reopened', at };
    default:
      return undefined;
  }
};
