import { userCard } from '#libs/features/staff/staff.events.ts';
import type { KnownUser, User } from '#libs/features/staff/staff.events.ts';
import type { Decide, DecisionContext } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { missing, reject } from '#libs/kernel/rejection.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { deliveryEvents } from './delivery-events.ts';
import type { DeliveryEvent, NewDeliveryEvent } from './delivery-events.ts';
import { recipients } from './recipient.ts';
import type { Recipient } from './recipient.ts';
import { giveUpAt, nextAttemptAt } from './retry.ts';
import type { About, OutwardChannel, Urgency } from './vocabulary.ts';
import { linkTo, messageOf } from './wording.ts';
import type { ToldNotice } from './wording.ts';

interface Facts {
  readonly recipientId: string;
  readonly channel: OutwardChannel;
  readonly about: About;
  /** In all: they are counted on over a replay, so that each has a number of its own. */
  readonly attempts: number;
}
export type Delivery =
  | { readonly status: 'unknown' }
  | (Facts & {
      readonly status: 'pending';
      /** Made before it was replayed: waiting begins anew. */
      readonly earlierAttempts: number;
      readonly firstAttemptAt?: Instant;
      readonly nextAttemptAt: Instant;
    })
  | (Facts & { readonly status: 'delivered' | 'bounced' | 'dead' });
type Known = Exclude<Delivery, { status: 'unknown' }>;
type Pending = Extract<Delivery, { status: 'pending' }>;
type Decision<Command> = Decide<Command, Delivery, NewDeliveryEvent>;

const evolveKnown = (delivery: Known, event: Exclude<DeliveryEvent, { type: 'delivery.requested.v1' }>): Known => {
  const { recipientId, channel, about, attempts } = delivery;
  const facts = { recipientId, channel, about, attempts };
  switch (event.type) {
    case 'delivery.attempt-failed.v1': {
      const { earlierAttempts, firstAttemptAt = event.recordedAt } =
        delivery.status === 'pending' ? delivery : { earlierAttempts: 0 };
      const { attempt, nextAttemptAt: next } = event.data;
      return {
        ...facts,
        ...{ status: 'pending', attempts: attempt, earlierAttempts, firstAttemptAt, nextAttemptAt: next },
      };
    }
    case 'delivery.delivered.v1':
      return { ...facts, status: 'delivered', attempts: event.data.attempt };
    case 'delivery.bounced.v1':
      return { ...facts, status: 'bounced', attempts: event.data.attempt };
    case 'delivery.dead-lettered.v1':
      return { ...facts, status: 'dead', attempts: event.data.attempt ?? attempts };
    case 'delivery.replayed.v1':
      return { ...facts, status: 'pending', earlierAttempts: attempts, nextAttemptAt: event.recordedAt };
  }
};

const evolve = (delivery: Delivery, event: DeliveryEvent): Delivery => {
  if (event.type !== 'delivery.requested.v1')
    return delivery.status === 'unknown' ? delivery : evolveKnown(delivery, event);
  const { recipientId, channel, about } = event.data;
  const waits = { attempts: 0, earlierAttempts: 0, nextAttemptAt: event.recordedAt };
  return { status: 'pending', recipientId, channel, about, ...waits };
};

const REQUEST = 'delivery.request';
const RECORD = 'delivery.record-attempt';
const WITHHOLD = 'delivery.withhold';
const REPLAY = 'delivery.replay';
const allowedIn = ({ status }: Delivery): readonly string[] =>
  ({ unknown: [REQUEST], pending: [RECORD, WITHHOLD], delivered: [], bounced: [REPLAY], dead: [REPLAY] })[status];

/** Where a message for the recipient goes now, and what keeps its place among those that go there too. */
const destinationOf = ({ targets }: Recipient, { recipientId, channel, about }: Omit<Facts, 'attempts'>) => {
  const target = targets[channel];
  return {
    ...(target === undefined ? {} : { target }),
    orderKey: [channel, target ?? recipientId, about.kind, about.id].join('/'),
  };
};

const obstacleFor = (recipient: Recipient, channel: OutwardChannel): 'no-address' | 'channel-stopped' | undefined =>
  recipient.stopped.includes(channel)
    ? 'channel-stopped'
    : (channel === 'smtp' ? recipient.address : recipient.targets[channel]) === undefined
      ? 'no-address'
      : undefined;

/** What the process that gathers notices asks for. */
export interface RequestDelivery {
  readonly recipientId: string;
  readonly channel: OutwardChannel;
  readonly urgency: Urgency;
  /** Of one cause. */
  readonly notices: readonly [ToldNotice, ...ToldNotice[]];
  /** How many more there are that are not told one by one. */
  readonly untold: number;
}
const DEFAULT_LANGUAGE: Language = 'zh-CN';
const request: Decision<RequestDelivery> = (command, delivery, { consulted }) => {
  if (delivery.status !== 'unknown') return [];
  const { recipientId, channel, urgency, notices, untold } = command;
  const recipient = consulted['recipient'] as Recipient;
  const user = consulted['user'] as User;
  const { about } = notices[0];
  const { language: usersLanguage, workingHours }: Pick<KnownUser, 'language' | 'workingHours'> =
    user.status === 'unknown' ? {} : user;
  const language = recipient.language ?? usersLanguage ?? DEFAULT_LANGUAGE;
  const zone = workingHours === undefined ? {} : { zone: workingHours.zone };
  const which = { recipientId, channel };
  const obstacle = obstacleFor(recipient, channel);
  return [
    {
      type: 'delivery.requested.v1',
      data: {
        ...which,
        ...destinationOf(recipient, { ...which, about }),
        ...{ language, ...messageOf(notices, untold, { language, ...zone }), link: linkTo(about), about, urgency },
        noticeIds: notices.map(({ noticeId }) => noticeId),
      },
    },
    ...(obstacle === undefined
      ? []
      : [{ type: 'delivery.dead-lettered.v1' as const, data: { ...which, why: obstacle } }]),
  ];
};

