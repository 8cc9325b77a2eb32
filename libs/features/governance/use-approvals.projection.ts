import { ROLES } from '#libs/kernel/actor.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { useApprovalEvents } from './use-approval-events.ts';

interface Row extends Document {
  readonly status: 'requested' | 'approved' | 'refused' | 'ended' | 'reviewed';
  readonly userId: string;
  readonly purpose: string;
  readonly subjects: readonly string[];
  readonly from: Instant;
  readonly until: Instant;
  readonly why: JsonValue;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly decidedBy?: string;
  readonly decidedAt?: Instant;
  readonly outcome?: string;
  readonly reviewedBy?: string;
}

/** Single approvals to look at personal data, whether one holds now is computed on read. [G2] */
export const useApprovals = projection<Row>()('use-approvals@1', {
  collection: { kind: 'versioned', indexes: [['status'], ['userId'], ['until']] },
  access: { roles: ROLES },
  reads: [useApprovalEvents],
  keyOf: (event) => event.streamId,
  on: {
    'use-approval.requested.v1': (_row, { data, metadata, occurredAt }) => ({
      status: 'requested',
      ...{ userId: data.userId, purpose: data.purpose, subjects: data.subjects, from: data.from, until: data.until },
      why: data.why as JsonValue,
      requestedBy: metadata.actor,
      requestedAt: occurredAt,
    }),
    'use-approval.approved.v1': (row, { metadata, occurredAt }) =>
      row && { ...row, status: 'approved', decidedBy: metadata.actor, decidedAt: occurredAt },
    'use-approval.refused.v1': (row, { metadata, occurredAt }) =>
      row && { ...row, status: 'refused', decidedBy: metadata.actor, decidedAt: occurredAt },
    'use-approval.ended.v1': (row) => row && { ...row, status: 'ended' },
    'use-approval.reviewed.v1': (row, { data, metadata }) =>
      row && { ...row, status: 'reviewed', outcome: data.outcome, reviewedBy: metadata.actor },
  },
  ignores: [],
  onRead: (row, now) => ({ ...row, holds: row.status === 'approved' && row.from <= now && now < row.until }),
});
