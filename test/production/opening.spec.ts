import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startEsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import type { EsdbStandIn } from '#libs/testing/esdb-stand-in/esdb-stand-in.ts';
import { startMongoStandIn } from '#libs/testing/mongodb-stand-in/server.ts';
import { startProcess } from './processes.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'care-opening-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

/** Starts the server as a process; resolves with its exit code and what it said. */
const starting = async (env: Record<string, string>) => {
  const { ended, said, child } = startProcess('../../apps/server/main.ts', { CARE_DATA: folder, PORT: '0', ...env });
  cleanUp.push(async () => child.kill('SIGKILL'));
  return { code: await ended, said: said() };
};
const node = async (change: (node: EsdbStandIn) => void = () => undefined): Promise<string> => {
  const started = await startEsdbStandIn();
  cleanUp.push(() => started.stop());
  change(started);
  return started.connectionString;
};
const mongo = async (options: Parameters<typeof startMongoStandIn>[0]): Promise<string> => {
  const started = await startMongoStandIn(options);
  cleanUp.push(() => started.close());
  return started.url;
};

describe('the server does not start, and says why', () => {
  it('with a configuration that cannot be: exit code 2', async () => {
    const { code, said } = await starting({ CARE_ROLE: 'worker' });
    expect(said).toMatch(/CARE_ROLE=worker cannot be used: api and worker apart need EVENT_STORE=esdb/);
    expect(code).toBe(2);
  });

  it.each([
    [
      'an event store that is away',
      async () => ({ EVENT_STORE: 'esdb://127.0.0.1:9?tls=false' }),
      /127.0.0.1:9.*cannot be reached/,
    ],
    [
      'an event store that refuses the credentials',
      async () => ({ EVENT_STORE: await node((each) => (each.faults.credentials = { username: 'a', password: 'b' })) }),
      /refuses the credentials.*check user and password/,
    ],
    [
      'an event store that is too old',
      async () => ({ EVENT_STORE: await node((each) => (each.faults.version = '22.10.0')) }),
      /is EventStoreDB 22.10.0, older than 23.10: upgrade/,
    ],
    [
      'a standalone MongoDB',
      async () => ({ EVENT_STORE: await node(), READ_MODELS: await mongo({ topology: 'standalone' }) }),
      /standalone server.*Make it a replica set/,
    ],
    [
      'a MongoDB that is too old',
      async () => ({ EVENT_STORE: await node(), READ_MODELS: await mongo({ wireVersion: 13 }) }),
      /too old. MongoDB 6.0 or newer/,
    ],
    [
      'a MongoDB that refuses the credentials',
      async () => ({ EVENT_STORE: await node(), READ_MODELS: await mongo({ refusesCredentials: true }) }),
      /may not do this|credentials are wrong/,
    ],
    [
      'a MongoDB that can only be read',
      async () => ({ EVENT_STORE: await node(), READ_MODELS: await mongo({ readOnly: true }) }),
      /secondar|no primary/,
    ],
  ] as const)('with %s: exit code 1', async (_what, env, sentence) => {
    const { code, said } = await starting(await env());
    expect(said).toMatch(sentence);
    expect(said).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });
});
