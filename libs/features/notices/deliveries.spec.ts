import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '#libs/kernel/json.ts';
import { describeAggregate } from '#libs/testing/aggregate.contract.ts';
import { given } from '#libs/testing/given-when-then.ts';
import { bouncesSaga } from './bounces.saga.ts';
import type { NewDeliveryEvent } from './delivery-events.ts';
import { delivery } from './delivery.ts';
import type { RequestDelivery } from './delivery.ts';
import { noticesFeature } from './feature.ts';
import { notice } from './notice.ts';
import { recipient } from './recipient.ts';
import { giveUpAt, nextAttemptAt } from './retry.ts';
import {
  CHANNELS,
  NOTICE_CAUSES,
  NOTICE_SUBJECTS,
  NOTICE_TEMPLATES,
  OUTWARD_CHANNELS,
  URGENCIES,
} from './vocabulary.ts';
import { messageOf } from './wording.ts';
import type { ToldNotice } from './wording.ts';

const now = '2026-03-02T01:00:00.000Z';
const told = (change: Partial<ToldNotice> = {}): ToldNotice => ({
  noticeId: 'n1',
  template: 'deadline-near',
  about: { kind: 'service-case', id: 'c1' },
  facts: { reference: 'INC0000073', clock: 'first-response', percent: 75, dueAt: '2026-03-02T03:00:00.000Z' },
  needsAcknowledgement: false,
  ...change,
});
const request = (change: Partial<RequestDelivery> = {}) =>
  ({ recipientId: 'lina', channel: 'smtp', urgency: 'urgent', notices: [told()], untold: 0, ...change }) as never;
const consulted = (recipientOf: object, user: object = { status: 'unknown' }) => ({
  consulted: { recipient: { targets: {}, stopped: [], ...recipientOf }, user },
});
const requested = given(delivery, 'd1')().when(
  'delivery.request',
  request(),
  consulted({ address: 'lina@example.org' }),
).decision as readonly NewDeliveryEvent[];
const failed = (attempt: number, reason = 'Not now.') => ({
  type: 'delivery.attempt-failed.v1',
  data: { recipientId: 'lina', channel: 'smtp', attempt, reason, nextAttemptAt: now },
});

