import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openSmtpChannel } from '#libs/adapters/channel-smtp/channel-smtp.ts';
import { openWebhookChannel } from '#libs/adapters/channel-webhook/channel-webhook.ts';
import { openOutboundHttp } from '#libs/adapters/outbound-http/outbound-http.ts';
import { noticesFeature } from '#libs/features/notices/feature.ts';
import { noticeIdFor, OPERATORS } from '#libs/features/notices/notices.events.ts';
import type { GiveNotice } from '#libs/features/notices/notices.events.ts';
import { policyFeature } from '#libs/features/policy/feature.ts';
import { staffFeature } from '#libs/features/staff/feature.ts';
import { LEDGER, ROLES } from '#libs/kernel/actor.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Channel } from '#libs/ports/channel.ts';
import { startHttpReceiver, startMailReceiver } from '#libs/testing/channel-receivers.ts';
import type { HttpReceived, HttpReceiver, MailReceiver } from '#libs/testing/channel-receivers.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import type { TestLedger } from '#libs/testing/test-ledger.ts';
import { DeliveryRunner, outboxLease } from './delivery-runner.ts';

// Monday 10:00 in Shanghai.
const start = '2026-03-02T02:00:00.000Z';
const boss = { id: 'boss', grants: ROLES.map((role) => ({ role, team: '*' })) };
const secret = `whsec_${randomBytes(32).toString('base64')}`;

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let test: TestLedger;
let mails: MailReceiver;
let hooks: HttpReceiver;
let channels: Channel[];
let runner: DeliveryRunner;
let alarms: string[];
let sent = 0;

const smtp = () => openSmtpChannel({ url: `smtp://127.0.0.1:${mails.port}`, from: { address: 'care@example.com' } });
const webhook = (http = openOutboundHttp({ allowHosts: ['127.0.0.1'] })) =>
  openWebhookChannel({
    http,
    targetOf: (name) => ({ url: `${hooks.url}/${name}`, secrets: [secret] }),
    clock: test.clock,
  });
const startRunner = (of: readonly Channel[]) => {
  channels.push(...of);
  runner = DeliveryRunner.start({
    ...{ ledger: test.ledger, channels: of, publicUrl: 'https://care.example' },
    onAlarm: (message) => alarms.push(message),
  });
};

beforeEach(async () => {
  temporary = await temporaryFolder();
  test = await openTestLedger([staffFeature, policyFeature, noticesFeature], temporary.folder, undefined, {
    runsProcesses: true,
  });
  test.clock.set(start);
  mails = await startMailReceiver();
  hooks = await startHttpReceiver();
  channels = [];
  alarms = [];
});
afterEach(async () => {
  await runner.close();
  await Promise.all(channels.map((channel) => channel.close()));
  await test.close();
  await mails.close();
  await hooks.close();
  await temporary.remove();
});

const execute = async (name: string, id: string, body: object, actor = boss) => {
  const commandId = `command-${(sent += 1)}`;
  const outcome = await test.ledger.execute({ name, id, body: body as JsonObject, commandId, actor });
  if (!outcome.accepted) throw new Error(`${outcome.code}: ${outcome.message}`);
};
const give = (key: string, change: Partial<GiveNotice> = {}, origin: 'process' | 'import' = 'process') => {
  const recipientId = change.recipientId ?? 'lina';
  const body: GiveNotice = {
    ...{ recipientId, cause: 'deadline', about: { kind: 'service-case', id: 'c1' }, urgency: 'urgent', classA: true },
    ...{
      template: 'deadline-near',
      facts: { reference: key },
      channels: ['inbox', 'smtp'],
      needsAcknowledgement: false,
    },
    ...change,
  };
  const commandId = `give-${(sent += 1)}`;
  const id = noticeIdFor(recipientId, key);
  return test.ledger.execute({ name: 'notice.give', id, body: body as never, commandId, actor: LEDGER, origin });
};
/** Until nothing that is due by now is left to do. */
const settle = async () => {
  for (let round = 0; round < 3; round += 1) {
    await test.ledger.processes!.settle();
    await runner.settle();
  }
  await test.ledger.caughtUp();
  expect(test.alarms).toEqual([]);
};
const later = async (minutes: number) => {
  test.clock.set(addMinutes(test.clock.now(), minutes));
  await settle();
};
const outbox = async () =>
  (
    await test.ledger.find(
      'deliveries',
      { sort: [{ field: 'place', direction: 'asc' }], limit: 200 },
      { actor: LEDGER },
    )
  ).documents.map(
    ({ document }) =>
      document as { status: string; deliveryId: string; why?: string; attempts: number; reason?: string },
  );

