/** A worker as a process of its own, configured by its environment as the server is, without HTTP. */
import { configurationOf } from '#apps/server/configuration.ts';
import { openConnectedLedger } from '#apps/server/connected-ledger.ts';

const { role, eventStore, readModels, dataFolder: folder, tenant, leaseSeconds } = configurationOf(process.env);
const ledger = await openConnectedLedger({
  ...{ role, eventStore, readModels, folder, tenant },
  ...(leaseSeconds === undefined ? {} : { leaseMs: leaseSeconds * 1_000 }),
  onShare: (held) => process.stdout.write(`holds ${held.length}\n`),
  onAlarm: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write('ready\n');
process.once('SIGTERM', () => void ledger.close().then(() => process.exit(0)));
