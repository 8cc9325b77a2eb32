import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttpReceiver } from '#libs/testing/channel-receivers.ts';
import type { HttpReceiver } from '#libs/testing/channel-receivers.ts';
import { selfSigned } from '#libs/testing/esdb-stand-in/self-signed.ts';
import { openOutboundHttp } from './outbound-http.ts';
import type { OutboundHttpOptions } from './outbound-http.ts';
import { reservedFor } from './reserved-addresses.ts';

const never = new AbortController().signal;
const post = (url: string, options: OutboundHttpOptions = {}, signal = never) =>
  openOutboundHttp(options).post({ url, headers: {}, body: '{}' }, signal);
const resolvesTo = (...addresses: string[]) => ({
  resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
});

let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await startHttpReceiver();
});
afterEach(() => receiver.close());

describe('an address on the public internet only', () => {
  const inside = [
    ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::'],
    ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fd12::1'],
    ['169.254.169.254', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fe80::1'],
    ['224.0.0.1', '255.255.255.255', 'ff02::1', '192.0.2.1', '198.18.0.1', '203.0.113.7', '240.0.0.1', '2001:db8::1'],
    ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'],
  ].flat();
  it.each(inside)('%s is not one', (address) => expect(reservedFor(address)).toMatch(/\S{3}/));
  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2400:3200::1'])(
    '%s is one',
    (address) => expect(reservedFor(address)).toBeUndefined(),
  );
});

describe('a request to an address that users configure', () => {
  it('goes to no private address, however it is written', async () => {
    const { port } = new URL(receiver.url);
    for (const host of ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '[::1]', '[::ffff:127.0.0.1]', 'localhost'])
      expect(await post(`https://${host}:${port}/`, { ports: [Number(port)] })).toMatchObject({ kind: 'blocked' });
    expect(receiver.received).toEqual([]);
  });

  it('goes to no host one of whose addresses is private', async () => {
    const answer = await post('https://mixed.example/', resolvesTo('1.1.1.1', '169.254.169.254'));
    expect(answer).toEqual({
      kind: 'blocked',
      reason: "The target's host is a link-local address: allow the host or its network if it is meant.",
    });
  });

  it('connects to the address that was checked, not to what the name resolves to a moment later', async () => {
    let asked = 0;
    const rebinding = async () => {
      asked += 1;
      // Nothing of ours answers at the second address.
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    const { port } = new URL(receiver.url);
    const options = { allowHosts: ['rebinding.example'], resolve: rebinding };
    expect(await post(`http://rebinding.example:${port}/`, options)).toMatchObject({ kind: 'answered', status: 200 });
    expect(asked).toBe(1);
    expect(receiver.received[0]!.headers.host).toBe(`rebinding.example:${port}`);
  });

  it('goes over https, on the usual ports, without credentials in the address', async () => {
    const resolved = resolvesTo('1.1.1.1');
    for (const url of [
      'http://a.example/',
      'ftp://a.example/',
      'https://a.example:22/',
      'https://u:p@a.example/',
      'nonsense',
    ])
      expect(await post(url, resolved)).toMatchObject({ kind: 'blocked' });
  });

  it('goes inside where the operator allows the host or its network', async () => {
    expect(await post(receiver.url, { allowHosts: ['127.0.0.1'] })).toMatchObject({ kind: 'answered', status: 200 });
    expect(await post(receiver.url, { allowNetworks: ['127.0.0.0/8'] })).toMatchObject({ kind: 'answered' });
    expect(await post(receiver.url, { allowNetworks: ['10.0.0.0/8'] })).toMatchObject({ kind: 'blocked' });
    expect(() => openOutboundHttp({ allowNetworks: ['10.0.0.0'] })).toThrow(/10\.20\.0\.0\/16/);
  });

  it('follows no redirect', async () => {
    const other = await startHttpReceiver();
    receiver.reply({ status: 302, headers: { location: other.url } });
    expect(await post(receiver.url, { allowHosts: ['127.0.0.1'] })).toMatchObject({ kind: 'answered', status: 302 });
    expect(other.received).toEqual([]);
    await other.close();
  });

  it('reads 16 KiB of an answer and no more', async () => {
    receiver.reply({ status: 200, body: 'x'.repeat(5_000_000) });
    const answer = await post(receiver.url, { allowHosts: ['127.0.0.1'] });
    expect(answer.kind === 'answered' && answer.body.length).toBe(16 * 1_024);
  });

  it('ends in time where an answer, or its body, never comes', async () => {
    const limits = { allowHosts: ['127.0.0.1'], timeoutMs: 200 };
    receiver.reply(undefined);
    expect(await post(receiver.url, limits)).toEqual({ kind: 'failed', reason: 'No whole answer within 200 ms.' });
    const dripping = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx');
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    expect(await post(`http://127.0.0.1:${(dripping.address() as AddressInfo).port}`, limits)).toMatchObject({
      kind: 'failed',
    });
    await new Promise<void>((resolve) => dripping.close(() => resolve()));
    expect(
      await post('https://slow.example', { timeoutMs: 100, resolve: () => new Promise(() => undefined) }),
    ).toMatchObject({ kind: 'failed' });
  });

  it('fails where the host has no address, and tells neither host nor address', async () => {
    const unresolvable = async () =>
      Promise.reject(Object.assign(new Error('getaddrinfo a.example'), { code: 'ENOTFOUND' }));
    expect(await post('https://a.example/', { resolve: unresolvable })).toEqual({
      kind: 'failed',
      reason: 'No whole answer: ENOTFOUND.',
    });
  });

  it('trusts a certificate only if it is told to', async () => {
    const tls = selfSigned();
    const secure = await startHttpReceiver(tls);
    const allowed = { allowHosts: ['127.0.0.1'] };
    expect(await post(secure.url, allowed)).toMatchObject({ kind: 'failed' });
    expect(await post(secure.url, { ...allowed, ca: tls.certificate })).toMatchObject({
      kind: 'answered',
      status: 200,
    });
    await secure.close();
  });

  it('understands Retry-After in seconds and as a date', async () => {
    const clock = { now: () => '2026-03-02T01:00:00.000Z' };
    const allowed = { allowHosts: ['127.0.0.1'], clock };
    for (const [header, seconds] of [
      ['7', 7],
      ['Mon, 02 Mar 2026 01:01:00 GMT', 60],
      ['Sun, 01 Mar 2026 01:01:00 GMT', 0],
    ] as const) {
      receiver.reply({ status: 503, headers: { 'retry-after': header } });
      expect(await post(receiver.url, allowed)).toMatchObject({ retryAfterSeconds: seconds });
    }
    receiver.reply({ status: 503, headers: { 'retry-after': 'soon' } });
    expect(await post(receiver.url, allowed)).not.toHaveProperty('retryAfterSeconds');
  });
});
