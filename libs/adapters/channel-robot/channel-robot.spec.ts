import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openOutboundHttp } from '#libs/adapters/outbound-http/outbound-http.ts';
import type { Channel } from '#libs/ports/channel.ts';
import { describeChannel, exampleMessage } from '#libs/testing/channel.contract.ts';
import type { Mood } from '#libs/testing/channel.contract.ts';
import { startHttpReceiver } from '#libs/testing/channel-receivers.ts';
import type { HttpReceiver, HttpReply } from '#libs/testing/channel-receivers.ts';
import { openDingtalkChannel, openFeishuChannel, openWecomChannel } from './channel-robot.ts';
import type { RobotChannelOptions, RobotTarget } from './channel-robot.ts';

const http = openOutboundHttp({ allowHosts: ['127.0.0.1'], timeoutMs: 500 });
const never = new AbortController().signal;
const secret = 'SECabcdef0123456789';
const says = (body: object): HttpReply => ({ status: 200, body: JSON.stringify(body) });

interface Product {
  readonly name: string;
  readonly open: (options: RobotChannelOptions) => Channel;
  /** As the products document their answers; all of them come with HTTP 200. */
  readonly replies: { readonly [M in Exclude<Mood, 'away' | 'silent'>]: object };
  readonly textOf: (body: string) => string;
}

const textContent = (body: string) => (JSON.parse(body) as { text: { content: string } }).text.content;
const postContent = (body: string) => {
  const { post } = (
    JSON.parse(body) as { content: { post: { [language: string]: { title: string; content: { text: string }[][] } } } }
  ).content;
  const [{ title, content }] = Object.values(post) as [{ title: string; content: { text: string }[][] }];
  return [title, ...content.flat().map(({ text }) => text)].join('\n');
};
const errmsg = 'words of the receiver';
const products: readonly Product[] = [
  {
    name: 'WeCom (企业微信)',
    open: openWecomChannel,
    replies: {
      accepts: { errcode: 0, errmsg: 'ok' },
      busy: { errcode: 45009, errmsg },
      gone: { errcode: 93000, errmsg },
      refuses: { errcode: 40008, errmsg },
    },
    textOf: textContent,
  },
  {
    name: 'DingTalk (钉钉)',
    open: openDingtalkChannel,
    replies: {
      accepts: { errcode: 0, errmsg: 'ok' },
      busy: { errcode: 410100, errmsg },
      gone: { errcode: 300001, errmsg },
      refuses: { errcode: 310000, errmsg },
    },
    textOf: textContent,
  },
  {
    name: 'Feishu (飞书)',
    open: openFeishuChannel,
    replies: {
      accepts: { code: 0, msg: 'success' },
      busy: { code: 11232, msg: errmsg },
      gone: { code: 19001, msg: errmsg },
      refuses: { code: 9499, msg: errmsg },
    },
    textOf: postContent,
  },
];

for (const { name, open, replies, textOf } of products)
  describeChannel(name, async () => {
    const receiver = await startHttpReceiver();
    const target: RobotTarget = { url: `${receiver.url}/robot/send?key=private`, secret };
    receiver.reply(says(replies.accepts));
    return {
      channel: open({ http, targetOf: (asked) => (asked === 'team-east' ? target : undefined) }),
      to: 'team-east',
      unknown: 'nobody',
      become: async (mood) => {
        if (mood === 'away') await receiver.close();
        else receiver.reply(mood === 'silent' ? undefined : says(replies[mood]));
      },
      // The last line, by which a reader or a bot can tell a repeat.
      received: () =>
        receiver.received.map(({ body }) => ({ id: textOf(body).split('\n').at(-1)!.slice(1), all: textOf(body) })),
      secrets: [secret, 'key=private', '127.0.0.1'],
      dispose: () => receiver.close(),
    };
  });

describe('a robot', () => {
  let receiver: HttpReceiver;
  beforeEach(async () => {
    receiver = await startHttpReceiver();
    receiver.reply(says({ errcode: 0, code: 0 }));
  });
  afterEach(() => receiver.close());
  const at = '2026-03-02T01:00:00.123Z';
  const send = async (open: Product['open'], target: Partial<RobotTarget> = {}, text = 'The deadline is near.') => {
    const channel = open({
      ...{ http, clock: { now: () => at } },
      targetOf: () => ({ url: `${receiver.url}/robot?access_token=t`, ...target }),
    });
    const delivery = await channel.deliver(exampleMessage('team-east', { text }), never);
    return { delivery, got: receiver.received.at(-1)! };
  };

  // https://open.dingtalk.com/document/robots/customize-robot-security-settings: timestamp in ms + "\n" + secret, HmacSHA256
  // keyed by the secret, Base64, then URL-encoded.
  it('of DingTalk is signed in the address, as its manual says', async () => {
    const { got } = await send(openDingtalkChannel, { secret });
    const asked = new URL(got.url, receiver.url).searchParams;
    const expected = createHmac('sha256', secret).update(`1772413200123\n${secret}`, 'utf8').digest('base64');
    expect(Object.fromEntries(asked)).toEqual({ access_token: 't', timestamp: '1772413200123', sign: expected });
    expect(got.url).toContain(`sign=${encodeURIComponent(expected)}`);
  });

  // https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: timestamp in s + "\n" + secret is the KEY of an HmacSHA256
  // over the empty text, Base64, in the body.
  it('of Feishu is signed in the body, as its manual says', async () => {
    const { got } = await send(openFeishuChannel, { secret });
    const { timestamp, sign } = JSON.parse(got.body) as { timestamp: string; sign: string };
    expect(timestamp).toBe('1772413200');
    expect(sign).toBe(createHmac('sha256', `1772413200\n${secret}`).update('').digest('base64'));
  });

  it('without a secret sends no signature', async () => {
    for (const { open } of products) {
      const { got } = await send(open);
      expect(`${got.url} ${got.body}`).not.toMatch(/"?sign"?[=:]/);
    }
  });

  it('keeps link and id whole where a message is too long, and splits no character', async () => {
    for (const { open, textOf } of products) {
      const { delivery, got } = await send(open, {}, '限'.repeat(20_000));
      expect(delivery).toEqual({ kind: 'delivered' });
      const text = textOf(got.body);
      expect(text).toMatch(/…\nhttps:\/\/care\.example\/service-cases\/c1\n#0d5b2c1e-[-0-9a-f]+$/);
      expect(text).not.toContain('\uFFFD');
    }
    expect(Buffer.byteLength(textContent(receiver.received[0]!.body))).toBeLessThanOrEqual(2_048);
  });

  it('is asked again later where its limit has another code today', async () => {
    receiver.reply(says({ errcode: 999_999, errmsg: 'api freq out of limit' }));
    expect((await send(openWecomChannel)).delivery).toMatchObject({ kind: 'retry', afterSeconds: 60 });
  });

  it('that answers no JSON is believed only as far as its HTTP status goes', async () => {
    receiver.reply({ status: 502, body: '<html>Bad gateway</html>' });
    expect((await send(openFeishuChannel)).delivery).toMatchObject({ kind: 'retry' });
    receiver.reply({ status: 200, body: 'ok' });
    expect((await send(openFeishuChannel)).delivery).toMatchObject({ kind: 'retry' });
  });
});
