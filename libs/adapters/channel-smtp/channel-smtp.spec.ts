import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeChannel, exampleMessage } from '#libs/testing/channel.contract.ts';
import type { Mood } from '#libs/testing/channel.contract.ts';
import { startMailReceiver } from '#libs/testing/channel-receivers.ts';
import type { MailReceiver, MailReply } from '#libs/testing/channel-receivers.ts';
import { selfSigned } from '#libs/testing/esdb-stand-in/self-signed.ts';
import { openSmtpChannel } from './channel-smtp.ts';
import { readSmtpUrl } from './smtp-url.ts';

const from = { address: 'care@example.com', name: 'CareLedger' };
const never = new AbortController().signal;

const replies: { readonly [M in Exclude<Mood, 'away'>]: MailReply | 'silent' | undefined } = {
  accepts: undefined,
  busy: { at: 'RCPT', code: 451, words: '4.7.1 words of the receiver' },
  gone: { at: 'RCPT', code: 550, words: '5.1.1 words of the receiver' },
  refuses: { at: 'DATA', code: 554, words: '5.7.1 words of the receiver' },
  silent: 'silent',
};

describeChannel('SMTP', async () => {
  const receiver = await startMailReceiver();
  const channel = openSmtpChannel({ url: `smtp://127.0.0.1:${receiver.port}`, from, timeoutMs: 500 });
  return {
    channel,
    to: 'lina@example.org',
    unknown: 'lina@example.org, everybody@example.org',
    become: async (mood) => (mood === 'away' ? receiver.close() : receiver.reply(replies[mood])),
    received: () =>
      receiver.received.map(({ headers, raw }) => ({ id: headers['message-id']!.slice(1).split('@')[0]!, all: raw })),
    secrets: ['lina@', 'everybody@'],
    dispose: async () => {
      await channel.close();
      await receiver.close();
    },
  };
});

describe('a mail', () => {
  let receiver: MailReceiver;
  let channel: ReturnType<typeof openSmtpChannel>;
  beforeEach(async () => {
    receiver = await startMailReceiver();
    channel = openSmtpChannel({ url: `smtp://127.0.0.1:${receiver.port}`, from });
  });
  afterEach(async () => {
    await channel.close();
    await receiver.close();
  });
  const mail = async (change: Parameters<typeof exampleMessage>[1] = {}) => {
    await channel.deliver(exampleMessage('lina@example.org', change), never);
    return receiver.received.at(-1)!;
  };

  it('has a Message-ID made of the stable id, our address, the date of the message, and asks for no automatic answer', async () => {
    const { from: sender, to, headers } = await mail();
    expect({ sender, to }).toEqual({ sender: 'care@example.com', to: ['lina@example.org'] });
    expect(headers).toMatchObject({
      'message-id': '<0d5b2c1e-6a52-5b1e-9f0e-4f7f2a3c9d10@example.com>',
      from: 'CareLedger <care@example.com>',
      to: 'lina@example.org',
      subject: 'INC0000073: deadline near',
      date: 'Mon, 02 Mar 2026 01:00:00 +0000',
      'auto-submitted': 'auto-generated',
    });
    expect(headers).not.toHaveProperty('list-unsubscribe');
  });

  it('says the same as plain text and as HTML, with the link, in Chinese too', async () => {
    const { text, html } = await mail({ text: '服务单的首次响应时限将至。\n请确认。', language: 'zh-CN' });
    expect(text).toBe('服务单的首次响应时限将至。\n请确认。\n\nhttps://care.example/service-cases/c1');
    expect(html).toContain('<p>服务单的首次响应时限将至。</p>\n<p>请确认。</p>');
    expect(html).toContain('<a href="https://care.example/service-cases/c1">');
  });

  it('takes nothing in a message for markup or for another header', async () => {
    const { html, headers } = await mail({
      subject: 'x\r\nBcc: everybody@example.org',
      text: '<img src="https://spy.example/?a=1&b=2">',
    });
    expect(html).toContain('&lt;img src=&quot;https://spy.example/?a=1&amp;b=2&quot;&gt;');
    expect(headers).not.toHaveProperty('bcc');
    expect(headers['subject']).toBe('x Bcc: everybody@example.org');
  });

  it('goes over TLS, with user and password, where the address says so', async () => {
    const { certificate, key } = selfSigned();
    const seen: string[] = [];
    const secure = await startMailReceiver({
      ...{ secure: true, cert: certificate, key, authOptional: false, disabledCommands: [] },
      onAuth: ({ username, password }, _session, done) => {
        seen.push(`${username}/${password}`);
        done(null, { user: username! });
      },
    });
    const url = `smtps://care:p%40ss@127.0.0.1:${secure.port}`;
    const trusting = openSmtpChannel({ url, from, ca: certificate });
    const distrusting = openSmtpChannel({ url, from });
    const message = exampleMessage('lina@example.org');
    expect(await trusting.deliver(message, never)).toMatchObject({ kind: 'delivered' });
    expect(seen).toEqual(['care/p@ss']);
    expect(await distrusting.deliver(message, never)).toMatchObject({ kind: 'retry' });
    expect(secure.received).toHaveLength(1);
    await trusting.close();
    await distrusting.close();
    await secure.close();
  });

  it('is not sent in the clear where STARTTLS is required and not offered', async () => {
    const strict = openSmtpChannel({ url: `smtp://127.0.0.1:${receiver.port}?tls=required`, from });
    expect(await strict.deliver(exampleMessage('lina@example.org'), never)).toMatchObject({ kind: 'retry' });
    expect(receiver.received).toEqual([]);
    await strict.close();
  });
});

describe('an SMTP address', () => {
  it('is TLS from the first byte, or STARTTLS, unless the server is on this machine or it says otherwise', () => {
    expect(readSmtpUrl('smtps://care:p%40ss@mail.example')).toEqual({
      ...{ host: 'mail.example', port: 465, secure: true, startTls: 'required', user: 'care', password: 'p@ss' },
    });
    expect(readSmtpUrl('smtp://mail.example')).toMatchObject({ port: 587, secure: false, startTls: 'required' });
    expect(readSmtpUrl('smtp://127.0.0.1:2525')).toMatchObject({ port: 2525, startTls: 'none' });
    expect(readSmtpUrl('smtp://mail.example?tls=none')).toMatchObject({ startTls: 'none' });
  });

  it('is refused with what is wrong and what is allowed, and without the password', () => {
    for (const wrong of [
      'mail.example',
      'http://mail.example',
      'smtp://',
      'smtp://a:secret@h/path',
      'smtp://h?x=1',
      'smtp://user@h',
      'smtps://h?tls=none',
    ])
      expect(() => readSmtpUrl(wrong)).toThrow(/The SMTP address .*: write smtp:\/\/user:password@host:587/);
    expect(() => readSmtpUrl('smtp://a:secret@h/path')).not.toThrow(/secret/);
    expect(() => openSmtpChannel({ url: 'smtp://127.0.0.1', from: { address: 'nobody' } })).toThrow(/sender/);
  });
});
