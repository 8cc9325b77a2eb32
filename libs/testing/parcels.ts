import Type from 'typebox';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Decide, PublicView } from '#libs/kernel/aggregate.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { field } from '#libs/kernel/fields.ts';
import { projection, unprojectable } from '#libs/kernel/projection.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import { reject } from '#libs/kernel/rejection.ts';

/** A small domain for tests of the runtime: a parcel waits in a box of a locker, its recipient is reminded, and collects it. */
export const parcelEvents = defineEvents(
  'parcel',
  {
    'parcel.stored.v2': {
      meaning: 'A parcel was put into a box.',
      data: Type.Object({
        box: field.text(),
        label: field.text(),
        recipient: Type.Optional(field.personal()),
        team: Type.Optional(field.id()),
      }),
      says: {
        en: 'Stored in {box}{?recipient  for {recipient}}.',
        'zh-CN': '存入{box}{?recipient （收件人{recipient}）}。',
      },
    },
    'parcel.reminded.v1': {
      meaning: 'The recipient was reminded.',
      data: Type.Object({ nth: field.count() }),
      says: { en: 'Reminder {nth}.', 'zh-CN': '第{nth}次提醒。' },
    },
    'parcel.weighed.v1': {
      meaning: 'The parcel was weighed.',
      data: Type.Object({ grams: Type.Integer() }),
      says: { en: '{grams} g.', 'zh-CN': '{grams}克。' },
    },
    'parcel.collected.v1': {
      meaning: 'The recipient took the parcel.',
      data: Type.Object({}),
      says: { en: 'Collected.', 'zh-CN': '已取件。' },
    },
  },
  {
    // The first version had no label: the box's name stood for it.
    'parcel.stored.v1': (data) => ({ type: 'parcel.stored.v2', data: { ...data, label: data.box ?? '' } }),
  },
);
type ParcelEvent = EventOf<typeof parcelEvents>;
type NewParcelEvent = NewEventOf<typeof parcelEvents>;

export type Parcel =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'stored';
      readonly box: string;
      readonly recipient?: Personal;
      readonly team?: string;
      readonly reminders: number;
      readonly grams?: number;
    }
  | { readonly status: 'collected'; readonly at: string; readonly team?: string };

const allowedFor = (parcel: Parcel): readonly string[] =>
  parcel.status === 'unknown'
    ? ['parcel.store']
    : parcel.status === 'stored'
      ? ['parcel.remind', 'parcel.weigh', 'parcel.collect']
      : [];

/** What other features may know of a parcel. */
export const parcelCard: PublicView<{ readonly exists: boolean }, ParcelEvent> = {
  name: 'parcel-card',
  events: parcelEvents,
  initial: { exists: false },
  evolve: () => ({ exists: true }),
};

type Stores = {
  readonly box: string;
  readonly recipient?: string;
  readonly team?: string;
  readonly with?: string;
  readonly label?: string;
};
const store: Decide<Stores, Parcel, NewParcelEvent> = (command, parcel, { consulted }) => {
  if (parcel.status !== 'unknown') return reject('parcel.stored', 'The parcel is stored already.', allowedFor(parcel));
  if (command.with !== undefined && !(consulted.other as { exists: boolean }).exists)
    return reject('parcel.other-unknown', `There is no parcel ${command.with} to lie with.`, allowedFor(parcel));
  const { box, recipient, team, label = box } = command;
  return [
    {
      type: 'parcel.stored.v2',
      data: {
        box,
        label,
        ...(recipient === undefined ? {} : { recipient }),
        ...(team === undefined ? {} : { team }),
      },
    },
  ];
};

const whileStored =
  <Command>(act: (command: Command, parcel: Parcel & { status: 'stored' }) => readonly NewParcelEvent[]) =>
  (command: Command, parcel: Parcel) =>
    parcel.status === 'stored'
      ? act(command, parcel)
      : reject('parcel.not-stored', 'Only a stored parcel can be handled.', allowedFor(parcel));

