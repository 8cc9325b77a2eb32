import { join } from 'node:path';
import { ConfigurationError, configurationOf } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { createServer } from './create-server.ts';
import { openEmbeddedLedger } from './embedded-ledger.ts';
import { makeLogger } from './log.ts';
import { TOKEN_KEY_FILE, loadOrCreateTokenKey } from './tokens.ts';

/** Opens the stores that the configuration names, serves them, and resolves with how to stop. */
const start = async (configuration: Configuration): Promise<() => Promise<void>> => {
  const { dataFolder, tenant, eventStore, readModels, jwks, logLevel, requestsPerMinute, port, host } = configuration;
  if (eventStore.kind !== 'sqlite' || readModels.kind !== 'sqlite')
    throw new Error(
      'EVENT_STORE and READ_MODELS on servers cannot be used yet: leave both out, or give sqlite:<folder>.',
    );
  const logger = makeLogger(logLevel);
  const ledger = await openEmbeddedLedger({
    folder: dataFolder,
    tenant,
    purpose: `the server on port ${port}`,
    onAlarm: (message) => logger.error(message),
  });
  try {
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
    logger.info({ url: server.url, tenant, data: dataFolder }, 'ready');
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
  const stop = await start(configurationOf(process.env));
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
