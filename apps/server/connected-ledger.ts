import { openSqliteAccessLog } from '#libs/adapters/access-log-sqlite/access-log-sqlite.ts';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { openEsdbCommandResults } from '#libs/adapters/event-store-esdb/command-results-esdb.ts';
import { openEsdbEventStore } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import type { EsdbOptions } from '#libs/adapters/event-store-esdb/event-store-esdb.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openMongoReadModels } from '#libs/adapters/read-models-mongodb/read-models-mongodb.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { readLogFile } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import { features as ownFeatures } from '#libs/features/features.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { systemClock } from '#libs/ports/clock.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { CommandResults } from '#libs/ports/command-results.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import type { Witness } from '#libs/ports/witness.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import { outboxLease, withDeliveries } from '#libs/runtime/delivery-runner.ts';
import type { DeliveryRunnerOptions } from '#libs/runtime/delivery-runner.ts';
import { ensureFirstCollections } from '#libs/runtime/first-collections.ts';
import type { Lease } from '#libs/runtime/lease.ts';
import { LeasedProjections } from '#libs/runtime/leased-projections.ts';
import { withErasures } from '#libs/runtime/erasure-runner.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { observedProjections } from '#libs/runtime/observed-projections.ts';
import type { PartitionCount } from '#libs/runtime/partitions.ts';
import { openLedger } from '#libs/runtime/open-ledger.ts';
import type { LedgerParts } from '#libs/runtime/open-ledger.ts';
import type { Projections } from '#libs/runtime/projections.ts';
import { Projector } from '#libs/runtime/projector.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';
import type { ServerRole, StoreAddress } from './configuration.ts';
import { openEmbeddedLedger } from './embedded-ledger.ts';
import { logForEvidence } from './signed-log.ts';
import { keepSharedLog } from './keeping-log.ts';
import { PastThread, SERVER_FOLD_MS } from './past-thread.ts';
import { ProjectorThread } from './projector-thread.ts';
import { checkReflects } from './reflected-store.ts';

export interface ConnectedOptions {
  readonly eventStore: StoreAddress;
  readonly readModels: StoreAddress;
  /** Where the key vault stands. `all` and `api` hold it for writing; workers read it. */
  readonly folder: string;
  /** Default `all`. `api` and `worker` need EventStoreDB and MongoDB. */
  readonly role?: ServerRole;
  /** What the ledger consists of. Default: the product's features; others only where the read models are in MongoDB. */
  readonly features?: readonly Feature[];
  readonly clock?: Clock;
  /** Default `careledger`. */
  readonly tenant?: string;
  /** Base64 of 32 bytes; default: the folder's own key file. */
  readonly masterKey?: string;
  /** The file that lists whose keys were destroyed; default: beside the keys. */
  readonly erasureList?: string;
  /** Told to whoever finds the folder in use. */
  readonly purpose?: string;
  /** How long a worker's lease lasts without being renewed, in milliseconds. */
  readonly leaseMs?: number;
  /**
   * In how many partitions workers share the read models, and the processes, where they do (MongoDB): all must say the same.
   * Default: 4.
   */
  readonly partitions?: PartitionCount;
  /** Whether the features' durable processes run here, never in an `api`: under leases where several may. Default: they wait. */
  readonly runsProcesses?: boolean;
  /** How messages leave the ledger, where the processes run here. Default: they wait in the outbox. */
  readonly outward?: Pick<DeliveryRunnerOptions, 'channels' | 'publicUrl'>;
  /** Who is given the heads of the transparency log, where it is signed here: never by an `api`. */
  readonly witnesses?: readonly Witness[];
  /** Told whenever the read models that this process folds have changed, where several share them. */
  readonly onShare?: (held: readonly string[]) => void;
  /** EventStoreDB: how long calls may take and are tried again. */
  readonly patience?: EsdbOptions['patience'];
  /** `assumed`: whoever reads needs no undertaking on record. Default: required. */
  readonly clearance?: LedgerParts['clearance'];
  readonly onAlarm?: (message: string) => void;
}

type Undo = (() => Promise<void>)[];

/** The ledger with its outbox at work, where it is to be. */
const sending = (ledger: Ledger, { outward, runsProcesses, role, onAlarm }: ConnectedOptions, lease?: Lease): Ledger =>
  outward === undefined || runsProcesses !== true || role === 'api'
    ? ledger
    : withDeliveries(ledger, {
        ...outward,
        ...(lease === undefined ? {} : { lease }),
        ...(onAlarm === undefined ? {} : { onAlarm }),
      });

const pastThread = (eventStore: StoreAddress, vault: KeyVault): PastThread =>
  new PastThread({
    events:
      eventStore.kind === 'sqlite'
        ? { kind: 'sqlite', file: folderPaths(eventStore.folder).ledger }
        : { kind: 'esdb', url: eventStore.url },
    cursorSecret: vault.blindIndex('list-cursor', 'past'),
    foldMs: SERVER_FOLD_MS,
  });

/** Processes apart would write the same file, or not see what the other wrote. */
const checkRole = ({ eventStore, readModels, role = 'all' }: ConnectedOptions): void => {
  if (role !== 'all' && (eventStore.kind !== 'esdb' || readModels.kind !== 'mongodb'))
    throw new Error(
      `The role ${role} needs EventStoreDB and MongoDB (here: ${eventStore.kind}, ${readModels.kind}): use them, or run everything in one process with the role all.`,
    );
};