it('a notice reaches the inbox at once and the recipient’s mailbox when its time has come [SLA 12]', async () => {
  startRunner([smtp()]);
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  await give('INC0000073', { classA: false });
  await settle();
  const inbox = await test.ledger.find(
    'inbox',
    { filter: { recipientId: 'lina' } },
    { actor: { id: 'lina', grants: boss.grants } },
  );
  expect(inbox.documents.map(({ document }) => [document['status'], document['template']])).toEqual([
    ['unread', 'deadline-near'],
  ]);
  expect(mails.received).toEqual([]);
  await later(5);
  expect(mails.received).toHaveLength(1);
  expect(mails.received[0]!.to).toEqual(['lina@example.org']);
  expect(mails.received[0]!.text).toContain('INC0000073');
  expect(mails.received[0]!.text).toContain('https://care.example/service-cases/c1');
  const [delivery] = await outbox();
  expect(delivery).toMatchObject({ status: 'delivered', attempts: 1 });
  expect(mails.received[0]!.headers['message-id']).toBe(`<${delivery!.deliveryId}@example.com>`);
  expect(alarms).toEqual([]);
});

it('a mail address is sealed where it is kept, and nobody else’s keeping', async () => {
  startRunner([smtp()]);
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  await give('INC0000073');
  await settle();
  expect(mails.received).toHaveLength(1);
  for await (const page of test.store.readAll()) expect(JSON.stringify(page)).not.toContain('lina@example.org');
  for (const collection of ['deliveries', 'inbox'])
    expect(JSON.stringify(await test.models.find(collection, {}))).not.toContain('lina@example.org');
});

