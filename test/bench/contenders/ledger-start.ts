import { performance } from 'node:perf_hooks';
import { createServer } from '#apps/server/create-server.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { makeLogger } from '#apps/server/log.ts';
import { contend } from '../contender.ts';
import { TENANT } from '../open-parts.ts';

/** From the start of the process to an answer of /health/ready, on a folder whose read models are up to date. */
contend<{ readonly folder: string; readonly events: number }>(async ({ folder, events }) => {
  const start = async () => {
    const ledger = await openEmbeddedLedger({ folder, tenant: TENANT });
    const server = await createServer({ ledger, port: 0, auth: {}, logger: makeLogger('silent') });
    return { ledger, server };
  };
  return {
    round: async () => {
      const { ledger, server } = await start();
      await ledger.caughtUp(undefined, 3_600_000);
      const ready = await fetch(`${server.url}/health/ready`);
      if (ready.status !== 200) throw new Error(`/health/ready answered ${ready.status}.`);
      // Since the process began.
      const seconds = performance.now() / 1_000;
      const rssMiB = process.memoryUsage().rss / 2 ** 20;
      await server.close();
      await ledger.close();
      return { operations: events, seconds, figures: { rssMiB } };
    },
    close: async () => {},
  };
});
