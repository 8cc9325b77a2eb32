import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SubjectErased, VaultLocked } from '#libs/ports/key-vault.ts';
import { addToErasureList, readErasureList } from './erasure-list.ts';
import { openFileKeyVault } from './key-vault-file.ts';
import type { FileKeyVault, FileKeyVaultOptions } from './key-vault-file.ts';

let parent: string;
let folder: string;
let list: string;
let opened: FileKeyVault[];
const open = async (options: Partial<FileKeyVaultOptions> = {}) => {
  const vault = await openFileKeyVault({ folder, erasureList: list, ...options });
  opened.push(vault);
  return vault;
};
const closeAll = () => Promise.all(opened.splice(0).map((vault) => vault.close()));

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'erasure-list-'));
  folder = join(parent, 'keys');
  list = join(parent, 'apart', 'erased.list');
  opened = [];
});
afterEach(async () => {
  await closeAll();
  await rm(parent, { recursive: true });
});

describe('the erasure list [G4]', () => {
  it('names who was erased and when, each once, and nothing else', async () => {
    const vault = await open();
    await vault.ensure(['customer-1', 'customer-2', 'customer-3']);
    await Promise.all(['customer-1', 'customer-2'].map((subject) => vault.destroy(subject)));
    await vault.destroy('customer-1');
    expect(await readFile(list, 'utf8')).toMatch(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z customer-[12]\n){2}$/);
  });

  it('destroys the keys of an older copy of the vault again, before any of them is shown', async () => {
    const vault = await open();
    await vault.ensure(['customer-1', 'customer-2']);
    await closeAll();
    await cp(folder, join(parent, 'backup'), { recursive: true });
    const later = await open();
    await later.destroy('customer-1');
    await closeAll();
    await rm(folder, { recursive: true });
    await cp(join(parent, 'backup'), folder, { recursive: true });

    const reader = await open({ readOnly: true });
    expect(await reader.key('customer-1')).toBeUndefined();
    expect(await reader.key('customer-2')).toBeDefined();
    await closeAll();
    const restored = await open();
    expect(await restored.key('customer-1')).toBeUndefined();
    await expect(restored.ensure(['customer-1'])).rejects.toThrow(SubjectErased);
    await closeAll();
    // For good: without the list too.
    expect(await (await open({ erasureList: join(parent, 'none') })).key('customer-1')).toBeUndefined();
  });

  it('is written before the key is destroyed: what cannot be listed is not destroyed', async () => {
    await writeFile(join(parent, 'apart'), 'a file where the folder should be');
    const vault = await open({ erasureList: join(parent, 'apart.list') });
    await vault.ensure(['customer-1', 'two\nlines']);
    await expect(vault.destroy('two\nlines')).rejects.toThrow(/cannot be listed/);
    expect(await vault.key('two\nlines')).toBeDefined();
    await vault.destroy('customer-1');
    expect(await vault.key('customer-1')).toBeUndefined();
  });

  it('forgives a last line that a crash cut off, and nothing else', async () => {
    await addToErasureList(list, ['customer-1'], '2026-03-02T01:00:00.000Z');
    await appendFile(list, '2026-03-02T01:00:00.001Z custo');
    expect([...(await readErasureList(list)).keys()]).toEqual(['customer-1']);
    await addToErasureList(list, ['customer-2'], '2026-03-02T01:00:00.002Z');
    expect([...(await readErasureList(list))]).toEqual([
      ['customer-1', '2026-03-02T01:00:00.000Z'],
      ['customer-2', '2026-03-02T01:00:00.002Z'],
    ]);
    await appendFile(list, 'customer-3\n');
    await expect(open()).rejects.toThrow(VaultLocked);
    await expect(open()).rejects.toThrow(/Line 3 of the erasure list .* cannot be read: put the list back/);
  });
});
