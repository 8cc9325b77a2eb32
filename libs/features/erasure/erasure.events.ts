import type { PublicView } from '#libs/kernel/aggregate.ts';
import type { ErasureEvent } from './erasure-events.ts';
import { erasureEvents } from './erasure-events.ts';
import type { LegalHoldEvent } from './legal-hold-events.ts';
import { legalHoldEvents } from './legal-hold-events.ts';

export { erasureEvents } from './erasure-events.ts';
export type { ErasureData, ErasureEvent } from './erasure-events.ts';
export { legalHoldEvents } from './legal-hold-events.ts';
export type { LegalHoldEvent } from './legal-hold-events.ts';
export { ERASURE_REASONS } from './vocabulary.ts';

/** How far the destruction of somebody's personal data has come. Consulted by the id of the customer, or contact. */
export interface ErasureStanding {
  readonly status: 'none' | 'asked' | 'approved' | 'begun' | 'erased';
}

export const erasureStanding: PublicView<ErasureStanding, ErasureEvent> = {
  name: 'erasure-standing',
  events: erasureEvents,
  initial: { status: 'none' },
  evolve: (standing, { type }) => {
    switch (type) {
      case 'erasure.requested.v1':
      case 'erasure.proposed.v1':
        return { status: 'asked' };
      case 'erasure.withdrawn.v1':
      case 'erasure.declined.v1':
        return { status: 'none' };
      case 'erasure.approved.v1':
        return { status: 'approved' };
      case 'erasure.begun.v1':
        return { status: 'begun' };
      case 'erasure.carried-out.v1':
        return { status: 'erased' };
      default:
        return standing;
    }
  },
};

/** Whether a customer's data must be kept. While it must, it is used for nothing else. Consulted by the customer's id. [G4] */
export interface LegalHoldStanding {
  readonly held: boolean;
}

export const legalHoldStanding: PublicView<LegalHoldStanding, LegalHoldEvent> = {
  name: 'legal-hold-standing',
  events: legalHoldEvents,
  initial: { held: false },
  evolve: (_standing, { type }) => ({ held: type === 'legal-hold.placed.v1' }),
};
