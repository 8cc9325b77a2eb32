import { userCard } from '#libs/features/staff/staff.events.ts';
import type { User } from '#libs/features/staff/staff.events.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { PublicView } from '#libs/kernel/aggregate.ts';
import type { Clearance, Cleared } from '#libs/kernel/clearance.ts';
import { standingPurposeOf } from './standing-uses.ts';
import { useApprovalEvents } from './use-approval-events.ts';
import type { UseApprovalEvent } from './use-approval-events.ts';
import { allows, evolve } from './use-approval.state.ts';
import type { UseApproval } from './use-approval.state.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const approvalCard: PublicView<UseApproval, UseApprovalEvent> = {
  name: 'use-approval-card',
  events: useApprovalEvents,
  initial: { status: 'unknown' },
  evolve,
};

/** Programs sign nothing: whoever runs them does. They have no role but their own. */
const isProgram = ({ grants }: Actor): boolean => grants.length > 0 && grants.every(({ role }) => role === 'service');

const hasSigned = (user: User): boolean => user.status === 'active' && user.undertaking !== undefined;

/**
 * A person sees personal values in clear once their confidentiality undertaking is on record, and for as long as they work here [G1]:
 * under the standing approval of their roles, or under a single approval, whose id they state as the purpose [G2].
 */
export const clearance: Clearance = {
  consults: [
    { as: 'user', view: userCard, idOf: ({ actor }) => (isProgram(actor) ? undefined : actor.id) },
    {
      as: 'approval',
      view: approvalCard,
      idOf: ({ purpose }) => (purpose !== undefined && UUID.test(purpose) ? purpose : undefined),
    },
  ],
  decide: ({ actor, purpose, now }, consulted): Cleared => {
    if (!isProgram(actor) && !hasSigned(consulted['user'] as User)) return { masked: 'no-undertaking' };
    const approval = consulted['approval'] as UseApproval;
    const stated = purpose ?? standingPurposeOf(actor.grants.map(({ role }) => role));
    return {
      ...(stated === undefined ? {} : { purpose: stated }),
      ...(allows(approval, actor.id, now) ? { also: { subjects: approval.subjects } } : {}),
    };
  },
};
