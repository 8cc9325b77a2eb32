import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { VaultLocked } from '#libs/ports/key-vault.ts';
import { describeKeyVault } from '#libs/testing/key-vault.contract.ts';
import { openFileKeyVault } from './key-vault-file.ts';
import type { FileKeyVault, FileKeyVaultOptions } from './key-vault-file.ts';

const base64Key = () => randomBytes(32).toString('base64');

describeKeyVault('File', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'key-vault-'));
  const folder = join(parent, 'keys');
  let vault = await openFileKeyVault({ folder });
  return {
    vault,
    reopen: async () => {
      await vault.close();
      return (vault = await openFileKeyVault({ folder }));
    },
    dispose: async () => {
      await vault.close();
      rmSync(parent, { recursive: true });
    },
  };
});

describe('File key vault: the folder', () => {
  let parent: string;
  let folder: string;
  let opened: FileKeyVault[];
  const open = async (options: Partial<FileKeyVaultOptions> = {}) => {
    const vault = await openFileKeyVault({ folder, ...options });
    opened.push(vault);
    return vault;
  };
  const closeAll = () => Promise.all(opened.splice(0).map((vault) => vault.close()));
  const files = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]));
  const wrappedKeyOf = (subject: string): Buffer => {
    const db = new DatabaseSync(join(folder, 'vault.db'), { readOnly: true });
    const row = db.prepare('SELECT wrapped FROM keys WHERE subject = ?').get(subject);
    db.close();
    return Buffer.from(row!.wrapped as Uint8Array);
  };
  const filesWith = (bytes: Buffer) =>
    readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(bytes));
  const keyOf = async (vault: FileKeyVault, subject: string) => (await vault.key(subject))?.export().toString('hex');

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'key-vault-'));
    folder = join(parent, 'keys');
    opened = [];
  });
  afterEach(async () => {
    await closeAll();
    rmSync(parent, { recursive: true });
  });

  it('is for its owner only', async () => {
    await open();
    const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);
    expect(mode(folder)).toBe('700');
    for (const name of readdirSync(folder)) expect([name, mode(join(folder, name))]).toEqual([name, '600']);
  });

  it('holds no master key where one is passed in', async () => {
    await open({ masterKey: base64Key() });
    await closeAll();
    expect(readdirSync(folder)).toEqual(['vault.db']);
  });

  it('holds no subject key in clear', async () => {
    const vault = await open();
    await vault.ensure(['customer-1']);
    expect(filesWith((await vault.key('customer-1'))!.export())).toEqual([]);
  });

  describe('stays locked, and untouched to the byte, when', () => {
    const refused = async (options: Partial<FileKeyVaultOptions>, sentence: RegExp) => {
      const before = files();
      const error: unknown = await open(options).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(VaultLocked);
      expect((error as Error).message).toMatch(sentence);
      expect(files()).toEqual(before);
    };
    const filled = async (options: Partial<FileKeyVaultOptions> = {}) => {
      await (await open(options)).ensure(['customer-1']);
      await closeAll();
    };

    it('the master key file is missing', async () => {
      await filled();
      rmSync(join(folder, 'master.key'));
      await refused({}, /is missing: put it back as .*master\.key or pass it as CARE_MASTER_KEY/);
    });
    it('the master key file is another one', async () => {
      await filled();
      writeFileSync(join(folder, 'master.key'), base64Key());
      await refused({}, /master\.key is not the one that .*vault\.db was made with/);
    });
    it('the master key file is no key', async () => {
      await filled();
      writeFileSync(join(folder, 'master.key'), 'secret');
      await refused({}, /master\.key is not the base64 of 32 bytes/);
    });
    it('CARE_MASTER_KEY is another one', async () => {
      await filled({ masterKey: base64Key() });
      await refused({ masterKey: base64Key() }, /CARE_MASTER_KEY is not the one/);
    });
    it('CARE_MASTER_KEY is no key', async () => {
      await filled({ masterKey: base64Key() });
      await refused({ masterKey: 'c2VjcmV0' }, /CARE_MASTER_KEY is not the base64 of 32 bytes/);
    });
    it('the vault was written by a newer version', async () => {
      await filled();
      const db = new DatabaseSync(join(folder, 'vault.db'));
      db.exec('PRAGMA user_version = 2');
      db.close();
      await refused({}, /newer version \(schema 2, this version knows 1\)/);
    });
    it('the vault is gone though the ledger has events', async () => {
      await filled();
      rmSync(join(folder, 'vault.db'));
      await refused({ mayCreate: false }, /no key vault at .*restore it/);
    });
  });

  it('is not made by a reader', async () => {
    await expect(open({ readOnly: true })).rejects.toThrow(VaultLocked);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('is read beside the writer: a reader sees new keys and destroyed ones at once, and writes nothing', async () => {
    const writer = await open();
    const reader = await open({ readOnly: true });
    expect(await reader.key('customer-1')).toBeUndefined();
    await writer.ensure(['customer-1']);
    expect(await keyOf(reader, 'customer-1')).toBe(await keyOf(writer, 'customer-1'));
    await writer.destroy('customer-1');
    expect(await reader.key('customer-1')).toBeUndefined();
    await expect(reader.ensure(['customer-2'])).rejects.toThrow(/open for reading only/);
    await expect(reader.destroy('customer-2')).rejects.toThrow(/open for reading only/);
  });

  it('goes on with a first start that was cut off after the master key', async () => {
    await open();
    await closeAll();
    const master = readFileSync(join(folder, 'master.key'), 'utf8');
    rmSync(join(folder, 'vault.db'));
    writeFileSync(join(folder, 'vault.db'), '');
    await (await open()).ensure(['customer-1']);
    expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe(master);
  });

  it('holds no byte of a destroyed key, however many keys came before and after', async () => {
    const vault = await open();
    // Random names split the pages of the index; the keys themselves must never move.
    const subjects = Array.from({ length: 3_000 }, () => randomBytes(8).toString('hex'));
    await vault.ensure(subjects.slice(0, 1_500));
    await Promise.all(subjects.slice(1_500).map((subject) => vault.ensure([subject])));
    const erased = subjects.filter((_, index) => index % 37 === 0);
    const wrapped = erased.map(wrappedKeyOf);
    expect(wrapped.every((bytes) => filesWith(bytes).length > 0)).toBe(true);

    await Promise.all(erased.map((subject) => vault.destroy(subject)));
    const contents = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    // The ciphertext alone too: a moved copy may have lost its head.
    const left = wrapped.filter((bytes) => contents.some((content) => content.includes(bytes.subarray(12, 44))));
    expect(left).toEqual([]);
    expect(await vault.key(subjects[1]!)).toBeDefined();
  });

  it('tells a damaged key from an erased one', async () => {
    await (await open()).ensure(['customer-1']);
    await closeAll();
    const db = new DatabaseSync(join(folder, 'vault.db'));
    db.exec("UPDATE keys SET wrapped = randomblob(60) WHERE subject = 'customer-1'");
    db.close();
    await expect((await open()).key('customer-1')).rejects.toThrow(/"subject customer-1" in .* is damaged: restore/);
  });

  it('does not take one subject’s key for another’s', async () => {
    await (await open()).ensure(['customer-1', 'customer-2']);
    await closeAll();
    const db = new DatabaseSync(join(folder, 'vault.db'));
    db.exec("UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE subject = 'customer-2')");
    db.close();
    await expect((await open()).key('customer-1')).rejects.toThrow(/damaged/);
  });

  it('keeps in memory only so many keys, and finds the others again', async () => {
    const vault = await open({ cachedKeys: 10 });
    const subjects = Array.from({ length: 100 }, (_, index) => `customer-${index}`);
    await vault.ensure(subjects);
    expect(subjects.filter((subject) => vault.cachedKey(subject) !== undefined).length).toBeLessThanOrEqual(10);
    for (const subject of subjects) expect(await vault.key(subject)).toBeDefined();
  });

  it('fails no one else’s key because one could not be written', async () => {
    const vault = await open();
    // Another writer, which the data folder's lock rules out, took the name behind the vault's back.
    await vault.key('customer-2');
    const db = new DatabaseSync(join(folder, 'vault.db'));
    db.exec("INSERT INTO keys (wrapped, erased, subject) VALUES (zeroblob(60), 1, 'customer-2')");
    db.close();
    const outcomes = await Promise.allSettled(
      ['customer-1', 'customer-2', 'customer-3'].map((id) => vault.ensure([id])),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await vault.key('customer-3')).toBeDefined();
  });

  describe('exchanges its master key', () => {
    it('and keeps every key, every tombstone and the blind index', async () => {
      const vault = await open();
      await vault.ensure(['customer-1', 'customer-2']);
      await vault.destroy('customer-2');
      const [key, hash] = [await keyOf(vault, 'customer-1'), vault.blindIndex('email', 'a')];
      const [oldMaster, oldWrapped] = [readFileSync(join(folder, 'master.key'), 'utf8'), wrappedKeyOf('customer-1')];
      const next = base64Key();
      await vault.rotate(next);
      await vault.ensure(['customer-3']);
      expect(readFileSync(join(folder, 'master.key'), 'utf8').trim()).toBe(next);
      expect(filesWith(oldWrapped)).toEqual([]);
      await closeAll();

      const reopened = await open();
      expect(await keyOf(reopened, 'customer-1')).toBe(key);
      expect(await reopened.key('customer-2')).toBeUndefined();
      expect(await reopened.key('customer-3')).toBeDefined();
      expect(reopened.blindIndex('email', 'a')).toBe(hash);
      await closeAll();
      await expect(open({ masterKey: oldMaster.trim() })).rejects.toThrow(VaultLocked);
    });

    it('while keys are asked for and made', async () => {
      const vault = await open({ cachedKeys: 2 });
      const subjects = Array.from({ length: 2_500 }, (_, index) => `customer-${index}`);
      await vault.ensure(subjects);
      const rotated = vault.rotate();
      const made = vault.ensure(['late-1', 'customer-7']);
      for (const subject of subjects.slice(0, 200)) {
        expect(await vault.key(subject)).toBeDefined();
        await new Promise(setImmediate);
      }
      await Promise.all([rotated, made]);
      await closeAll();
      const reopened = await open();
      for (const subject of [...subjects, 'late-1']) expect(await reopened.key(subject)).toBeDefined();
    });

    it('all or nothing: one damaged key leaves everything under the old one', async () => {
      const vault = await open();
      await vault.ensure(['customer-1', 'customer-2']);
      const db = new DatabaseSync(join(folder, 'vault.db'));
      db.exec("UPDATE keys SET wrapped = randomblob(60) WHERE subject = 'customer-2'");
      db.close();
      const before = readFileSync(join(folder, 'master.key'), 'utf8');
      await expect(vault.rotate()).rejects.toThrow(/"subject customer-2" is damaged/);
      expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe(before);
      expect(readdirSync(folder)).not.toContain('master.key.next');
      await closeAll();
      expect(await (await open()).key('customer-1')).toBeDefined();
    });

    it('and survives a crash before and after the vault went over', async () => {
      const vault = await open();
      await vault.ensure(['customer-1']);
      await closeAll();
      const [oldKey, next] = [readFileSync(join(folder, 'master.key'), 'utf8'), base64Key()];
      // Before: the prepared key is there, the vault still under the old one.
      writeFileSync(join(folder, 'master.key.next'), next);
      expect(await (await open()).key('customer-1')).toBeDefined();
      expect(readdirSync(folder)).not.toContain('master.key.next');
      await opened[0]!.rotate(next);
      await closeAll();
      // After: the vault is under the prepared key, which was not yet renamed.
      cpSync(join(folder, 'master.key'), join(folder, 'master.key.next'));
      writeFileSync(join(folder, 'master.key'), oldKey);
      expect(await (await open()).key('customer-1')).toBeDefined();
      expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe(next + '\n');
    });

    it('only to one that is given, where it is passed in', async () => {
      const vault = await open({ masterKey: base64Key() });
      await vault.ensure(['customer-1']);
      await expect(vault.rotate()).rejects.toThrow(/give the new one/);
      await expect(vault.rotate('short')).rejects.toThrow(/not the base64 of 32 bytes/);
      const next = base64Key();
      await vault.rotate(next);
      await closeAll();
      expect(await (await open({ masterKey: next })).key('customer-1')).toBeDefined();
    });
  });

  it('keeps every key that was promised before the process was killed', async () => {
    const script = `
      const { openFileKeyVault } = await import(${JSON.stringify(new URL('./key-vault-file.ts', import.meta.url).href)});
      const vault = await openFileKeyVault({ folder: ${JSON.stringify(folder)} });
      for (let n = 0; ; n++) {
        await vault.ensure(['customer-' + n]);
        const key = await vault.key('customer-' + n);
        process.stdout.write('customer-' + n + ' ' + key.export().toString('hex') + '\\n');
      }`;
    const program = join(parent, 'program.mjs');
    writeFileSync(program, script);
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.split('\n').length > 40) child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    const vault = await open();
    const promised = said.split('\n').slice(0, -1);
    expect(promised.length).toBeGreaterThan(39);
    for (const line of promised) {
      const [subject, key] = line.split(' ');
      expect(await keyOf(vault, subject!)).toBe(key);
    }
  });
});
