import { complaintEvents } from '#libs/features/complaint/complaint.events.ts';
import { serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import { defineSaga, schedule } from '#libs/kernel/saga.ts';
import { NEVER_DUE } from './clock.ts';

const NEXT = 'next';

/**
 * Waits for the next moment at which something about the clocks of a case or complaint comes to pass by itself, and has the case look
 * at its clocks then: what it finds, it records with the moment at which it happened. One instance per case or complaint. [SLA 13]
 */
export const deadlinesSaga = defineSaga<
  { readonly nextAt?: string },
  [typeof serviceCaseEvents, typeof complaintEvents]
>('sla-deadlines', {
  reads: [serviceCaseEvents, complaintEvents],
  initial: {},
  keyOf: (event) => {
    switch (event.type) {
      case 'service-case.clocks-judged.v1':
      case 'service-case.threshold-reached.v1':
      case 'service-case.deadline-missed.v1':
      case 'complaint.clocks-judged.v1':
      case 'complaint.threshold-reached.v1':
      case 'complaint.deadline-missed.v1': {
        const { nextAt } = event.data;
        // Only the last record of a decision says what comes next. Of imported history most has nothing to come.
        const isOver = nextAt === NEVER_DUE && event.metadata.origin === 'import';
        return nextAt === undefined || isOver ? undefined : event.stream;
      }
      default:
        return undefined;
    }
  },
  react: (state, input, stream) => {
    if (input.type === 'timer') {
      const aggregate = stream.startsWith('complaint-') ? 'complaint' : 'service-case';
      const id = stream.slice(aggregate.length + 1);
      return { state: {}, outputs: [{ kind: 'command', name: `${aggregate}.observe-clocks`, id, body: {} }] };
    }
    const { nextAt } = input.data as { readonly nextAt?: string };
    if (nextAt === undefined || nextAt === state.nextAt) return { state, outputs: [] };
    if (nextAt !== NEVER_DUE) return { state: { nextAt }, outputs: [schedule({}, { at: nextAt, key: NEXT })] };
    return { state: {}, outputs: state.nextAt === undefined ? [] : [{ kind: 'cancel', key: NEXT }] };
  },
});
