import { defineSaga } from '#libs/kernel/saga.ts';
import { customerEvents } from './customer.events.ts';

/**
 * Carries a merger, and its undoing, from one customer's stream into the other's. One instance per merged customer; it
 * remembers nothing, because each fact says all that the other side needs. [A13]
 */
export const mergerSaga = defineSaga('customer-merger', {
  reads: [customerEvents],
  initial: {},
  keyOf: (event) =>
    event.type === 'customer.merged-into.v1' || event.type === 'customer.separated.v1' ? event.streamId : undefined,
  react: (state, input, otherId) => {
    switch (input.type) {
      case 'customer.merged-into.v1':
        return {
          state,
          outputs: [{ kind: 'command', name: 'customer.absorb', id: input.data.survivorId, body: { otherId } }],
        };
      case 'customer.separated.v1':
        return {
          state,
          outputs: [{ kind: 'command', name: 'customer.release', id: input.data.survivorId, body: { otherId } }],
        };
      default:
        return { state, outputs: [] };
    }
  },
});
