import { deriveId } from '#libs/kernel/identifiers.ts';
import { defineSaga } from '#libs/kernel/saga.ts';
import { customerEvents } from './customer.events.ts';
import { nameKeyOf } from './name-key.ts';

/**
 * Watches the names of organisations: whoever takes a name that another customer has is proposed as a duplicate of the
 * first. Names of persons are sealed and not compared. [A13]
 */
export const duplicatesSaga = defineSaga<{ readonly firstId?: string }, [typeof customerEvents]>(
  'customer-duplicates',
  {
    reads: [customerEvents],
    initial: {},
    keyOf: (event) =>
      (event.type === 'customer.registered.v1' || event.type === 'customer.renamed.v1') &&
      event.data.organisationName !== undefined
        ? deriveId('organisation-name', nameKeyOf(event.data.organisationName))
        : undefined,
    react: (state, input) => {
      if (input.type !== 'customer.registered.v1' && input.type !== 'customer.renamed.v1')
        return { state, outputs: [] };
      const { streamId, metadata } = input;
      if (state.firstId === undefined) return { state: { firstId: streamId }, outputs: [] };
      // Imported history is remembered, but it starts nothing.
      if (state.firstId === streamId || metadata.origin === 'import') return { state, outputs: [] };
      const body = { otherId: state.firstId, grounds: 'same-name' };
      return { state, outputs: [{ kind: 'command', name: 'customer.propose-duplicate', id: streamId, body }] };
    },
  },
);
