import { join } from 'node:path';
import { channelsOf } from './channels.ts';
import type { OutwardConfiguration } from './channels.ts';
import { ConfigurationError, configurationOf } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { openConnectedLedger } from './connected-ledger.ts';
import { makeLogger } from './log.ts';

/** Opens the stores that the configuration names, serves them, and resolves with how to stop. */
const start = async (configuration: Configuration, outward: OutwardConfiguration): Promise<() => Promise<void>> => {
  const { role, dataFolder, tenant, eventStore, readModels, masterKey, erasureList, leaseSeconds, partitions } =
    configuration;
  const { jwks, logLevel, requestsPerMinute, port, host } = configuration;
  const logger = makeLogger(logLevel);
  const ledger = await openConnectedLedger({
    eventStore,
    readModels,
    folder: dataFolder,
    role,
    tenant,
    runsProcesses: true,
    outward,
    witnesses: outward.witnesses,
    purpose: `the server on port ${port}`,
    onAlarm: (message) => logger.error(message),
    onShare: (held) => logger.info({ held }, 'read models kept here'),
    ...(masterKey === undefined ? {} : { masterKey }),
    ...(erasureList === undefined ? {} : { erasureList }),
    ...(leaseSeconds === undefined ? {} : { leaseMs: leaseSeconds * 1_000 }),
    ...(partitions === undefined ? {} : { partitions }),
  });
  try {
    // Only once the stores are open: a wrong address is said at once.
    const { createServer } = await import('./create-server.ts');
    const { TOKEN_KEY_FILE, loadOrCreateTokenKey } = await import('./tokens.ts');
    const server = await createServer({
      ledger,
      port,
      host,
      logger,
      auth: {
        localKey: await loadOrCreateTokenKey(join(dataFolder, TOKEN_KEY_FILE)),
        ...(jwks === undefined ? {} : { jwks }),
      },
      ...(requestsPerMinute === undefined ? {} : { rateLimit: { perMinute: requestsPerMinute } }),
    });
    const on = { events: eventStore.kind, readModels: readModels.kind };
    logger.info({ url: server.url, role, tenant, data: dataFolder, on }, 'ready');
    return async () => {
      await server.close();
      await ledger.close();
    };
  } catch (error) {
    await ledger.close();
    throw error;
  }
};

try {
  const stop = await start(configurationOf(process.env), channelsOf(process.env));
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error instanceof Error ? error.message : error);
          process.exit(1);
        },
      );
    });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigurationError ? 2 : 1;
}
