import type { Role } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { erasureEvents } from './erasure-events.ts';
import type { ErasureData } from './erasure-events.ts';
import { legalHoldEvents } from './legal-hold-events.ts';

/** What was done, by whom, with what result. */
type Certificate = Omit<ErasureData<'carried-out'>, 'subjects'> & {
  /** How many keys: customers, contacts, and cases received before the customer was known. */
  readonly subjects: number;
  readonly recordedAt: Instant;
  readonly supervisedBy?: string;
  readonly supervisedAt?: Instant;
};

interface ErasureRow extends Document {
  readonly status: 'asked' | 'withdrawn' | 'declined' | 'approved' | 'begun' | 'erased' | 'supervised';
  readonly scope: 'customer' | 'contact';
  readonly customerId: string;
  readonly reason: string;
  readonly requestedBy?: string;
  readonly requestedAt: Instant;
  readonly approvedBy?: string;
  readonly approvedAt?: Instant;
  readonly declinedBy?: string;
  readonly declinedBecause?: string;
  readonly certificate?: Certificate;
  readonly paperCopiesShredded: number;
}

const READERS: readonly Role[] = ['privacy-officer', 'legal', 'auditor', 'supervisor', 'service'];

const supervisedIn = (row: ErasureRow, supervisedBy: string, supervisedAt: Instant): ErasureRow =>
  row.certificate === undefined ? row : { ...row, certificate: { ...row.certificate, supervisedBy, supervisedAt } };

/** Every destruction that was asked for, how far it has come, and its certificate. The key is the customer's, or contact's, id. [G4] */
export const erasures = projection<ErasureRow>()('erasures@1', {
  collection: { kind: 'versioned', indexes: [['status'], ['customerId']] },
  access: { roles: READERS },
  reads: [erasureEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('erasure', id)],
  on: {
    'erasure.requested.v1': (_row, { data: { scope, customerId, reason, requestedBy }, occurredAt }) => ({
      ...{ status: 'asked', scope, customerId, reason, requestedBy, requestedAt: occurredAt, paperCopiesShredded: 0 },
    }),
    'erasure.proposed.v1': (_row, { data: { scope, customerId }, occurredAt }) => ({
      ...{ status: 'asked', scope, customerId, reason: 'retention-ended' },
      ...{ requestedAt: occurredAt, paperCopiesShredded: 0 },
    }),
    'erasure.withdrawn.v1': (row) => row && { ...row, status: 'withdrawn' },
    'erasure.declined.v1': (row, { data: { declinedBy, because: declinedBecause } }) =>
      row && { ...row, status: 'declined', declinedBy, declinedBecause },
    'erasure.approved.v1': (row, { data: { approvedBy }, occurredAt: approvedAt }) =>
      row && { ...row, status: 'approved', approvedBy, approvedAt },
    'erasure.begun.v1': (row) => row && { ...row, status: 'begun' },
    'erasure.carried-out.v1': (row, { data: { subjects, ...data }, recordedAt }) =>
      row && { ...row, status: 'erased', certificate: { ...data, subjects: subjects.length, recordedAt } },
    'erasure.paper-shredded.v1': (row, { data: { copies } }) =>
      row && { ...row, paperCopiesShredded: row.paperCopiesShredded + copies },
    'erasure.supervised.v1': (row, { data: { supervisedBy }, occurredAt }) =>
      row && supervisedIn({ ...row, status: 'supervised' }, supervisedBy, occurredAt),
    'erasure.found-incomplete.v1': (row, { data: { supervisedBy }, occurredAt }) =>
      row && supervisedIn({ ...row, status: 'approved' }, supervisedBy, occurredAt),
  },
  ignores: [],
});

interface HoldRow extends Document {
  readonly held: boolean;
  readonly reason: string;
  readonly fileNumber: string;
  readonly placedBy: string;
  readonly placedAt: Instant;
  readonly releasedBy?: string;
  readonly releasedAt?: Instant;
}

/** Whose data must be kept, and is used for nothing else meanwhile. The key is the customer's id. [G4] */
export const legalHolds = projection<HoldRow>()('legal-holds@1', {
  collection: { kind: 'versioned', indexes: [['held']] },
  access: { roles: READERS },
  reads: [legalHoldEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('legal-hold', id)],
  on: {
    'legal-hold.placed.v1': (_row, { data, occurredAt: placedAt }) => ({ ...data, held: true, placedAt }),
    'legal-hold.released.v1': (row, { data: { releasedBy }, occurredAt: releasedAt }) =>
      row && { ...row, held: false, releasedBy, releasedAt },
  },
  ignores: [],
});
