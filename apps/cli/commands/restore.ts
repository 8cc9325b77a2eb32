import type { GlobalOptions } from '../global-options.ts';
import { tenantOf } from '../local-ledger.ts';
import type { Output } from '../output.ts';

export const restoreBackup = async (
  output: Output,
  globals: GlobalOptions,
  backup: string,
  { keys, force }: { readonly keys?: string; readonly force: boolean },
): Promise<void> => {
  const { restore } = await import('#apps/server/restore.ts');
  const { CARE_MASTER_KEY: masterKey, CARE_ERASURE_LIST: erasureList } = process.env;
  const restored = await restore({
    ...{ backup, folder: globals.data, tenant: tenantOf(), force },
    ...(keys === undefined ? {} : { keys }),
    ...(masterKey === undefined ? {} : { masterKey }),
    ...(erasureList === undefined ? {} : { erasureList }),
  });
  if (output.json) return output.document(restored);
  const { events, takenAt, origin, continues, erased, putAside } = restored;
  output.line(`${events} events as of ${takenAt} are in ${globals.data}; read models are built when it is opened.`);
  if (erased > 0) output.line(`${erased} keys on the erasure list stay destroyed.`);
  if (continues !== undefined)
    output.line(`The log begins anew as ${origin}; its heads cite ${continues.origin}, ${continues.size} events.`);
  if (putAside !== undefined) output.line(`What stood there is in ${putAside}: remove it when it is no longer needed.`);
};
