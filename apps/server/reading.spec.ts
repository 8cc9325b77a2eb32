import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Unavailable } from '#libs/ports/event-store.ts';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';
import { createServer } from './create-server.ts';

describe('reading over HTTP', () => {
  let server: ServerUnderTest;
  const ids: string[] = [];
  let position = 0;
  beforeAll(async () => {
    server = await serve();
    for (const [name, zone] of [
      ['East', 'Asia/Shanghai'],
      ['South', 'Asia/Shanghai'],
      ['North', 'Asia/Tokyo'],
      ['West', 'Asia/Urumqi'],
      ['42', 'Asia/Urumqi'],
    ]) {
      const { json } = await server.post('/v1/teams', { body: { name, zone } });
      ids.push(json.id as string);
      position = json.position as number;
    }
    await server.get(`/v1/teams?minPosition=${position}`);
  });
  afterAll(() => server.close());

  const names = async (query: string) => {
    const { status, json, text } = await server.get(`/v1/teams?${query}`);
    if (status !== 200) throw new Error(text);
    return (json.items as { document: { name: string } }[]).map((each) => each.document.name);
  };

  it.each([
    ['filter[zone]=Asia/Shanghai&sort=name', ['East', 'South']],
    ['filter[zone]=Asia/Shanghai,Asia/Tokyo&sort=-name', ['South', 'North', 'East']],
    ['filter[zone]=Asia/Shanghai&filter[name]=East', ['East']],
    ['filter[name]=East&filter[name]=West&sort=name', ['East', 'West']],
    ['filter[name][gte]=N&filter[name][lt]=T&sort=name', ['North', 'South']],
    ['filter[name][prefix]=No', ['North']],
    ['filter[name][ne]=East&filter[zone]=Asia/Shanghai', ['South']],
    ['filter[supervisorId][exists]=true', []],
    ['filter[name]=42', ['42']],
    ['sort=zone,-name&limit=2', ['South', 'East']],
  ])('%s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('leads from page to page by cursor, and counts all on demand', async () => {
    const first = await server.get('/v1/teams?sort=name&limit=2&count=true');
    expect(first.json.total).toBe(5);
    const second = await server.get(
      `/v1/teams?sort=name&limit=2&cursor=${encodeURIComponent(first.json.next as string)}`,
    );
    const third = await server.get(
      `/v1/teams?sort=name&limit=2&cursor=${encodeURIComponent(second.json.next as string)}`,
    );
    const all = [first, second, third].flatMap((page) => page.json.items as { document: { name: string } }[]);
    expect(all.map((each) => each.document.name)).toEqual(['42', 'East', 'North', 'South', 'West']);
    expect(third.json).not.toHaveProperty('next');
    const forged = await server.get('/v1/teams?cursor=forged');
    expect([forged.status, forged.json.code]).toEqual([400, 'query.invalid']);
  });

  it('gives only the fields asked for', async () => {
    const { json } = await server.get(`/v1/teams/${ids[0]}?fields=name,zone`);
    expect(json).toEqual({
      id: ids[0],
      position: expect.any(Number),
      document: { name: 'East', zone: 'Asia/Shanghai' },
    });
  });

  it('counts, and counts per value', async () => {
    expect((await server.get('/v1/teams/count?filter[zone]=Asia/Urumqi')).json).toEqual({ count: 2 });
    expect((await server.get('/v1/teams/groups?by=zone&filter[zone][ne]=Asia/Tokyo')).json.groups).toEqual(
      expect.arrayContaining([
        { value: 'Asia/Shanghai', count: 2 },
        { value: 'Asia/Urumqi', count: 2 },
      ]),
    );
    expect((await server.get('/v1/teams/groups')).status).toBe(400);
    expect((await server.get('/v1/teams/groups?by=$where')).status).toBe(400);
  });

  it('answers 404 with a sentence for a document that is not there', async () => {
    const answer = await server.get('/v1/teams/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ code: 'document.unknown' });
  });

  it('tells a history in the language that the reader asks for', async () => {
    const english = await server.get(`/v1/history/${ids[0]}`);
    const chinese = await server.get(`/v1/history/${ids[0]}`, {
      headers: { 'accept-language': 'fr, zh-CN;q=0.8, en;q=0.5' },
    });
    const asked = await server.get(`/v1/history/${ids[0]}?lang=zh-CN`);
    expect(english.headers.get('content-language')).toBe('en');
    expect(chinese.headers.get('content-language')).toBe('zh-CN');
    expect(english.json.entries).toHaveLength(1);
    expect(english.json.entries[0].event.type).toBe('team.formed.v1');
    expect(english.json.entries[0].text).toMatch(/[a-z]/i);
    expect(chinese.json.entries[0].text).toMatch(/\p{Script=Han}/u);
    expect(asked.json.entries[0].text).toBe(chinese.json.entries[0].text);
    expect((await server.get(`/v1/history/${ids[0]}?lang=de`)).json.allowed).toEqual(['en', 'zh-CN']);
    expect((await server.get('/v1/history/nowhere')).status).toBe(404);
  });

  it('pages through a history', async () => {
    await server.post(`/v1/teams/${ids[3]}/rename`, { body: { name: 'Far west' } });
    const last = await server.post(`/v1/teams/${ids[3]}/rename`, { body: { name: 'West' } });
    await server.get(`/v1/teams?minPosition=${last.json.position}`);
    const first = await server.get(`/v1/history/${ids[3]}?limit=2`);
    const second = await server.get(`/v1/history/${ids[3]}?limit=2&after=${first.json.next}`);
    const types = [first, second].flatMap((page) => page.json.entries as { event: { revision: number } }[]);
    expect(types.map((each) => each.event.revision)).toEqual([0, 1, 2]);
  });

  it('shows a state as of an earlier moment, and refuses the future', async () => {
    const before = (await server.get(`/v1/history/${ids[3]}`)).json.entries[1].event.recordedAt as string;
    const past = await server.get(`/v1/teams/${ids[3]}/state?asOf=${before}`);
    expect(past.status).toBe(200);
    expect(['Far west', 'West']).toContain(past.json.state.name);
    expect((await server.get(`/v1/teams/${ids[3]}/state?asOf=2000-01-01T00:00:00Z`)).status).toBe(404);
    const future = await server.get(`/v1/teams/${ids[3]}/state?asOf=2999-01-01T00:00:00Z`);
    expect([future.status, future.json.code]).toEqual([400, 'query.invalid-moment']);
    const shanghai = encodeURIComponent('2000-01-01T08:00:00+08:00');
    expect((await server.get(`/v1/teams/${ids[3]}/state?asOf=${shanghai}`)).status).toBe(404);
  });

  it('gives moments with their offset only, and takes none without [SLA 7]', async () => {
    const request = (receivedAt: string) =>
      server.post('/v1/service-cases', {
        body: { kind: 'consultation', channel: 'phone', subjectLine: 'Hi', receivedAt },
      });
    const { json } = await request('2026-03-29T00:30:00.000Z');
    const answers = [
      await server.get(`/v1/sla-status?filter[aboutId]=${json.id}&minPosition=${json.position}`),
      await server.get(`/v1/deadlines/service-case-${json.id}`),
      await server.get(`/v1/history/${json.id}`),
    ];
    for (const { text } of answers) {
      const moments = text.match(/"\d{4}-\d\d-\d\dT[^"]*"/g);
      expect(moments).toContain('"2026-03-29T00:30:00.000Z"');
      expect(moments!.filter((moment) => !/T\d\d:\d\d:\d\d\.\d{3}Z"$/.test(moment))).toEqual([]);
    }
    expect((await request('2026-03-29T02:30:00.000')).status).toBe(422);
    const asked = await server.get(`/v1/teams/${ids[0]}?asOf=2026-03-29T02:30:00`);
    expect([asked.status, asked.json.code]).toEqual([400, 'query.invalid-moment']);
  });

  it('tells operators the lag, the dead letters and what a rebuild found', async () => {
    const lag = await server.get('/v1/operations/lag');
    expect(lag.json.readModels).toEqual(expect.arrayContaining([expect.objectContaining({ events: 0, seconds: 0 })]));
    expect((await server.get('/v1/operations/dead-letters')).json).toEqual({ deadLetters: [] });
    expect((await server.post('/v1/operations/dead-letters/retry')).json).toEqual({ taken: 0, parked: 0 });
    expect((await server.get('/v1/operations/processes')).json).toEqual({ processes: [], halted: [] });
    // This server runs none: another one would have to be asked.
    const elsewhere = await server.post('/v1/operations/processes/retry');
    expect([elsewhere.status, elsewhere.json.code]).toEqual([409, 'processes.elsewhere']);
    const rebuilt = await server.post('/v1/operations/rebuild', { body: { collection: 'teams' } });
    expect(rebuilt.json.rebuilt).toEqual([
      expect.objectContaining({ collection: 'teams', documents: 5, different: 0 }),
    ]);
    const unknown = await server.post('/v1/operations/rebuild', { body: { collection: 'nothing' } });
    expect([unknown.status, unknown.json.code]).toEqual([404, 'read-model.unknown']);
    expect((await server.post('/v1/operations/rebuild', { body: { all: true } })).status).toBe(422);
  });

  it('has figures for Prometheus', async () => {
    const { status, headers, text } = await server.get('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(/careledger_commands_total\{command="team.form",outcome="accepted"\} 5/);
    expect(text).toMatch(/careledger_projection_lag_events\{projection="teams@2[^"]*"\} 0/);
    expect(text).toMatch(/careledger_http_request_seconds_count\{method="POST",route="\/v1\/teams",status="201"\} 5/);
  });

  it('shows the API as a document and as a page without scripts', async () => {
    expect((await server.get('/v1/openapi.json')).json).toEqual(server.openApi);
    const page = await server.get('/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('POST /v1/teams/{id}/rename');
    expect(page.text).not.toMatch(/<script|href="http/);
  });
});

describe('when something fails', () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await serve({ readYourWritesTimeoutMs: 50 });
  });
  afterAll(() => server.close());

  const form = () => server.post('/v1/teams', { body: { name: 'A', zone: 'Asia/Shanghai' } });
  const failWith = (error: Error) =>
    Object.assign(server.ledger, { execute: (): Promise<never> => Promise.reject(error) });

  it('says 504 for a position that is not reached in time', async () => {
    const answer = await server.get('/v1/teams?minPosition=999999');
    expect([answer.status, answer.json.code]).toEqual([504, 'read-model.behind']);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('says 503 while the store does not answer or the disk is full', async () => {
    failWith(new Unavailable('disk full on /secret/path', { retryable: true }));
    const full = await form();
    expect([full.status, full.json.code, full.headers.get('retry-after')]).toEqual([503, 'store.unavailable', '2']);
    expect(full.text).not.toContain('secret');
  });

  it('says 500 without a word of the inside for what nobody expected, and logs where it was', async () => {
    failWith(new TypeError('cannot read 张伟 of undefined'));
    const unexpected = await form();
    expect([unexpected.status, unexpected.json.code]).toEqual([500, 'server.unexpected']);
    expect(unexpected.text).not.toContain('张伟');
    const logged = server.log.find((line) => line.includes('server.unexpected'))!;
    expect(logged).toContain(unexpected.headers.get('x-request-id')!);
    expect(logged).toContain('TypeError');
    expect(logged).not.toContain('张伟');
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(server.url).port);
    await expect(createServer({ ledger: server.ledger, port, auth: {} })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use: stop what uses it, or choose another port.`,
    );
  });
});
