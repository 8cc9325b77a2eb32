import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { ChainedAccessRecord } from '#libs/ports/access-log.ts';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';
import { care, careJson } from '../../test/import/care.ts';

let server: ServerUnderTest;
/** Signed, and under no approval but the standing one. */
let agent: { readonly id: string; readonly token: string };
let officer: { readonly id: string; readonly token: string };
let customer: string;
const LONG_MS = 120_000;

const register = async (displayName: string, ...grants: readonly string[]) => {
  const made = await server.post('/v1/users', { body: { displayName } });
  const id = made.json.id as string;
  return { id, token: await server.token(grants, { subject: id }) };
};
const sign = (id: string) =>
  server.post(`/v1/users/${id}/record-undertaking`, { body: { signedOn: '2026-01-05', version: '2026' } });
/** What is remembered of who signed may be a second old. */
const forgotten = () => sleep(1_100);

beforeAll(async () => {
  server = await serve({ clearance: 'required' });
  agent = await register('王芳', 'agent@*');
  officer = await register('赵敏', 'privacy-officer@*');
  await sign(agent.id);
  await sign(officer.id);
  const body = { kind: 'individual', personName: '李雷雷' };
  const made = await server.post('/v1/customers', { as: agent.token, body });
  expect([made.status, made.text]).toEqual([201, made.text]);
  customer = made.json.id as string;
  await server.ledger.caughtUp(made.json.position as number);
}, LONG_MS);
afterAll(() => server.close());

const records = async (query = ''): Promise<readonly ChainedAccessRecord[]> =>
  (await server.get(`/v1/access-records?limit=1000${query}`, { as: officer.token })).json
    .records as readonly ChainedAccessRecord[];
const newest = async () => (await records()).at(-1)!;
const count = async () => (await records()).length;

describe('access records', () => {
  it.each([
    ['a document', () => `/v1/customers/${customer}`, () => ({ kind: 'document', of: `customers/${customer}` })],
    ['a list', () => '/v1/customers', () => ({ kind: 'list', of: 'customers' })],
    ['a state', () => `/v1/customers/${customer}/state`, () => ({ kind: 'state', of: `customer-${customer}` })],
    ['a history', () => `/v1/history/${customer}`, () => ({ kind: 'history', of: customer })],
  ])('hold one record for a look at %s, with who, why and of whom [G2]', async (_what, path, what) => {
    const before = await count();
    const answer = await server.get(path(), { as: agent.token });
    expect(answer.text).toContain('李雷雷');
    expect(await count()).toBe(before + 1);
    expect(await newest()).toMatchObject({
      ...{ actor: agent.id, roles: ['agent'], purpose: 'customer-care', what: what(), classes: ['personal'] },
      subjects: expect.arrayContaining([customer]) as unknown,
    });
  });

  it(
    'hold a record for each change that a live stream tells [G2]',
    async () => {
      const stop = new AbortController();
      const response = await fetch(`${server.url}/v1/customers/changes`, {
        headers: { authorization: `Bearer ${agent.token}` },
        signal: stop.signal,
      });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let told = '';
      const until = async (text: string) => {
        while (!told.includes(text)) told += (await reader.read()).value ?? '';
      };
      await until('event: ready');
      const before = await count();
      const body = { kind: 'individual', personName: '韩梅梅' };
      const made = await server.post('/v1/customers', { as: agent.token, body });
      await until('韩梅梅');
      expect(await count()).toBeGreaterThan(before);
      expect(await newest()).toMatchObject({
        ...{ actor: agent.id, what: { kind: 'change', of: 'customers' }, subjects: [made.json.id] },
      });
      stop.abort();
    },
    LONG_MS,
  );

  it('hold nothing where nothing personal was shown: counts, other roles, the ledger itself [G2]', async () => {
    const before = await count();
    const committee = await register('钱伟', 'committee@*');
    await sign(committee.id);
    expect((await server.get('/v1/customers/count', { as: agent.token })).json.count).toBeGreaterThan(0);
    const masked = await server.get(`/v1/customers/${customer}`, { as: committee.token });
    expect([masked.status, masked.headers.get('care-masked')]).toEqual([200, null]);
    expect(masked.text).not.toContain('李雷雷');
    expect((await server.ledger.find('customers', {}, { actor: LEDGER })).documents.length).toBeGreaterThan(0);
    expect(await count()).toBe(before);
  });

  it('are found by subject, actor and time, for auditors and privacy officers of all teams only [G1]', async () => {
    await server.get(`/v1/customers/${customer}`, { as: officer.token });
    const own = await records(`&subject=${customer}&actor=${officer.id}`);
    expect(own.map(({ actor, purpose }) => [actor, purpose])).toEqual([[officer.id, 'data-protection']]);
    expect(await records(`&to=2020-01-01T00:00:00Z`)).toEqual([]);
    const refused = await server.get('/v1/access-records', { as: agent.token });
    expect(refused.status).toBe(403);
    const ofOneTeam = await server.token(['auditor@east'], { subject: officer.id });
    expect((await server.get('/v1/access-records', { as: ofOneTeam })).json.code).toBe('access.denied');
    expect((await server.get('/v1/access-records?from=tomorrow', { as: officer.token })).status).toBe(400);
  });

  it(
    'take those of the command line beside the server into the same chain, and are verified there [G2]',
    async () => {
      const folder = ['--data', server.folder];
      process.env['CARE_TENANT'] = 'acme';
      const before = await count();
      const listed = await careJson('state-at', `customer-${customer}`, '--purpose', 'audit 7', ...folder);
      expect(JSON.stringify(listed)).toContain('李雷雷');
      expect(await count()).toBeGreaterThan(before);
      expect(await newest()).toMatchObject({
        actor: expect.stringMatching(/^cli:/) as unknown,
        purpose: 'audit 7',
        what: { kind: 'state', of: `customer-${customer}` },
      });
      const all = await count();
      expect(await careJson('access', 'verify', ...folder)).toMatchObject({ verified: true, records: all });
      const { hash, number } = await newest();
      expect((await care('access', 'verify', '--head', `${number}:${hash}`, ...folder)).code).toBe(0);
      expect((await care('access', 'verify', '--head', `${number + 1}:${hash}`, ...folder)).code).toBe(1);
      const list = await care('access', 'list', '--subject', customer, '--url', server.url, '--token', officer.token);
      expect(list.stdout).toContain(`document customers/${customer}`);
      delete process.env['CARE_TENANT'];
    },
    LONG_MS,
  );
});

