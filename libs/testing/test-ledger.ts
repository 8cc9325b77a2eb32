import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteAccessLog } from '#libs/adapters/access-log-sqlite/access-log-sqlite.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import type { SqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { manualClock } from '#libs/ports/clock.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { openLedger } from '#libs/runtime/open-ledger.ts';
import type { LedgerParts } from '#libs/runtime/open-ledger.ts';
import { PastFolds } from '#libs/runtime/past-collections.ts';
import { Projector } from '#libs/runtime/projector.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';

/** An agent of every team. */
export const AGENT: Actor = { id: 'agent-1', grants: [{ role: 'agent', team: '*' }] };

export interface TestLedger {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly store: SqliteEventStore;
  readonly models: ReadModels;
  readonly vault: KeyVault;
  readonly clock: Clock & { set(instant: string): void };
  readonly alarms: readonly string[];
  close(): Promise<void>;
}

/** A ledger over these features on real embedded stores in a folder, everything on this thread. */
export const openTestLedger = async (
  features: readonly Feature[],
  folder: string,
  clock = manualClock('2026-03-02T01:00:00.000Z'),
  {
    runsProcesses = false,
    clearance = 'assumed',
  }: { readonly runsProcesses?: boolean; readonly clearance?: LedgerParts['clearance'] } = {},
): Promise<TestLedger> => {
  const alarms: string[] = [];
  const vault = await openFileKeyVault({ folder: join(folder, 'keys') });
  const store = await openSqliteEventStore({ file: join(folder, 'ledger.db') });
  const models = await openSqliteReadModels({ file: join(folder, 'models.db'), inline: true });
  const registry = registryOf(features, [reservationEvents]);
  const decode = decoderOf(registry);
  const projector = await Projector.start({
    store,
    models,
    registry,
    decode,
    onAlarm: (message) => alarms.push(message),
  });
  const ledger = openLedger({
    tenant: 'test',
    registry,
    store,
    results: store.results,
    vault,
    clock,
    models,
    projections: projector,
    accessLog: openSqliteAccessLog({ file: join(folder, 'access.db'), inline: true }),
    // Who looks in a test has signed, where the test is not about signing.
    clearance,
    past: new PastFolds({
      ...{ store, registry, decode },
      openModels: () => openSqliteReadModels({ file: '', inline: true, cursorSecret: 'test' }),
    }),
    ...(runsProcesses ? { processes: { onAlarm: (message: string) => void alarms.push(message) } } : {}),
    closeParts: async () => {
      await models.close();
      await store.close();
      await vault.close();
    },
  });
  return { folder, ledger, store, models, vault, clock, alarms, close: () => ledger.close() };
};

/** A temporary folder for one test, and how to remove it. */
export const temporaryFolder = async (): Promise<{ readonly folder: string; remove(): Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'careledger-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};
