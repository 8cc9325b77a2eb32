import { ROLES } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import { policyEvents } from './policy.events.ts';
import type { Department, PolicyKind } from './policy.events.ts';
import type { PolicyStatus } from './policy-versions.ts';

interface Row extends Document {
  readonly kind: PolicyKind;
  readonly version: string;
  readonly status: PolicyStatus;
  readonly document: JsonObject;
  readonly department: Department;
  readonly applicantId: string;
  readonly appliedAt: Instant;
  readonly reason: Personal;
  readonly reviewerId?: string;
  readonly reviewedAt?: Instant;
  readonly reviewRemarks?: Personal;
  readonly approverId?: string;
  /** When the committee decided, either way. */
  readonly decidedAt?: Instant;
  readonly decisionRemarks?: Personal;
  readonly publishedAt?: Instant;
  readonly effectiveFrom?: Instant;
  readonly backdated?: true;
  readonly trainedOn?: string;
  readonly audience?: string;
  readonly takesEffectAt?: Instant;
  readonly supersedes?: string;
  readonly supersededBy?: string;
  readonly supersededAt?: Instant;
  readonly withdrawnAt?: Instant;
  readonly withdrawalReason?: Personal;
}

/** The id of a version's document: `sla:sla-default@1`. */
export const policyKey = (kind: string, version: string): string => `${kind}:${version}`;

const change = (row: Row | undefined, changes: Partial<Row>): Row | undefined =>
  row === undefined ? undefined : { ...row, ...changes };

/** Every version of every policy that was applied for: where it is on its way, who had a hand in it, its document. [H1] */
export const policies = projection<Row>()('policies@1', {
  collection: { kind: 'versioned', indexes: [['kind', 'status'], ['version'], ['status']] },
  access: { roles: ROLES },
  reads: [policyEvents],
  keyOf: (event) => [
    policyKey(event.streamId, event.data.version),
    ...(event.type === 'policy.took-effect.v1' ? [policyKey(event.streamId, event.data.supersedes)] : []),
  ],
  streamsOf: (key) => [streamOf('policy', key.slice(0, key.indexOf(':')))],
  on: {
    'policy.applied-for.v1': (_row, { data, occurredAt }) => ({
      status: 'applied',
      kind: data.kind,
      version: data.version,
      document: data.document as unknown as JsonObject,
      department: data.department,
      applicantId: data.applicantId,
      appliedAt: occurredAt,
      reason: data.reason,
    }),
    'policy.passed-legal-review.v1': (row, { data, occurredAt }) => {
      if (row === undefined) return undefined;
      // Remarks of an objection that was cleared stay in the history.
      const { reviewRemarks: _earlier, ...rest } = row;
      return {
        ...rest,
        status: 'reviewed',
        reviewerId: data.reviewerId,
        reviewedAt: occurredAt,
        ...(data.remarks === undefined ? {} : { reviewRemarks: data.remarks }),
      };
    },
    'policy.objected-to.v1': (row, { data, occurredAt }) =>
      change(row, {
        status: 'objected',
        reviewerId: data.reviewerId,
        reviewedAt: occurredAt,
        reviewRemarks: data.remarks,
      }),
    'policy.approved.v1': (row, { data, occurredAt }) =>
      change(row, {
        status: 'approved',
        approverId: data.approverId,
        decidedAt: occurredAt,
        ...(data.remarks === undefined ? {} : { decisionRemarks: data.remarks }),
      }),
    'policy.rejected.v1': (row, { data, occurredAt }) =>
      change(row, {
        status: 'rejected',
        approverId: data.approverId,
        decidedAt: occurredAt,
        decisionRemarks: data.reason,
      }),
    'policy.published.v1': (row, { data, occurredAt }) =>
      change(row, {
        status: 'published',
        publishedAt: occurredAt,
        effectiveFrom: data.effectiveFrom,
        ...(data.backdated === undefined ? {} : { backdated: true }),
      }),
    'policy.training-recorded.v1': (row, { data }) =>
      change(row, {
        status: 'trained',
        trainedOn: data.heldOn,
        audience: data.audience,
        takesEffectAt: data.takesEffectAt,
      }),
    'policy.took-effect.v1': (row, { data, streamId, occurredAt }, key) =>
      key === policyKey(streamId, data.version)
        ? change(row, { status: 'effective', supersedes: data.supersedes })
        : change(row, { status: 'superseded', supersededBy: data.version, supersededAt: occurredAt }),
    'policy.withdrawn.v1': (row, { data, occurredAt }) =>
      change(row, { status: 'withdrawn', withdrawnAt: occurredAt, withdrawalReason: data.reason }),
  },
  ignores: [],
});
