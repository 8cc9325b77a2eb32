import { readFile } from 'node:fs/promises';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import type { GlobalOptions } from '../global-options.ts';
import type { Output } from '../output.ts';
import { wrongUsage } from '../problem.ts';

/** Nothing is lost when it is cut off: the vault is under the old key or the new one, and opens with whichever it is. */
export const rotateMaster = async (
  output: Output,
  globals: GlobalOptions,
  { newKey }: { readonly newKey?: string },
): Promise<void> => {
  const { CARE_MASTER_KEY: masterKey, CARE_ERASURE_LIST: erasureList } = process.env;
  if (masterKey !== undefined && newKey === undefined)
    throw wrongUsage('The master key is passed in as CARE_MASTER_KEY.', 'Give the new one in a file: --new-key FILE.');
  const next = newKey === undefined ? undefined : (await readFile(newKey, 'utf8')).trim();
  const hold = await holdDataFolder(globals.data, { purpose: 'care keys rotate-master' });
  try {
    const vault = await openFileKeyVault({
      ...{ folder: folderPaths(globals.data).keys, mayCreate: false },
      ...(masterKey === undefined ? {} : { masterKey }),
      ...(erasureList === undefined ? {} : { erasureList }),
    });
    try {
      await vault.rotate(next);
    } finally {
      await vault.close();
    }
  } finally {
    await hold.release();
  }
  if (output.json) return output.document({ rotated: true, masterKey: masterKey === undefined ? 'file' : 'passed in' });
  output.line(
    masterKey === undefined
      ? 'Every key is under a new master key. Back the keys up anew; older backups of them open with the old one only.'
      : 'Every key is under the new master key: pass it as CARE_MASTER_KEY from now on.',
  );
};
