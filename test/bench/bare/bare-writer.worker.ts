import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { insertEvent, openBareEvents } from './bare-events.ts';
import type { BareRow } from './bare-events.ts';

const port = parentPort!;
const database = openBareEvents((workerData as { readonly file: string }).file);
const insert = database.prepare(insertEvent);

// One commit, one fsync, for all that came in while the one before was under way.
port.on('message', (first: readonly BareRow[] | 'close') => {
  let message: readonly BareRow[] | 'close' | undefined = first;
  let rows = 0;
  database.exec('BEGIN IMMEDIATE');
  while (message !== undefined && message !== 'close') {
    for (const row of message) insert.run(...row);
    rows += message.length;
    message = receiveMessageOnPort(port)?.message as readonly BareRow[] | 'close' | undefined;
  }
  database.exec('COMMIT');
  if (rows > 0) port.postMessage(rows);
  if (message === 'close') {
    database.close();
    port.close();
  }
});
port.postMessage('open');
