import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

/** Nothing personal stands in the log, but which streams there are and when they were written to. */
const access = ['auditor', 'operator', 'committee', 'service'] as const;

const fileOf = async (call: Call, path: string, type: string): Promise<unknown> => {
  const bytes = await call.ask(async (ledger) => ledger.logFile?.(path));
  if (bytes === undefined)
    throw new Problem(404, 'log.not-found', `The log has no file ${path}: the newest head says how far it goes.`);
  void call.reply.type(type);
  // A tile that is whole never changes.
  if (/^tile\/(?!.*\.p\/)/.test(path)) void call.reply.header('cache-control', 'private, max-age=31536000, immutable');
  return Buffer.from(bytes);
};

const textRoute = (path: string, operation: string, summary: string, description: string): Route => ({
  ...{ access, method: 'get', path, operation, summary },
  answer: { description, schema: { type: 'string' }, type: 'text/plain' },
  problems: [404],
  handle: (call) => fileOf(call, path, 'text/plain; charset=utf-8'),
});

/** The signed log of all events, for whoever verifies with a tool of their own. [C2SP tlog-tiles] */
export const logRoutes: readonly Route[] = [
  textRoute(
    'checkpoint',
    'logHead',
    'The newest signed head of the log.',
    'A C2SP checkpoint: origin, size, root, signatures.',
  ),
  textRoute('key', 'logKey', 'The public key by which heads are checked.', 'A C2SP verifier key: name+id+key.'),
  textRoute(
    'rotations',
    'logKeyRotations',
    'The heads in which one key named the next.',
    'A JSON text with a signed note on each line, the oldest first.',
  ),
  {
    access,
    method: 'get',
    path: 'tile/*',
    operation: 'logTile',
    summary: 'A tile of the log’s Merkle tree, or a bundle of its entries.',
    description: 'Named as in C2SP tlog-tiles: `0/x001/067`, `0/001.p/17`, `entries/000`.',
    parameters: [
      { in: 'path', name: 'path', required: true, description: 'Level and number.', schema: { type: 'string' } },
    ],
    answer: {
      description: 'Hashes of 32 bytes one after the other, or entries each after its length in two bytes.',
      schema: { type: 'string', format: 'binary' },
      type: 'application/octet-stream',
    },
    problems: [404],
    handle: (call) => {
      // Fastify gives what a wildcard stands for under this name.
      const rest = (call.request.params as { readonly '*'?: string })['*'] ?? call.pathId('path');
      return fileOf(call, `tile/${rest}`, 'application/octet-stream');
    },
  },
];
