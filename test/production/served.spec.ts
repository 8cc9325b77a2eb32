import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from '@jest/globals';
import { care, temporaryFolder } from '../import/care.ts';
import { startProcess, until } from './processes.ts';
import type { Started } from './processes.ts';

const folder = temporaryFolder();
let server: Started | undefined;
const kill = async () => {
  server?.child.kill('SIGKILL');
  await server?.ended;
};
afterAll(async () => {
  await kill();
  folder.remove();
});

const serve = async (): Promise<string> => {
  const args = ['serve', '--data', folder.path, '--port', '0', '--json'];
  const started = startProcess('../../apps/cli/main.ts', {}, { hooks: ['./typescript.hooks.mjs'], args });
  server = started;
  await until('care serve says its address', () => started.said().includes('\n'));
  return (JSON.parse(started.said()) as { url: string }).url;
};

interface Escalation {
  readonly document: { readonly clock: string; readonly state: string };
}

it('care serve runs the processes: what was missed is escalated, once, though the server is killed again and again [SLA 13] [SLA 14]', async () => {
  let url = await serve();
  const grants = ['agent@*', 'supervisor@*', 'operator@*'].flatMap((grant) => ['--grant', grant]);
  const { stdout } = await care('token', '--data', folder.path, '--user', 'ann', ...grants);
  const authorization = `Bearer ${stdout.trim().split('\n').at(-1)!}`;
  const escalations = async () =>
    ((await (await fetch(`${url}/v1/escalations`, { headers: { authorization } })).json()) as { items: Escalation[] })
      .items;

  const received = await fetch(`${url}/v1/service-cases`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'first' },
    body: JSON.stringify({
      ...{ kind: 'consultation', channel: 'phone', subjectLine: '停产', priority: 'critical', reference: 'SC-1' },
      receivedAt: new Date(Date.now() - 30 * 86_400_000).toISOString(),
    }),
  });
  expect(received.status).toBe(201);
  await kill();
  url = await serve();
  await kill();

  url = await serve();
  // Nobody works here: every level is looked at and found empty.
  await until('both clocks are escalated to the last level', async () => {
    const found = await escalations();
    return found.length === 2 && found.every(({ document }) => document.state === 'exhausted');
  });
  const before = await escalations();
  expect(before.map(({ document }) => document.clock).sort()).toEqual(['first-response', 'resolution']);
  await kill();
  url = await serve();
  await sleep(1_000);
  expect(await escalations()).toEqual(before);
}, 120_000);
