import { appendFile, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { care, temporaryFolder } from '../import/care.ts';
import { live } from './living.ts';
import type { Living } from './living.ts';

const temporary = temporaryFolder();
const at = (name: string) => join(temporary.path, name);
const data = at('data');
const everybody = { actor: { id: 'reader', grants: ROLES.map((role) => ({ role, team: '*' })) } };
let living: Living;
const customers: string[] = [];

const register = async (of = living): Promise<void> => {
  const personName = `Customer ${customers.length}`;
  customers.push((await of.post('/v1/customers', { kind: 'individual', personName })).id);
};
const run = async (...args: readonly string[]) => {
  const ended = await care(...args, '--json');
  const text = ended.stdout === '' ? ended.stderr : ended.stdout;
  return { code: ended.code, said: JSON.parse(text) as { readonly [name: string]: unknown; readonly error?: string } };
};
const namesIn = async (folder: string) => {
  const ledger = await openEmbeddedLedger({ folder, clearance: 'assumed' });
  await ledger.caughtUp();
  const found = await ledger.find('customers', { limit: 100 }, everybody);
  await ledger.close();
  return found.documents.map(({ document }) => document.name).sort();
};

beforeAll(async () => {
  living = await live(data);
  for (let index = 0; index < 5; index += 1) await register();
}, 60_000);
afterAll(async () => {
  await living.close();
  temporary.remove();
});

describe('care backup and care restore', () => {
  it('copy the data beside a running server that is writing, without a key in it', async () => {
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) await register();
    })();
    const { code, said } = await run('backup', at('backup'), '--data', data);
    isWriting = false;
    await writing;
    await register();
    expect([code, said.kind]).toEqual([0, 'data']);
    expect((await readdir(at('backup'))).sort()).toEqual(expect.arrayContaining(['backup.json', 'ledger.db', 'log']));
    expect(await readdir(at('backup'), { recursive: true })).not.toEqual(expect.arrayContaining(['vault.db']));
    expect((await run('backup', at('backup'), '--data', data)).said.error).toContain('is not empty');
    expect((await run('backup', at('keys'), '--keys', '--data', data)).said).toMatchObject({ kind: 'keys' });
    expect((await run('backup', at('none'), '--data', at('nothing'))).said.error).toContain('no ledger');
  }, 60_000);

  it('put it back, proven whole, under a new log that cites the old one', async () => {
    const { events } = JSON.parse(await readFile(join(at('backup'), 'backup.json'), 'utf8')) as { events: number };
    let head = '';
    // Heads lag behind the events a little.
    for (let size = 0; size <= events; await new Promise((resolve) => setTimeout(resolve, 100))) {
      head = (await care('proof', 'head', '--data', data)).stdout;
      size = Number(head.split('\n')[1]);
    }
    await writeFile(at('head-between'), head);
    const folder = at('restored');
    const { code, said } = await run('restore', at('backup'), '--keys', at('keys'), '--data', folder);
    expect([code, said]).toEqual([0, expect.objectContaining({ origin: expect.stringContaining('careledger/') })]);
    const held = said.events as number;
    const names = await namesIn(folder);
    expect(names.length).toBeGreaterThanOrEqual(5);
    expect(names).toContain('Customer 0');
    expect((await run('verify', '--data', folder)).said).toMatchObject({ verified: true, findings: [] });
    const checkpoint = await readFile(join(folder, 'log', 'checkpoint'), 'utf8');
    const { origin, size } = said.continues as { origin: string; size: number };
    expect(checkpoint).toMatch(new RegExp(`^continues ${origin} ${size} \\S+$`, 'm'));
    expect(checkpoint.startsWith(said.origin as string)).toBe(true);
    // A head that was kept between the backup and the restore tells what is gone.
    const between = await run('verify', '--data', folder, '--heads', at('head-between'));
    expect(held).toBeGreaterThanOrEqual(size);
    expect([between.code, between.said]).toEqual([
      1,
      expect.objectContaining({ findings: [expect.objectContaining({ kind: 'restored', index: size })] }),
    ]);
  }, 120_000);

  it('refuse what is not whole, or not what was signed, and touch nothing', async () => {
    const restore = (backup: string) => run('restore', backup, '--keys', at('keys'), '--data', at('untouched'));
    await cp(at('backup'), at('cut'), { recursive: true });
    await rm(join(at('cut'), 'backup.json'));
    expect((await restore(at('cut'))).said.error).toContain('holds no whole backup');
    await cp(at('backup'), at('changed'), { recursive: true });
    await appendFile(join(at('changed'), 'ledger.db'), 'x');
    expect((await restore(at('changed'))).said.error).toContain('is not what was backed up');
    expect((await restore(at('keys'))).said.error).toContain('is no backup of the data');
    await cp(at('backup'), at('other-log'), { recursive: true });
    await copyFile(join(data, 'log', 'checkpoint'), join(at('other-log'), 'log', 'checkpoint'));
    expect((await restore(at('other-log'))).code).toBe(1);
    await expect(readdir(at('untouched'))).rejects.toThrow('ENOENT');
  }, 60_000);

  it('put nothing over a ledger, unless it is put aside, and nothing into a folder that is in use', async () => {
    const folder = at('restored');
    const refused = await run('restore', at('backup'), '--data', folder);
    expect([refused.code, refused.said.error]).toEqual([1, expect.stringContaining('--force')]);
    const used = await run('restore', at('backup'), '--force', '--data', data);
    expect([used.code, used.said.error]).toEqual([5, expect.stringContaining('in use by')]);
    await mkdir(at('without-keys'));
    expect((await run('restore', at('backup'), '--data', at('without-keys'))).said.error).toContain('--keys');
    const forced = await run('restore', at('backup'), '--force', '--data', folder);
    expect([forced.code, await readdir(forced.said.putAside as string)]).toEqual([
      0,
      expect.arrayContaining(['ledger.db', 'log']),
    ]);
    expect((await run('verify', '--data', folder)).said.verified).toBe(true);
    expect(await namesIn(folder)).toContain('Customer 0');
  }, 120_000);
});

describe('care keys rotate-master', () => {
  it('wraps every key anew; the old master key then opens nothing, and says so', async () => {
    const folder = at('restored');
    const file = join(folder, 'keys', 'master.key');
    const old = await readFile(file, 'utf8');
    const before = await namesIn(folder);
    expect((await run('keys', 'rotate-master', '--data', data)).code).toBe(5);
    expect(await run('keys', 'rotate-master', '--data', folder)).toMatchObject({ code: 0, said: { rotated: true } });
    expect(await readFile(file, 'utf8')).not.toBe(old);
    expect(await namesIn(folder)).toEqual(before);
    const rotated = await readFile(file, 'utf8');
    await writeFile(file, old);
    const ledger = await readFile(join(folder, 'ledger.db'));
    await expect(namesIn(folder)).rejects.toThrow(
      /is not the one that .*vault\.db was made with.*Nothing was changed/s,
    );
    await rm(file);
    await expect(namesIn(folder)).rejects.toThrow(/master key of .* is missing: put it back/);
    expect(ledger.equals(await readFile(join(folder, 'ledger.db')))).toBe(true);
    await writeFile(file, rotated);
    const given = randomBytes(32).toString('base64');
    await writeFile(at('next.key'), given);
    expect((await run('keys', 'rotate-master', '--new-key', at('next.key'), '--data', folder)).code).toBe(0);
    expect((await readFile(file, 'utf8')).trim()).toBe(given);
    expect(await namesIn(folder)).toEqual(before);
  }, 60_000);
});
