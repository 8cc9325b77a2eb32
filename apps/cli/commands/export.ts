import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LANGUAGES } from '#libs/kernel/terms.ts';
import { asking } from '../asking.ts';
import type { AskedLedger } from '../asked.ts';
import type { Output } from '../output.ts';
import { notFound, wrongUsage } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';
import { BUNDLE_FILE, reportFile, reportsOf } from './reports.ts';

/** People name cases by their reference; histories are asked by id. */
const idOf = async (ledger: AskedLedger, named: string): Promise<string> => {
  for (const collection of ledger.referenced) {
    const conditions = [{ field: 'reference', operator: '=', values: [named] }] as const;
    const { items } = await ledger.list(collection, { conditions, limit: 1 });
    if (items[0] !== undefined) return items[0].id;
  }
  return named;
};

/** Writes bundle.json and a printable report in each language into a new folder; the register knows of it before. */
export const exportEvidence = async (
  output: Output,
  globals: GlobalOptions,
  named: string,
  { to, out }: { readonly to: string; readonly out: string },
): Promise<void> => {
  if (globals.purpose === undefined)
    throw wrongUsage('What the evidence is for goes on the register.', 'Give it: --purpose "…"');
  if (existsSync(out))
    throw wrongUsage(`${out} exists already.`, 'Name a folder that does not: nothing is overwritten.');
  const { purpose } = globals;
  await asking(globals, { readOnly: false, purpose: 'care export' }, async (ledger) => {
    const disclosed = await ledger.disclose(await idOf(ledger, named), { recipient: to, purpose });
    if (disclosed === undefined)
      throw notFound(`Nothing is known of ${named}.`, 'Find the customer with: care query customers');
    const { bundle, reports } = await reportsOf(disclosed.bundle);
    await mkdir(out, { recursive: true, mode: 0o700 });
    const files = [
      [BUNDLE_FILE, disclosed.bundle] as const,
      ...LANGUAGES.map((language) => [reportFile(language), reports[language]] as const),
    ];
    for (const [name, text] of files) await writeFile(join(out, name), text, { mode: 0o600 });
    const made = {
      folder: out,
      disclosureId: disclosed.disclosureId,
      events: bundle.events.length,
      files: files.map(([name]) => name),
    };
    if (output.json) return output.document(made);
    output.line(`${made.events} events went into ${out}: ${made.files.join(', ')}.`);
    output.line(`On the register as ${made.disclosureId}. What is outside the ledger cannot be erased from it.`);
    output.line(`The reader checks it with: care verify --bundle ${out} --public-key <your key: care proof key>`);
  });
};
