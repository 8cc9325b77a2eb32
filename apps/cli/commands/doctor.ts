import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { Holder } from '#libs/adapters/data-folder/data-folder.ts';
import { openFolder } from '../local-ledger.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import { EXIT, notFound } from '../problem.ts';
import type { ExitCode } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

/** One thing looked at. `warning`: works, but somebody should look; `failed`: does not work, or is not as it was written. */
export interface Check {
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  readonly says: string;
  readonly next?: string;
}

const MIB = 2 ** 20;
const LOW_DISK_MIB = 1_024;
const FULL_DISK_MIB = 64;
/** Behind by more than this, in seconds, with a server running. */
const LATE_SECONDS = 60;

const schemaOf = (file: string): number => {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(database.prepare('PRAGMA user_version').get()!['user_version']);
  } finally {
    database.close();
  }
};

const holderIn = async (file: string): Promise<Holder | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
};

const isAlive = ({ pid, host }: Holder): boolean => {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A look that throws has failed, and says why in the words of the error. */
const look = async (check: string, next: string, work: () => Promise<Omit<Check, 'check'>>): Promise<Check> => {
  try {
    return { check, ...(await work()) };
  } catch (error) {
    return { check, verdict: 'failed', says: (error as Error).message, next };
  }
};

const ok = (says: string): Omit<Check, 'check'> => ({ verdict: 'ok', says });

/** Looks at everything in a data folder without changing it; works beside a running server. */
export const examine = async (
  folder: string,
  onProgress: (checked: number, events: number) => void,
): Promise<readonly Check[]> => {
  const [{ folderPaths }, { integrityOf }] = await Promise.all([
    import('#libs/adapters/data-folder/data-folder.ts'),
    import('#libs/adapters/event-store-sqlite/integrity.ts'),
  ]);
  const paths = folderPaths(folder);
  const checks: Check[] = [];
  const holder = await holderIn(paths.holder);
  const held = holder !== undefined && isAlive(holder);
  checks.push({
    check: 'lock',
    ...ok(
      held
        ? `held by process ${holder.pid} on ${holder.host} (${holder.purpose}, since ${holder.since})`
        : holder === undefined
          ? 'nobody writes in the folder'
          : `nobody writes in the folder; process ${holder.pid} (${holder.purpose}) ended without saying so, which does no harm`,
    ),
  });
  checks.push(
    await look('disk', 'Check the folder.', async () => {
      const { bavail, bsize } = await statfs(folder);
      const free = Math.floor((bavail * bsize) / MIB);
      const says = `${free} MiB free`;
      if (free >= LOW_DISK_MIB) return ok(says);
      return { verdict: free >= FULL_DISK_MIB ? 'warning' : 'failed', says, next: 'Free some space on the disk.' };
    }),
    await look('schema', 'Use the program that wrote the folder, or a newer one.', async () =>
      ok(`events ${schemaOf(paths.ledger)}, read models ${schemaOf(paths.models)}`),
    ),
    await look('events', 'Restore a backup, or ask for help with the first one named.', async () => {
      const findings = await integrityOf(paths.ledger, onProgress);
      const [first] = findings;
      return first === undefined
        ? ok('every event is as it was written')
        : {
            verdict: 'failed',
            says: `${findings.length}${findings.length >= 100 ? ' or more' : ''} findings, the first: ${first.message}`,
            next: 'Keep a copy of the folder as it is, then restore a backup.',
          };
    }),
  );
  let opened: Awaited<ReturnType<typeof openFolder>> | undefined;
  checks.push(
    await look('keys', 'Give the right master key (CARE_MASTER_KEY, or the key file of the folder).', async () => {
      opened = await openFolder(folder, { readOnly: true, purpose: 'care doctor' });
      return ok('the master key opens the vault');
    }),
  );
  const ledger = opened;
  if (ledger === undefined) return checks;
  try {
    checks.push(
      await look('read models', 'Build them anew: care rebuild.', async () => {
        const lag = await ledger.lag();
        const behind = lag.filter(({ events }) => events > 0);
        if (behind.length === 0) return ok(`all ${lag.length} reflect every event`);
        const late = behind.some(({ seconds }) => seconds > LATE_SECONDS);
        return {
          verdict: held && late ? 'failed' : late ? 'warning' : 'ok',
          says: behind.map(({ projection, events }) => `${projection} is ${events} events behind`).join(', '),
          ...(late ? { next: held ? 'Look at the server’s log.' : 'They catch up when the server starts.' } : {}),
        };
      }),
      await look('dead letters', 'Look at them: care dlq list.', async () => {
        const letters = await ledger.deadLetters();
        return letters.length === 0
          ? ok('none')
          : { verdict: 'failed', says: `${letters.length} events are parked`, next: 'Look at them: care dlq list.' };
      }),
      await look('messages', 'Look at the server’s log.', async () => {
        const those = (status: readonly string[]) =>
          ledger.count('deliveries', { status: { $in: [...status] } }, { actor: LEDGER });
        const [waiting, dead] = [await those(['pending']), await those(['dead', 'bounced'])];
        const says = `${waiting} wait to be sent, ${dead} are dead letters`;
        return dead === 0
          ? ok(says)
          : {
              verdict: 'warning',
              says,
              next: 'Mend what their reasons say, then replay them: docs/guides/notices.md.',
            };
      }),
    );
  } finally {
    await ledger.close();
  }
  return checks;
};

/** Exit code 1 where something failed. */
export const doctor = async (output: Output, globals: GlobalOptions): Promise<ExitCode> => {
  if (!existsSync(globals.data)) throw notFound(`There is no folder ${globals.data}.`, 'Name it with --data.');
  const progress = startProgress('events', 100, '%', output.json);
  const bar = await progress;
  const checks = await examine(globals.data, (checked, events) =>
    bar.update(events === 0 ? 100 : Math.floor((checked / events) * 100)),
  );
  bar.stop();
  const healthy = checks.every(({ verdict }) => verdict !== 'failed');
  if (output.json) output.document({ healthy, checks });
  else {
    output.table(
      ['check', 'verdict', ''],
      checks.map(({ check, verdict, says, next }) => [check, verdict, next === undefined ? says : `${says}. ${next}`]),
    );
  }
  return healthy ? EXIT.done : EXIT.failed;
};
