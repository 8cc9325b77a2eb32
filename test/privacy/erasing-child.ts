import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import type { ErasureRunner } from '#libs/runtime/erasure-runner.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';

// A process to be killed while it carries erasures out. It tells of each that comes on.
const ledger = await openEmbeddedLedger({ folder: process.argv[2]!, runsProcesses: true });
let told = 0;
ledger.onApplied((changes) => {
  for (const { collection } of changes) if (collection === 'erasures') process.send?.((told += 1));
});
await (ledger as Ledger & { readonly erasures: ErasureRunner }).erasures.settle();
await ledger.close();
process.disconnect();
