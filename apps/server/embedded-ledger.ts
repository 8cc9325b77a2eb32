import { existsSync } from 'node:fs';
import { openSqliteAccessLog } from '#libs/adapters/access-log-sqlite/access-log-sqlite.ts';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { readLogFile } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import { features } from '#libs/features/features.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { Witness } from '#libs/ports/witness.ts';
import { withErasures } from '#libs/runtime/erasure-runner.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { observedProjections } from '#libs/runtime/observed-projections.ts';
import { openLedger } from '#libs/runtime/open-ledger.ts';
import type { LedgerParts } from '#libs/runtime/open-ledger.ts';
import type { Projections } from '#libs/runtime/projections.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';
import { logForEvidence } from './signed-log.ts';
import { keepEmbeddedLog } from './keeping-log.ts';
import { PastThread, SERVER_FOLD_MS } from './past-thread.ts';
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
  /** The file that lists whose keys were destroyed; default: beside the keys. */
  readonly erasureList?: string;
  /** Told to whoever finds the folder in use, e.g. `care serve`. */
  readonly purpose?: string;
  /** Whether the features' durable processes run here (`ledger.processes`). Default: they wait until somebody runs them. */
  readonly runsProcesses?: boolean;
  /** Who is given the heads of the transparency log. */
  readonly witnesses?: readonly Witness[];
  /** `assumed`: whoever reads needs no undertaking on record, e.g. since the folder and its key are theirs. Default: required. */
  readonly clearance?: LedgerParts['clearance'];
  readonly onAlarm?: (message: string) => void;
}

/** The whole ledger in one folder and one process: events, read models and keys on `node:sqlite`. */
export const openEmbeddedLedger = async ({
  folder,
  readOnly = false,
  clock = systemClock,
  tenant = 'careledger',
  masterKey,
  erasureList,
  purpose = 'CareLedger',
  runsProcesses = false,
  witnesses = [],
  clearance = 'required',
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
      ...(erasureList === undefined ? {} : { erasureList }),
    });
    undo.push(() => vault.close());
    const store = await openSqliteEventStore({ file: paths.ledger, readOnly });
    undo.push(() => store.close());

    if (!readOnly) undo.push(keepEmbeddedLog({ folder, ledger: paths.ledger, tenant }, { clock, witnesses, onAlarm }));

    const registry = registryOf(features, [reservationEvents]);
    let projections: Projections | undefined;
    if (!readOnly) projections = await ProjectorThread.start({ ledger: paths.ledger, models: paths.models }, onAlarm);
    undo.push(async () => projections?.close());
    const models = await openSqliteReadModels({ file: paths.models, readOnly: true });
    undo.push(() => models.close());

    const ledger = openLedger({
      tenant,
      registry,
      store,
      results: store.results,
      vault,
      clock,
      models,
      projections: projections ?? observedProjections(store, models, registry),
      ...(runsProcesses && !readOnly ? { processes: { onAlarm } } : {}),
      evidence: logForEvidence(folder),
      logFile: (path) => readLogFile(paths.log, path),
      // Beside a running ledger nobody else waits for this thread.
      accessLog: openSqliteAccessLog({ file: paths.access, inline: readOnly }),
      clearance,
      past: new PastThread({
        events: { kind: 'sqlite', file: paths.ledger },
        cursorSecret: vault.blindIndex('list-cursor', 'past'),
        // Whoever asks in the folder waits for nobody but themselves.
        ...(readOnly ? {} : { foldMs: SERVER_FOLD_MS }),
      }),
      closeParts,
    });
    return runsProcesses && !readOnly ? withErasures(ledger, { models, vault, onAlarm }) : ledger;
  } catch (error) {
    await closeParts();
    throw error;
  }
};
