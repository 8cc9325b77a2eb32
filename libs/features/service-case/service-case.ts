import { judgedCommands } from '#libs/features/sla/sla.events.ts';
import type { Clocked } from '#libs/features/sla/sla.events.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import { clockFactOf } from './clock-facts.ts';
import { completion } from './completion.ts';
import { conversation } from './conversation.ts';
import { importing } from './import-case.ts';
import { reception } from './reception.ts';
import { allowedIn } from './rules.ts';
import type { ServiceCaseEvent } from './service-case.events.ts';
import { serviceCaseEvents } from './service-case.events.ts';
import type { ServiceCase } from './service-case.state.ts';
import { evolve, noCase } from './service-case.state.ts';
import { timing } from './timing.ts';
import { work } from './work.ts';

const clocked: Clocked<ServiceCase, ServiceCaseEvent> = {
  category: 'service-case',
  evolve,
  clocksOf: (state) => (state.status === 'unknown' ? undefined : state.clocks),
  ownerOf: (state) => {
    if (state.status === 'unknown') return { reference: '', sort: '' };
    const { reference, customerId, team, assigneeId, kind } = state;
    return {
      ...{ reference, sort: kind },
      ...(customerId === undefined ? {} : { customerId }),
      ...(team === undefined ? {} : { team }),
      ...(assigneeId === undefined ? {} : { assigneeId }),
    };
  },
  factOf: (event, state) => clockFactOf(event, state.status === 'unknown' ? undefined : state.team),
};

/** A request for service, from receipt to closing and back. [C1, C2, C4, C7] */
export const serviceCase = defineAggregate<ServiceCase, ServiceCaseEvent>({
  name: 'service-case',
  collection: 'service-cases',
  events: serviceCaseEvents,
  initial: noCase,
  evolve,
  subjectOf: (state, id) => (state.status === 'unknown' ? id : state.subject),
  owningTeamOf: (state) => (state.status === 'unknown' ? undefined : state.team),
  allowedIn,
  commands: judgedCommands({ ...reception, ...work, ...conversation, ...completion, ...timing, ...importing }, clocked),
});
