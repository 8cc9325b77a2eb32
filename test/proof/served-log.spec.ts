import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import rfc9162 from '@transmute/rfc9162';
import { parseHead, parseNote, parseNoteKey, signersAmong } from '#libs/kernel/signed-note.ts';
import { serve } from '../http/server-under-test.ts';
import type { ServerUnderTest } from '../http/server-under-test.ts';

let server: ServerUnderTest;
let auditor: string;
beforeAll(async () => {
  server = await serve();
  auditor = await server.token(['auditor@*']);
  for (let index = 0; index < 5; index += 1)
    await server.ledger.execute({
      ...{
        name: 'team.form',
        commandId: `team-${index}`,
        actor: { id: 'olga', grants: [{ role: 'operator', team: '*' }] },
      },
      body: { name: `Team ${index}`, zone: 'Asia/Shanghai' },
    });
});
afterAll(() => server.close());

const headOver = async (size: number) => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { text } = await server.get('/v1/log/checkpoint', { as: auditor });
    if (text.includes('\n\n') && parseHead(parseNote(text).text).size >= size) return text;
    await sleep(50);
  }
  throw new Error('No head came.');
};

describe('the log over HTTP', () => {
  it('is verified by somebody who has nothing but its files and a library of their own', async () => {
    const { events } = (await server.ledger.lag()).reduce(
      (most, each) => ({ events: Math.max(most.events, each.headPosition) }),
      { events: 0 },
    );
    expect(events).toBeGreaterThan(4);
    const note = parseNote(await headOver(events));
    const key = parseNoteKey((await server.get('/v1/log/key', { as: auditor })).text);
    expect(signersAmong(note, [key])).toHaveLength(1);
    const head = parseHead(note.text);
    expect(head.origin).toMatch(/^careledger\/acme\/[0-9a-f]{8}$/);

    const bundle = await fetch(`${server.url}/v1/log/tile/entries/000.p/${head.size}`, {
      headers: { authorization: `Bearer ${auditor}` },
    });
    expect(bundle.status).toBe(200);
    const bytes = Buffer.from(await bundle.arrayBuffer());
    const entries: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
      entries.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)));
    expect(Buffer.from(await rfc9162.RFC9162.treeHead(entries))).toEqual(Buffer.from(head.root));
  });

  it('is for auditors, operators, the committee and services', async () => {
    const agent = await server.token(['agent@*']);
    expect((await server.get('/v1/log/checkpoint', { as: agent })).status).toBe(403);
    expect((await fetch(`${server.url}/v1/log/checkpoint`)).status).toBe(401);
  });

  it.each([
    'tile/0/999',
    'tile/9',
    'tile/0/../../keys/log-key.pem',
    'tile/0/%2e%2e/%2e%2e/keys/log-key.pem',
    'tile/x/000',
  ])('has no file %s', async (path) => expect((await server.get(`/v1/log/${path}`, { as: auditor })).status).toBe(404));
});
