import { randomBytes } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import {
  openFolderLog,
  readFolderLog,
  writeDurably,
} from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import {
  citing,
  formatNoteKey,
  headIn,
  headText,
  keyOfSigner,
  lineageOf,
  namingNextKey,
  signNote,
} from '#libs/kernel/signed-note.ts';
import type { LogHead, NoteSigner } from '#libs/kernel/signed-note.ts';
import type { TransparencyLog } from '#libs/ports/transparency-log.ts';
import type { LogForEvidence } from '#libs/runtime/disclosing.ts';
import { loadOrCreateKey } from './key-file.ts';

/** Beside the tiles: the key by which heads are checked, and the heads in which one key named the next, a JSON text a line. */
export const PUBLIC_KEY_FILE = 'key';
export const ROTATIONS_FILE = 'rotations';

const SIGNS = 'the log’s heads are signed';

const writeRotations = (logFolder: string, rotations: readonly string[]): Promise<void> =>
  writeDurably(join(logFolder, ROTATIONS_FILE), rotations.map((each) => `${JSON.stringify(each)}\n`).join(''));

/** `careledger/acme/5b1f09c2`: unlike every other log in the world, another one for each life of a store. */
export const newOrigin = (tenant: string): string =>
  `careledger/${encodeURIComponent(tenant)}/${randomBytes(4).toString('hex')}`;

const originOf = (log: TransparencyLog, tenant: string): string =>
  log.head === undefined ? newOrigin(tenant) : headIn(log.head).origin;

/** The log of a data folder with the key that signs it; both are made where they are missing. Rejects with LogDamaged. */
export const openSignedLog = async (
  folder: string,
  tenant: string,
): Promise<{ readonly log: TransparencyLog; readonly signer: NoteSigner }> => {
  const paths = folderPaths(folder);
  const log = await openFolderLog(paths.log);
  const { privateKey } = await loadOrCreateKey(paths.logKey, SIGNS);
  const signer = { name: originOf(log, tenant), privateKey };
  await writeDurably(join(paths.log, PUBLIC_KEY_FILE), `${formatNoteKey(keyOfSigner(signer))}\n`);
  return { log, signer };
};

/** The heads in which one key named the next, oldest first. */
export const rotationsIn = async (logFolder: string): Promise<readonly string[]> => {
  const text = await readFile(join(logFolder, ROTATIONS_FILE), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as string]));
};

/**
 * Begins the log of a restored ledger, under a new origin: its first head, over nothing, cites the last head of the log before, and so do
 * all that follow. The same key signs. Resolves with the origin.
 */
export const beginContinuedLog = async (
  folder: string,
  before: { readonly tenant: string; readonly head: LogHead; readonly rotations: readonly string[] },
): Promise<string> => {
  const { log, signer } = await openSignedLog(folder, before.tenant);
  const extensions = [...lineageOf(before.head), citing(before.head)];
  if (before.rotations.length > 0) await writeRotations(folderPaths(folder).log, before.rotations);
  await log.publish(signNote(headText({ origin: signer.name, ...log.tree, extensions }), [signer]));
  return signer.name;
};

/** What evidence is made from: the log of a data folder as it stands. */
export const logForEvidence = (folder: string): LogForEvidence => {
  const { log } = folderPaths(folder);
  return {
    open: () => readFolderLog(log),
    publicKey: async () => (await readFile(join(log, PUBLIC_KEY_FILE), 'utf8')).trim(),
    rotations: () => rotationsIn(log),
  };
};

/**
 * Exchanges the key that signs: a head that names the new key, signed by both, is kept for auditors, then the new key takes the old
 * one's place. The folder must be held. After a crash the rotation either happened or is done by the next call. Resolves with the new
 * public key.
 */
export const rotateLogKey = async (folder: string, tenant: string): Promise<string> => {
  const paths = folderPaths(folder);
  const { log, signer } = await openSignedLog(folder, tenant);
  const next = await loadOrCreateKey(`${paths.logKey}.next`, SIGNS);
  const nextSigner = { name: signer.name, privateKey: next.privateKey };
  const nextKey = keyOfSigner(nextSigner);
  const extensions = [namingNextKey(nextKey)];
  const note = signNote(headText({ origin: signer.name, ...log.tree, extensions }), [signer, nextSigner]);
  await writeRotations(paths.log, [...(await rotationsIn(paths.log)), note]);
  await rename(`${paths.logKey}.next`, paths.logKey);
  const publicKey = formatNoteKey(nextKey);
  await writeDurably(join(paths.log, PUBLIC_KEY_FILE), `${publicKey}\n`);
  return publicKey;
};
