import { hash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { openFileWitness } from '#libs/adapters/witness-file/witness-file.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { EvidenceBundle } from '#libs/runtime/evidence-bundle.ts';
import { care, temporaryFolder } from '../import/care.ts';

const ann: Actor = { id: 'ann', grants: ROLES.map((role) => ({ role, team: '*' })) };
const temporary = temporaryFolder();
const data = join(temporary.path, 'data');
const out = join(temporary.path, 'evidence');
const heads = join(temporary.path, 'heads.jsonl');
let customerId: string;
let publicKey: string;
let sent = 0;

beforeAll(async () => {
  const ledger = await openEmbeddedLedger({ folder: data, witnesses: [openFileWitness(heads)] });
  const execute = async (name: string, body: JsonObject, id?: string) => {
    const outcome = await ledger.execute({
      ...{ name, body, commandId: `c-${(sent += 1)}`, actor: ann },
      ...(id === undefined ? {} : { id }),
    });
    if (!outcome.accepted) throw new Error(outcome.message);
    return outcome.id;
  };
  const team = await execute('team.form', { name: 'East', zone: 'Asia/Shanghai' });
  customerId = await execute('customer.register', { organisationName: 'Hua Xin Co', kind: 'enterprise', team });
  await execute('customer.add-contact', { name: 'Wang Fang', role: 'buyer', phone: '13912345678' }, customerId);
  await execute('customer.register', { organisationName: 'Another Co', kind: 'enterprise', team });
  await execute('service-case.receive', {
    customerId,
    kind: 'technical-support',
    channel: 'phone',
    team,
    subjectLine: 'drive stops',
    description: 'The drive <b>stops</b>.',
  });
  await ledger.close();
  publicKey = (await care('proof', 'key', '--data', data)).stdout.trim();
  const made = await care(
    'export',
    customerId,
    '--data',
    data,
    '--to',
    'Market Authority',
    '--out',
    out,
    '--purpose',
    'inspection 7',
  );
  expect(made.stderr).toBe('');
  expect(made.code).toBe(0);
});
afterAll(() => temporary.remove());

interface Said {
  readonly findings: readonly { readonly message: string }[];
  readonly checks: readonly { readonly check: string; readonly verdict: string }[];
}

const verify = async (folder: string, ...more: readonly string[]) => {
  const ended = await care('verify', '--bundle', folder, '--json', ...more);
  const { code, stdout, stderr } = ended;
  return { code, stderr, said: (stdout === '' ? {} : JSON.parse(stdout)) as Said };
};

const bundleIn = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'bundle.json'), 'utf8')) as EvidenceBundle;

let copies = 0;
/** A copy with its bundle changed. */
const altered = async (change: (bundle: { -readonly [K in keyof EvidenceBundle]: EvidenceBundle[K] }) => void) => {
  const folder = join(temporary.path, `altered-${(copies += 1)}`);
  await cp(out, folder, { recursive: true });
  const bundle = await bundleIn(folder);
  change(bundle);
  await writeFile(join(folder, 'bundle.json'), JSON.stringify(bundle));
  return verify(folder, '--public-key', publicKey);
};

