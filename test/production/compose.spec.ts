import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { configurationOf } from '#apps/server/configuration.ts';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly environment?: { readonly [name: string]: string | number };
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[]; readonly interval: string; readonly retries: number };
  readonly depends_on?: { readonly [service: string]: { readonly condition: string } };
}
interface Compose {
  readonly services: { readonly [name: string]: Service };
  readonly volumes: { readonly [name: string]: unknown };
  readonly networks: { readonly [name: string]: { readonly internal?: boolean } | null };
}

// Comes with the test runner; the product has no use for it.
const { load } = createRequire(import.meta.url)('js-yaml') as { readonly load: (text: string) => unknown };
const root = new URL('../../', import.meta.url);
const read = (file: string) => readFile(new URL(file, root), 'utf8');
const { services, volumes, networks } = load(await read('docker-compose.yml')) as Compose;
const dockerfile = await read('Dockerfile');

describe('docker-compose.yml (checked without an engine)', () => {
  it('has the two servers, an api and workers', () =>
    expect(Object.keys(services)).toEqual(['eventstore', 'mongodb', 'api', 'worker']));

  it('runs nothing as root, and gives no process more rights than it was started with', () => {
    for (const [name, { user, cap_drop }] of Object.entries(services)) {
      expect([name, user]).not.toEqual([name, undefined]);
      expect(user).not.toMatch(/^(root|0)(:|$)/);
      expect([name, cap_drop]).toEqual([name, ['ALL']]);
    }
    expect(dockerfile.indexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('RUN '));
  });

  it('keeps what must last on volumes that it declares, and the rest read-only', () => {
    const mounted = Object.values(services).flatMap((service) =>
      (service.volumes ?? []).map((each) => each.split(':')[0]!),
    );
    expect([...new Set(mounted)].sort()).toEqual(Object.keys(volumes).sort());
    expect(services['eventstore']!.volumes).toEqual(['events:/var/lib/eventstore']);
    expect(services['mongodb']!.volumes).toContain('documents:/data/db');
    for (const name of ['api', 'worker', 'mongodb']) expect(services[name]!.read_only).toBe(true);
  });

  it('knows when each is healthy and waits for it', () => {
    for (const name of ['eventstore', 'mongodb'])
      expect(services[name]!.healthcheck).toMatchObject({ interval: expect.any(String), retries: expect.any(Number) });
    expect(dockerfile).toMatch(/HEALTHCHECK .*\n.*health\/ready/);
    for (const { depends_on } of [services['api']!, services['worker']!])
      for (const { condition } of Object.values(depends_on!)) expect(condition).toBe('service_healthy');
  });

  it('makes MongoDB a replica set that initiates itself', () => {
    const { command, healthcheck } = services['mongodb']!;
    expect(command!.join(' ')).toContain('--replSet care');
    expect(healthcheck!.test.join(' ')).toMatch(/rs\.initiate\(\{ _id: "care", .*isWritablePrimary/s);
    expect(services['api']!.environment!['READ_MODELS']).toContain('replicaSet=care');
  });

  it('lets the servers without passwords be reached by the services only', () => {
    expect(networks['stores']).toEqual({ internal: true });
    for (const name of ['eventstore', 'mongodb']) {
      expect(services[name]!.ports).toBeUndefined();
      expect(services[name]!.networks).toEqual(['stores']);
    }
    for (const port of services['api']!.ports!) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(['api', 'worker'])('gives the %s a configuration that it accepts', (name) => {
    const { environment } = services[name]!;
    const env = Object.fromEntries(Object.entries(environment!).map(([key, value]) => [key, String(value)]));
    env['CARE_TENANT'] = env['CARE_TENANT']!.replace(/^\$\{CARE_TENANT:-(.*)\}$/, '$1');
    expect(configurationOf(env)).toMatchObject({
      role: name,
      eventStore: { kind: 'esdb' },
      readModels: { kind: 'mongodb' },
    });
  });

  it('builds from what the image is given', async () => {
    const given = (await read('.dockerignore'))
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    expect(given).toEqual(
      expect.arrayContaining(['package.json', 'package-lock.json', 'apps', 'libs', 'tsconfig.build.json']),
    );
    expect(dockerfile.match(/^FROM .*$/gm)).toEqual(['FROM node:24-slim AS build', 'FROM node:24-slim']);
    expect(dockerfile).toContain('--omit=dev');
  });
});
