import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serve } from '../../test/http/server-under-test.ts';
import type { ServerUnderTest } from '../../test/http/server-under-test.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly roles: readonly string[] | 'any role' | 'anonymous';
}

describe('access: denied unless granted', () => {
  let server: ServerUnderTest;
  let operations: Operation[];
  beforeAll(async () => {
    server = await serve();
    const { paths } = server.openApi as {
      paths: { [path: string]: { [method: string]: { [name: string]: unknown } } };
    };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method,
        path: path.replaceAll(/\{\w+\}/g, 'some-id'),
        operationId: operation.operationId as string,
        roles: operation['x-roles'] as Operation['roles'],
      })),
    );
  });
  afterAll(() => server.close());

  const call = ({ method, path }: Operation, as: string) =>
    method === 'get' ? server.get(path, { as }) : server.post(path, { as, body: {} });

  it('answers nothing but health without a token', async () => {
    const anonymous = operations.filter((each) => each.roles === 'anonymous').map((each) => each.path);
    expect(anonymous.sort()).toEqual(['/health/live', '/health/ready']);
    expect(operations.length).toBeGreaterThan(30);
    for (const operation of operations) {
      const { status, headers, json } = await call(operation, '');
      if (operation.roles === 'anonymous') expect([operation.path, status]).toEqual([operation.path, 200]);
      else {
        expect([operation.path, status]).toEqual([operation.path, 401]);
        expect(json.code).toBe('authentication.missing');
        expect(headers.get('www-authenticate')).toBe('Bearer realm="careledger"');
      }
    }
  });

  it('answers nothing to a person without a role', async () => {
    const as = await server.token([]);
    for (const operation of operations.filter((each) => each.roles !== 'anonymous')) {
      const { status, json } = await call(operation, as);
      expect([operation.operationId, status, json.code]).toEqual([operation.operationId, 403, 'access.role']);
    }
  });

  it('answers nothing to a person whose roles are all others', async () => {
    const { ROLES } = await import('#libs/kernel/actor.ts');
    for (const operation of operations) {
      if (!Array.isArray(operation.roles)) continue;
      const others = ROLES.filter((role) => !operation.roles.includes(role)).map((role) => `${role}@*`);
      const { status } = await call(operation, await server.token(others));
      expect([operation.operationId, status]).toEqual([operation.operationId, 403]);
    }
  });

  it('answers a path that does not exist with 401 before 404', async () => {
    expect((await server.get('/v1/secrets', { as: '' })).status).toBe(401);
    const unknown = await server.get('/v1/secrets');
    expect(unknown.status).toBe(404);
    expect(unknown.json.code).toBe('request.no-such-route');
    expect(unknown.text).not.toContain('secrets');
  });

  it('does not read a body before it knows who sends it', async () => {
    const answer = await server.post('/v1/teams', { as: '', body: '{"malformed' });
    expect(answer.status).toBe(401);
  });

  it('takes no token from an address', async () => {
    const token = await server.token(['operator@*']);
    expect((await server.get(`/v1/teams?access_token=${token}`, { as: '' })).status).toBe(401);
  });

  it('shows another team’s members nothing of a team', async () => {
    const made = await server.post('/v1/teams', { body: { name: 'Ours', zone: 'Asia/Shanghai' } });
    const as = await server.token(['agent@another-team']);
    const state = await server.get(`/v1/teams/${made.json.id}/state`, { as });
    expect(state.status).toBe(403);
    expect(state.json.code).toBe('access.denied');
    expect(state.text).not.toContain('Ours');
  });
});
