/** A worker as a process of its own, configured by its environment as the server is, without HTTP, with one process more. */
import { configurationOf } from '#apps/server/configuration.ts';
import { openConnectedLedger } from '#apps/server/connected-ledger.ts';
import { features } from '#libs/features/features.ts';
import { reminderFeature } from '#libs/testing/reminder-process.ts';

const {
  role,
  eventStore,
  readModels,
  dataFolder: folder,
  tenant,
  leaseSeconds,
  partitions,
} = configurationOf(process.env);
const ledger = await openConnectedLedger({
  ...{ role, eventStore, readModels, folder, tenant },
  features: [...features, reminderFeature()],
  runsProcesses: true,
  ...(leaseSeconds === undefined ? {} : { leaseMs: leaseSeconds * 1_000 }),
  ...(partitions === undefined ? {} : { partitions }),
  onShare: (held) => process.stdout.write(`holds ${held.length}\n`),
  onAlarm: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write('ready\n');
process.once('SIGTERM', () => void ledger.close().then(() => process.exit(0)));
