import { ladderPolicies, ladderPolicyAt, LADDER_POLICY_ID } from '#libs/features/policy/policy.events.ts';
import type { LadderDocument, Policies } from '#libs/features/policy/policy.events.ts';
import { userCard } from '#libs/features/staff/staff.events.ts';
import type { User } from '#libs/features/staff/staff.events.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Decide, DecisionContext } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import { forbidden, invalid, missing } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { noticeEvents } from './notice-events.ts';
import type { NewNoticeEvent, NoticeEvent } from './notice-events.ts';
import type { GiveNotice } from './notices.events.ts';
import { whenToDeliver } from './timing.ts';
import { CHANNELS, OPERATORS } from './vocabulary.ts';
import type { About, NoticeCause } from './vocabulary.ts';

export type Notice =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'unread' | 'read' | 'acknowledged';
      readonly recipientId: string;
      readonly cause: NoticeCause;
      readonly about: About;
    };
type Given = Exclude<Notice, { status: 'unknown' }>;

const evolve = (notice: Notice, event: NoticeEvent): Notice => {
  if (event.type === 'notice.given.v1') {
    const { recipientId, cause, about } = event.data;
    return { status: 'unread', recipientId, cause, about };
  }
  if (notice.status === 'unknown') return notice;
  return { ...notice, status: event.type === 'notice.read.v1' ? 'read' : 'acknowledged' };
};

const GIVE = 'notice.give';
const READ = 'notice.read';
const ACKNOWLEDGE = 'notice.acknowledge';
const allowedIn = ({ status }: Notice): readonly string[] =>
  ({ unknown: [GIVE], unread: [READ, ACKNOWLEDGE], read: [ACKNOWLEDGE], acknowledged: [] })[status];

const give: Decide<GiveNotice, Notice, NewNoticeEvent> = (command, notice, { consulted, now }) => {
  // Once, whoever asks how often. [SLA 14]
  if (notice.status !== 'unknown') return [];
  const { recipientId, urgency, classA, template, channels, ...said } = command;
  const unknown = channels.find((channel) => !CHANNELS.includes(channel));
  if (unknown !== undefined)
    return invalid(
      'notice.unknown-channel',
      `There is no channel ${unknown}: correct the ladder, possible are ${CHANNELS.join(', ')}.`,
      'channels',
    );
  const user = consulted['user'] as User;
  const isGone = user.status === 'deactivated';
  const hours = user.status === 'active' ? user.workingHours : undefined;
  const policies = consulted['ladders'] as Policies<LadderDocument>;
  const { version, notices } = ladderPolicyAt(policies, now);
  const { groupWithinMinutes, stormFrom } = notices;
  // A digest has waited already, as those that it stands for.
  const isDigest = template === 'digest';
  const when = isDigest
    ? ({ deliverAt: now, timing: 'at-once' } as const)
    : whenToDeliver({ urgency, classA }, hours, notices, now);
  return [
    {
      type: 'notice.given.v1',
      data: {
        ...(isGone ? { recipientId: OPERATORS, intendedFor: recipientId } : { recipientId }),
        ...{ urgency, classA, template, ...said, channels: [...new Set(channels)] },
        ...{ ...when, groupWithinMinutes, stormFrom },
      },
      policyVersions: { ladder: version },
    },
  ];
};

/** The person it is for; of the operators' common inbox, each operator. */
const isFor = ({ recipientId }: Given, { actor }: DecisionContext): boolean =>
  recipientId === actor.id || actor.grants.some(({ role }) => recipientId === `role:${role}`);

const ofOnesOwn =
  (decide: (notice: Given, context: DecisionContext) => NewNoticeEvent[]): Decide<object, Notice, NewNoticeEvent> =>
  (_command, notice, context): NewNoticeEvent[] | Rejection =>
    notice.status === 'unknown'
      ? missing('notice.unknown', `There is no notice ${context.id}: check the id.`)
      : isFor(notice, context)
        ? decide(notice, context)
        : forbidden('notice.not-yours', 'Only whom a notice is for can read or acknowledge it.');

const read = ofOnesOwn(({ status, recipientId }) =>
  status === 'unread' ? [{ type: 'notice.read.v1', data: { recipientId } }] : [],
);

const acknowledge = ofOnesOwn(({ status, recipientId, cause, about }, { actor }) =>
  status === 'acknowledged'
    ? []
    : [{ type: 'notice.acknowledged.v1', data: { recipientId, acknowledgedBy: actor.id, cause, about } }],
);

/** What a person shall know, one stream a notice. [SLA 12, SLA 14] */
export const notice = defineAggregate<Notice, NoticeEvent>({
  name: 'notice',
  collection: 'notices',
  events: noticeEvents,
  initial: { status: 'unknown' },
  evolve,
  subjectOf: (state, id) => (state.status === 'unknown' ? id : state.recipientId),
  allowedIn,
  commands: {
    [GIVE]: {
      decide: give,
      roles: ['service'],
      summary: 'Notify somebody',
      source: '[SLA 12]',
      opens: true,
      internal: true,
      commutative: true,
      consults: [
        { as: 'user', view: userCard, idOf: ({ recipientId }: GiveNotice) => recipientId },
        { as: 'ladders', view: ladderPolicies, idOf: () => LADDER_POLICY_ID },
      ],
    },
    [READ]: { decide: read, roles: ROLES, summary: 'Mark a notice as read', commutative: true },
    [ACKNOWLEDGE]: {
      decide: acknowledge,
      roles: ROLES,
      summary: 'Acknowledge a notice: one takes on what it is about',
      source: '[SLA 10]',
      commutative: true,
    },
  },
});
