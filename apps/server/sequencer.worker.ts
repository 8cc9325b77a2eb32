import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { reasonOf } from '#libs/runtime/reason-of.ts';
import { Sequencer } from '#libs/runtime/sequencer.ts';
import type { FromSequencer, SequencerFiles } from './sequencer-thread.ts';
import { openSignedLog } from './signed-log.ts';

const longestCloseMs = 10_000;

const port = parentPort!;
const tell = (message: FromSequencer) => port.postMessage(message);
const { folder, ledger, tenant } = workerData as SequencerFiles;

const asked = new Promise<void>((resolve) => port.once('message', () => resolve()));
try {
  const { log, signer } = await openSignedLog(folder, tenant);
  const store = await openSqliteEventStore({ file: ledger, readOnly: true, inline: true });
  if (log.head !== undefined) tell({ kind: 'head', note: log.head });
  const sequencer = Sequencer.start({
    ...{ store, log, signer },
    onHead: (note) => tell({ kind: 'head', note }),
    onAlarm: (message) => tell({ kind: 'alarm', message }),
  });
  await asked;
  const tooLong = pause(longestCloseMs, undefined, { ref: false });
  await Promise.race([sequencer.signed(await store.head()), sequencer.ended, tooLong]);
  await sequencer.close();
  await store.close();
} catch (error) {
  tell({ kind: 'alarm', message: `The log is not signed: ${reasonOf(error)}` });
  await asked;
}
port.close();
