import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { copyEvents } from './bare/bare-events.ts';
import { CLOCK_ROWS } from './clock-rows.ts';
import { TENANT } from './open-parts.ts';
import { circumstances, reportOf, tableOf } from './report.ts';
import type { RowReport } from './report.ts';
import { alternate } from './rounds.ts';
import { ROWS as EMBEDDED_ROWS } from './rows.ts';
import { seed } from './seed.ts';
import { serverRows } from './server-rows.ts';

const ROWS = [...EMBEDDED_ROWS, ...CLOCK_ROWS, ...serverRows(process.env)];

const whole =
  (minimum: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < minimum)
      throw new InvalidArgumentError(`Give a whole number from ${minimum} on.`);
    return value;
  };

const rowsNamed = (text: string) =>
  text.split(',').map((name) => {
    const row = ROWS.find((each) => each.name === name.trim());
    if (row === undefined)
      throw new InvalidArgumentError(`There is no row ${name}. Rows: ${ROWS.map((each) => each.name).join(', ')}.`);
    return row;
  });

interface Options {
  readonly rows: typeof ROWS;
  readonly rounds: number;
  readonly events: number;
  readonly clocks: number;
  readonly json: boolean;
  readonly profile?: string;
}

const rivals = fileURLToPath(new URL('./rivals', import.meta.url));

const installRivals = (progress: (text: string) => void): void => {
  if (existsSync(join(rivals, 'node_modules', '@event-driven-io', 'emmett-sqlite'))) return;
  progress('installing the rivals (once; the SQLite client of emmett may have to be compiled, which takes minutes)');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: rivals,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

const run = async ({ rows, rounds, events, clocks, json, profile }: Options): Promise<void> => {
  const scale = { rounds, events, clocks };
  const progress = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  };
  const base = await mkdtemp(join(tmpdir(), 'careledger-bench-'));
  const clean = () => rm(base, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void clean().finally(() => process.exit(130)));

  let made: Promise<{ folder: string; bareFile: string; events: number }> | undefined;
  const makeLarge = async () => {
    const folder = join(base, 'large');
    const told = (done: number, total: number) => progress(`making the large ledger: ${done} of ${total} events`);
    const seeded = await seed(folder, { events, longCustomerEvents: Math.min(10_000, events), onProgress: told });
    const bareFile = join(base, 'large-bare.db');
    copyEvents(join(folder, 'ledger.db'), bareFile);
    progress('making its read models');
    const ledger = await openEmbeddedLedger({ folder, tenant: TENANT });
    await ledger.caughtUp(undefined, 3_600_000);
    await ledger.close();
    return { folder, bareFile, events: seeded.events };
  };

  const reports: RowReport[] = [];
  try {
    installRivals(progress);
    for (const row of rows) {
      const folder = join(base, row.name);
      await mkdir(folder);
      const entries = await row.prepare({
        folder,
        scale,
        large: () => (made ??= makeLarge()),
        progress: (text) => progress(`${row.name}: ${text}`),
      });
      const results = await alternate(entries, rounds, (text) => progress(`${row.name}: ${text}`), profile);
      reports.push(reportOf(row, results, scale));
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    progress('');
    await clean();
  }
  const about = circumstances(scale);
  if (json) {
    console.log(JSON.stringify({ ...about, rows: reports }));
    return;
  }
  console.log(tableOf(reports));
  for (const [name, value] of Object.entries(about)) console.log(`${name}: ${value}`);
};

await new Command('bench')
  .description('Measures CareLedger beside its rivals, in alternating rounds. See docs/guides/benchmarks.md.')
  .option('--rows <names>', `some of: ${ROWS.map((each) => each.name).join(', ')}`, rowsNamed, ROWS)
  .option('--rounds <n>', 'rounds of each contender, after one to warm up', whole(1), 5)
  .option(
    '--events <n>',
    'size of the ledger that is folded, rebuilt, read, started and verified',
    whole(20_000),
    100_000,
  )
  .option('--clocks <n>', 'open clocks whose deadlines come due and are moved', whole(10_000), 100_000)
  .option('--json', 'one JSON object instead of a table', false)
  .option('--profile <folder>', 'write CPU profiles of CareLedger there')
  .action(run)
  .parseAsync();
