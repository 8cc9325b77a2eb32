import { parentPort, workerData } from 'node:worker_threads';
import type { AccessRecord } from '#libs/ports/access-log.ts';
import { AccessWriter } from './access-writer.ts';

/** Records to add together. The answer, in order: why they could not be kept, or undefined. */
export type ToWriter = readonly AccessRecord[] | 'close';

const port = parentPort!;
const writer = new AccessWriter((workerData as { readonly file: string }).file);

port.on('message', (records: ToWriter) => {
  if (records !== 'close') return port.postMessage(writer.add(records));
  writer.close();
  port.close();
});
