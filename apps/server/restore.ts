import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { addToErasureList, erasureListIn, readErasureList } from '#libs/adapters/key-vault-file/erasure-list.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { readFolderLog } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import { headIn, parseNoteKey } from '#libs/kernel/signed-note.ts';
import { verifyLog } from '#libs/runtime/verify-log.ts';
import { BackupUnusable, checkBackup, copyPrivately, ERASED_LIST } from './back-up.ts';
import { beginContinuedLog, rotationsIn } from './signed-log.ts';
import { TOKEN_KEY_FILE } from './tokens.ts';

export interface RestoreOptions {
  readonly backup: string;
  /** A backup of the keys; default: those that stand in the folder. */
  readonly keys?: string;
  readonly folder: string;
  readonly tenant: string;
  readonly masterKey?: string;
  readonly erasureList?: string;
  /** Whether what stands in the folder is put aside. Default: nothing may stand there but keys. */
  readonly force?: boolean;
}

export interface Restored {
  readonly events: number;
  readonly takenAt: string;
  /** The new log's origin, and the head that it goes on from. */
  readonly origin?: string;
  readonly continues?: { readonly origin: string; readonly size: number };
  /** On the erasure list: their keys are destroyed, also where the backup held them. */
  readonly erased: number;
  /** Where what stood in the folder is now. */
  readonly putAside?: string;
}

const DATA = ['ledger.db', 'models.db', 'access.db'].flatMap((name) => [name, `${name}-wal`, `${name}-shm`]);

const lastHeadOf = async (log: string) => {
  const { head } = await readFolderLog(log);
  return head === undefined ? undefined : headIn(head);
};

/** Is the backup what was signed? Rejects with BackupUnusable. */
const checkSigned = async (backup: string): Promise<void> => {
  const log = join(backup, 'log');
  if (!existsSync(log)) return;
  const store = await openSqliteEventStore({ file: join(backup, 'ledger.db'), readOnly: true });
  try {
    const key = parseNoteKey(await readFile(join(log, 'key'), 'utf8'));
    const [rotations, files] = [await rotationsIn(log), await readFolderLog(log)];
    const { findings } = await verifyLog({ store, log: files, keys: [key], rotations });
    if (findings[0] !== undefined)
      throw new BackupUnusable(`The backup in ${backup} is not what was signed: ${findings[0].message}`);
  } finally {
    await store.close();
  }
};

const putAside = async (folder: string, withKeys: boolean): Promise<string | undefined> => {
  const there = (await readdir(folder)).filter((name) =>
    [...DATA, 'log', ...(withKeys ? ['keys'] : [])].includes(name),
  );
  if (there.length === 0) return undefined;
  const aside = join(folder, `replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  await mkdir(aside, { mode: 0o700 });
  for (const name of there) await rename(join(folder, name), join(aside, name));
  await mkdir(folderPaths(folder).keys, { recursive: true, mode: 0o700 });
  return aside;
};

/** Who was erased, as the restored events themselves say. */
const erasedIn = async (ledger: string): Promise<readonly string[]> => {
  const store = await openSqliteEventStore({ file: ledger, readOnly: true });
  const subjects: string[] = [];
  try {
    for await (const page of store.readAll({ filter: { streamPrefixes: ['erasure-'] } }))
      for (const { type, data } of page)
        if (type === 'erasure.begun.v1')
          subjects.push(...(JSON.parse(data) as { readonly subjects: readonly string[] }).subjects);
  } finally {
    await store.close();
  }
  return subjects;
};

/**
 * Puts a backup into a folder, once it is proven whole. The erasure list is what was in the folder, the keys' backup and the events
 * together, and is applied before the folder may be opened; a new log begins that cites the last head. Rejects with BackupUnusable,
 * DataFolderHeld, VaultLocked.
 */
export const restore = async (options: RestoreOptions): Promise<Restored> => {
  const { backup, keys, folder, tenant, force = false } = options;
  const { events = 0, takenAt } = await checkBackup(backup, 'data');
  const keysBackup = keys === undefined ? undefined : await checkBackup(keys, 'keys');
  await checkSigned(backup);

  const hold = await holdDataFolder(folder, { purpose: 'care restore' });
  try {
    const paths = folderPaths(folder);
    const list = options.erasureList ?? erasureListIn(paths.keys);
    const listed = await readErasureList(list);
    const before = (await readdir(folder)).filter((name) => [...DATA, 'log'].includes(name));
    const holdsKeys = existsSync(join(paths.keys, 'vault.db'));
    if (!force && (before.length > 0 || (holdsKeys && keys !== undefined)))
      throw new BackupUnusable(
        `${folder} holds ${[...before, ...(holdsKeys ? ['keys'] : [])].join(', ')}: restore into another folder, or put what is there aside with --force.`,
      );
    if (!holdsKeys && keys === undefined)
      throw new BackupUnusable(`There are no keys in ${paths.keys}: give their backup with --keys.`);

    const aside = force ? await putAside(folder, keys !== undefined) : undefined;
    for (const name of Object.keys(keysBackup?.files ?? {})) {
      if (name === ERASED_LIST) continue;
      await copyPrivately(join(keys!, name), join(name === TOKEN_KEY_FILE ? folder : paths.keys, name));
    }
    await copyPrivately(join(backup, 'ledger.db'), paths.ledger);
    if (existsSync(join(backup, 'access.db'))) await copyPrivately(join(backup, 'access.db'), paths.access);

    const inBackup = keys === undefined ? [] : [...(await readErasureList(erasureListIn(keys))).keys()];
    const wanted = new Set([...listed.keys(), ...inBackup, ...(await erasedIn(paths.ledger))]);
    const already = await readErasureList(list);
    await addToErasureList(
      list,
      [...wanted].filter((subject) => !already.has(subject)),
      new Date().toISOString(),
    );
    const vault = await openFileKeyVault({
      ...{ folder: paths.keys, mayCreate: false, erasureList: list },
      ...(options.masterKey === undefined ? {} : { masterKey: options.masterKey }),
    });
    await vault.close();

    const head = existsSync(join(backup, 'log')) ? await lastHeadOf(join(backup, 'log')) : undefined;
    const origin =
      head === undefined
        ? undefined
        : await beginContinuedLog(folder, { tenant, head, rotations: await rotationsIn(join(backup, 'log')) });
    return {
      ...{ events, takenAt, erased: wanted.size },
      ...(head === undefined || origin === undefined
        ? {}
        : { origin, continues: { origin: head.origin, size: head.size } }),
      ...(aside === undefined ? {} : { putAside: aside }),
    };
  } finally {
    await hold.release();
  }
};
