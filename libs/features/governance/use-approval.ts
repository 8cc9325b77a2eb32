import { mayAct, ROLES } from '#libs/kernel/actor.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Decide, DecisionContext } from '#libs/kernel/aggregate.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { forbidden, invalid, missing, reject } from '#libs/kernel/rejection.ts';
import { useApprovalEvents } from './use-approval-events.ts';
import type { NewUseApprovalEvent, UseApprovalEvent } from './use-approval-events.ts';
import type * as Commands from './use-approval.commands.ts';
import { evolve } from './use-approval.state.ts';
import type { KnownUseApproval, UseApproval } from './use-approval.state.ts';

/** Ours: the sources name no limit. Longer needs are standing ones. */
const LONGEST_DAYS = 92;

const allowedIn = ({ status }: UseApproval): readonly string[] =>
  status === 'unknown'
    ? ['use-approval.request']
    : status === 'requested'
      ? ['use-approval.approve', 'use-approval.refuse']
      : status === 'approved'
        ? ['use-approval.end', 'use-approval.review']
        : status === 'ended'
          ? ['use-approval.review']
          : [];

const request: Decide<Commands.RequestUse, UseApproval, NewUseApprovalEvent> = (command, approval, context) => {
  const { actor, now } = context;
  const { userId = actor.id, purpose, subjects, from = now, until, why } = command;
  if (approval.status !== 'unknown')
    return reject('use-approval.requested-already', 'This access was asked for already.', allowedIn(approval));
  if (from >= until) return invalid('use-approval.backwards', 'The time must begin before it ends.', 'until');
  if (until <= now) return invalid('use-approval.over', 'The time lies in the past: nothing could be seen.', 'until');
  if (until > addMinutes(from, LONGEST_DAYS * 24 * 60))
    return invalid('use-approval.too-long', `A single approval lasts ${LONGEST_DAYS} days at most.`, 'until');
  const data = { userId, purpose, subjects: [...new Set(subjects)], from, until, why };
  return [{ type: 'use-approval.requested.v1', data }];
};

const at =
  <Command>(
    stages: readonly KnownUseApproval['status'][],
    decide: (
      command: Command,
      approval: KnownUseApproval,
      context: DecisionContext,
    ) => ReturnType<Decide<Command, UseApproval, NewUseApprovalEvent>>,
  ): Decide<Command, UseApproval, NewUseApprovalEvent> =>
  (command, approval, context) =>
    approval.status === 'unknown'
      ? missing('use-approval.unknown', `Nobody asked for the access ${context.id}: check the id.`)
      : stages.includes(approval.status)
        ? decide(command, approval, context)
        : reject('use-approval.wrong-stage', `The access is ${approval.status}.`, allowedIn(approval));

const isParty = ({ userId, requestedBy }: KnownUseApproval, { actor }: DecisionContext): boolean =>
  actor.id === userId || actor.id === requestedBy;

/** Nobody approves, refuses or reviews what they asked for, or what they themselves are to see. */
const byAnother = <Command>(
  stages: readonly KnownUseApproval['status'][],
  decide: (
    command: Command,
    approval: KnownUseApproval,
    context: DecisionContext,
  ) => ReturnType<Decide<Command, UseApproval, NewUseApprovalEvent>>,
) =>
  at<Command>(stages, (command, approval, context) =>
    isParty(approval, context)
      ? forbidden('use-approval.own', 'Another person decides: neither who asked nor who is to look.')
      : decide(command, approval, context),
  );

const approve = byAnother<Commands.ApproveUse>(['requested'], (_command, { until }, { now }) =>
  until <= now
    ? reject('use-approval.expired', 'The time that was asked for is over: ask anew.', [])
    : [{ type: 'use-approval.approved.v1', data: {} }],
);

const refuse = byAnother<Commands.RefuseUse>(['requested'], ({ because }) => [
  { type: 'use-approval.refused.v1', data: { because } },
]);

const end = at<Commands.EndUse>(['approved'], ({ why }, approval, context) =>
  isParty(approval, context) || mayAct(context.actor, ['privacy-officer'], undefined)
    ? [{ type: 'use-approval.ended.v1', data: { why } }]
    : forbidden('use-approval.not-yours', 'Who asked, who looks, or a privacy officer ends it.'),
);

const review = byAnother<Commands.ReviewUse>(
  ['approved', 'ended'],
  ({ outcome, accesses, note }, { status, until }, { now }) =>
    status === 'approved' && now < until
      ? reject('use-approval.still-used', 'It is reviewed once its time is over: end it first.', ['use-approval.end'])
      : [{ type: 'use-approval.reviewed.v1', data: { outcome, accesses, note } }],
);

/** One approval to look at personal data: request → decision by another → use → review. [G2] */
export const useApproval = defineAggregate<UseApproval, UseApprovalEvent>({
  name: 'use-approval',
  collection: 'use-approvals',
  events: useApprovalEvents,
  initial: { status: 'unknown' },
  evolve,
  allowedIn,
  commands: {
    'use-approval.request': {
      decide: request,
      roles: ROLES.filter((role) => role !== 'service'),
      summary: 'Ask to see personal data that no standing approval covers',
      source: '[G2]',
      creates: true,
    },
    'use-approval.approve': {
      decide: approve,
      roles: ['privacy-officer'],
      summary: 'Allow it; its id is then the purpose to be stated',
      source: '[G2]',
    },
    'use-approval.refuse': { decide: refuse, roles: ['privacy-officer'], summary: 'Refuse it', source: '[G2]' },
    'use-approval.end': {
      decide: end,
      roles: ROLES.filter((role) => role !== 'service'),
      summary: 'End an approval before its time is over',
      source: '[G2]',
    },
    'use-approval.review': {
      decide: review,
      roles: ['privacy-officer', 'auditor'],
      summary: 'Record what a look at the access records under the approval came to',
      source: '[G2]',
    },
  },
});
