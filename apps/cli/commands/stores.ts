import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { Problem, notFound, wrongUsage } from '../problem.ts';

export interface OpenedStore {
  readonly store: EventStore;
  close(): Promise<void>;
}

const sqliteFolder = (address: string): string | undefined => /^sqlite:(.+)$/.exec(address)?.[1];

const openServer = async (
  option: string,
  address: string,
  onAlarm: (message: string) => void,
): Promise<OpenedStore> => {
  if (!/^esdb(\+discover)?:\/\/./.test(address))
    throw wrongUsage(
      `${option} ${address.replace(/:\/\/[^/?]*@/, '://…@')} is no event store.`,
      'Allowed are sqlite:<folder>, esdb://…, esdb+discover://….',
    );
  const { openEsdbEventStore } = await import('#libs/adapters/event-store-esdb/event-store-esdb.ts');
  const store = await openEsdbEventStore({ connectionString: address, alarm: onAlarm });
  return { store, close: () => store.close() };
};

/** An event store that is only read: `sqlite:<folder>` beside whoever writes there, or a server. */
export const openSource = async (
  option: string,
  address: string,
  onAlarm: (message: string) => void,
): Promise<OpenedStore> => {
  const folder = sqliteFolder(address);
  if (folder === undefined) return openServer(option, address, onAlarm);
  const { openSqliteEventStore } = await import('#libs/adapters/event-store-sqlite/event-store-sqlite.ts');
  const { ledger } = folderPaths(folder);
  if (!existsSync(ledger)) throw notFound(`There is no ledger in ${folder}.`, `Name its folder in ${option}.`);
  const store = await openSqliteEventStore({ file: ledger, readOnly: true });
  return { store, close: () => store.close() };
};

/** An event store that is written to; a folder is taken, and made where it is missing. */
export const openTarget = async (
  option: string,
  address: string,
  onAlarm: (message: string) => void,
): Promise<OpenedStore> => {
  const folder = sqliteFolder(address);
  if (folder === undefined) return openServer(option, address, onAlarm);
  const { openSqliteEventStore } = await import('#libs/adapters/event-store-sqlite/event-store-sqlite.ts');
  const { ledger, models } = folderPaths(folder);
  if (existsSync(models))
    throw new Problem(`${folder} holds read models of another ledger.`, {
      next: 'Copy into a folder of its own, or remove models.db from it: read models are built anew.',
    });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hold = await holdDataFolder(folder, { purpose: 'care copy' });
  const store = await openSqliteEventStore({ file: ledger });
  return {
    store,
    close: async () => {
      await store.close();
      await hold.release();
    },
  };
};
