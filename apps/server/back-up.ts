import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DatabaseSync } from 'node:sqlite';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import { erasureListIn } from '#libs/adapters/key-vault-file/erasure-list.ts';
import { openFolderLog } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import { LogDamaged } from '#libs/ports/transparency-log.ts';
import { TOKEN_KEY_FILE } from './tokens.ts';

/** What a backup says of itself; written last, so that a backup without it was cut off. */
export interface BackupManifest {
  readonly format: 'careledger backup 1';
  readonly kind: 'data' | 'keys';
  readonly takenAt: string;
  /** Of a data backup: events in it. */
  readonly events?: number;
  /** SHA-256 by name; the log’s files prove themselves. */
  readonly files: { readonly [name: string]: string };
}

export const MANIFEST = 'backup.json';
/** A target is in use, a source is missing, or a backup is not whole. */
export class BackupUnusable extends Error {
  override readonly name = 'BackupUnusable';
}

export const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

const syncFile = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A copy as of one moment, beside whoever writes: without free pages or a log. Blocks the thread. */
const copyDatabase = async (from: string, to: string): Promise<void> => {
  const db = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
  await chmod(to, 0o600);
  await syncFile(to);
};

export const copyPrivately = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await copyFile(from, to);
  await chmod(to, 0o600);
  await syncFile(to);
};

const emptyTarget = async (target: string): Promise<void> => {
  await mkdir(target, { recursive: true, mode: 0o700 });
  if ((await readdir(target)).length > 0)
    throw new BackupUnusable(`${target} is not empty: name a folder of its own for each backup.`);
};

const seal = async (
  target: string,
  manifest: Pick<BackupManifest, 'kind' | 'events'>,
  names: readonly string[],
): Promise<BackupManifest> => {
  const files: { [name: string]: string } = {};
  for (const name of names) files[name] = await sha256Of(join(target, name));
  const whole: BackupManifest = {
    ...{ format: 'careledger backup 1', takenAt: new Date().toISOString() },
    ...manifest,
    files,
  };
  const file = join(target, MANIFEST);
  await writeFile(file, `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
  await syncFile(file);
  await syncFile(target);
  return whole;
};

const logAttempts = 10;

/** The log as of its head, which goes on meanwhile: partial tiles come and go, so it is copied until it is whole. */
const copyLog = async (from: string, to: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    await rm(to, { recursive: true, force: true });
    try {
      // The head first: what it covers is only added to.
      await copyPrivately(join(from, 'checkpoint'), join(to, 'checkpoint'));
      const all = await readdir(from, { recursive: true, withFileTypes: true });
      for (const entry of all) {
        const { name, parentPath } = entry;
        if (!entry.isFile() || name === 'checkpoint' || name.endsWith('.new')) continue;
        const path = join(parentPath, name);
        await copyPrivately(path, join(to, path.slice(from.length))).catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        });
      }
      await openFolderLog(to);
      return;
    } catch (error) {
      if (!(error instanceof LogDamaged) || attempt === logAttempts) throw error;
    }
  }
};

const countEvents = (file: string): number => {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(db.prepare('SELECT count(*) AS count FROM events').get()!.count);
  } finally {
    db.close();
  }
};

/**
 * Copies the events, the log that signs them and the records of access, as of one moment, beside a running server. No keys: a backup of
 * the data shows nothing personal. Read models are not copied, they are built anew. Rejects with BackupUnusable.
 */
export const backUpData = async (folder: string, target: string): Promise<BackupManifest> => {
  const paths = folderPaths(folder);
  if (!existsSync(paths.ledger)) throw new BackupUnusable(`There is no ledger in ${folder}: name its folder.`);
  await emptyTarget(target);
  // The log before the events: they hold at least what it covers.
  if (existsSync(join(paths.log, 'checkpoint'))) await copyLog(paths.log, join(target, 'log'));
  const names: string[] = [];
  for (const file of [paths.ledger, paths.access])
    if (existsSync(file)) {
      await copyDatabase(file, join(target, basename(file)));
      names.push(basename(file));
    }
  return seal(target, { kind: 'data', events: countEvents(join(target, 'ledger.db')) }, names);
};

/** The list's name in a backup of the keys, wherever it stands otherwise. */
export const ERASED_LIST = basename(erasureListIn(''));

/** The files of the keys folder that are copied as they are. */
const KEY_FILES = ['master.key', 'master.key.next', 'log-key.pem', 'log-key.pem.next'];

/** Copies the keys, apart from any data. Whoever has this and a backup of the data reads everything. Rejects with BackupUnusable. */
export const backUpKeys = async (folder: string, target: string, erasureList?: string): Promise<BackupManifest> => {
  const { keys } = folderPaths(folder);
  const vault = join(keys, 'vault.db');
  if (!existsSync(vault)) throw new BackupUnusable(`There is no key vault in ${keys}: name the data folder.`);
  await emptyTarget(target);
  const names = ['vault.db'];
  const copyIfThere = async (from: string, name: string) => {
    if (!existsSync(from)) return;
    await copyPrivately(from, join(target, name));
    names.push(name);
  };
  for (const name of KEY_FILES) await copyIfThere(join(keys, name), name);
  await copyDatabase(vault, join(target, 'vault.db'));
  // After the keys: it may list who is in them, never miss who is not.
  await copyIfThere(erasureList ?? erasureListIn(keys), ERASED_LIST);
  await copyIfThere(join(folder, TOKEN_KEY_FILE), TOKEN_KEY_FILE);
  return seal(target, { kind: 'keys' }, names);
};

/** A backup's manifest, once every file is what it says. Rejects with BackupUnusable. */
export const checkBackup = async (backup: string, kind: BackupManifest['kind']): Promise<BackupManifest> => {
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(await readFile(join(backup, MANIFEST), 'utf8')) as BackupManifest;
  } catch (cause) {
    throw new BackupUnusable(`${backup} holds no whole backup (${MANIFEST} cannot be read): name another.`, { cause });
  }
  if (manifest.format !== 'careledger backup 1' || manifest.kind !== kind)
    throw new BackupUnusable(
      `${backup} is no backup of the ${kind}: it says ${manifest.format}, ${manifest.kind}. Name the right one.`,
    );
  for (const [name, hash] of Object.entries(manifest.files)) {
    const found = await sha256Of(join(backup, name)).catch(() => 'missing');
    if (found !== hash)
      throw new BackupUnusable(`${join(backup, name)} is not what was backed up (${found}): use another backup.`);
  }
  return manifest;
};
