import { inTimeOrder } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Department, PolicyEvent } from './policy-events.ts';
import type { PolicyDocument } from './policy-kinds.ts';

interface Application<Document> {
  readonly version: string;
  readonly document: Document;
  readonly department: Department;
  readonly applicantId: string;
}
interface Dated {
  /** Facts from then on are judged by it, once it is in force; may lie before its publication. */
  readonly effectiveFrom: Instant;
}
interface Scheduled extends Dated {
  /** The latest of `effectiveFrom`, publication and training: from then on anything is judged by it. */
  readonly takesEffectAt: Instant;
}

/** One version of a policy, wherever it is on its way. [H1.3] */
export type PolicyVersion<Document = PolicyDocument> = Application<Document> &
  (
    | { readonly status: 'applied' | 'objected' | 'rejected' | 'withdrawn' }
    | { readonly status: 'reviewed' | 'approved'; readonly reviewerId: string }
    | ({ readonly status: 'published' } & Dated)
    | InForce
  );
type InForce = { readonly status: 'trained' | 'effective' | 'superseded' } & Scheduled;
/** A version with the moment from which it is in force. */
export type ScheduledVersion<Document = PolicyDocument> = Application<Document> & InForce;
export type PolicyStatus = PolicyVersion['status'];

/** All versions of one kind of policy. */
export interface Policies<Document = PolicyDocument> {
  /** As they were applied for; from their training on, as they were trained. */
  readonly versions: readonly PolicyVersion<Document>[];
}

const changed = (
  { versions }: Policies,
  name: string,
  change: (version: PolicyVersion) => PolicyVersion,
): Policies => ({ versions: versions.map((each) => (each.version === name ? change(each) : each)) });

const scheduled = ({ versions }: Policies, name: string, takesEffectAt: Instant): Policies => {
  const others = versions.filter((each) => each.version !== name);
  const own = versions.find((each) => each.version === name);
  return own?.status === 'published'
    ? { versions: [...others, { ...own, status: 'trained', takesEffectAt }] }
    : { versions };
};

export const evolve = (policies: Policies, event: PolicyEvent): Policies => {
  const { version } = event.data;
  switch (event.type) {
    case 'policy.applied-for.v1': {
      const { document, department, applicantId } = event.data;
      return { versions: [...policies.versions, { status: 'applied', version, document, department, applicantId }] };
    }
    case 'policy.passed-legal-review.v1': {
      const { reviewerId } = event.data;
      return changed(policies, version, (each) => ({ ...each, status: 'reviewed', reviewerId }));
    }
    case 'policy.objected-to.v1':
      return changed(policies, version, (each) => ({ ...each, status: 'objected' }));
    case 'policy.approved.v1':
      return changed(policies, version, (each) =>
        each.status === 'reviewed' ? { ...each, status: 'approved' } : each,
      );
    case 'policy.rejected.v1':
      return changed(policies, version, (each) => ({ ...each, status: 'rejected' }));
    case 'policy.published.v1': {
      const { effectiveFrom } = event.data;
      return changed(policies, version, (each) => ({ ...each, status: 'published', effectiveFrom }));
    }
    case 'policy.training-recorded.v1':
      return scheduled(policies, version, event.data.takesEffectAt);
    case 'policy.took-effect.v1':
      return {
        versions: policies.versions.map((each) =>
          each.status === 'effective'
            ? { ...each, status: 'superseded' }
            : each.status === 'trained' && each.version === version
              ? { ...each, status: 'effective' }
              : each,
        ),
      };
    case 'policy.withdrawn.v1':
      return changed(policies, version, (each) => ({ ...each, status: 'withdrawn' }));
  }
};

const isScheduled = <Document>(version: PolicyVersion<Document>): version is ScheduledVersion<Document> =>
  version.status === 'trained' || version.status === 'effective' || version.status === 'superseded';

/** The versions that take effect, in the order in which they do; of two at one moment, the one trained later comes later. */
export const inOrderOfEffect = <Document>({ versions }: Policies<Document>): readonly ScheduledVersion<Document>[] =>
  versions.filter(isScheduled).sort((a, b) => inTimeOrder(a.takesEffectAt, b.takesEffectAt));

/**
 * The version by which facts of that moment are judged now: of those that hold for it, the one that took effect last. It may
 * have been published after the moment; what was judged before keeps its version. [H2]
 */
export const versionAt = <Document>(
  policies: Policies<Document>,
  moment: Instant,
): ScheduledVersion<Document> | undefined =>
  inOrderOfEffect(policies).findLast(({ effectiveFrom }) => effectiveFrom <= moment);
