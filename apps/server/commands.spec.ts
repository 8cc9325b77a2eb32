import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';

const SHANGHAI = { name: 'After-sales east', zone: 'Asia/Shanghai' };

describe('commands over HTTP', () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await serve();
  });
  afterAll(() => server.close());

  const form = async (name = 'After-sales east') =>
    (await server.post('/v1/teams', { body: { ...SHANGHAI, name } })).json as {
      id: string;
      revision: number;
      position: number;
    };

  it('makes an aggregate: 201, where its state is, and its revision as ETag', async () => {
    const answer = await server.post('/v1/teams', { body: SHANGHAI });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/teams/${answer.json.id}/state`);
    expect(answer.headers.get('etag')).toBe('"0"');
    expect(answer.json).toMatchObject({
      accepted: true,
      stream: `team-${answer.json.id}`,
      revision: 0,
      events: 1,
      commandId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const state = await server.get(answer.headers.get('location')!);
    expect(state.status).toBe(200);
    expect(state.headers.get('etag')).toBe('"0"');
    expect(state.json).toMatchObject({ id: answer.json.id, revision: 0, state: { status: 'formed', ...SHANGHAI } });
    expect(state.json.allowed).toContain('team.rename');
  });

  it('answers 304 to a reader who has that state already', async () => {
    const { id } = await form();
    const again = await server.get(`/v1/teams/${id}/state`, { headers: { 'if-none-match': '"0"' } });
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
  });

  it('carries out a command on a member of the collection: 200', async () => {
    const { id } = await form();
    const answer = await server.post(`/v1/teams/${id}/rename`, { body: { name: 'After-sales south' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('location')).toBeNull();
    expect((await server.get(`/v1/teams/${id}/state`)).json.state.name).toBe('After-sales south');
  });

  it('answers the same key and body with the same answer, and makes no twin', async () => {
    const request = { body: SHANGHAI, headers: { 'idempotency-key': 'form-1' } };
    const first = await server.post('/v1/teams', request);
    const second = await server.post('/v1/teams', request);
    expect(second.status).toBe(201);
    expect(second.json).toEqual(first.json);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(first.json.commandId).toBe('form-1');
  });

  it('refuses a key that was used with another body', async () => {
    const headers = { 'idempotency-key': 'form-2' };
    await server.post('/v1/teams', { body: SHANGHAI, headers });
    const other = await server.post('/v1/teams', { body: { ...SHANGHAI, name: 'Other' }, headers });
    expect(other.status).toBe(422);
    expect(other.json).toMatchObject({ code: 'command.id-reused', status: 422 });
  });

  it('refuses a key that was used by somebody else', async () => {
    const headers = { 'idempotency-key': 'form-3' };
    await server.post('/v1/teams', { body: SHANGHAI, headers });
    const as = await server.token(['operator@*'], { subject: 'li' });
    expect((await server.post('/v1/teams', { body: SHANGHAI, headers, as })).status).toBe(422);
  });

  it.each([['two words'], ['x'.repeat(201)], ['']])('refuses the key %j: 1 to 200 visible characters', async (key) => {
    const answer = await server.post('/v1/teams', { body: SHANGHAI, headers: { 'idempotency-key': key } });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'request.header', field: 'Idempotency-Key' });
  });

  it('repeats a refusal under its key, marked as a repetition', async () => {
    const { id } = await form();
    await server.post(`/v1/teams/${id}/dissolve`, { body: { why: 'Merged' } });
    const request = { body: { name: 'Late' }, headers: { 'idempotency-key': 'late-1' } };
    const first = await server.post(`/v1/teams/${id}/rename`, request);
    const second = await server.post(`/v1/teams/${id}/rename`, request);
    expect(first.status).toBe(409);
    expect(first.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(first.json).toMatchObject({ status: 409, title: 'Conflict', code: 'team.dissolved', allowed: [] });
    expect(second.status).toBe(409);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect({ ...second.json, instance: '' }).toEqual({ ...first.json, instance: '' });
  });

  it('accepts If-Match with the revision that the stream is at', async () => {
    const { id } = await form();
    const headers = { 'if-match': '"0"' };
    expect((await server.post(`/v1/teams/${id}/rename`, { body: { name: 'B' }, headers })).status).toBe(200);
  });

  it('answers 412 with the actual revision when If-Match names another', async () => {
    const { id } = await form();
    await server.post(`/v1/teams/${id}/rename`, { body: { name: 'B' } });
    const answer = await server.post(`/v1/teams/${id}/rename`, { body: { name: 'C' }, headers: { 'if-match': '"0"' } });
    expect(answer.status).toBe(412);
    expect(answer.json).toMatchObject({ code: 'stream.wrong-revision', actualRevision: 1 });
    expect(answer.json.detail).toMatch(/at revision 1, expected 0/);
    expect((await server.get(`/v1/teams/${id}/state`)).json.state.name).toBe('B');
  });

  it.each([
    ['W/"0"', 412],
    ['0', 400],
    ['"x"', 400],
    ['"-1"', 400],
    ['"0", "1"', 400],
    ['"99999999999999999999"', 400],
  ])('answers If-Match: %s with %d and changes nothing', async (tag, status) => {
    const { id } = await form();
    const answer = await server.post(`/v1/teams/${id}/rename`, { body: { name: 'B' }, headers: { 'if-match': tag } });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code: 'request.if-match', field: 'If-Match' });
    expect((await server.get(`/v1/teams/${id}/state`)).json.revision).toBe(0);
  });

  it('takes If-Match: * as any revision, and refuses one where something new is made', async () => {
    const { id } = await form();
    expect(
      (await server.post(`/v1/teams/${id}/rename`, { body: { name: 'B' }, headers: { 'if-match': '*' } })).status,
    ).toBe(200);
    expect((await server.post('/v1/teams', { body: SHANGHAI, headers: { 'if-match': '"0"' } })).status).toBe(400);
  });

  it('answers an unknown id with 404 and a sentence', async () => {
    const answer = await server.post('/v1/teams/nowhere/rename', { body: { name: 'B' } });
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ code: 'team.unknown', status: 404 });
    expect((await server.get('/v1/teams/nowhere/state')).status).toBe(404);
  });

  it('refuses a team’s supervisor what concerns another team', async () => {
    const { id } = await form();
    const as = await server.token(['supervisor@another-team']);
    const answer = await server.post(`/v1/teams/${id}/add-member`, { body: { userId: 'u-1' }, as });
    expect(answer.status).toBe(403);
    expect(answer.json.code).toBe('command.forbidden');
    const own = await server.token([`supervisor@${id}`]);
    expect((await server.post(`/v1/teams/${id}/add-member`, { body: { userId: 'u-1' }, as: own })).status).toBe(200);
  });

  it('offers no internal command', async () => {
    const { id } = await form();
    expect((await server.post(`/v1/teams/${id}/import`, { body: SHANGHAI })).status).toBe(404);
    const bulk = await server.post('/v1/bulk', { body: { commands: [{ command: 'team.import', body: SHANGHAI }] } });
    expect(bulk.json.results[0].status).toBe(404);
  });

  it('shows a command’s effect to whoever asks with its position', async () => {
    const { id, position } = await form('Read your writes');
    const found = await server.get(`/v1/teams/${id}?minPosition=${position}`);
    expect(found.status).toBe(200);
    expect(found.json).toMatchObject({ id, document: { name: 'Read your writes' } });
    const byHeader = await server.get(`/v1/teams/${id}`, { headers: { 'x-min-position': String(position) } });
    expect(byHeader.status).toBe(200);
  });

  describe('in bulk', () => {
    it('answers each for itself, in order', async () => {
      const { id } = await form();
      const answer = await server.post('/v1/bulk', {
        headers: { 'idempotency-key': 'bulk-1' },
        body: {
          commands: [
            { command: 'team.form', body: SHANGHAI },
            { command: 'team.rename', id, body: { name: 'B' } },
            { command: 'team.rename', id, body: { name: 'C' }, expectedRevision: 1 },
            { command: 'team.rename', id, body: { nam: 'D' } },
            { command: 'team.rename', id: 'nowhere', body: { name: 'E' } },
            { command: 'team.rename', id, body: { name: 'F' }, expectedRevision: 0 },
            { command: 'team.teleport', id },
            { command: 'team.rename', body: { name: 'G' } },
            'not an object',
          ],
        },
      });
      expect(answer.status).toBe(200);
      expect((answer.json.results as { status: number }[]).map((each) => each.status)).toEqual([
        201, 200, 200, 422, 404, 412, 404, 422, 422,
      ]);
      expect(answer.json.results[0]).toMatchObject({ accepted: true, commandId: 'bulk-1/0' });
      expect(answer.json.results[3].problem).toMatchObject({ code: 'command.invalid-body' });
      expect((await server.get(`/v1/teams/${id}/state`)).json.state.name).toBe('C');
    });

    it('is idempotent under its key', async () => {
      const request = {
        headers: { 'idempotency-key': 'bulk-2' },
        body: { commands: [{ command: 'team.form', body: SHANGHAI }] },
      };
      const first = await server.post('/v1/bulk', request);
      const second = await server.post('/v1/bulk', request);
      expect(second.json.results[0]).toEqual({ ...first.json.results[0], repeated: true });
    });

    it('checks the role of each command', async () => {
      const as = await server.token(['agent@*']);
      const answer = await server.post('/v1/bulk', {
        as,
        body: { commands: [{ command: 'team.form', body: SHANGHAI }] },
      });
      expect(answer.json.results[0].status).toBe(403);
    });

    it.each([
      [{}],
      [{ commands: [] }],
      [{ commands: 'x' }],
      [{ commands: [{ command: 'team.form' }], more: 1 }],
      [{ commands: Array.from({ length: 101 }, () => ({ command: 'team.form', body: SHANGHAI })) }],
    ])('refuses a list that is none, empty or too long (%#)', async (body) => {
      expect((await server.post('/v1/bulk', { body })).status).toBe(422);
    });
  });
});