it('a receiver failing for an hour gets everything afterwards, in order per case, and holds up nobody else [SLA 14]', async () => {
  startRunner([webhook()]);
  await execute('recipient.set-target', 'lina', { channel: 'webhook', target: 'broken' });
  await execute('recipient.set-target', 'bo', { channel: 'webhook', target: 'fine' });
  let broken = true;
  const took: HttpReceived[] = [];
  hooks.reply((request) => {
    if (broken && request.url === '/broken') return { status: 503 };
    took.push(request);
    return { status: 204 };
  });
  const told = () =>
    took.map(({ url, body }) => {
      const { text, about } = (JSON.parse(body) as { data: { text: string; about: { id: string } } }).data;
      return { url, about: about.id, nth: Number(/#(\d+)/.exec(text)![1]) };
    });
  for (let minute = 0; minute < 60; minute += 1) {
    const change = {
      about: { kind: 'service-case' as const, id: `case-${minute % 3}` },
      channels: ['webhook' as const],
    };
    await give(`#${minute}`, change);
    if (minute % 10 === 0) await give(`#${minute}`, { ...change, recipientId: 'bo' });
    await later(1);
  }
  expect(told().map(({ url, nth }) => `${url} ${nth}`)).toEqual([0, 10, 20, 30, 40, 50].map((nth) => `/fine ${nth}`));
  expect((await outbox()).filter(({ status }) => status === 'pending')).toHaveLength(60);
  broken = false;
  await later(31);
  const repaired = told().filter(({ url }) => url === '/broken');
  for (const id of ['case-0', 'case-1', 'case-2'])
    expect(repaired.filter(({ about }) => about === id).map(({ nth }) => nth)).toEqual(
      Array.from({ length: 20 }, (_, index) => 3 * index + Number(id.at(-1))),
    );
  const ids = took.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(66);
  expect(ids).toHaveLength(66);
  expect((await outbox()).filter(({ status }) => status !== 'delivered')).toEqual([]);
  // Each attempt was one more try of the same message.
  const tried = hooks.received.filter(({ headers }) => headers['webhook-id'] === ids.at(-1));
  expect(new Set(tried.map(({ body }) => body)).size).toBe(1);
}, 60_000);

it('a bounce stops the channel for that recipient, withholds what waits, and tells the operators [SLA 12]', async () => {
  startRunner([smtp()]);
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  mails.reply({ at: 'RCPT', code: 451, words: '4.2.0 busy' });
  await give('#1', { about: { kind: 'service-case', id: 'a' } });
  await give('#2', { about: { kind: 'service-case', id: 'b' } });
  await settle();
  mails.reply({ at: 'RCPT', code: 550, words: '5.1.1 no such user' });
  // The first of the two comes back; whether the second was under way by then is chance.
  await later(1);
  mails.reply(undefined);
  await later(5);
  await give('#3');
  await settle();
  const letters = await outbox();
  expect(
    letters
      .slice(0, 2)
      .map(({ status }) => status)
      .sort(),
  ).toContain('bounced');
  expect(letters.filter(({ status }) => status === 'pending' || status === 'delivered')).toEqual([]);
  expect(letters.at(-1)).toMatchObject({ status: 'dead', why: 'channel-stopped' });
  expect(mails.received).toEqual([]);
  const operators = await test.ledger.find('inbox', { filter: { recipientId: OPERATORS } }, { actor: boss });
  expect(operators.documents.map(({ document }) => document['facts'])).toMatchObject([
    { problem: 'channel-stopped', concerns: 'lina', channel: 'smtp' },
  ]);
  expect(alarms.join('\n')).toMatch(/dead letter: The mail server answered 550 5\.1\.1/);
  // A new address opens it again, and an operator has the messages sent.
  await execute('recipient.set-address', 'lina', { address: 'new@example.org' });
  for (const { deliveryId } of letters.filter(({ deliveryId, status }) => status !== 'delivered' && deliveryId !== ''))
    await test.ledger.execute({
      name: 'delivery.replay',
      id: deliveryId,
      body: {},
      commandId: `replay-${deliveryId}`,
      actor: boss,
    });
  await settle();
  expect(new Set(mails.received.map(({ to }) => to[0]))).toEqual(new Set(['new@example.org']));
  expect(mails.received).toHaveLength(3);
});

it('a channel that is not configured, and a webhook to a private address, are dead letters that say what to do', async () => {
  startRunner([webhook(openOutboundHttp())]);
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  await execute('recipient.set-target', 'lina', { channel: 'webhook', target: 'inside' });
  await give('#1', { channels: ['smtp', 'webhook'] });
  await give('#2', { channels: ['smtp'] });
  await settle();
  const letters = await outbox();
  expect(letters.map(({ status, why }) => [status, why])).toEqual(Array(3).fill(['dead', 'refused']));
  expect(letters.map(({ reason }) => reason).join()).toMatch(/smtp is not configured: configure it, then replay/);
  expect(letters.map(({ reason }) => reason).join()).toMatch(/not https/);
  expect(alarms.filter((message) => message.includes('not configured'))).toHaveLength(1);
  expect(hooks.received).toEqual([]);
});

it('an unreachable mail server is an alarm in the outbox, and a message waits for it', async () => {
  startRunner([smtp()]);
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  await mails.close();
  await give('#1');
  await settle();
  await later(10);
  expect(await outbox()).toMatchObject([
    { status: 'pending', attempts: 2, reason: expect.stringMatching(/not reached/) as unknown },
  ]);
  expect(alarms).toEqual([
    expect.stringMatching(/^Messages by smtp wait, and are sent again: The mail server was not reached/),
  ]);
});

it('rebuilding, replaying and importing send nothing [SLA 12]', async () => {
  startRunner([smtp()]);
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  await give('#1');
  await settle();
  expect(mails.received).toHaveLength(1);
  await test.ledger.rebuild();
  await test.ledger.stateOf(
    (await outbox()).map(({ deliveryId }) => `delivery-${deliveryId}`)[0]!,
    { actor: LEDGER },
    { asOf: test.clock.now() },
  );
  await later(60);
  await give('#2', {}, 'import');
  await later(60);
  expect(mails.received).toHaveLength(1);
  expect(await outbox()).toHaveLength(1);
});

it('where two workers share the outbox, one sends, and the other takes over when that one ends', async () => {
  const open = () => {
    const lease = outboxLease(test.models, 1_500);
    return DeliveryRunner.start({ ledger: test.ledger, channels, lease });
  };
  channels.push(smtp());
  const first = open();
  await first.settle();
  runner = open();
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  await give('#1');
  await test.ledger.processes!.settle();
  await first.settle();
  expect(mails.received).toHaveLength(1);
  await first.close();
  await give('#2');
  await settle();
  expect(mails.received).toHaveLength(2);
});

it('takes no message that the outbox shows ahead of what it reflects as a whole: an earlier one may still come [SLA 14]', async () => {
  let reflected: number | undefined = 0;
  const channel = smtp();
  channels.push(channel);
  const find: TestLedger['ledger']['find'] = async (...asked) => {
    const page = await test.ledger.find(...asked);
    return { ...page, position: reflected ?? page.position };
  };
  runner = DeliveryRunner.start({ ledger: { ...test.ledger, find }, channels: [channel] });
  await execute('recipient.set-address', 'lina', { address: 'lina@example.org' });
  await give('#1');
  await settle();
  expect(mails.received).toEqual([]);
  reflected = undefined;
  await settle();
  expect(mails.received).toHaveLength(1);
});
