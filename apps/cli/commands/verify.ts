import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import { readFolderLog } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import type { LogVerification } from '#libs/runtime/verify-log.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import { EXIT, notFound } from '../problem.ts';
import type { ExitCode } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';
import { openSource } from './stores.ts';
import type { Check } from './doctor.ts';
import { keptIn, keyOf } from './verify-options.ts';
import type { VerifyOptions } from './verify-options.ts';

/** Keys from outside, or else the one that lies beside the log: then only accidents and outsiders are found out. */
const keysFor = async ({ publicKey = [] }: VerifyOptions, logFolder: string) => {
  if (publicKey.length > 0) return { keys: await Promise.all(publicKey.map(keyOf)), areOutside: true };
  const own = join(logFolder, 'key');
  return { keys: existsSync(own) ? [await keyOf(own)] : [], areOutside: false };
};

/** What the verification came to, as lines for people and machines. */
const checksOf = (
  found: LogVerification,
  given: { readonly heads: number; readonly areOutside: boolean },
): readonly Check[] => {
  const { events, signed, unsigned, unsignedSince, keptHeads, newestKept, findings } = found;
  const [first] = findings;
  return [
    {
      check: 'log',
      ...(first === undefined
        ? { verdict: 'ok', says: `${signed} of ${events} events stand as they were signed` }
        : {
            verdict: 'failed',
            says: findings.map(({ message }) => message).join(' '),
            next: 'Keep a copy of everything as it is, then compare with a backup',
          }),
    },
    {
      check: 'unsigned',
      verdict: 'ok',
      says:
        unsigned === 0 ? 'none' : `${unsigned} events since ${unsignedSince} are not signed yet: nothing proves them`,
    },
    {
      check: 'kept heads',
      ...(given.heads === 0
        ? {
            verdict: 'warning',
            says: 'none given: an old copy, or a history re-written by who holds the key, is not found out',
            next: 'Give those that were kept outside: --heads FILE',
          }
        : {
            verdict: 'ok',
            says: `${keptHeads} of ${given.heads} agree${newestKept === undefined ? '' : `, the newest over ${newestKept.size} events, kept at ${newestKept.keptAt}`}`,
          }),
    },
    {
      check: 'key',
      ...(given.areOutside
        ? { verdict: 'ok', says: 'given by you' }
        : {
            verdict: 'warning',
            says: 'taken from beside the log',
            next: 'Give the one that you were told at the beginning: --public-key KEY',
          }),
    },
  ];
};

/** Exit code 1 where the store is not what was signed. Changes nothing; works beside a running server and on copies. */
export const verify = async (output: Output, globals: GlobalOptions, options: VerifyOptions): Promise<ExitCode> => {
  if (options.bundle !== undefined)
    return (await import('./verify-bundle.ts')).verifyBundleIn(output, { ...options, bundle: options.bundle });
  const { verifyLog } = await import('#libs/runtime/verify-log.ts');
  const { rotationsIn } = await import('#apps/server/signed-log.ts');
  if (!existsSync(globals.data)) throw notFound(`There is no folder ${globals.data}.`, 'Name it with --data.');
  const { log: logFolder, ledger } = folderPaths(globals.data);
  const kept = await keptIn(options.heads ?? []);
  const { keys, areOutside } = await keysFor(options, logFolder);
  const address = options.store ?? `sqlite:${globals.data}`;
  const isEmbedded = address === `sqlite:${globals.data}`;
  const source = await openSource('--store', address, (message) => output.remark(message));
  try {
    const log = await readFolderLog(logFolder);
    const progress = await startProgress('verify', log.size, 'events', output.json);
    const checks: Check[] = [];
    const integrity = isEmbedded
      ? import('#libs/adapters/event-store-sqlite/integrity.ts').then(({ integrityOf }) => integrityOf(ledger))
      : Promise.resolve([]);
    const [found, harmed] = await Promise.all([
      verifyLog({
        store: source.store,
        log,
        keys,
        rotations: await rotationsIn(logFolder),
        kept,
        onProgress: (done) => progress.update(done),
      }),
      integrity,
    ]);
    progress.stop();
    if (isEmbedded)
      checks.push({
        check: 'file',
        ...(harmed[0] === undefined
          ? { verdict: 'ok', says: 'places, revisions and hashes fit' }
          : { verdict: 'failed', says: `${harmed.length} findings, the first: ${harmed[0].message}` }),
      });
    checks.push(...checksOf(found, { heads: kept.length, areOutside }));
    const verified = checks.every(({ verdict }) => verdict !== 'failed');
    if (output.json) output.document({ verified, ...found, checks });
    else
      output.table(
        ['check', 'verdict', ''],
        checks.map(({ check, verdict, says, next }) => [
          check,
          verdict,
          next === undefined ? says : `${says}. ${next}.`,
        ]),
      );
    return verified ? EXIT.done : EXIT.failed;
  } finally {
    await source.close();
  }
};
