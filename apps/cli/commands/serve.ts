import { join } from 'node:path';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { openServedFolder } from '../local-ledger.ts';
import type { Output } from '../output.ts';
import { wrongUsage } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

/** Serves an open ledger until the process is told to stop; requests under way are finished, then the ledger is closed. */
export const serveUntilStopped = async (
  ledger: Ledger,
  folder: string,
  address: { readonly port: number; readonly host: string },
  onReady: (url: string) => void | Promise<void>,
): Promise<void> => {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  try {
    const [{ createServer }, { TOKEN_KEY_FILE, loadOrCreateTokenKey }, { makeLogger }] = await Promise.all([
      import('#apps/server/create-server.ts'),
      import('#apps/server/tokens.ts'),
      import('#apps/server/log.ts'),
    ]);
    const { pino } = await import('pino');
    const server = await createServer({
      ...{ ledger, ...address },
      // stdout is for what was asked; the log goes beside it, and only what needs somebody.
      logger: makeLogger('warn', pino.destination(2)),
      auth: { localKey: await loadOrCreateTokenKey(join(folder, TOKEN_KEY_FILE)) },
    });
    try {
      await onReady(server.url);
      await stopped;
    } finally {
      await server.close();
    }
  } finally {
    await ledger.close();
  }
};

export const serve = async (
  output: Output,
  globals: GlobalOptions,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<void> => {
  if (globals.url !== undefined) throw wrongUsage('care serve is the server itself.', 'Leave out --url.');
  const ledger = await openServedFolder(globals.data, 'care serve');
  await serveUntilStopped(ledger, globals.data, { port, host }, (url) => {
    if (output.json) return output.document({ url, data: globals.data });
    output.line(`CareLedger answers on ${url} (data: ${globals.data}). Stop it with Ctrl-C.`);
    output.line(`API page: ${url}/v1/openapi.json`);
    output.line(`A token: npx care token --data ${globals.data} --user me --grant supervisor@'*'`);
  });
};
