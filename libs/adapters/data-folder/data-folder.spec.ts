import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataFolderHeld, DataFolderUnusable, folderPaths, holdDataFolder } from './data-folder.ts';

describe('The data folder', () => {
  let parent: string;
  let folder: string;
  let children: ChildProcess[];
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'data-folder-'));
    folder = join(parent, 'data');
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    rmSync(parent, { recursive: true });
  });

  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const startElsewhere = (errors: 'inherit' | 'ignore'): ChildProcess => {
    const program = join(parent, 'other.mjs');
    writeFileSync(
      program,
      `const { holdDataFolder } = await import(${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)});
       await holdDataFolder(${JSON.stringify(folder)}, { purpose: 'serve' });
       console.log('held');
       setInterval(() => undefined, 1000);`,
    );
    const child = spawn(process.execPath, [program, 'serve', '--token', 'hunter2'], {
      stdio: ['ignore', 'pipe', errors],
    });
    children.push(child);
    return child;
  };
  const holdElsewhere = async (): Promise<ChildProcess> => {
    const child = startElsewhere('inherit');
    await once(child.stdout!, 'data');
    return child;
  };
  const refusal = async () => {
    const error: unknown = await holdDataFolder(folder, { purpose: 'import' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataFolderHeld);
    return error as DataFolderHeld;
  };

  it('is made for its owner only', async () => {
    const held = await holdDataFolder(folder, { purpose: 'serve' });
    for (const path of [folder, held.paths.keys]) expect((statSync(path).mode & 0o777).toString(8)).toBe('700');
    await held.release();
  });

  it('has a place for everything', () => {
    expect(folderPaths('/var/lib/care')).toEqual({
      folder: '/var/lib/care',
      ledger: '/var/lib/care/ledger.db',
      models: '/var/lib/care/models.db',
      keys: '/var/lib/care/keys',
      access: '/var/lib/care/access.db',
      log: '/var/lib/care/log',
      logKey: '/var/lib/care/keys/log-key.pem',
      lock: '/var/lib/care/lock.db',
      holder: '/var/lib/care/holder.json',
    });
  });

  it('refuses a second process and names the first, without its secrets', async () => {
    const child = await holdElsewhere();
    const { message, holder } = await refusal();
    expect(holder).toMatchObject({ pid: child.pid, host: hostname(), command: 'other.mjs serve', purpose: 'serve' });
    expect(message).toMatch(
      new RegExp(
        `^The data folder .*data is in use by process ${child.pid} on .* \\(other\\.mjs serve, serve, since 2.*stop it`,
      ),
    );
    expect(message).not.toContain('hunter2');
  });

  it('is free once its holder was killed, whatever the holder left behind', async () => {
    const child = await holdElsewhere();
    await kill(child);
    expect(existsSync(folderPaths(folder).holder)).toBe(true);
    const held = await holdDataFolder(folder, { purpose: 'serve' });
    expect((await refusal()).holder?.pid).toBe(process.pid);
    await held.release();
  });

  it('stays held by a living process whose description is lost or names a process that is gone', async () => {
    await holdElsewhere();
    rmSync(folderPaths(folder).holder);
    expect((await refusal()).message).toMatch(/in use by another process: stop it first/);
    writeFileSync(
      folderPaths(folder).holder,
      JSON.stringify({ pid: 2 ** 30, host: 'gone', command: '', purpose: '', since: '' }),
    );
    await refusal();
  });

  it('refuses a second holder in the same process, and the refusal does not weaken the first', async () => {
    const held = await holdDataFolder(folder, { purpose: 'serve' });
    await refusal();
    await refusal();
    const child = startElsewhere('ignore');
    expect(
      await Promise.race([once(child, 'exit').then(() => 'refused'), once(child.stdout!, 'data').then(() => 'held')]),
    ).toBe('refused');
    await held.release();
  });

  it('can be held again after its release, which can be repeated', async () => {
    const held = await holdDataFolder(folder, { purpose: 'serve' });
    await held.release();
    await held.release();
    expect(existsSync(held.paths.holder)).toBe(false);
    await (await holdDataFolder(folder, { purpose: 'import' })).release();
  });

  it('says what is wrong with a folder that cannot be used, and what to do', async () => {
    const reason = (path: string, minimumFreeBytes?: number) =>
      holdDataFolder(path, { purpose: 'serve', ...(minimumFreeBytes && { minimumFreeBytes }) }).catch(
        (error: unknown) => error,
      );
    writeFileSync(join(parent, 'file'), '');
    expect(await reason(join(parent, 'file'))).toEqual(
      new DataFolderUnusable(
        `The data folder ${join(parent, 'file')} cannot be used: a file stands in its place: choose another folder.`,
      ),
    );
    expect(await reason(join(parent, 'file', 'data'))).toMatchObject({
      message: expect.stringMatching(/part of its path is a file/),
    });
    expect(await reason(folder, 2 ** 60)).toMatchObject({
      name: 'DataFolderUnusable',
      message: expect.stringMatching(/has \d+ MiB left, at least 1099511627776 MiB are needed: free some space/),
    });
    await (await holdDataFolder(folder, { purpose: 'serve' })).release();
  });

  it('says so when its lock file is no lock file', async () => {
    mkdirSync(folder);
    writeFileSync(folderPaths(folder).lock, 'x'.repeat(4096));
    await expect(holdDataFolder(folder, { purpose: 'serve' })).rejects.toThrow(/cannot be used: .*not a database/);
  });
});
