import Type from 'typebox';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Aggregate } from '#libs/kernel/aggregate.ts';
import type { EventOf } from '#libs/kernel/event.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { field } from '#libs/kernel/fields.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { reject } from '#libs/kernel/rejection.ts';
import { defineSaga, schedule } from '#libs/kernel/saga.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import { parcel, parcelEvents, parcelsProjection } from './parcels.ts';

const days = (count: number) => count * 24 * 60;
export const daysAfter = (instant: Instant, count: number): Instant => addMinutes(instant, days(count));

const returnSlipEvents = defineEvents('return-slip', {
  'return-slip.issued.v1': {
    meaning: 'A parcel is to go back to its sender.',
    data: Type.Object({ parcelId: field.id() }),
    says: { en: 'Parcel {parcelId} goes back.', 'zh-CN': '包裹{parcelId}退回。' },
  },
});

/** Created by the process: its id comes from the command's, so a repeat makes no second slip. */
const returnSlip = defineAggregate<{ readonly issued: boolean }, EventOf<typeof returnSlipEvents>>({
  name: 'return-slip',
  collection: 'return-slips',
  events: returnSlipEvents,
  initial: { issued: false },
  evolve: () => ({ issued: true }),
  allowedIn: () => [],
  commands: {
    'return-slip.issue': {
      decide: ({ parcelId }: { parcelId: string }, { issued }) =>
        issued
          ? reject('return-slip.issued', 'The slip was issued already.')
          : [{ type: 'return-slip.issued.v1', data: { parcelId } }],
      roles: ['service'],
      summary: 'Send a parcel back.',
      creates: true,
    },
  },
});

/** The parcels of `parcels.ts`, which the ledger's own processes may handle too. */
const handledByProcesses = (aggregate: Aggregate): Aggregate => ({
  ...aggregate,
  commands: Object.fromEntries(
    Object.entries(aggregate.commands).map(([name, definition]) => [
      name,
      { ...definition, roles: [...definition.roles, 'service' as const] },
    ]),
  ),
});

type Reminders = { readonly reminded: number; readonly done: boolean; readonly recipient?: Personal };

/** Parcels in this box make the process fail: a mistake of the programme. */
export const BROKEN_BOX = 'broken';

/**
 * Reminds a parcel's recipient every two days; two days after the third time the parcel goes back. Weighing 13 g is a
 * sign: it asks for a command that nobody knows.
 */
export const remindersSaga = (options: { readonly mended?: boolean } = {}) =>
  defineSaga<Reminders, [typeof parcelEvents]>('parcel-reminders', {
    reads: [parcelEvents],
    initial: { reminded: 0, done: false },
    keyOf: (event) => (event.type === 'parcel.reminded.v1' ? undefined : event.streamId),
    react: (state, input, parcelId) => {
      switch (input.type) {
        case 'parcel.stored.v2': {
          const { box, recipient } = input.data;
          if (box === BROKEN_BOX && options.mended !== true) throw new Error('nobody thought of such a box');
          return {
            state: { ...state, ...(recipient === undefined ? {} : { recipient }) },
            outputs: [schedule({ nth: 1 }, { at: daysAfter(input.occurredAt, 2), key: 'remind' })],
          };
        }
        case 'timer': {
          if (state.reminded === 3)
            return {
              state: { ...state, done: true },
              outputs: [{ kind: 'command', name: 'return-slip.issue', body: { parcelId } }],
            };
          const reminded = state.reminded + 1;
          return {
            state: { ...state, reminded },
            outputs: [
              { kind: 'command', name: 'parcel.remind', id: parcelId, body: {} },
              schedule({ nth: reminded + 1 }, { at: daysAfter(input.dueAt, 2), key: 'remind' }),
            ],
          };
        }
        case 'parcel.weighed.v1':
          return {
            state,
            outputs: input.data.grams === 13 ? [{ kind: 'command', name: 'parcel.curse', id: parcelId, body: {} }] : [],
          };
        case 'parcel.collected.v1':
          return { state: { ...state, done: true }, outputs: [{ kind: 'cancel', key: 'remind' }] };
        case 'parcel.reminded.v1':
          return { state, outputs: [] };
      }
    },
  });

/** Parcels, return slips, and the process between them. */
export const reminderFeature = (options: { readonly mended?: boolean } = {}): Feature => ({
  name: 'reminders',
  aggregates: [handledByProcesses(parcel), returnSlip],
  projections: [parcelsProjection()],
  sagas: [remindersSaga(options)],
});