type DecideKnown<Command> = (
  command: Command,
  delivery: Known,
  context: DecisionContext,
) => ReturnType<Decision<Command>>;
const known =
  <Command>(decide: DecideKnown<Command>): Decision<Command> =>
  (command, delivery, context) =>
    delivery.status === 'unknown'
      ? missing('delivery.unknown', `There is no message ${context.id}: check the id.`)
      : decide(command, delivery, context);

/** What became of one attempt, as its channel says. */
export interface RecordAttempt {
  readonly attempt: number;
  readonly outcome: 'delivered' | 'retry' | 'bounced' | 'refused';
  readonly reason?: string;
  readonly afterSeconds?: number;
  readonly receipt?: string;
}

const outcomeOf = (
  { attempt, outcome, reason = '', afterSeconds, receipt }: RecordAttempt,
  { recipientId, channel, firstAttemptAt, earlierAttempts }: Pending,
  { now, id }: DecisionContext,
): NewDeliveryEvent => {
  const which = { recipientId, channel, attempt };
  switch (outcome) {
    case 'delivered':
      return { type: 'delivery.delivered.v1', data: { ...which, ...(receipt === undefined ? {} : { receipt }) } };
    case 'bounced':
      return { type: 'delivery.bounced.v1', data: { ...which, reason } };
    case 'refused':
      return { type: 'delivery.dead-lettered.v1', data: { ...which, why: 'refused', reason } };
    case 'retry': {
      const next = nextAttemptAt(attempt - earlierAttempts, now, id, afterSeconds);
      return next > giveUpAt(firstAttemptAt ?? now)
        ? { type: 'delivery.dead-lettered.v1', data: { ...which, why: 'given-up', reason } }
        : { type: 'delivery.attempt-failed.v1', data: { ...which, reason, nextAttemptAt: next } };
    }
  }
};

const recordAttempt = known<RecordAttempt>((command, delivery, context) =>
  delivery.status !== 'pending' || command.attempt <= delivery.attempts
    ? []
    : command.attempt > delivery.attempts + 1
      ? reject('delivery.attempt-out-of-turn', `Attempt ${delivery.attempts + 1} comes first.`, allowedIn(delivery))
      : [outcomeOf(command, delivery, context)],
);

const withhold = known<object>((_command, { status, recipientId, channel }) =>
  status === 'pending'
    ? [{ type: 'delivery.dead-lettered.v1', data: { recipientId, channel, why: 'channel-stopped' } }]
    : [],
);

const replay = known<object>((_command, delivery, { consulted }) => {
  const { status, recipientId, channel } = delivery;
  if (status !== 'dead' && status !== 'bounced')
    return reject('delivery.not-dead', `The message is ${status}: there is nothing to replay.`, allowedIn(delivery));
  const recipient = consulted['recipient'] as Recipient;
  switch (obstacleFor(recipient, channel)) {
    case 'no-address':
      return reject('delivery.no-address', `${recipientId} has no address on ${channel}: set it first.`, [
        channel === 'smtp' ? 'recipient.set-address' : 'recipient.set-target',
      ]);
    case 'channel-stopped':
      return reject('delivery.channel-stopped', `${channel} is stopped for ${recipientId}: resume it first.`, [
        'recipient.resume-channel',
      ]);
    case undefined:
      return [{ type: 'delivery.replayed.v1', data: { recipientId, channel, ...destinationOf(recipient, delivery) } }];
  }
});

/** A message on one channel, from its request to its end: the outbox. [SLA 14] */
export const delivery = defineAggregate<Delivery, DeliveryEvent>({
  name: 'delivery',
  collection: 'deliveries',
  events: deliveryEvents,
  initial: { status: 'unknown' },
  evolve,
  subjectOf: (state, id) => (state.status === 'unknown' ? id : state.recipientId),
  allowedIn,
  commands: {
    [REQUEST]: {
      decide: request,
      roles: ['service'],
      summary: 'Have a message sent',
      opens: true,
      internal: true,
      consults: [
        { as: 'recipient', view: recipients, idOf: ({ recipientId }: RequestDelivery) => recipientId },
        { as: 'user', view: userCard, idOf: ({ recipientId }: RequestDelivery) => recipientId },
      ],
    },
    [RECORD]: {
      decide: recordAttempt,
      roles: ['service'],
      summary: 'Record an attempt',
      internal: true,
      // The attempt's number tells whether it still counts.
      commutative: true,
    },
    [WITHHOLD]: {
      decide: withhold,
      roles: ['service'],
      summary: 'Send nothing more on a stopped channel',
      source: '[SLA 12]',
      internal: true,
      commutative: true,
    },
    [REPLAY]: {
      decide: replay,
      roles: ['operator'],
      summary: 'Send a dead letter again',
      consults: [
        {
          as: 'recipient',
          view: recipients,
          idOf: (_command: unknown, state) => (state.status === 'unknown' ? undefined : state.recipientId),
        },
      ],
    },
  },
});
