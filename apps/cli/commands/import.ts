import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { drySender, ledgerSender, stopOnSignal } from '../import/importer.ts';
import type { ImportRun, ImportSummary } from '../import/importer.ts';
import { RejectsFile } from '../import/rejects-file.ts';
import { openFolder, tenantOf } from '../local-ledger.ts';
import { checkZone, parseMoment } from '../moments.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { wrongUsage } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

export interface ImportCommandOptions {
  readonly zone: string;
  readonly rejects?: string;
  readonly dryRun?: boolean;
}

/** Hours: the read models of a very large import may be far behind at its end. */
const CATCH_UP_MS = 12 * 3_600_000;

const NOUNS: { readonly [kind: string]: string } = {
  incidents: 'cases',
  complaints: 'complaints',
  transactions: 'invoices',
  customers: 'customers',
  contacts: 'contacts',
};

const report = (output: Output, kind: string, summary: ImportSummary): void => {
  if (output.json) return output.document(summary);
  const { rows, imported, skipped, rejected, events, customers, seconds, repaired, guests, rejectsFile } = summary;
  if (summary.dryRun === true) output.line('Nothing was written. An import would do this:');
  output.line(
    `${rows} rows: ${imported} ${NOUNS[kind]} imported, ${skipped} complete already, ${rejected} rows rejected.`,
  );
  output.line(`${events} events, ${customers} customers registered, ${seconds} s.`);
  if (guests !== undefined) output.line(`  ${guests} lines of guests, not imported`);
  for (const [rule, count] of Object.entries(repaired)) output.line(`  repaired: ${rule}: ${count}`);
  if (rejectsFile !== undefined)
    output.line(`Rejected rows, in clear: ${rejectsFile}. Delete it when they are dealt with.`);
};

type RunImporter = (run: ImportRun) => Promise<Omit<ImportSummary, 'seconds'>>;

/** Runs one importer over the ledger in the folder, waits for the read models, reports. */
const runImport = async (
  kind: string,
  output: Output,
  globals: GlobalOptions,
  file: string,
  options: ImportCommandOptions,
  importer: RunImporter,
): Promise<void> => {
  if (globals.url !== undefined)
    throw wrongUsage('An import writes to the folder itself.', 'Leave out --url; stop the server on the folder first.');
  const zone = checkZone(options.zone);
  const dryRun = options.dryRun === true;
  const rejects = new RejectsFile(options.rejects ?? `./${basename(file)}.rejects.csv`, globals.data);
  const began = performance.now();
  const stop = stopOnSignal();
  const ledger = await (dryRun
    ? existingLedger(globals.data)
    : openFolder(globals.data, { purpose: `care import ${kind}` }));
  const sender = ledger === undefined || dryRun ? drySender(tenantOf(), ledger) : ledgerSender(ledger);
  let progress: Progress | undefined;
  try {
    let starting: Promise<Progress> | undefined;
    const onProgress = (rows: number, totalRows: number) => {
      starting ??= startProgress(`import ${kind}`, totalRows, 'rows', output.json).then((bar) => (progress = bar));
      progress?.update(rows);
    };
    const counts = await importer({ sender, file, zone, rejects, onProgress, checkStop: stop.check });
    if (!dryRun) await ledger?.caughtUp(undefined, CATCH_UP_MS);
    await starting;
    progress?.stop();
    progress = undefined;
    report(output, kind, {
      ...counts,
      seconds: Math.round((performance.now() - began) / 10) / 100,
      ...(rejects.count === 0 ? {} : { rejectsFile: rejects.path }),
      ...(dryRun ? { dryRun } : {}),
    });
  } finally {
    progress?.stop();
    await rejects.close();
    await ledger?.close();
    stop.release();
  }
};

/** For a dry run: what is there already, if anything is. */
const existingLedger = async (folder: string): Promise<Ledger | undefined> =>
  existsSync(folder) ? openFolder(folder, { readOnly: true, purpose: 'care import --dry-run' }) : undefined;

export const incidents = async (
  output: Output,
  globals: GlobalOptions,
  file: string,
  options: ImportCommandOptions,
): Promise<void> => {
  const { importIncidents } = await import('../import/incidents.ts');
  await runImport('incidents', output, globals, file, options, importIncidents);
};

export const complaints = async (
  output: Output,
  globals: GlobalOptions,
  file: string,
  options: ImportCommandOptions,
): Promise<void> => {
  const { importComplaints } = await import('../import/complaints.ts');
  await runImport('complaints', output, globals, file, options, importComplaints);
};

export const transactions = async (
  output: Output,
  globals: GlobalOptions,
  file: string,
  { judgeAsAt, ...options }: ImportCommandOptions & { readonly judgeAsAt?: string },
): Promise<void> => {
  const asAt = judgeAsAt === undefined ? {} : { judgeAsAt: parseMoment(judgeAsAt, '--judge-as-at', options.zone) };
  const { importTransactions } = await import('../import/transactions.ts');
  await runImport('transactions', output, globals, file, options, (run) => importTransactions(run, asAt));
};

interface MappedOptions extends ImportCommandOptions {
  readonly mapping: string;
}

export const customers = async (
  output: Output,
  globals: GlobalOptions,
  file: string,
  options: MappedOptions,
): Promise<void> => {
  const { CUSTOMER_FIELD_NAMES, importCustomers } = await import('../import/mapped-rows.ts');
  const { readCustomerMapping } = await import('../import/mapping.ts');
  const mapping = await readCustomerMapping(options.mapping, CUSTOMER_FIELD_NAMES);
  await runImport('customers', output, globals, file, options, (run) => importCustomers(run, mapping));
};

export const contacts = async (
  output: Output,
  globals: GlobalOptions,
  file: string,
  options: MappedOptions,
): Promise<void> => {
  const { CONTACT_FIELD_NAMES, importContacts } = await import('../import/mapped-rows.ts');
  const { readContactMapping } = await import('../import/mapping.ts');
  const mapping = await readContactMapping(options.mapping, CONTACT_FIELD_NAMES);
  await runImport('contacts', output, globals, file, options, (run) => importContacts(run, mapping));
};