const openEvents = async (
  { eventStore, patience, onAlarm }: ConnectedOptions,
  undo: Undo,
): Promise<{ readonly store: EventStore; readonly results: CommandResults }> => {
  if (eventStore.kind === 'sqlite') {
    const store = await openSqliteEventStore({ file: folderPaths(eventStore.folder).ledger });
    undo.push(() => store.close());
    return { store, results: store.results };
  }
  const store = await openEsdbEventStore({
    connectionString: eventStore.url,
    ...(patience === undefined ? {} : { patience }),
    ...(onAlarm === undefined ? {} : { alarm: onAlarm }),
  });
  undo.push(() => store.close());
  return { store, results: openEsdbCommandResults(store) };
};

const openVault = async (
  { folder, role = 'all', masterKey, erasureList }: ConnectedOptions,
  store: EventStore,
  undo: Undo,
): Promise<KeyVault> => {
  const readOnly = role === 'worker';
  const vault = await openFileKeyVault({
    folder: folderPaths(folder).keys,
    readOnly,
    // A lost vault is an alarm, not a reason to make a new one: every personal value would read as erased.
    mayCreate: !readOnly && (await store.head()) === 0,
    ...(masterKey === undefined ? {} : { masterKey }),
    ...(erasureList === undefined ? {} : { erasureList }),
  });
  undo.push(() => vault.close());
  return vault;
};

/**
 * The ledger on the stores that the configuration names, in any combination. Rejects with what the adapters say: unreachable,
 * credentials refused, too old, standalone MongoDB and so on.
 *
 * With read models in MongoDB any number of processes with the role `all` or `worker` share the work by leases. `api` folds
 * nothing; what it answers is as far as the workers have come.
 */
export const openConnectedLedger = async (options: ConnectedOptions): Promise<Ledger> => {
  checkRole(options);
  const { eventStore, readModels, folder, role = 'all', clock = systemClock, tenant = 'careledger' } = options;
  const { purpose = 'CareLedger', leaseMs, partitions = 4, onShare, onAlarm = () => undefined } = options;
  const sharing = { partitions, ...(leaseMs === undefined ? {} : { leaseMs }) };
  const folders = [eventStore, readModels].flatMap((each) => (each.kind === 'sqlite' ? [each.folder] : []));
  if (folders.length === 2 && folders.every((each) => each === folder))
    return sending(await openEmbeddedLedger(options), options);

  // Undone in reverse order, also when opening stops half-way.
  const undo: Undo = [];
  const closeParts = async () => {
    for (const each of undo.splice(0).reverse()) await each();
  };
  try {
    if (role !== 'worker')
      for (const each of new Set([folder, ...folders])) {
        const hold = await holdDataFolder(each, { purpose });
        undo.push(async () => hold.release());
      }
    const { store, results } = await openEvents(options, undo);
    const vault = await openVault(options, store, undo);
    const registry = registryOf(options.features ?? ownFeatures, [reservationEvents]);
    const decode = decoderOf(registry);

    let models: ReadModels;
    let projections: Projections;
    if (readModels.kind === 'sqlite') {
      const file = folderPaths(readModels.folder).models;
      if (eventStore.kind === 'sqlite') {
        const files = { ledger: folderPaths(eventStore.folder).ledger, models: file };
        const thread = await ProjectorThread.start(files, onAlarm);
        undo.push(() => thread.close());
        projections = thread;
        models = await openSqliteReadModels({ file, readOnly: true });
        undo.push(() => models.close());
      } else {
        models = await openSqliteReadModels({ file });
        undo.push(() => models.close());
        await checkReflects(store, models, readModels);
        projections = await Projector.start({ store, models, registry, decode, onAlarm });
      }
    } else {
      models = await openMongoReadModels({ url: readModels.url });
      undo.push(() => models.close());
      await checkReflects(store, models, readModels);
      if (role === 'api') {
        await ensureFirstCollections(models, registry);
        projections = observedProjections(store, models, registry, decode, onAlarm);
      } else {
        projections = await LeasedProjections.start({
          ...{ store, models, registry, decode, onAlarm, ...sharing },
          ...(onShare === undefined ? {} : { onShare }),
        });
      }
    }

    if (role !== 'api')
      undo.push(
        keepSharedLog(
          {
            folder,
            tenant,
            store,
            ...(readModels.kind === 'mongodb' ? { models } : {}),
            ...(leaseMs === undefined ? {} : { leaseMs }),
          },
          { clock, witnesses: options.witnesses ?? [], onAlarm },
        ),
      );
    const shared = readModels.kind === 'mongodb' ? { shared: sharing } : {};
    const processes = options.runsProcesses === true && role !== 'api' ? { processes: { onAlarm, ...shared } } : {};
    const ledger = openLedger({
      tenant,
      registry,
      store,
      results,
      vault,
      clock,
      models,
      projections,
      ...processes,
      evidence: logForEvidence(folder),
      logFile: (path) => readLogFile(folderPaths(folder).log, path),
      accessLog: openSqliteAccessLog({ file: folderPaths(folder).access }),
      clearance: options.clearance ?? 'required',
      // The thread knows the product's own features only.
      ...(options.features === undefined ? { past: pastThread(eventStore, vault) } : {}),
      closeParts,
    });
    const lease = readModels.kind === 'mongodb' ? outboxLease(models, leaseMs) : undefined;
    const mayErase = options.runsProcesses === true && role !== 'worker' && registry.projections.has('erasures');
    return sending(mayErase ? withErasures(ledger, { models, vault, onAlarm }) : ledger, options, lease);
  } catch (error) {
    await closeParts();
    throw error;
  }
};