describe('a confidentiality undertaking', () => {
  it(
    'is on record before anything personal is shown, and the answer says so [G1]',
    async () => {
      const novice = await register('孙莉', 'agent@*');
      const before = await count();
      for (const path of [`/v1/customers/${customer}`, `/v1/customers/${customer}/state`, `/v1/history/${customer}`]) {
        const masked = await server.get(path, { as: novice.token });
        expect([masked.status, masked.headers.get('care-masked')]).toEqual([200, 'no-undertaking']);
        expect(masked.text).not.toContain('李雷雷');
        expect(masked.text).toContain('***');
      }
      expect(await count()).toBe(before);
      await sign(novice.id);
      await forgotten();
      const shown = await server.get(`/v1/customers/${customer}`, { as: novice.token });
      expect([shown.headers.get('care-masked'), shown.text.includes('李雷雷')]).toEqual([null, true]);

      await server.post(`/v1/users/${novice.id}/end-undertaking`, { body: { why: '离职' } });
      await forgotten();
      const after = await server.get(`/v1/customers/${customer}`, { as: novice.token });
      expect([after.headers.get('care-masked'), after.text.includes('李雷雷')]).toEqual(['no-undertaking', false]);
    },
    LONG_MS,
  );

  it('is asked of nobody who is a program, but is of a token that claims to be the ledger itself [G1]', async () => {
    const portal = await server.token(['service@*'], { subject: 'portal' });
    expect((await server.get(`/v1/customers/${customer}/state`, { as: portal })).text).toContain('李雷雷');
    expect(await newest()).toMatchObject({ actor: 'portal', purpose: 'integration' });
    const pretender = await server.token(['service@*'], { subject: LEDGER.id });
    const before = await count();
    await server.get(`/v1/customers/${customer}/state`, { as: pretender });
    expect(await count()).toBe(before + 1);
  });

  it('counts for nothing where the token names nobody of the staff [G1]', async () => {
    const stranger = await server.token(['supervisor@*', 'auditor@*', 'privacy-officer@*'], { subject: 'stranger' });
    const answer = await server.get(`/v1/customers/${customer}`, { as: stranger });
    expect([answer.headers.get('care-masked'), answer.text.includes('李雷雷')]).toEqual(['no-undertaking', false]);
  });
});

