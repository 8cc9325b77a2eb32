import { randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { VaultLocked } from '#libs/ports/key-vault.ts';
import {
  adoptMasterKey,
  dropPreparedMasterKey,
  makePrivateFolder,
  masterKeyFile,
  prepareMasterKey,
  readMasterKeys,
} from './master-key-file.ts';
import { peek, schemaVersion } from './vault-database.ts';
import { foundation, isMasterKeyOf, masterKeyFrom } from './wrapping.ts';
import type { Foundation } from './wrapping.ts';

export interface FileKeyVaultOptions {
  /** Where `vault.db` and, unless a master key is given, `master.key` stand. Mode 0700. */
  readonly folder: string;
  /** Base64 of 32 bytes (`CARE_MASTER_KEY`), in place of the file `master.key`. */
  readonly masterKey?: string;
  /** Opens an existing vault without creating or changing anything. */
  readonly readOnly?: boolean;
  /**
   * Whether a missing vault is made. Pass false once the ledger has events: a new vault beside an old ledger would make every
   * personal value unreadable, quietly. Default true.
   */
  readonly mayCreate?: boolean;
  /**
   * The file that lists whose keys were destroyed (`CARE_ERASURE_LIST`): written before a key is destroyed, applied again whenever the
   * vault is opened, so that a vault from an older backup gives nobody back. Default: `erased.list` in the folder.
   */
  readonly erasureList?: string;
  /** How many keys are kept in memory. Default 200 000 (about 100 MB). */
  readonly cachedKeys?: number;
}

const parsed = (base64: string, source: string): KeyObject => {
  const key = masterKeyFrom(base64);
  if (key === undefined)
    throw new VaultLocked(
      `The master key in ${source} is not the base64 of 32 bytes: restore the right one. ` +
        'For a first start only, make one with: openssl rand -base64 32',
    );
  return key;
};

/** The master key of an existing vault. Throws VaultLocked, nothing touched. */
const masterKeyOf = async ({ folder, masterKey, readOnly }: FileKeyVaultOptions, check: Uint8Array) => {
  const wrong = (source: string) =>
    new VaultLocked(
      `The master key in ${source} is not the one that ${join(folder, 'vault.db')} was made with: ` +
        'provide the right key, or restore the vault and its key from the same backup. Nothing was changed.',
    );
  if (masterKey !== undefined) {
    const master = parsed(masterKey, 'CARE_MASTER_KEY');
    if (!isMasterKeyOf(check, master)) throw wrong('CARE_MASTER_KEY');
    return master;
  }
  const file = masterKeyFile(folder);
  const { current, next } = await readMasterKeys(folder);
  const prepared = next === undefined ? undefined : masterKeyFrom(next);
  // A rotation was cut off after the vault had gone over to the prepared key.
  if (prepared !== undefined && isMasterKeyOf(check, prepared)) {
    if (readOnly !== true) await adoptMasterKey(folder);
    return prepared;
  }
  if (current === undefined)
    throw new VaultLocked(
      `The master key of ${join(folder, 'vault.db')} is missing: put it back as ${file} or pass it as CARE_MASTER_KEY. ` +
        'Without it no personal value can be read. Nothing was changed.',
    );
  const master = parsed(current, file);
  if (!isMasterKeyOf(check, master)) throw wrong(file);
  if (prepared !== undefined && readOnly !== true) await dropPreparedMasterKey(folder);
  return master;
};

const newMasterKey = async ({ folder, masterKey }: FileKeyVaultOptions): Promise<KeyObject> => {
  const given = masterKey === undefined ? undefined : parsed(masterKey, 'CARE_MASTER_KEY');
  await makePrivateFolder(folder);
  if (given !== undefined) return given;
  // A key without a vault: the first start was cut off between the two.
  const { current } = await readMasterKeys(folder);
  if (current !== undefined) return parsed(current, masterKeyFile(folder));
  const made = randomBytes(32).toString('base64');
  await prepareMasterKey(folder, made);
  await adoptMasterKey(folder);
  return parsed(made, masterKeyFile(folder));
};

/** Finds or makes the master key; `foundation` is present where the vault is yet to be made. Throws VaultLocked. */
export const unlock = async (
  options: FileKeyVaultOptions,
): Promise<{ readonly master: KeyObject; readonly foundation?: Foundation }> => {
  const file = join(options.folder, 'vault.db');
  const found = peek(file);
  if (found === undefined) {
    if (options.readOnly === true || options.mayCreate === false)
      throw new VaultLocked(
        `There is no key vault at ${file}: restore it from the key backup. Without it no personal value can be read.`,
      );
    const master = await newMasterKey(options);
    return { master, foundation: foundation(master) };
  }
  if (found.foundation === undefined)
    throw new VaultLocked(
      `${file} was written by a newer version (schema ${found.schema}, this version knows ${schemaVersion}): ` +
        'start that version or a later one. Nothing was changed.',
    );
  return { master: await masterKeyOf(options, found.foundation.check) };
};
