import { parentPort, workerData } from 'node:worker_threads';
import { toMessage } from './protocol.ts';
import type { Request, Response } from './protocol.ts';
import { SqliteCollections } from './sqlite-collections.ts';
import type { OpenOptions } from './sqlite-collections.ts';

const port = parentPort!;
const answer = (response: Response) => port.postMessage(response);

try {
  const collections = new SqliteCollections(workerData as OpenOptions);
  port.on('message', ({ call, method, args }: Request) => {
    try {
      const value = (collections[method] as (...args: readonly unknown[]) => unknown).apply(collections, [...args]);
      answer({ call, value });
    } catch (error) {
      answer({ call, error: toMessage(error) });
    }
    if (method === 'close') port.close();
  });
  answer({ call: 0, value: undefined });
} catch (error) {
  answer({ call: 0, error: toMessage(error) });
}
