import { defineSaga, schedule } from '#libs/kernel/saga.ts';
import type { SagaStep } from '#libs/kernel/saga.ts';
import { consentEvents } from './consent-events.ts';

/** For which purposes the data may be kept, until when; '' where no end was set. */
type Retention = { readonly kept: { readonly [purpose: string]: string }; readonly contactOf?: string };

const without = (state: Retention, purpose: string): Retention => {
  const { [purpose]: _ended, ...kept } = state.kept;
  return { ...state, kept };
};

/** Once no purpose is left for which the data may be kept, its destruction is proposed: a person decides. [G6, G4] */
const proposedWhereNothingIsLeft = (
  state: Retention,
  subjectId: string,
  ended: { readonly purpose: string; readonly at: string },
): SagaStep<Retention> => ({
  state,
  outputs:
    Object.keys(state.kept).length > 0
      ? []
      : [
          {
            kind: 'command',
            name: 'erasure.propose',
            id: subjectId,
            body: {
              ...{ keptFor: ended.purpose, retentionEndedAt: ended.at },
              ...(state.contactOf === undefined ? {} : { contactOf: state.contactOf }),
            },
          },
        ],
});

export const retentionSaga = defineSaga<Retention, [typeof consentEvents]>('consent-retention', {
  reads: [consentEvents],
  initial: { kept: {} },
  keyOf: (event) => event.streamId,
  react: (state, input, subjectId) => {
    if (input.type === 'timer') {
      const { purpose } = input.payload as { readonly purpose: string };
      // Given anew meanwhile, for longer or for good.
      if (state.kept[purpose] !== input.dueAt) return { state, outputs: [] };
      return proposedWhereNothingIsLeft(without(state, purpose), subjectId, { purpose, at: input.dueAt });
    }
    const { purpose } = input.data;
    if (input.type === 'consent.withdrawn.v1') {
      const step = proposedWhereNothingIsLeft(without(state, purpose), subjectId, { purpose, at: input.occurredAt });
      return { ...step, outputs: [{ kind: 'cancel', key: purpose }, ...step.outputs] };
    }
    const { until, contactOf } = input.data;
    const kept = { ...state.kept, [purpose]: until ?? '' };
    return {
      state: { kept, ...(contactOf === undefined ? {} : { contactOf }) },
      outputs: [
        until === undefined ? { kind: 'cancel', key: purpose } : schedule({ purpose }, { at: until, key: purpose }),
      ],
    };
  },
});
