import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VaultLocked } from '#libs/ports/key-vault.ts';
import { syncFolder } from './master-key-file.ts';

/** Where the list stands unless said otherwise. Better: on another disk, so that no backup of the keys brings an older one back. */
export const erasureListIn = (folder: string): string => join(folder, 'erased.list');

/** `2026-11-25T09:30:00.000Z <subject>`: nothing but when, and whose key. */
const LINE = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z) (\S.*)$/;

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new VaultLocked(`The erasure list ${file} cannot be read: ${(error as Error).message}. Nothing was opened.`);
  }
};

/** Whose keys were to be destroyed, by when that was written first. A last line that a crash cut off was never acknowledged. */
export const readErasureList = async (file: string): Promise<ReadonlyMap<string, string>> => {
  const lines = (await textOf(file)).split('\n').slice(0, -1);
  const listed = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const [, at, subject] = LINE.exec(line) ?? [];
    if (at === undefined || subject === undefined)
      throw new VaultLocked(
        `Line ${index + 1} of the erasure list ${file} cannot be read: put the list back from a copy. Without it erased data could come back. Nothing was opened.`,
      );
    if (!listed.has(subject)) listed.set(subject, at);
  }
  return listed;
};

/** Adds subjects; resolves once they survive a crash. One process writes at a time. */
export const addToErasureList = async (file: string, subjects: readonly string[], at: string): Promise<void> => {
  if (subjects.length === 0) return;
  const wrong = subjects.find((subject) => !LINE.test(`${at} ${subject}`));
  if (wrong !== undefined) throw new TypeError(`${JSON.stringify(wrong)} cannot be listed: it is no id of one line.`);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = await textOf(file);
  const handle = await open(file, 'a', 0o600);
  try {
    // What a crash cut off would run into the next line.
    await handle.truncate(Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
    await handle.appendFile(subjects.map((subject) => `${at} ${subject}\n`).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
};