describe('evidence that was handed out', () => {
  it('verifies offline with the public key alone', async () => {
    const { code, said } = await verify(out, '--public-key', publicKey, '--heads', heads);
    expect(said).toMatchObject({ verified: true, subject: customerId, findings: [] });
    const verdicts = said.checks.map((each) => `${each.check} ${each.verdict}`);
    expect(verdicts).toEqual(['events ok', 'reports ok', 'kept heads ok', 'key ok']);
    expect(code).toBe(0);
  });

  it('holds whole streams of the customer, and nothing of another', async () => {
    const { events } = await bundleIn(out);
    const streams = [...new Set(events.map(({ stream }) => stream))];
    expect(streams).toContain(`customer-${customerId}`);
    expect(streams.some((stream) => stream.startsWith('service-case-'))).toBe(true);
    expect(JSON.stringify(events)).not.toContain('Another Co');
    // Personal values stand in it sealed, each with the key that opens it alone.
    expect(JSON.stringify(events)).not.toContain('13912345678');
  });

  it('prints what happened, in both languages, with personal values opened and markup harmless', async () => {
    const [en, zh] = await Promise.all(
      ['en', 'zh-CN'].map((each) => readFile(join(out, `report.${each}.html`), 'utf8')),
    );
    for (const page of [en!, zh!]) {
      expect(page).toContain('Hua Xin Co');
      expect(page).toContain('Market Authority');
      expect(page).toContain('Wang Fang');
      expect(page).not.toContain('<b>stops</b>');
    }
    expect(en).toContain('What happened');
    expect(zh).toContain('经过');
  });

  it('stands on the register, with the fingerprint of what was given', async () => {
    const { stdout } = await care('query', 'disclosures', '--data', data, '--json');
    const [entry] = (JSON.parse(stdout) as { documents: JsonObject[] }).documents;
    const bundle = await readFile(join(out, 'bundle.json'));
    expect(entry).toMatchObject({
      ...{ subjectId: customerId, recipient: 'Market Authority', purpose: 'inspection 7' },
      bundleSha256: hash('sha256', bundle),
    });
    const history = await care('history', customerId, '--data', data);
    expect(history.stdout).toContain('was handed out to Market Authority for: inspection 7');
  });

  it.each([
    [
      'an event changed',
      (b: { events: unknown[] }) => void ((b.events[1] as JsonObject & { data: string }).data = '{}'),
    ],
    ['an event left out', (b: { events: unknown[] }) => void b.events.splice(1, 1)],
    ['two events swapped', (b: { events: unknown[] }) => void b.events.reverse()],
    ['a link of a proof missing', (b: { events: unknown[] }) => void (b.events[0] as { proof: string[] }).proof.pop()],
    [
      'an event put in',
      (b: { events: unknown[] }) => void b.events.push({ ...(b.events.at(-1) as object), revision: 99 }),
    ],
    [
      'the number in the log changed',
      (b: { events: unknown[] }) => void ((b.events[0] as { index: number }).index += 1),
    ],
  ])('is found out with %s', async (_what, change) => {
    const { code, said } = await altered(change as never);
    expect(code).toBe(1);
    expect(said.findings.length).toBeGreaterThan(0);
  });

  it('is found out with a head that somebody else signed, and with a key that opens another value', async () => {
    const forged = await altered((bundle) => (bundle.head = bundle.head.replace(/^\d+$/m, '9999')));
    expect(forged.said.findings[0]!.message).toContain('not signed by a key that is trusted here');
    const swapped = await altered((bundle) => {
      const [[first, key], [second, other]] = Object.entries(bundle.fieldKeys) as [[string, string], [string, string]];
      bundle.fieldKeys = { ...bundle.fieldKeys, [first]: other, [second]: key };
    });
    expect(swapped.said.findings[0]!.message).toContain('does not open it');
  });

  it('is found out with a report that says something else', async () => {
    const folder = join(temporary.path, 'report');
    await cp(out, folder, { recursive: true });
    const file = join(folder, 'report.en.html');
    await writeFile(file, (await readFile(file, 'utf8')).replace('Wang Fang', 'Wang Fan'));
    const { code, said } = await verify(folder, '--public-key', publicKey);
    expect(code).toBe(1);
    expect(said.checks).toContainEqual(expect.objectContaining({ check: 'reports', verdict: 'failed' }));
  });

  it('is refused without a purpose, over an existing folder, of what nobody knows, or where there is no bundle', async () => {
    const run = (...args: readonly string[]) => care('export', ...args, '--data', data, '--to', 'X');
    expect(await run(customerId, '--out', join(temporary.path, 'a'))).toMatchObject({ code: 2 });
    expect(await run(customerId, '--out', out, '--purpose', 'p')).toMatchObject({ code: 2 });
    expect(await run('nobody', '--out', join(temporary.path, 'b'), '--purpose', 'p')).toMatchObject({ code: 3 });
    expect(await verify(join(temporary.path, 'nowhere'))).toMatchObject({ code: 3 });
    await writeFile(join(data, 'bundle.json'), '{"format":"x"}');
    expect(await verify(data)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is no bundle of the format'),
    });
  });
});
