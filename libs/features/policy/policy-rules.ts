import type { Policies, PolicyStatus } from './policy-versions.ts';

/** What may be asked of a version on each stretch of its way; what is not here ends it. [H1.3] */
export const ALLOWED: { readonly [Status in PolicyStatus]: readonly string[] } = {
  applied: ['policy.review-legally', 'policy.reject', 'policy.withdraw'],
  objected: ['policy.review-legally', 'policy.reject', 'policy.withdraw'],
  reviewed: ['policy.approve', 'policy.reject', 'policy.withdraw'],
  approved: ['policy.publish', 'policy.withdraw'],
  published: ['policy.record-training', 'policy.withdraw'],
  trained: ['policy.take-effect', 'policy.withdraw'],
  effective: [],
  superseded: [],
  rejected: [],
  withdrawn: [],
};

export const APPLY = 'policy.apply';
export const allowedIn = ({ versions }: Policies): readonly string[] => [
  ...new Set([APPLY, ...versions.flatMap(({ status }) => ALLOWED[status])]),
];
