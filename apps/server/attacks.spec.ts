import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';

const TEAM = { name: 'After-sales', zone: 'Asia/Shanghai' };
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('bad input and attacks', () => {
  let server: ServerUnderTest;
  let id: string;
  beforeAll(async () => {
    server = await serve();
    const made = await server.post('/v1/teams', { body: TEAM });
    id = made.json.id as string;
    await server.get(`/v1/teams?minPosition=${made.json.position}`);
  });
  afterAll(() => server.close());

  const counted = async () => (await server.get('/v1/teams/count')).json.count as number;

  it.each<[string, string | Uint8Array, number, string]>([
    ['malformed JSON', '{"name": "x"', 400, 'json.malformed'],
    ['JSON with a comment', '{"name": "x" /* y */}', 400, 'json.malformed'],
    ['an array', '[1]', 400, 'json.not-an-object'],
    ['null', 'null', 400, 'json.not-an-object'],
    ['a text', '"team"', 400, 'json.not-an-object'],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 400, 'json.encoding'],
    ['half a character', '{"name":"\\ud800","zone":"x"}', 400, 'json.text'],
    ['a number too large to keep', '{"name":12345678901234567890}', 400, 'json.number'],
    ['an infinite number', '{"name":1e999}', 400, 'json.number'],
    ['21 levels', nested(21), 400, 'json.too-deep'],
    ['50 000 levels', nested(50_000), 413, 'request.too-large'],
    ['30 000 open brackets', '{"a":' + '['.repeat(30_000) + ']'.repeat(30_000) + '}', 400, 'json.too-deep'],
    ['257 KiB', JSON.stringify({ name: 'x'.repeat(257 * 1024) }), 413, 'request.too-large'],
    ['__proto__', '{"name":"x","__proto__":{"grants":["operator@*"]}}', 400, 'json.name'],
    ['__proto__ deep inside', '{"name":{"a":[{"__proto__":1}]}}', 400, 'json.name'],
    ['constructor', '{"constructor":{"prototype":{"admin":true}}}', 400, 'json.name'],
    ['nothing', '', 422, 'command.invalid-body'],
    ['an empty object', '{}', 422, 'command.invalid-body'],
  ])('refuses a body of %s', async (_what, body, status, code) => {
    const before = await counted();
    const answer = await server.post('/v1/teams', { body });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.json.detail).toMatch(/\S{3}/);
    expect(answer.json.instance).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
    expect(await counted()).toBe(before);
    expect(({} as { grants?: unknown; admin?: unknown }).grants).toBeUndefined();
  });

  it('takes 20 levels to the validation', async () => {
    expect((await server.post('/v1/teams', { body: nested(20) })).json.code).toBe('command.invalid-body');
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'refuses content of type %s',
    async (type) => {
      const answer = await server.post('/v1/teams', { body: 'name=x', headers: { 'content-type': type } });
      expect(answer.status).toBe(415);
      expect(answer.json).toMatchObject({ code: 'request.content-type', allowed: ['application/json'] });
    },
  );

  it('does not unpack compressed bodies', async () => {
    const body = gzipSync(JSON.stringify(TEAM));
    const answer = await server.post('/v1/teams', { body, headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(400);
  });

  it('lists every wrong field with what is allowed there', async () => {
    const { status, json } = await server.post('/v1/teams', { body: { name: 7, zone: '', color: 'red' } });
    expect(status).toBe(422);
    const fields = json.fields as { field: string; allowed: unknown }[];
    expect(fields.map((each) => each.field).sort()).toEqual(['color', 'name', 'zone']);
    expect(fields.find((each) => each.field === 'color')?.allowed).toEqual(['name', 'zone']);
    expect(fields.find((each) => each.field === 'name')?.allowed).toMatchObject({ type: 'string', maxLength: 200 });
  });

  it('finds the wrong field inside a list, and repeats no value', async () => {
    const windows = [
      { weekdays: [1], from: '09:00', to: '18:00' },
      { weekdays: [8], from: '9 Uhr', to: '18:00', admin: true },
    ];
    const { status, json, text } = await server.post(`/v1/teams/${id}/set-working-hours`, {
      body: { zone: 'Asia/Shanghai', windows },
    });
    expect(status).toBe(422);
    expect((json.fields as { field: string }[]).map((each) => each.field).sort()).toEqual([
      'windows.1.admin',
      'windows.1.from',
      'windows.1.weekdays',
    ]);
    expect(text).not.toContain('9 Uhr');
  });

  it('assigns no field that the command does not have, even to one without fields', async () => {
    const user = await server.post('/v1/users', { body: { displayName: 'Wang' } });
    const answer = await server.post(`/v1/users/${user.json.id}/end-absence`, { body: { status: 'deactivated' } });
    expect(answer.status).toBe(422);
    expect(answer.json.fields).toEqual([{ field: 'status', problems: ['is not known here: remove it'], allowed: [] }]);
  });

  it.each(['2026-02-30T09:00:00.000Z', '2026-13-01T09:00:00.000Z', '2026-11-24', 'tomorrow'])(
    'refuses %s as a moment in a body',
    async (from) => {
      const body = { userId: 'u-1', from, until: '2027-01-01T00:00:00.000Z' };
      const { status, json } = await server.post(`/v1/teams/${id}/roster-duty`, { body });
      expect(status).toBe(422);
      expect(json.fields).toMatchObject([{ field: 'from' }]);
    },
  );

  it.each([
    ['asOf=2026-02-30T00:00:00Z', 'query.invalid-moment'],
    ['asOf=yesterday', 'query.invalid-moment'],
    ['asOf=2026-03-01', 'query.invalid-moment'],
    ['asOf=', 'query.invalid-moment'],
    ['asOf=2026-03-01T00:00:00Z&asOf=2026-03-02T00:00:00Z', 'request.repeated-parameter'],
    ['limit=0', 'request.unknown-parameter'],
  ])('refuses the state as of %s', async (query, code) => {
    const answer = await server.get(`/v1/teams/${id}/state?${query}`);
    expect([answer.status, answer.json.code]).toEqual([400, code]);
  });

  it.each([
    ['limit=0', 'request.parameter'],
    ['limit=1001', 'request.parameter'],
    ['limit=1e3', 'request.parameter'],
    ['limit=5&limit=5', 'request.repeated-parameter'],
    ['count=yes', 'request.parameter'],
    ['sort=', 'query.invalid-field'],
    ['sort=name;drop', 'query.invalid-field'],
    ['sort=$where', 'query.invalid-field'],
    ['fields=__proto__', 'query.invalid-field'],
    ['fields=constructor.name', 'query.invalid-field'],
    ['filter[$where]=1', 'query.invalid-field'],
    ['filter[name][$ne]=x', 'query.invalid-filter'],
    ['filter[name][regex]=x', 'query.invalid-filter'],
    ['filter[name][$regex]=.*', 'query.invalid-filter'],
    ['filter[a.$b]=x', 'query.invalid-field'],
    ['filter[__proto__]=x', 'query.invalid-field'],
    ['filter[name][gte]=a,b', 'query.invalid-filter'],
    ['filter[name][exists]=1', 'query.invalid-filter'],
    ['filter=x', 'request.unknown-parameter'],
    ['filter[name][gte][x]=1', 'request.unknown-parameter'],
    ['$where=1', 'request.unknown-parameter'],
    ['minPosition=-1', 'request.parameter'],
    ['minPosition=1.5', 'request.parameter'],
    ["name'--=1", 'request.unknown-parameter'],
  ])('refuses the list parameters %s', async (query, code) => {
    const answer = await server.get(`/v1/teams?${query}`);
    expect([answer.status, answer.json.code]).toEqual([400, code]);
  });

  it('takes an operator in a value as the text that it is', async () => {
    const answer = await server.get(`/v1/teams?filter[name]=${encodeURIComponent('{"$ne":null}')}`);
    expect(answer.status).toBe(200);
    expect(answer.json.items).toEqual([]);
  });

  it.each([`/v1/teams/${'x'.repeat(300)}`, '/v1/teams/%', '/%E0%A4%A', '/v1/teams/..%2f..%2fhealth'])(
    'answers the path %s as the caller’s mistake',
    async (path) => {
      const answer = await server.get(path);
      expect([400, 404, 414]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );

  it('lets no header break out of its line', async () => {
    const answer = await server.get('/v1/teams/a%0d%0aSet-Cookie:%20x=1/state');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('set-cookie')).toBeNull();
    const made = await server.post('/v1/teams', { body: TEAM, headers: { 'x-correlation-id': 'a b' } });
    expect(made.status).toBe(400);
  });

  const raw = async (request: string): Promise<string> => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(request);
    return readAll(socket);
  };

  it('answers what is not HTTP with 400 and closes', async () => {
    const answer = await raw('HELLO\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/application\/problem\+json/);
  });

  it('answers headers without end with 431', async () => {
    const answer = await raw(`GET /v1/teams HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('refuses two lengths for one body (request smuggling)', async () => {
    const answer = await raw(
      'POST /v1/teams HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('sends the headers that keep browsers from harm, and caches nothing', async () => {
    const { headers } = await server.get('/v1/teams');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(headers.get('strict-transport-security')).toMatch(/max-age/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  it('logs routes and statuses, but no value, token or body', async () => {
    await server.post('/v1/users', { body: { displayName: '张伟秘密' } });
    await server.post('/v1/users', { body: '{"displayName": "张伟秘密' });
    await server.get(`/v1/users?filter[displayName]=${encodeURIComponent('张伟秘密')}`);
    await server.get('/v1/users/zhang-wei-secret');
    const log = server.log.join('');
    expect(log).toContain('"route":"/v1/users/:id"');
    for (const secret of ['张伟', encodeURIComponent('张伟'), 'zhang-wei', 'Bearer', 'eyJ', 'displayName'])
      expect(log).not.toContain(secret);
  });
});

describe('limits', () => {
  it('counts requests per actor, failed tokens per address, and says how long to wait', async () => {
    const server = await serve({ rateLimit: { perMinute: 5 } });
    try {
      const statuses = async (as: string) => {
        const all: number[] = [];
        for (let n = 0; n < 6; n += 1) all.push((await server.get('/v1/teams', { as })).status);
        return all;
      };
      const wang = await server.token(['agent@*'], { subject: 'wang' });
      const li = await server.token(['agent@*'], { subject: 'li' });
      expect(await statuses(wang)).toEqual([200, 200, 200, 200, 200, 429]);
      expect((await server.get('/v1/teams', { as: li })).status).toBe(200);
      expect(await statuses('guess')).toEqual([401, 401, 401, 401, 401, 429]);
      const refused = await server.get('/v1/teams', { as: wang });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.json).toMatchObject({ code: 'request.too-many', status: 429 });
      expect((await server.get('/health/live', { as: '' })).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});
