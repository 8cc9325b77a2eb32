import type { ClockFact } from '#libs/features/sla/sla.events.ts';
import type { ServiceCaseEvent } from './service-case.events.ts';
import { isUrgent } from './vocabulary.ts';

/** What an event means for the clocks of the case, whose team is given where the event names none. [SLA 2, SLA 3, SLA 5] */
export const clockFactOf = (event: ServiceCaseEvent, team: string | undefined): ClockFact | undefined => {
  const { occurredAt: at } = event;
  switch (event.type) {
    case 'service-case.received.v1': {
      const { tier, priority, complexity } = event.data;
      return { kind: 'opened', at, tier, urgent: isUrgent(priority), complexity };
    }
    case 'service-case.identified.v1': {
      const { priority, complexity } = event.data;
      return { kind: 'served-otherwise', at, urgent: isUrgent(priority), complexity };
    }
    case 'service-case.priority-changed.v1':
      return { kind: 'served-otherwise', at, urgent: isUrgent(event.data.priority) };
    case 'service-case.complexity-changed.v1':
      return { kind: 'served-otherwise', at, complexity: event.data.complexity };
    case 'service-case.customer-identified.v1':
    case 'service-case.tier-followed.v1':
      return { kind: 'served-otherwise', at, tier: event.data.tier };
    case 'service-case.deadlines-loosened.v1':
      return { kind: 'served-otherwise', at, loosenedBy: event.data.approverId };
    case 'service-case.assigned.v1':
    case 'service-case.reassigned.v1': {
      const { team: to = team } = event.data;
      return to === undefined ? undefined : { kind: 'assigned', at, team: to };
    }
    case 'service-case.handed-over.v1':
      return { kind: 'assigned', at, team: event.data.team };
    case 'service-case.answer-sent.v1':
    case 'service-case.first-response-recorded.v1':
      return { kind: 'answered', at };
    case 'service-case.customer-message-received.v1':
      return { kind: 'customer-message', at };
    case 'service-case.waiting-for-customer-began.v1':
      return { kind: 'pause-began', at };
    // Whoever else is waited for, the customer is not: the clocks go on.
    case 'service-case.waiting-for-others-began.v1':
    case 'service-case.started.v1':
    case 'service-case.resumed.v1':
      return { kind: 'pause-ended', at };
    case 'service-case.solved.v1':
      return { kind: 'solved', at };
    case 'service-case.reopened.v1':
      return { kind: 'reopened', at };
    case 'service-case.closed.v1':
      return event.data.timeUnknown === true ? { kind: 'closed', at, timeUnknown: true } : { kind: 'closed', at };
    default:
      return undefined;
  }
};
