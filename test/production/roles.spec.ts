import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TOKEN_KEY_FILE, issueToken, loadOrCreateTokenKey } from '#apps/server/tokens.ts';
import { deploy } from './deployments.ts';
import type { Deployment } from './deployments.ts';
import { startProcess, until, variablesOf } from './processes.ts';
import type { Started } from './processes.ts';

let deployment: Deployment;
const servers: Started[] = [];
afterEach(async () => {
  for (const { child } of servers) child.kill('SIGKILL');
  await Promise.all(servers.splice(0).map(({ ended }) => ended));
  await deployment.close();
});

/** The server as it is started in production, on a free port; resolves with its address once it says that it is ready. */
const serve = async (role: string, variables: Record<string, string> = {}): Promise<Started & { url: string }> => {
  const env = { ...variablesOf(deployment), CARE_ROLE: role, PORT: '0', CARE_LEASE_SECONDS: '4', ...variables };
  const server = startProcess('../../apps/server/main.ts', env, { hooks: ['./typescript.hooks.mjs'] });
  servers.push(server);
  const address = () => /"url":"([^"]+)"/.exec(server.said())?.[1];
  await until(`the ${role} is ready`, () => {
    if (server.child.exitCode !== null) throw new Error(server.said());
    return address() !== undefined;
  });
  return { ...server, url: address()! };
};

const asking = async () => {
  const key = await loadOrCreateTokenKey(join(deployment.folder, TOKEN_KEY_FILE));
  const grants = ['operator@*', 'hr@*', 'supervisor@*', 'agent@*', 'auditor@*'];
  const token = await issueToken({ key, tenant: 'acme', subject: 'wang', grants, ttlSeconds: 600 });
  return async (method: 'GET' | 'POST', url: string, body?: object) => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();

    return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
};

describe('api and worker as services apart, on EventStoreDB and MongoDB', () => {
  it('answer over HTTP: commands and questions at the api, rebuilds and figures at the worker', async () => {
    deployment = await deploy('esdb', 'mongodb');
    const api = await serve('api');
    const worker = await serve('worker');
    const ask = await asking();

    const made = await ask('POST', `${api.url}/v1/teams`, { name: 'After-sales east', zone: 'Asia/Shanghai' });
    expect(made).toMatchObject({ status: 201 });
    const { id, position } = made.json as { id: string; position: number };
    for (const { url } of [api, worker])
      expect(await ask('GET', `${url}/v1/teams/${id}?minPosition=${position}`)).toMatchObject({
        status: 200,
        json: { document: { name: 'After-sales east' } },
      });
    expect(await ask('GET', `${api.url}/health/ready`)).toMatchObject({ status: 200 });
    expect(await ask('GET', `${worker.url}/health/ready`)).toMatchObject({ status: 200 });

    // Two organisations of one name: the process that notices runs on the worker, what it asks for is decided there.
    const customer = { kind: 'enterprise', organisationName: '上海示例有限公司' };
    const first = await ask('POST', `${api.url}/v1/customers`, customer);
    expect(first).toMatchObject({ status: 201 });
    const second = await ask('POST', `${api.url}/v1/customers`, customer);
    await until('the duplicate is proposed', async () => {
      const history = await ask('GET', `${api.url}/v1/history/${second.json.id}`);
      return history.text.includes('customer.duplicate-proposed.v1');
    });

    expect(
      (await ask('POST', `${api.url}/v1/operations/rebuild`, { collection: 'teams' })).status,
    ).toBeGreaterThanOrEqual(400);
    const rebuilt = await ask('POST', `${worker.url}/v1/operations/rebuild`, { collection: 'teams' });
    expect(rebuilt).toMatchObject({
      status: 200,
      json: { rebuilt: [{ collection: 'teams', documents: 1, different: 0 }] },
    });
    expect((await ask('GET', `${worker.url}/metrics`)).status).toBe(200);
    expect((await ask('GET', `${api.url}/v1/teams/${id}`)).json.document.name).toBe('After-sales east');

    // An orderly end of both.
    for (const { child, ended } of [worker, api]) {
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
    expect(await readFile(join(deployment.folder, TOKEN_KEY_FILE), 'utf8')).toContain('PRIVATE KEY');
  });

  it('refuse a worker that cuts the work into another number of partitions', async () => {
    deployment = await deploy('esdb', 'mongodb');
    await serve('worker');
    await expect(serve('worker', { CARE_PARTITIONS: '2' })).rejects.toThrow(
      /at work with 4 partitions, this one with 2: give all the same number/,
    );
  });
});