describe('a single approval', () => {
  it(
    'opens what it names, to whom it names, and each look cites it; another person gives it [G2]',
    async () => {
      const finance = await register('周婷', 'finance@*');
      await sign(finance.id);
      const body = {
        ...{ purpose: 'billing', subjects: [customer], why: '开票' },
        until: new Date(Date.now() + 3_600_000).toISOString(),
      };
      const { id } = (await server.post('/v1/use-approvals', { as: finance.token, body })).json;
      const citing = await issue(finance.id, id as string);
      const look = () => server.get(`/v1/customers/${customer}`, { as: citing });
      expect((await look()).text).not.toContain('李雷雷');
      const approved = await server.post(`/v1/use-approvals/${id}/approve`, { as: officer.token, body: {} });
      expect(approved.status).toBe(200);
      await forgotten();
      expect((await look()).text).toContain('李雷雷');
      expect(await newest()).toMatchObject({ actor: finance.id, purpose: id, subjects: [customer] });
      expect((await server.get('/v1/customers', { as: citing })).text).not.toContain('韩梅梅');
      expect((await server.get(`/v1/customers/${customer}`, { as: finance.token })).text).not.toContain('李雷雷');
    },
    LONG_MS,
  );
});

const issue = async (subject: string, purpose: string) => {
  const { issueToken } = await import('./tokens.ts');
  return issueToken({ key: server.key, tenant: 'acme', subject, grants: ['finance@*'], ttlSeconds: 600, purpose });
};

describe('a breach', () => {
  it(
    'finds out from the access records whom a stolen token saw, and is closed once they were told [G5]',
    async () => {
      const thief = await register('吴刚', 'account-manager@*');
      await sign(thief.id);
      await forgotten();
      const from = new Date().toISOString();
      await server.get(`/v1/customers/${customer}`, { as: thief.token });
      await server.get(`/v1/history/${customer}`, { as: thief.token });
      await server.get(`/v1/customers`, { as: agent.token });
      const to = new Date(Date.now() + 1_000).toISOString();

      const as = officer.token;
      const detected = await server.post('/v1/breaches', {
        as,
        body: { kind: 'stolen-token', description: '令牌外泄' },
      });
      const { id } = detected.json as { id: string };
      const take = async (step: string, body: object) => {
        const { status, text } = await server.post(`/v1/breaches/${id}/${step}`, { as, body });
        expect([step, status, text]).toEqual([step, 200, text]);
      };
      const asked = { actors: [thief.id], from, to };
      expect(
        (await server.post(`/v1/breaches/${id}/determine-affected`, { as: agent.token, body: asked })).status,
      ).toBe(403);
      await take('isolate', { how: 'user-deactivated', note: '已停用' });
      await take('determine-affected', asked);
      const state = (await server.get(`/v1/breaches/${id}/state`, { as })).json.state;
      // Her name too: the history says who registered the customer.
      expect(state.affected).toEqual([customer, agent.id].sort());
      await take('tell-affected', { advice: '请留意可疑来电' });
      await take('tell-regulator', { authority: '网信办', fileNumber: '7' });
      await take('record-accountability', { consequence: 'training', note: '无' });
      const early = await server.post(`/v1/breaches/${id}/close`, { as, body: {} });
      expect([early.status, early.json.allowed]).toEqual([409, ['breach.record-fix']]);
      await take('record-fix', { fix: '缩短令牌有效期' });
      await take('close', {});
      await server.ledger.caughtUp();
      expect((await server.get(`/v1/breaches/${id}`, { as })).json.document).toMatchObject({
        status: 'closed',
        overdue: [],
      });
    },
    LONG_MS,
  );
});

describe('where the access record cannot be kept', () => {
  it(
    'nothing personal is shown [G2]',
    async () => {
      const { mkdir } = await import('node:fs/promises');
      const other = await serve();
      try {
        const body = { kind: 'individual', personName: '李雷雷' };
        const { id } = (await other.post('/v1/customers', { body })).json;
        expect(existsSync(join(other.folder, 'access.db'))).toBe(false);
        await mkdir(join(other.folder, 'access.db'));
        const refused = await other.get(`/v1/customers/${id}/state`);
        expect(refused.status).toBe(503);
        expect(refused.text).not.toContain('李雷雷');
        expect((await other.get('/v1/customers/count')).status).toBe(200);
      } finally {
        await other.close();
      }
    },
    LONG_MS,
  );
});
