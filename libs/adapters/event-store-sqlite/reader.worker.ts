import { parentPort, workerData } from 'node:worker_threads';
import { EventFile } from './event-file.ts';
import { EventReads } from './event-reads.ts';
import type { PageRequest } from './event-reads.ts';
import { toMessage } from './protocol.ts';

const port = parentPort!;
const reads = new EventReads(new EventFile((workerData as { readonly file: string }).file, { readOnly: true }));

port.on('message', (request: PageRequest | 'close') => {
  if (request === 'close') {
    reads.close();
    port.close();
    return;
  }
  try {
    port.postMessage(reads.page(request));
  } catch (error) {
    port.postMessage(toMessage(error));
  }
});
