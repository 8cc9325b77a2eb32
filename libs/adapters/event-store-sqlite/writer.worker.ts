import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { BatchWriter } from './append-batch.ts';
import type { Write } from './append-batch.ts';
import { EventFile } from './event-file.ts';
import { toAnswer, toMessage, unflatten } from './protocol.ts';
import type { FlatWrites } from './protocol.ts';

/** More writes than these wait for the next commit. */
const batchWrites = 2_000;

const port = parentPort!;

try {
  const writer = new BatchWriter(new EventFile((workerData as { readonly file: string }).file, { readOnly: false }));
  // One commit for all that came in while the one before was under way.
  port.on('message', (first: FlatWrites | 'close') => {
    const writes: Write[] = [];
    let message: FlatWrites | 'close' | undefined = first;
    while (message !== undefined && message !== 'close') {
      unflatten(message, writes);
      message =
        writes.length >= batchWrites
          ? undefined
          : (receiveMessageOnPort(port)?.message as FlatWrites | 'close' | undefined);
    }
    if (writes.length > 0) port.postMessage(toAnswer(writer.commit(writes)));
    if (message === 'close') {
      writer.close();
      port.close();
    }
  });
  port.postMessage('open');
} catch (error) {
  port.postMessage(toMessage(error));
}
