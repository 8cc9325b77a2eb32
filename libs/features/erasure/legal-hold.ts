import type { Decide } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import { missing, reject } from '#libs/kernel/rejection.ts';
import type { ErasureStanding } from './erasure.events.ts';
import { erasureStanding } from './erasure.events.ts';
import type * as Commands from './erasure.commands.ts';
import { family } from './family.ts';
import type { Family } from './family.ts';
import { legalHoldEvents } from './legal-hold-events.ts';
import type { LegalHoldEvent, NewLegalHoldEvent } from './legal-hold-events.ts';

export interface LegalHold {
  readonly status: 'none' | 'placed' | 'released';
}

const allowedIn = ({ status }: LegalHold): readonly string[] =>
  status === 'placed' ? ['legal-hold.release'] : ['legal-hold.place'];

const place: Decide<Commands.PlaceLegalHold, LegalHold, NewLegalHoldEvent> = (
  { reason, fileNumber },
  hold,
  { id, actor, consulted },
) => {
  if (!(consulted.customer as Family).exists)
    return missing('legal-hold.customer-unknown', `There is no customer ${id}: check the id.`);
  const { status } = consulted.erasure as ErasureStanding;
  if (status === 'begun' || status === 'erased')
    return reject(
      'legal-hold.too-late',
      `The personal data of customer ${id} is destroyed: there is nothing left to be kept.`,
    );
  return hold.status === 'placed'
    ? reject('legal-hold.placed-already', `A legal hold lies on customer ${id} already.`, allowedIn(hold))
    : [{ type: 'legal-hold.placed.v1', data: { reason, fileNumber, placedBy: actor.id } }];
};

const release: Decide<Commands.ReleaseLegalHold, LegalHold, NewLegalHoldEvent> = (_command, hold, { id, actor }) =>
  hold.status === 'placed'
    ? [{ type: 'legal-hold.released.v1', data: { releasedBy: actor.id } }]
    : reject('legal-hold.not-placed', `No legal hold lies on customer ${id}.`, allowedIn(hold));

/** What keeps a customer's data from being destroyed; its id is the customer's. [G4] */
export const legalHold = defineAggregate<LegalHold, LegalHoldEvent>({
  name: 'legal-hold',
  collection: 'legal-holds',
  events: legalHoldEvents,
  initial: { status: 'none' },
  evolve: (_hold, { type }) => ({ status: type === 'legal-hold.placed.v1' ? 'placed' : 'released' }),
  allowedIn,
  commands: {
    'legal-hold.place': {
      decide: place,
      roles: ['legal'],
      summary: 'Keep a customer’s data: nothing is destroyed, processing is restricted; the id is the customer’s',
      source: 'G4',
      opens: true,
      consults: [
        { as: 'customer', view: family, idOf: (_command, _state, _consulted, id) => id },
        { as: 'erasure', view: erasureStanding, idOf: (_command, _state, _consulted, id) => id },
      ],
    },
    'legal-hold.release': { decide: release, roles: ['legal'], summary: 'Release a legal hold', source: 'G4' },
  },
});
