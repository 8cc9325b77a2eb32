import { customerEvents } from '#libs/features/customer/customer.events.ts';
import { defineSaga } from '#libs/kernel/saga.ts';

const followEach = (about: 'case' | 'complaint', name: string, customerId: string) =>
  ({
    kind: 'command-each',
    name,
    collection: 'sla-status',
    filter: { about, open: true, customerId },
    idField: 'aboutId',
    body: {},
  }) as const;

/** A customer's new class moves the clocks that run. One instance per customer; it remembers nothing. [SLA 4] */
export const tierChangesSaga = defineSaga('sla-tier-changes', {
  reads: [customerEvents],
  initial: {},
  // Imported history starts nothing.
  keyOf: (event) =>
    event.type === 'customer.tier-decided.v1' && event.metadata.origin !== 'import' ? event.streamId : undefined,
  react: (state, _input, customerId) => ({
    state,
    outputs: [
      followEach('case', 'service-case.follow-tier', customerId),
      followEach('complaint', 'complaint.follow-tier', customerId),
    ],
  }),
});
