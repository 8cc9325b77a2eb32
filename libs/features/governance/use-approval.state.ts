import type { Instant } from '#libs/kernel/instant.ts';
import type { UseApprovalEvent } from './use-approval-events.ts';

export interface Use {
  readonly userId: string;
  readonly purpose: string;
  /** Whose personal values. */
  readonly subjects: readonly string[];
  readonly from: Instant;
  /** Exclusive. */
  readonly until: Instant;
  readonly requestedBy: string;
}
export type UseApproval =
  | { readonly status: 'unknown' }
  | (Use & { readonly status: 'requested' | 'refused' | 'approved' | 'ended' | 'reviewed' });
export type KnownUseApproval = Exclude<UseApproval, { status: 'unknown' }>;

const advanced = (approval: UseApproval, status: KnownUseApproval['status']): UseApproval =>
  approval.status === 'unknown' ? approval : { ...approval, status };

export const evolve = (approval: UseApproval, event: UseApprovalEvent): UseApproval => {
  switch (event.type) {
    case 'use-approval.requested.v1': {
      const { userId, purpose, subjects, from, until } = event.data;
      return { status: 'requested', userId, purpose, subjects, from, until, requestedBy: event.metadata.actor };
    }
    case 'use-approval.approved.v1':
      return advanced(approval, 'approved');
    case 'use-approval.refused.v1':
      return advanced(approval, 'refused');
    case 'use-approval.ended.v1':
      return advanced(approval, 'ended');
    case 'use-approval.reviewed.v1':
      return advanced(approval, 'reviewed');
  }
};

/** Does it allow this person to look, now? */
export const allows = (approval: UseApproval, userId: string, now: Instant): approval is KnownUseApproval =>
  approval.status === 'approved' && approval.userId === userId && approval.from <= now && now < approval.until;
