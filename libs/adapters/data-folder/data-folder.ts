import { chmod, mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Where everything stands in a data folder. */
export interface FolderPaths {
  readonly folder: string;
  readonly ledger: string;
  readonly models: string;
  /** The key vault's folder; never part of a data backup. */
  readonly keys: string;
  /** The records of who saw whose personal values. */
  readonly access: string;
  /** The files of the transparency log. */
  readonly log: string;
  /** The key that signs the log's heads. */
  readonly logKey: string;
  /**
   * Never read, copy or back up: closing any other handle on it in the holder's process drops the lock (so POSIX locks work).
   */
  readonly lock: string;
  readonly holder: string;
}

export const folderPaths = (folder: string): FolderPaths => ({
  folder,
  ledger: join(folder, 'ledger.db'),
  models: join(folder, 'models.db'),
  keys: join(folder, 'keys'),
  access: join(folder, 'access.db'),
  log: join(folder, 'log'),
  logKey: join(folder, 'keys', 'log-key.pem'),
  lock: join(folder, 'lock.db'),
  holder: join(folder, 'holder.json'),
});

/** The process that holds a data folder, as it described itself. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Program and its first argument; the others may carry secrets. */
  readonly command: string;
  /** What it holds the folder for: `serve`. */
  readonly purpose: string;
  readonly since: string;
}

/** Another process writes in the folder. */
export class DataFolderHeld extends Error {
  override readonly name = 'DataFolderHeld';
  /** Undefined while the holder has not yet described itself. */
  readonly holder: Holder | undefined;
  constructor(folder: string, holder: Holder | undefined) {
    const who =
      holder === undefined
        ? 'another process'
        : `process ${holder.pid} on ${holder.host} (${holder.command}, ${holder.purpose}, since ${holder.since})`;
    super(`The data folder ${folder} is in use by ${who}: stop it first, or choose another folder.`);
    this.holder = holder;
  }
}

/** The folder cannot be created, read or written, or its disk is full. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';
}

export interface HeldDataFolder {
  readonly paths: FolderPaths;
  /** Lets others have the folder; a second call does nothing. */
  release(): Promise<void>;
}

const REASONS: { readonly [code: string]: string } = {
  EACCES: 'this user may not read and write it: give the folder to the user that runs the program',
  EPERM: 'it belongs to another user: give the folder to the user that runs the program',
  EROFS: 'its file system is read-only: mount it for writing, or choose another folder',
  ENOSPC: 'its disk is full: free some space',
  EDQUOT: 'its disk quota is used up: free some space',
  ENOTDIR: 'a part of its path is a file: choose another folder',
  EEXIST: 'a file stands in its place: choose another folder',
  ENAMETOOLONG: 'its path is too long: choose another folder',
};

const unusable = (folder: string, error: unknown): DataFolderUnusable => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new DataFolderUnusable(`The data folder ${folder} cannot be used: ${REASONS[code] ?? message}.`, {
    cause: error,
  });
};

const describeSelf = (purpose: string): Holder => ({
  pid: process.pid,
  host: hostname(),
  command: [basename(process.argv[1] ?? process.argv0), ...process.argv.slice(2, 3)].join(' '),
  purpose,
  since: new Date().toISOString(),
});

const holderOf = async (file: string): Promise<Holder | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
};

const makePrivate = async (folder: string) => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
};

/** Waits until what the last holder said of itself is there: it locks first and describes itself after. */
const namedHolder = async (file: string): Promise<Holder | undefined> => {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const holder = await holderOf(file);
    if (holder !== undefined) return holder;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
};

const isBusy = (error: unknown) => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;

/** An open transaction on a file of its own. The kernel lets go of it when the process ends, however it ends. */
const lock = (file: string): DatabaseSync | undefined => {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
};

const enoughSpace = async (folder: string, minimumFreeBytes: number) => {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= minimumFreeBytes) return;
  const mebibytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
  throw new DataFolderUnusable(
    `The disk of ${folder} has ${mebibytes(free)} left, at least ${mebibytes(minimumFreeBytes)} are needed: free some space.`,
  );
};

/**
 * Makes this process the folder's only writer, creating the folder (mode 0700) where it is missing. Held until `release` or
 * the end of the process, kill -9 included. Throws DataFolderHeld, DataFolderUnusable. The folder must be on a local disk: network
 * file systems often keep no locks.
 */
export const holdDataFolder = async (
  folder: string,
  options: { readonly purpose: string; /** Default 64 MiB. */ readonly minimumFreeBytes?: number },
): Promise<HeldDataFolder> => {
  const paths = folderPaths(folder);
  let held: DatabaseSync | undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    held = lock(paths.lock);
    if (held === undefined) throw new DataFolderHeld(folder, await namedHolder(paths.holder));
    await makePrivate(folder);
    await makePrivate(paths.keys);
    await enoughSpace(folder, options.minimumFreeBytes ?? 64 * 2 ** 20);
    const draft = `${paths.holder}.new`;
    await writeFile(draft, `${JSON.stringify(describeSelf(options.purpose), null, 2)}\n`, { mode: 0o600 });
    await rename(draft, paths.holder);
  } catch (error) {
    held?.close();
    if (error instanceof DataFolderHeld || error instanceof DataFolderUnusable) throw error;
    throw unusable(folder, error);
  }
  const db = held;
  return {
    paths,
    release: async () => {
      if (!db.isOpen) return;
      await rm(paths.holder, { force: true });
      if (db.isOpen) db.close();
    },
  };
};
