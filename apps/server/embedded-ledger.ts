import { existsSync } from 'node:fs';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { features } from '#libs/features/features.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { observedProjections } from '#libs/runtime/observed-projections.ts';
import { openLedger } from '#libs/runtime/open-ledger.ts';
import type { Projections } from '#libs/runtime/projections.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';
import { ProjectorThread } from './projector-thread.ts';

export interface EmbeddedOptions {
  /** The data folder; created where it does not exist, unless opened for reading. */
  readonly folder: string;
  /** Beside a running ledger: no commands, no projector, no lock. */
  readonly readOnly?: boolean;
  readonly clock?: Clock;
  /** Default `careledger`. */
  readonly tenant?: string;
  /** Base64 of 32 bytes; default: the folder's own key file. */
  readonly masterKey?: string;
  /** Told to whoever finds the folder in use, e.g. `care serve`. */
  readonly purpose?: string;
  /** Whether the features' durable processes run here (`ledger.processes`). Default: they wait until somebody runs them. */
  readonly runsProcesses?: boolean;
  readonly onAlarm?: (message: string) => void;
}

/** The whole ledger in one folder and one process: events, read models and keys on `node:sqlite`. */
export const openEmbeddedLedger = async ({
  folder,
  readOnly = false,
  clock = systemClock,
  tenant = 'careledger',
  masterKey,
  purpose = 'CareLedger',
  runsProcesses = false,
  onAlarm = () => undefined,
}: EmbeddedOptions): Promise<Ledger> => {
  // Undone in reverse order, also when opening stops half-way.
  const undo: (() => Promise<void>)[] = [];
  const closeParts = async () => {
    for (const each of undo.splice(0).reverse()) await each();
  };
  try {
    const paths = folderPaths(folder);
    if (!readOnly) {
      const hold = await holdDataFolder(folder, { purpose });
      undo.push(async () => hold.release());
    }
    const vault = await openFileKeyVault({
      folder: paths.keys,
      readOnly,
      // A lost vault is an alarm, not a reason to make a new one: every personal value would read as erased.
      mayCreate: !readOnly && !existsSync(paths.ledger),
      ...(masterKey === undefined ? {} : { masterKey }),
    });
    undo.push(() => vault.close());
    const store = await openSqliteEventStore({ file: paths.ledger, readOnly });
    undo.push(() => store.close());

    const registry = registryOf(features, [reservationEvents]);
    let projections: Projections | undefined;
    if (!readOnly) projections = await ProjectorThread.start({ ledger: paths.ledger, models: paths.models }, onAlarm);
    undo.push(async () => projections?.close());
    const models = await openSqliteReadModels({ file: paths.models, readOnly: true });
    undo.push(() => models.close());

    return openLedger({
      tenant,
      registry,
      store,
      results: store.results,
      vault,
      clock,
      models,
      projections: projections ?? observedProjections(store, models, registry),
      ...(runsProcesses && !readOnly ? { processes: { onAlarm } } : {}),
      closeParts,
    });
  } catch (error) {
    await closeParts();
    throw error;
  }
};
