import type { ErasureEvent } from './erasure-events.ts';
import type { ErasureScope } from './vocabulary.ts';

export interface ErasureFacts {
  readonly scope: ErasureScope;
  readonly customerId: string;
  /** Undefined: the ledger itself proposed it. */
  readonly requestedBy?: string;
  readonly approvedBy?: string;
}

/** asked → approved → begun → erased → supervised; or withdrawn, or declined, and asked again. [G4] */
export type Erasure =
  | { readonly status: 'unknown' }
  | (ErasureFacts & { readonly status: 'asked' | 'withdrawn' | 'declined' | 'approved' })
  | (ErasureFacts & { readonly status: 'begun' | 'erased' | 'supervised'; readonly subjects: readonly string[] });
export type KnownErasure = Exclude<Erasure, { status: 'unknown' }>;
type Status = KnownErasure['status'];

const now = (erasure: Erasure, status: Extract<Status, 'withdrawn' | 'declined' | 'approved'>): Erasure => {
  if (erasure.status === 'unknown') return erasure;
  const { scope, customerId, requestedBy, approvedBy } = erasure;
  return { status, scope, customerId, ...(requestedBy && { requestedBy }), ...(approvedBy && { approvedBy }) };
};

export const evolve = (erasure: Erasure, event: ErasureEvent): Erasure => {
  switch (event.type) {
    case 'erasure.requested.v1': {
      const { scope, customerId, requestedBy } = event.data;
      return { status: 'asked', scope, customerId, requestedBy };
    }
    case 'erasure.proposed.v1': {
      const { scope, customerId } = event.data;
      return { status: 'asked', scope, customerId };
    }
    case 'erasure.withdrawn.v1':
      return now(erasure, 'withdrawn');
    case 'erasure.declined.v1':
      return now(erasure, 'declined');
    case 'erasure.approved.v1':
      return erasure.status === 'unknown'
        ? erasure
        : { ...erasure, status: 'approved', approvedBy: event.data.approvedBy };
    case 'erasure.begun.v1':
      return erasure.status === 'unknown' ? erasure : { ...erasure, status: 'begun', subjects: event.data.subjects };
    case 'erasure.carried-out.v1':
      return erasure.status === 'begun' ? { ...erasure, status: 'erased' } : erasure;
    case 'erasure.supervised.v1':
      return erasure.status === 'erased' ? { ...erasure, status: 'supervised' } : erasure;
    case 'erasure.found-incomplete.v1':
      return now(erasure, 'approved');
    case 'erasure.paper-shredded.v1':
      return erasure;
  }
};

const OFFERED: { readonly [S in Erasure['status']]: readonly string[] } = {
  unknown: ['erasure.request'],
  asked: ['erasure.approve', 'erasure.decline', 'erasure.withdraw'],
  withdrawn: ['erasure.request'],
  declined: ['erasure.request'],
  approved: [],
  begun: [],
  erased: ['erasure.confirm', 'erasure.find-incomplete', 'erasure.record-shredding'],
  supervised: ['erasure.record-shredding'],
};
export const allowedIn = ({ status }: Erasure): readonly string[] => OFFERED[status];
