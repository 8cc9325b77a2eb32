import { join } from 'node:path';
import { openSqliteAccessLog } from '#libs/adapters/access-log-sqlite/access-log-sqlite.ts';
import { openEsdbCommandResults } from '#libs/adapters/event-store-esdb/command-results-esdb.ts';
import { openEsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import { features as productFeatures } from '#libs/features/features.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import type { RunProcesses } from '#libs/runtime/open-processes.ts';
import { observedProjections } from '#libs/runtime/observed-projections.ts';
import { openLedger } from '#libs/runtime/open-ledger.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';
import { sealerFor } from '#libs/runtime/seal.ts';
import type { Sealer } from '#libs/runtime/seal.ts';

export const TENANT = 'bench';

/** Somebody who may do all that the benchmarks do. */
export const PERSON: Actor = {
  id: 'bench-agent',
  grants: [
    { role: 'agent', team: '*' },
    { role: 'auditor', team: '*' },
  ],
};

export interface Parts {
  readonly store: EventStore;
  readonly vault: KeyVault;
  readonly sealer: Sealer;
  /** The command path alone: no projector takes part of the machine. Reading needs read models that exist already. */
  readonly ledger: Ledger;
}

/** Where other features are measured than the product's, on another clock, their processes at work. */
export interface OtherParts {
  readonly features?: readonly Feature[];
  readonly clock?: Clock;
  readonly processes?: RunProcesses;
}

const openEvents = async (file: string, eventsUrl: string | undefined) => {
  if (eventsUrl !== undefined) {
    const store = await openEsdbEventStore({ connectionString: eventsUrl });
    return { store, results: openEsdbCommandResults(store) };
  }
  const store = await openSqliteEventStore({ file });
  return { store, results: store.results };
};

/**
 * The parts of the product on a data folder, without the projector; the events on an EventStoreDB server where its URL is given.
 * Closing the ledger closes all.
 */
export const openParts = async (
  folder: string,
  eventsUrl?: string,
  { features = productFeatures, clock = systemClock, ...others }: OtherParts = {},
): Promise<Parts> => {
  const paths = folderPaths(folder);
  const vault = await openFileKeyVault({ folder: paths.keys });
  const { store, results } = await openEvents(paths.ledger, eventsUrl);
  const models = await openSqliteReadModels({ file: join(folder, 'unused-models.db'), inline: true });
  const registry = registryOf(features, [reservationEvents]);
  const sealer = sealerFor(vault, registry.eventSets);
  const ledger = openLedger({
    tenant: TENANT,
    registry,
    store,
    results,
    vault,
    clock,
    ...others,
    models,
    projections: observedProjections(store, models, registry),
    accessLog: openSqliteAccessLog({ file: paths.access }),
    clearance: 'assumed',
    closeParts: async () => {
      await models.close();
      await store.close();
      await vault.close();
    },
  });
  return { store, vault, sealer, ledger };
};
