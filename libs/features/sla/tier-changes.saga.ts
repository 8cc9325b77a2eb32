import { customerEvents } from '#libs/features/customer/customer.events.ts';
import { defineSaga } from '#libs/kernel/saga.ts';
import { toEachOpen } from './each-open.ts';

/** A customer's new class moves the clocks that run. One instance per customer; it remembers nothing. [SLA 4] */
export const tierChangesSaga = defineSaga('sla-tier-changes', {
  reads: [customerEvents],
  initial: {},
  // Imported history starts nothing.
  keyOf: (event) =>
    event.type === 'customer.tier-decided.v1' && event.metadata.origin !== 'import' ? event.streamId : undefined,
  react: (state, _input, customerId) => ({ state, outputs: toEachOpen('follow-tier', { customerId }) }),
});
