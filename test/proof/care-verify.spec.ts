import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { openFileWitness } from '#libs/adapters/witness-file/witness-file.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { care, temporaryFolder } from '../import/care.ts';

const operator: Actor = { id: 'olga', grants: [{ role: 'operator', team: '*' }] };
const temporary = temporaryFolder();
const data = join(temporary.path, 'data');
const heads = join(temporary.path, 'heads.jsonl');
let created = 0;

const work = async (teams: number): Promise<void> => {
  const ledger = await openEmbeddedLedger({ folder: data, witnesses: [openFileWitness(heads)] });
  for (let index = 0; index < teams; index += 1) {
    created += 1;
    const body = { name: `Team ${created}`, zone: 'Asia/Shanghai' };
    const outcome = await ledger.execute({ name: 'team.form', commandId: `t-${created}`, actor: operator, body });
    expect(outcome).toMatchObject({ accepted: true });
  }
  await ledger.close();
};

let publicKey: string;
beforeAll(async () => {
  await work(6);
  publicKey = (await care('proof', 'key', '--data', data)).stdout.trim();
});
afterAll(() => temporary.remove());

interface Said {
  readonly verified: boolean;
  readonly events: number;
  readonly signed: number;
  readonly keptHeads: number;
  readonly findings: readonly { readonly kind: string; readonly message: string }[];
  readonly checks: readonly { readonly check: string; readonly verdict: string }[];
}

const verify = async (folder: string, ...more: readonly string[]) => {
  const ended = await care('verify', '--data', folder, '--json', ...more);
  const { code, stdout, stderr } = ended;
  return { code, stderr, said: (stdout === '' ? {} : JSON.parse(stdout)) as Said };
};

describe('care verify', () => {
  it('finds everything signed when the ledger was closed, against heads and key from outside', async () => {
    const { code, said } = await verify(data, '--heads', heads, '--public-key', publicKey);
    expect(said).toMatchObject({ verified: true, unsigned: 0, keptHeads: expect.any(Number), findings: [] });
    expect(said.keptHeads).toBeGreaterThan(0);
    expect(said.signed).toBe(said.events);
    expect(said.checks.every((each) => each.verdict === 'ok')).toBe(true);
    expect(code).toBe(0);
  });

  it('says what it could not prove without them', async () => {
    const { said } = await verify(data);
    expect(said.verified).toBe(true);
    expect(said.checks.filter((each) => each.verdict === 'warning')).toMatchObject([
      { check: 'kept heads' },
      { check: 'key' },
    ]);
  });

  it('ends with 1 and names the event when one was changed', async () => {
    const copy = join(temporary.path, 'copy');
    await cp(data, copy, { recursive: true });
    const db = new DatabaseSync(join(copy, 'ledger.db'));
    db.exec(`UPDATE events SET data = replace(data, 'Team 3', 'Team X') WHERE data LIKE '%Team 3%'`);
    db.close();
    const { code, said } = await verify(copy, '--heads', heads);
    expect(code).toBe(1);
    expect(said.findings[0]).toMatchObject({ kind: 'changed', message: expect.stringMatching(/team-.* was changed/) });
    const page = await care('verify', '--data', copy);
    expect(page.stdout).toContain('failed');
    expect(page.stdout).toContain('was changed');
  });

  it('finds an old copy put back by the head that was kept after it', async () => {
    const old = join(temporary.path, 'old');
    await cp(data, old, { recursive: true });
    await work(2);
    expect((await verify(old)).said.verified).toBe(true);
    const { code, said } = await verify(old, '--heads', heads);
    expect(code).toBe(1);
    expect(said.findings[0]!.message).toContain('it was cut off, or is an old copy');
    expect((await verify(data, '--heads', heads)).said.verified).toBe(true);
  });

  it('trusts a new key that the old one named, and no other', async () => {
    await care('proof', 'rotate-key', '--data', data);
    await work(1);
    expect((await verify(data, '--heads', heads, '--public-key', publicKey)).said).toMatchObject({ verified: true });
    await writeFile(join(data, 'log', 'rotations'), '');
    const { code, said } = await verify(data, '--public-key', publicKey);
    expect(code).toBe(1);
    expect(said.findings[0]).toMatchObject({ kind: 'head' });
  });

  it('says what is wrong with a key, a head or a folder that is none', async () => {
    const wrong = join(temporary.path, 'wrong');
    await writeFile(wrong, '{"keptAt": 1}\n');
    expect(await verify(data, '--public-key', wrong)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no public key of a log'),
    });
    expect(await verify(data, '--heads', wrong)).toMatchObject({ code: 2 });
    expect(await verify(data, '--heads', join(temporary.path, 'nowhere'))).toMatchObject({ code: 3 });
    expect(await verify(join(temporary.path, 'nowhere'))).toMatchObject({ code: 3 });
    // A crash may cut the last line of a witness's file off.
    const cut = join(temporary.path, 'cut.jsonl');
    await writeFile(cut, await readFile(heads, 'utf8'));
    await appendFile(cut, '{"keptAt":"2026');
    expect((await verify(data, '--heads', cut)).said.keptHeads).toBeGreaterThan(0);
  });
});
