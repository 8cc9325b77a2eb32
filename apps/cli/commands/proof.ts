import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { headIn } from '#libs/kernel/signed-note.ts';
import { tenantOf } from '../local-ledger.ts';
import type { Output } from '../output.ts';
import { notFound } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

const fileOf = async (globals: GlobalOptions, name: string): Promise<string> => {
  const file = join(folderPaths(globals.data).log, name);
  if (!existsSync(file))
    throw notFound(`There is no signed log in ${globals.data}.`, 'It begins when the ledger is opened: care serve.');
  return readFile(file, 'utf8');
};

/** The newest head, to be kept where nobody who runs the ledger can change it. */
export const head = async (output: Output, globals: GlobalOptions): Promise<void> => {
  const note = await fileOf(globals, 'checkpoint');
  if (!output.json) return output.line(note.trimEnd());
  const { origin, size, root } = headIn(note);
  output.document({ head: note, origin, size, root: Buffer.from(root).toString('base64') });
};

/** The public key of the heads, to be handed to auditors at the beginning. */
export const key = async (output: Output, globals: GlobalOptions): Promise<void> => {
  const publicKey = (await fileOf(globals, 'key')).trim();
  if (output.json) output.document({ publicKey });
  else output.line(publicKey);
};

export const rotateKey = async (output: Output, globals: GlobalOptions): Promise<void> => {
  await fileOf(globals, 'checkpoint');
  const { rotateLogKey } = await import('#apps/server/signed-log.ts');
  const hold = await holdDataFolder(globals.data, { purpose: 'care proof rotate-key' });
  try {
    const publicKey = await rotateLogKey(globals.data, tenantOf());
    if (output.json) output.document({ publicKey });
    else output.line(`Heads are signed by a new key from now on; the old key vouches for it:\n${publicKey}`);
  } finally {
    await hold.release();
  }
};
