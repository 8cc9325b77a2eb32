import { defineSaga, schedule } from '#libs/kernel/saga.ts';
import { policyEvents } from './policy.events.ts';

/**
 * Waits for the moment at which a version takes effect, and has it recorded then. One instance per kind; it remembers nothing,
 * because the training's record says when that is. [H1.3]
 */
export const policyCalendarSaga = defineSaga('policy-calendar', {
  reads: [policyEvents],
  initial: {},
  keyOf: (event) => event.streamId,
  react: (state, input, kind) => {
    switch (input.type) {
      case 'policy.training-recorded.v1': {
        const { version, takesEffectAt } = input.data;
        return { state, outputs: [schedule({ version }, { at: takesEffectAt, key: version })] };
      }
      case 'policy.withdrawn.v1':
        return { state, outputs: [{ kind: 'cancel', key: input.data.version }] };
      case 'timer':
        return { state, outputs: [{ kind: 'command', name: 'policy.take-effect', id: kind, body: {} }] };
      default:
        return { state, outputs: [] };
    }
  },
});
