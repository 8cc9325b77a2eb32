import type { AskedLedger } from './asked.ts';
import { localLedger, localViewer, openFolder } from './local-ledger.ts';
import type { GlobalOptions } from './global-options.ts';

/** Asks the server named by `--url`, or else the ledger in the folder; closes it afterwards. */
export const asking = async <T>(
  globals: GlobalOptions,
  options: { readonly readOnly: boolean; readonly purpose: string; readonly runsProcesses?: boolean },
  ask: (ledger: AskedLedger) => Promise<T>,
): Promise<T> => {
  let asked: AskedLedger;
  if (globals.url === undefined) asked = localLedger(await openFolder(globals.data, options), localViewer(globals));
  else {
    const [{ remoteLedger }, { features }] = await Promise.all([
      import('./remote-ledger.ts'),
      import('#libs/features/features.ts'),
    ]);
    const collections = Object.fromEntries<string>(
      features.flatMap(({ aggregates = [] }) => aggregates.map(({ name, collection }) => [name, collection])),
    );
    asked = remoteLedger(collections, { url: globals.url, token: globals.token });
  }
  try {
    return await ask(asked);
  } finally {
    await asked.close();
  }
};
