import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';
import { care, careJson } from '../../test/import/care.ts';

describe('the past, asked of a server', () => {
  let server: ServerUnderTest;
  let remote: readonly string[];
  let id: string;
  let before: string;
  beforeAll(async () => {
    server = await serve();
    remote = ['--url', server.url, '--token', await server.token(['supervisor@*', 'auditor@*'], { subject: 'lina' })];
    const formed = await server.post('/v1/teams', { body: { name: 'East', zone: 'Asia/Shanghai' } });
    id = formed.json.id as string;
    await new Promise((resolve) => setTimeout(resolve, 20));
    before = server.ledger.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const headers = { 'idempotency-key': randomUUID() };
    const renamed = await server.post(`/v1/teams/${id}/rename`, { body: { name: 'Far East' }, headers });
    await server.get(`/v1/teams?minPosition=${renamed.json.position}`);
  }, 60_000);
  afterAll(() => server.close());

  it('answers lists, counts and documents as of and as at, of any read model', async () => {
    for (const moment of [`asOf=${before}`, `asAt=${before}`, `asOf=${before}&asAt=${before}`]) {
      const { json } = await server.get(`/v1/teams?${moment}`);
      expect(json.items).toMatchObject([{ id, document: { name: 'East' } }]);
      expect((await server.get(`/v1/teams/${id}?${moment}`)).json.document.name).toBe('East');
      expect((await server.get(`/v1/teams/count?${moment}`)).json).toEqual({ count: 1 });
      expect((await server.get(`/v1/audit-trail/count?filter[aggregateId]=${id}&${moment}`)).json).toEqual({
        count: 1,
      });
    }
    expect((await server.get('/v1/teams?asAt=2001-01-01T00:00:00Z')).json.items).toEqual([]);
  }, 60_000);

  it('refuses the future, what is no moment, a field that nobody knows how to ask for, and what there is not', async () => {
    for (const [query, code] of [
      ['teams?asAt=2999-01-01T00:00:00Z', 'query.invalid-moment'],
      ['audit-trail?asOf=2999-01-01T00:00:00Z', 'query.invalid-moment'],
      ['teams?asAt=soon', 'query.invalid-moment'],
      [`teams?asAt=${before}&cursor=x`, 'query.invalid'],
      [`provenance/teams/${id}?field=$where`, 'query.invalid'],
      [`provenance/teams/${id}`, 'request.parameter'],
    ]) {
      const { status, json } = await server.get(`/v1/${query}`);
      expect({ query, status, code: json.code as string }).toEqual({ query, status: 400, code });
    }
    expect((await server.get('/v1/provenance/teams/nobody?field=name')).status).toBe(404);
    expect((await server.get(`/v1/provenance/nothing/${id}?field=name`)).status).toBe(404);
    expect((await server.get(`/v1/customers/${id}/tier-explanation`)).json.code).toBe('customer.no-tier');
    expect((await server.get('/v1/escalations/none/explanation')).json.code).toBe('escalation.unknown');
  }, 60_000);

  it('tells by care where a value comes from, the same way over HTTP and in the folder', async () => {
    const folder = ['--data', server.folder];
    process.env['CARE_TENANT'] = 'acme';
    try {
      const [over, inside] = [
        await care('provenance', 'teams', id, 'name', ...remote),
        await care('provenance', 'teams', id, 'name', ...folder),
      ];
      expect(over).toMatchObject({ code: 0, stderr: '' });
      expect(over.stdout).toBe(inside.stdout);
      expect(over.stdout).toContain(`name of teams/${id} is Far East.`);
      expect((await care('provenance', 'teams', id, 'name', '--lang', 'zh-CN', ...remote)).stdout).toContain(
        `teams/${id} 的 name 为 Far East。`,
      );
      for (const where of [remote, folder]) {
        expect(await careJson('provenance', 'teams', id, 'name', '--as-at', before, ...where)).toMatchObject({
          ...{ value: 'East', policies: [], setBy: { event: { type: 'team.formed.v1' } } },
        });
        expect(await careJson('query', 'audit-trail', '--count', '--as-at', before, ...where)).toEqual({ count: 1 });
        expect(await care('provenance', 'teams', 'none', 'name', ...where)).toMatchObject({ code: 3 });
        expect(await care('query', 'teams', '--as-at', '2999-01-01', ...where)).toMatchObject({ code: 2 });
      }
    } finally {
      delete process.env['CARE_TENANT'];
    }
  }, 60_000);

  it('explains by care why a customer has its class, the same way over HTTP and in the folder [A7]', async () => {
    const { json } = await server.post('/v1/customers', { body: { kind: 'enterprise', organisationName: '海纳' } });
    const transaction = { key: 'i-1', at: before, amount: '600000', currency: 'CNY' };
    const dealt = await server.post(`/v1/customers/${json.id}/record-transactions`, {
      body: { transactions: [transaction] },
    });
    await server.get(`/v1/customers?minPosition=${dealt.json.position}`);
    process.env['CARE_TENANT'] = 'acme';
    try {
      const over = await care('explain', json.id as string, ...remote);
      expect(over).toMatchObject({ code: 0, stderr: '' });
      expect(over.stdout).toMatch(/^Class C, .*policy abc-default@1/);
      expect(over.stdout).toContain('600000 ≥ 500000 (A): A by spend.');
      expect((await care('explain', `customer-${json.id}`, '--data', server.folder)).stdout).toBe(over.stdout);
      expect(await care('explain', 'nothing', ...remote)).toMatchObject({ code: 3, stdout: '' });
    } finally {
      delete process.env['CARE_TENANT'];
    }
  }, 60_000);
});
