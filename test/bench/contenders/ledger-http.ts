import { join } from 'node:path';
import { createServer } from '#apps/server/create-server.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { makeLogger } from '#apps/server/log.ts';
import { issueToken, loadOrCreateTokenKey, TOKEN_KEY_FILE } from '#apps/server/tokens.ts';
import { contend } from '../contender.ts';
import { load } from '../http-load.ts';
import { TENANT } from '../open-parts.ts';

interface Options {
  readonly folder: string;
  readonly clients: number;
  readonly requests: number;
  readonly cases: number;
}

/** The product as it is served: tokens, validation, limits, logs, projector, all in this process. */
contend<Options>(async ({ folder, ...shape }) => {
  const ledger = await openEmbeddedLedger({ folder, tenant: TENANT, clearance: 'assumed' });
  const localKey = await loadOrCreateTokenKey(join(folder, TOKEN_KEY_FILE));
  const server = await createServer({
    ledger,
    port: 0,
    auth: { localKey },
    logger: makeLogger('info'),
    rateLimit: { perMinute: 100_000_000 },
  });
  const token = await issueToken({
    key: localKey,
    tenant: TENANT,
    subject: 'bench-agent',
    grants: ['agent@*'],
    ttlSeconds: 86_400,
  });
  return {
    round: async () => {
      await ledger.caughtUp(undefined, 600_000);
      return load({ port: Number(new URL(server.url).port), token, ...shape });
    },
    close: async () => {
      await server.close();
      await ledger.close();
    },
  };
});
