import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { openOutboundHttp } from '#libs/adapters/outbound-http/outbound-http.ts';
import { describeChannel, exampleMessage } from '#libs/testing/channel.contract.ts';
import type { Mood } from '#libs/testing/channel.contract.ts';
import { startHttpReceiver } from '#libs/testing/channel-receivers.ts';
import type { HttpReceived, HttpReceiver, HttpReply } from '#libs/testing/channel-receivers.ts';
import { openWebhookChannel } from './channel-webhook.ts';
import type { WebhookTarget } from './channel-webhook.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const never = new AbortController().signal;
const http = openOutboundHttp({ allowHosts: ['127.0.0.1'], timeoutMs: 500 });

const body = 'words of the receiver';
const replies: { readonly [M in Exclude<Mood, 'away'>]: HttpReply | undefined } = {
  accepts: { status: 204 },
  busy: { status: 503, body },
  gone: { status: 410, body },
  refuses: { status: 400, body },
  silent: undefined,
};

describeChannel('Standard Webhooks', async () => {
  const receiver = await startHttpReceiver();
  const secret = newSecret();
  const target: WebhookTarget = { url: `${receiver.url}/hook?key=private`, secrets: [secret] };
  return {
    channel: openWebhookChannel({ http, targetOf: (name) => (name === 'crm' ? target : undefined) }),
    to: 'crm',
    unknown: 'nobody',
    become: async (mood) => (mood === 'away' ? receiver.close() : receiver.reply(replies[mood])),
    received: () => receiver.received.map(({ headers, body: all }) => ({ id: String(headers['webhook-id']), all })),
    secrets: [secret, 'key=private', '127.0.0.1'],
    dispose: () => receiver.close(),
  };
});

describe('a webhook', () => {
  let receiver: HttpReceiver;
  beforeEach(async () => {
    receiver = await startHttpReceiver();
  });
  afterEach(() => receiver.close());
  const send = (target: Omit<WebhookTarget, 'url'>, url = receiver.url) =>
    openWebhookChannel({ http, targetOf: () => ({ url, ...target }) }).deliver(exampleMessage('crm'), never);
  const headersOf = ({ headers }: HttpReceived) => headers as Record<string, string>;

  it('is what the standardwebhooks library verifies, and nothing else', async () => {
    const secret = newSecret();
    expect(await send({ secrets: [secret] })).toEqual({ kind: 'delivered' });
    const [got] = receiver.received;
    expect(new Webhook(secret).verify(got!.body, headersOf(got!))).toEqual(exampleMessage('crm').data);
    expect(() => new Webhook(newSecret()).verify(got!.body, headersOf(got!))).toThrow();
    expect(() => new Webhook(secret).verify(`${got!.body} `, headersOf(got!))).toThrow();
    expect(() => new Webhook(secret).verify(got!.body, { ...headersOf(got!), 'webhook-id': 'other' })).toThrow();
  });

  it('is signed with every secret while they are rotated, so that receivers with the old or the new one take it', async () => {
    const [old, next] = [newSecret(), newSecret()];
    await send({ secrets: [next, old] });
    const [got] = receiver.received;
    expect(String(got!.headers['webhook-signature']).split(' ')).toHaveLength(2);
    for (const secret of [old, next]) new Webhook(secret).verify(got!.body, headersOf(got!));
  });

  it('has the same bytes on each attempt, and a signature of its own time', async () => {
    const secret = newSecret();
    let now = '2026-03-02T01:00:00.000Z';
    const channel = openWebhookChannel({
      ...{ http, clock: { now: () => now } },
      targetOf: () => ({ url: receiver.url, secrets: [secret] }),
    });
    await channel.deliver(exampleMessage('crm'), never);
    now = '2026-03-02T02:00:00.000Z';
    await channel.deliver(exampleMessage('crm'), never);
    const [first, second] = receiver.received;
    expect(second!.body).toBe(first!.body);
    expect([first, second].map((each) => each!.headers['webhook-timestamp'])).toEqual(['1772413200', '1772416800']);
    expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
  });

  it('is not sent unsigned: a secret that is none is an error', async () => {
    for (const secrets of [[], ['secret'], ['whsec_c2hvcnQ='], [newSecret(), '']])
      expect(await send({ secrets })).toMatchObject({ kind: 'refused' });
    expect(receiver.received).toEqual([]);
  });

  it('to a private address is refused with what to do about it, and nothing is sent', async () => {
    const strict = openWebhookChannel({
      http: openOutboundHttp(),
      targetOf: () => ({ url: receiver.url.replace('http:', 'https:'), secrets: [newSecret()] }),
    });
    expect(await strict.deliver(exampleMessage('crm'), never)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/allow/) as unknown,
    });
    expect(receiver.received).toEqual([]);
  });

  it('waits as long as a receiver asks for', async () => {
    receiver.reply({ status: 429, headers: { 'retry-after': '120' } });
    expect(await send({ secrets: [newSecret()] })).toMatchObject({ kind: 'retry', afterSeconds: 120 });
  });
});