export const parcel = defineAggregate<Parcel, ParcelEvent>({
  name: 'parcel',
  collection: 'parcels',
  events: parcelEvents,
  initial: { status: 'unknown' },
  evolve: (state, event) => {
    switch (event.type) {
      case 'parcel.stored.v2': {
        const { box, recipient, team } = event.data;
        return {
          status: 'stored',
          box,
          reminders: 0,
          ...(recipient === undefined ? {} : { recipient }),
          ...(team === undefined ? {} : { team }),
        };
      }
      case 'parcel.reminded.v1':
        return state.status === 'stored' ? { ...state, reminders: event.data.nth } : state;
      case 'parcel.weighed.v1':
        return state.status === 'stored' ? { ...state, grams: event.data.grams } : state;
      case 'parcel.collected.v1':
        return {
          status: 'collected',
          at: event.occurredAt,
          ...(state.status === 'stored' && state.team !== undefined ? { team: state.team } : {}),
        };
    }
  },
  owningTeamOf: (state) => (state.status === 'unknown' ? undefined : state.team),
  allowedIn: allowedFor,
  commands: {
    'parcel.store': {
      decide: store,
      roles: ['agent'],
      summary: 'Put a parcel into a box.',
      creates: true,
      consults: [{ as: 'other', view: parcelCard, idOf: (command: Stores) => command.with }],
      reserves: (command: Stores) => [{ scope: 'box', value: command.box, takenCode: 'parcel.box-taken' }],
    },
    'parcel.remind': {
      decide: whileStored((_: object, { reminders }) => [{ type: 'parcel.reminded.v1', data: { nth: reminders + 1 } }]),
      roles: ['agent'],
      summary: 'Remind the recipient.',
    },
    'parcel.weigh': {
      decide: whileStored(({ grams }: { grams: number }, state) =>
        state.grams === grams ? [] : [{ type: 'parcel.weighed.v1', data: { grams } }],
      ),
      roles: ['agent'],
      summary: 'Weigh the parcel.',
      commutative: true,
    },
    'parcel.collect': {
      decide: whileStored(() => [{ type: 'parcel.collected.v1', data: {} }]),
      roles: ['agent'],
      summary: 'Take the parcel.',
    },
  },
});

interface ParcelRow extends Record<string, string | number | undefined> {
  readonly box: string;
  readonly status: string;
  readonly reminders: number;
  readonly team?: string;
}

/** `breaksAt`: the fold cannot take a parcel that weighs as much, as content of a kind it does not know. */
export const parcelsProjection = (options: { readonly version?: number; readonly breaksAt?: number } = {}) =>
  projection<ParcelRow>()(`parcels@${options.version ?? 1}`, {
    collection: { kind: 'versioned', indexes: [['box']] },
    access: { roles: ['agent', 'auditor'], teamField: 'team' },
    reads: [parcelEvents],
    keyOf: (event) => event.streamId,
    on: {
      'parcel.stored.v2': (_, event) => ({
        box: event.data.box,
        status: 'stored',
        reminders: 0,
        ...(event.data.team === undefined ? {} : { team: event.data.team }),
      }),
      'parcel.reminded.v1': (row) => row && { ...row, reminders: row.reminders + 1 },
      'parcel.weighed.v1': (row, event) =>
        event.data.grams === options.breaksAt
          ? unprojectable('too heavy to tell')
          : row && { ...row, grams: event.data.grams },
      'parcel.collected.v1': (row) => row && { ...row, status: 'collected' },
    },
    ignores: [],
  });

/** How many parcels each box has held: a document of many subjects. */
export const boxesProjection = projection<{ readonly parcels: number }>()('boxes@1', {
  collection: { kind: 'current', indexes: [] },
  access: { roles: ['agent', 'auditor'] },
  reads: [parcelEvents],
  keyOf: (event) => (event.type === 'parcel.stored.v2' ? event.data.box : undefined),
  on: { 'parcel.stored.v2': (row) => ({ parcels: (row?.parcels ?? 0) + 1 }) },
  ignores: ['parcel.reminded.v1', 'parcel.weighed.v1', 'parcel.collected.v1'],
});

export const parcelFeature: Feature = {
  name: 'parcel',
  aggregates: [parcel],
  projections: [parcelsProjection(), boxesProjection],
};