describe('a message', () => {
  it('is written once, in the recipient’s language and on their clock, and leads to the matter', () => {
    expect(requested).toEqual([
      {
        type: 'delivery.requested.v1',
        data: {
          recipientId: 'lina',
          channel: 'smtp',
          orderKey: 'smtp/lina/service-case/c1',
          language: 'zh-CN',
          subjectLine: 'INC0000073：首次响应时限将至',
          text: 'INC0000073的首次响应时限将至，时间已过 75%，截止时间 2026-03-02 11:00 (+08:00)。',
          link: '/service-cases/c1',
          about: { kind: 'service-case', id: 'c1' },
          urgency: 'urgent',
          noticeIds: ['n1'],
        },
      },
    ]);
    const berlin = { status: 'active', workingHours: { zone: 'Europe/Berlin', windows: [] } };
    const [english] = given(delivery)().when(
      'delivery.request',
      request(),
      consulted({ address: 'a@b.c', language: 'en' }, berlin),
    ).decision as readonly { data: { text: string } }[];
    expect(english!.data.text).toBe(
      'The deadline for the first response of INC0000073 is near: 75 % of the time has passed, due at 2026-03-02 04:00 (+01:00).',
    );
  });

  it('speaks the language that the recipient chose as a user, unless another was chosen for messages', () => {
    const languageFor = (recipientOf: object) =>
      (
        given(delivery)().when(
          'delivery.request',
          request(),
          consulted({ address: 'a@b.c', ...recipientOf }, { status: 'active', language: 'en' }),
        ).decision as readonly { data: { language: string } }[]
      )[0]!.data.language;
    expect(languageFor({})).toBe('en');
    expect(languageFor({ language: 'zh-CN' })).toBe('zh-CN');
  });

  it('of several notices tells each, how many more there are, and asks for an acknowledgement', () => {
    const notices = [
      told(),
      told({
        noticeId: 'n2',
        template: 'escalation-call',
        facts: { reference: 'INC0000073', level: 2, standsInFor: 'bo' },
        needsAcknowledgement: true,
      }),
    ] as const;
    expect(messageOf(notices, 3, { language: 'en' })).toEqual({
      subjectLine: 'INC0000073: deadline near, the first response (+4)',
      text: [
        'The deadline for the first response of INC0000073 is near: 75 % of the time has passed, due at 2026-03-02 11:00 (+08:00).',
        'INC0000073 was escalated to you, level 2. You stand in for somebody who is away.',
        'And 3 more.',
        'Please acknowledge it in CareLedger.',
      ].join('\n'),
    });
  });

  it('a digest leads to the inbox, where all of them are [SLA 12]', () => {
    const digest = told({ template: 'digest', about: { kind: 'inbox', id: 'lina' }, facts: { count: 20, since: now } });
    const { facts } = given(delivery)().when(
      'delivery.request',
      request({ notices: [digest] }),
      consulted({ address: 'a@b.c' }),
    );
    expect(facts).toMatchObject([{ type: 'delivery.requested.v1', data: { link: '/inbox' } }]);
  });

  it('can be written for every kind of notice in both languages, with facts and without', () => {
    for (const template of NOTICE_TEMPLATES)
      for (const facts of [
        { count: 25 },
        {
          reference: 'INC0000073',
          clock: 'resolution',
          dueAt: now,
          percent: 100,
          level: 3,
          standsInFor: 'bo',
          problem: 'empty-roster',
          count: 25,
          since: now,
        } as const,
      ]) {
        const en = messageOf([told({ template, facts })], 0, { language: 'en' });
        const zh = messageOf([told({ template, facts })], 0, { language: 'zh-CN' });
        expect(`${en.subjectLine} ${en.text}`).not.toMatch(/\p{Script=Han}|undefined|[{}]| {2}|\.\./u);
        expect(zh.subjectLine).toMatch(/\p{Script=Han}/u);
        expect(zh.text).toMatch(/\p{Script=Han}.*。$/su);
      }
  });

  it('to somebody without an address, or on a stopped channel, is a dead letter at once, for everybody to see', () => {
    const why = (recipientOf: object, change: Partial<RequestDelivery> = {}) =>
      (
        given(delivery)().when('delivery.request', request(change), consulted(recipientOf)).decision as readonly {
          data: object;
        }[]
      )[1]?.data;
    expect(why({})).toMatchObject({ why: 'no-address' });
    expect(why({ address: 'lina@example.org' }, { channel: 'wecom' })).toMatchObject({ why: 'no-address' });
    expect(why({ address: 'lina@example.org', stopped: ['smtp'] })).toMatchObject({ why: 'channel-stopped' });
    expect(why({ targets: { wecom: 'team-east' } }, { channel: 'wecom' })).toBeUndefined();
  });

  it('asked for again is the same message [SLA 14]', () =>
    given(
      delivery,
      'd1',
    )(...requested)
      .when('delivery.request', request(), consulted({}))
      .then());

  it('that is not taken is tried again later and later, for three days, then it is a dead letter', () => {
    const attempt = (n: number, past: readonly object[], at = now) =>
      given(delivery, 'd1')(...requested, ...(past as never[])).when(
        'delivery.record-attempt',
        { attempt: n, outcome: 'retry', reason: 'Not now.' },
        { now: at },
      ).decision as readonly { type: string; data: { nextAttemptAt: string } }[];
    const waits = [1, 2, 3, 9, 12].map((n) => {
      const [event] = attempt(n, n === 1 ? [] : [failed(n - 1)]);
      return (Date.parse(event!.data.nextAttemptAt) - Date.parse(now)) / 1_000;
    });
    for (const [index, most] of [5, 10, 20, 1_280, 1_800].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(most / 2);
      expect(waits[index]).toBeLessThanOrEqual(most);
    }
    expect(attempt(2, [failed(1)], '2026-03-05T01:30:00.000Z')).toMatchObject([
      { type: 'delivery.dead-lettered.v1', data: { why: 'given-up' } },
    ]);
  });

  it('waits at least as long as the receiver asks, and the same however often it is worked out', () => {
    expect(nextAttemptAt(1, now, 'd1', 600)).toBe(nextAttemptAt(1, now, 'd1', 600));
    expect(nextAttemptAt(1, now, 'd1', 600) >= '2026-03-02T01:10:00.000Z').toBe(true);
    expect(new Set(Array.from({ length: 50 }, (_, index) => nextAttemptAt(8, now, `d${index}`))).size).toBe(50);
    expect(giveUpAt(now)).toBe('2026-03-05T01:00:00.000Z');
  });

  it('takes the result of an attempt once, and of none that was not its turn', () => {
    const record = (attempt: number, ...past: readonly object[]) =>
      given(delivery, 'd1')(...requested, ...(past as never[])).when('delivery.record-attempt', {
        attempt,
        outcome: 'delivered',
      });
    record(1).then({ type: 'delivery.delivered.v1', data: { recipientId: 'lina', channel: 'smtp', attempt: 1 } });
    record(1, failed(1)).then();
    record(3, failed(1)).thenRejected('delivery.attempt-out-of-turn');
    record(2, { type: 'delivery.delivered.v1', data: { recipientId: 'lina', channel: 'smtp', attempt: 1 } }).then();
  });

  it('that came to nothing is sent again by an operator, to where the recipient is reached now', () => {
    const dead = {
      type: 'delivery.dead-lettered.v1',
      data: { recipientId: 'lina', channel: 'smtp', why: 'given-up', attempt: 9 },
    };
    const replay = (recipientOf: object) =>
      given(delivery, 'd1')(...requested, dead).when('delivery.replay', {}, consulted(recipientOf));
    replay({ address: 'new@example.org' }).then({
      type: 'delivery.replayed.v1',
      data: { recipientId: 'lina', channel: 'smtp', orderKey: 'smtp/lina/service-case/c1' },
    });
    replay({}).thenRejected('delivery.no-address', { allowed: ['recipient.set-address'] });
    replay({ address: 'a@b.c', stopped: ['smtp'] }).thenRejected('delivery.channel-stopped');
    given(
      delivery,
      'd1',
    )(...requested)
      .when('delivery.replay', {}, consulted({}))
      .thenRejected('delivery.not-dead');
    const replayed = given(delivery, 'd1')(...requested, dead, {
      type: 'delivery.replayed.v1',
      data: { recipientId: 'lina', channel: 'smtp', orderKey: 'k' },
    });
    expect(replayed.state).toMatchObject({ status: 'pending', attempts: 9, earlierAttempts: 9 });
  });
});

