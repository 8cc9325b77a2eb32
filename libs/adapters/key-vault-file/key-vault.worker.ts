import { parentPort, workerData } from 'node:worker_threads';
import type { Request, Response, WorkerOptions } from './protocol.ts';
import { VaultWriter } from './vault-database.ts';

const port = parentPort!;
const answer = (call: number, error?: Error) => {
  const response: Response = error === undefined ? { call } : { call, error: error.message };
  port.postMessage(response);
};

const serve = (writer: VaultWriter) => {
  let waiting: Request[] = [];

  const write = (request: Request) => {
    if (request.kind === 'insert') writer.insert(request.keys);
    if (request.kind === 'erase') writer.erase(request.subject);
    if (request.kind === 'rewrap') writer.rewrap(request.from, request.to);
  };

  const settle = (group: readonly Request[]) => {
    try {
      writer.inTransaction(() => group.forEach(write));
    } catch (error) {
      // One bad change must not fail those that merely came at the same time.
      if (group.length > 1) for (const request of group) settle([request]);
      else answer(group[0]!.call, error as Error);
      return;
    }
    const overwriting = group.filter(({ kind }) => kind === 'erase' || kind === 'rewrap');
    for (const request of group) if (!overwriting.includes(request)) answer(request.call);
    if (overwriting.length === 0) return;
    try {
      writer.truncateLog();
      for (const { call } of overwriting) answer(call);
    } catch (error) {
      for (const { call } of overwriting) answer(call, error as Error);
    }
  };

  /** One commit, one fsync, for all that came during the last one. */
  const settleWaiting = () => {
    const group = waiting;
    waiting = [];
    const closing = group.find(({ kind }) => kind === 'close');
    const changes = group.filter(({ kind }) => kind !== 'close');
    if (changes.length > 0) settle(changes);
    if (closing === undefined) return;
    writer.close();
    answer(closing.call);
    port.close();
  };

  port.on('message', (request: Request) => {
    if (waiting.push(request) === 1) setImmediate(settleWaiting);
  });
};

try {
  const { file, foundation } = workerData as WorkerOptions;
  serve(new VaultWriter(file, foundation));
  answer(0);
} catch (error) {
  answer(0, error as Error);
}
