import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The master key's file beside the vault, and the one that a rotation is about to put in its place. */
export const masterKeyFile = (folder: string) => join(folder, 'master.key');
const nextMasterKeyFile = (folder: string) => join(folder, 'master.key.next');

const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Base64 texts; `next` is there when a rotation was cut off. */
export const readMasterKeys = async (folder: string) => ({
  current: await readIfThere(masterKeyFile(folder)),
  next: await readIfThere(nextMasterKeyFile(folder)),
});

/** Makes what was created or renamed in the folder survive a power cut. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const makePrivateFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
};

/** Writes the key that a rotation goes over to; not yet in force. */
export const prepareMasterKey = async (folder: string, base64: string): Promise<void> => {
  await rm(nextMasterKeyFile(folder), { force: true });
  const handle = await open(nextMasterKeyFile(folder), 'wx', 0o600);
  try {
    await handle.writeFile(`${base64}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(folder);
};

/** Puts the prepared key in the place of the current one, at once and for good. */
export const adoptMasterKey = async (folder: string): Promise<void> => {
  await rename(nextMasterKeyFile(folder), masterKeyFile(folder));
  await syncFolder(folder);
};

export const dropPreparedMasterKey = (folder: string): Promise<void> => rm(nextMasterKeyFile(folder), { force: true });