describe('a channel on which a message came back', () => {
  const reason = 'The mail server answered 550 5.1.1: there is no such mailbox.';
  const react = (type: string, streamId: string, data: object, revision = 1) =>
    bouncesSaga.react({}, { type, streamId, data, revision }, 'lina').outputs as unknown as JsonObject[];

  it('is stopped for that recipient, what waits on it is withheld, and the operators are told [SLA 12]', () => {
    expect(react('delivery.bounced.v1', 'd1', { recipientId: 'lina', channel: 'smtp', attempt: 1, reason })).toEqual([
      {
        kind: 'command',
        name: 'recipient.stop-channel',
        id: 'lina',
        body: { channel: 'smtp', deliveryId: 'd1', reason },
      },
    ]);
    const stopped = { type: 'recipient.channel-stopped.v1', data: { channel: 'smtp', deliveryId: 'd1', reason } };
    given(recipient, 'lina')().when('recipient.stop-channel', stopped.data).then(stopped);
    given(recipient, 'lina')(stopped).when('recipient.stop-channel', stopped.data).then();
    expect(react(stopped.type, 'lina', stopped.data)).toMatchObject([
      {
        name: 'notice.give',
        body: { recipientId: 'role:operator', template: 'operator-alert', facts: { problem: 'channel-stopped' } },
      },
      {
        kind: 'command-each',
        name: 'delivery.withhold',
        filter: { recipientId: 'lina', channel: 'smtp', status: 'pending' },
      },
    ]);
    given(
      delivery,
      'd2',
    )(...requested)
      .when('delivery.withhold')
      .then({
        type: 'delivery.dead-lettered.v1',
        data: { recipientId: 'lina', channel: 'smtp', why: 'channel-stopped' },
      });
  });

  it('is told of again when it was resumed and the same message comes back once more [SLA 12]', () => {
    const data = { channel: 'smtp', deliveryId: 'd1', reason };
    const told = (revision: number) => react('recipient.channel-stopped.v1', 'lina', data, revision)[0]!['id'];
    expect(told(3)).not.toBe(told(1));
    expect(told(3)).toBe(told(3));
  });

  it('opens again when it is resumed, or has another address', () => {
    const stopped = { type: 'recipient.channel-stopped.v1', data: { channel: 'smtp', deliveryId: 'd1', reason } };
    const resumed = { type: 'recipient.channel-resumed.v1', data: { channel: 'smtp' } };
    given(recipient, 'lina')(stopped).when('recipient.resume-channel', { channel: 'smtp' }).then(resumed);
    given(recipient, 'lina')(stopped, resumed)
      .when('recipient.resume-channel', { channel: 'smtp' })
      .thenRejected('recipient.channel-not-stopped');
    const changed = { type: 'recipient.address-set.v1', data: { address: 'new@example.org' } };
    expect(given(recipient, 'lina')(stopped, changed).state.stopped).toEqual([]);
  });
});

const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const about = fc.record({ kind: oneOf(NOTICE_SUBJECTS), id: oneOf(['c1', 'c2']) });

describeAggregate('notice', {
  aggregate: notice,
  feature: noticesFeature,
  bodies: {
    'notice.give': fc.record({
      recipientId: oneOf(['ann', 'bo', 'role:operator']),
      cause: oneOf(NOTICE_CAUSES),
      about,
      urgency: oneOf(URGENCIES),
      classA: fc.boolean(),
      template: oneOf(NOTICE_TEMPLATES),
      facts: fc.record({ reference: fc.constant('INC0000073'), level: fc.nat(9) }, { requiredKeys: [] }),
      channels: fc.uniqueArray(oneOf(CHANNELS)),
      needsAcknowledgement: fc.boolean(),
    }),
    'notice.read': fc.constant({}),
    'notice.acknowledge': fc.constant({}),
  },
  consulted: fc.constant({ user: { status: 'unknown' }, ladders: { versions: [] } }),
  stateName: ({ status }) => status,
  states: ['unknown', 'unread', 'read', 'acknowledged'],
  reached: ['unread', 'read', 'acknowledged'],
});

const channel = oneOf(OUTWARD_CHANNELS);
describeAggregate('recipient', {
  aggregate: recipient,
  feature: noticesFeature,
  bodies: {
    'recipient.set-address': fc.record({ address: oneOf(['lina@example.org', 'l.n+1@mail.example.org']) }),
    'recipient.set-target': fc.record({
      channel: oneOf(OUTWARD_CHANNELS.filter((each) => each !== 'smtp')),
      target: fc.constant('team-east'),
    }),
    'recipient.choose-language': fc.record({ language: oneOf(['en', 'zh-CN'] as const) }),
    'recipient.stop-channel': fc.record({ channel, deliveryId: fc.constant('d1'), reason: fc.constant('Gone.') }),
    'recipient.resume-channel': fc.record({ channel }),
  },
  weights: { 'recipient.stop-channel': 24 },
  stateName: ({ stopped }) => (stopped.length > 0 ? 'stopped' : 'open'),
  states: ['open', 'stopped'],
  reached: ['open', 'stopped'],
});

describeAggregate('delivery', {
  aggregate: delivery,
  feature: noticesFeature,
  bodies: {
    'delivery.request': fc.record({
      recipientId: oneOf(['ann', 'bo']),
      channel,
      urgency: oneOf(URGENCIES),
      notices: fc.tuple(about.map((of) => told({ about: of }))),
      untold: fc.nat(3),
    }),
    'delivery.record-attempt': fc.record(
      {
        attempt: fc.integer({ min: 1, max: 3 }),
        outcome: oneOf(['delivered', 'retry', 'retry', 'bounced', 'refused'] as const),
        reason: fc.constant('Not now.'),
      },
      { requiredKeys: ['attempt', 'outcome'] },
    ),
    'delivery.withhold': fc.constant({}),
    'delivery.replay': fc.constant({}),
  },
  weights: { 'delivery.withhold': 1 },
  consulted: fc.constant({
    recipient: {
      address: 'ann@example.org',
      targets: { webhook: 'a', wecom: 'a', dingtalk: 'a', feishu: 'a' },
      stopped: [],
    },
    user: { status: 'unknown' },
  }),
  stateName: ({ status }) => status,
  states: ['unknown', 'pending', 'delivered', 'bounced', 'dead'],
  reached: ['pending', 'delivered', 'bounced', 'dead'],
});
