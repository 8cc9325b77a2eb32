import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headIn, parseNoteKey } from '#libs/kernel/signed-note.ts';
import { LANGUAGES } from '#libs/kernel/terms.ts';
import { verifyBundle } from '#libs/runtime/evidence-bundle.ts';
import type { EvidenceBundle } from '#libs/runtime/evidence-bundle.ts';
import type { KeptHead } from '#libs/ports/witness.ts';
import type { Output } from '../output.ts';
import { EXIT, Problem, notFound } from '../problem.ts';
import type { ExitCode } from '../problem.ts';
import type { Check } from './doctor.ts';
import { BUNDLE_FILE, reportFile, reportsOf } from './reports.ts';
import { keptIn, keyOf } from './verify-options.ts';
import type { VerifyOptions } from './verify-options.ts';

const readBundle = async (folder: string) => {
  const file = join(folder, BUNDLE_FILE);
  if (!existsSync(file))
    throw notFound(`There is no ${BUNDLE_FILE} in ${folder}.`, 'Name the folder that care export wrote.');
  try {
    return await reportsOf(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Problem(`${file}: ${(error as Error).message}`, { cause: error });
  }
};

type Read = Awaited<ReturnType<typeof readBundle>>;

/** The reports must say what the bundle says, letter by letter: nobody needs to read JSON to rely on it. */
const checkReports = async (folder: string, { reports, isOfThisEdition }: Read): Promise<Check> => {
  const check = 'reports';
  if (!isOfThisEdition)
    return {
      ...{ check, verdict: 'warning', says: 'made in the words of another edition of the program: not compared' },
      next: 'Verify with the edition that made them, or read bundle.json',
    };
  for (const language of LANGUAGES) {
    const file = join(folder, reportFile(language));
    if (!existsSync(file)) return { check, verdict: 'failed', says: `${reportFile(language)} is missing` };
    if ((await readFile(file, 'utf8')) !== reports[language])
      return {
        check,
        verdict: 'failed',
        says: `${reportFile(language)} does not say what the bundle says: it was altered`,
      };
  }
  return { check, verdict: 'ok', says: `${LANGUAGES.map(reportFile).join(', ')} say what the bundle says` };
};

/** A head kept outside of the same log and size must have the same root. */
const checkKept = ({ head: text }: EvidenceBundle, kept: readonly KeptHead[]): Check => {
  const check = 'kept heads';
  const head = headIn(text);
  const same = kept
    .map((each) => headIn(each.head))
    .filter(({ origin, size }) => origin === head.origin && size === head.size);
  if (same.length === 0)
    return {
      ...{
        check,
        verdict: 'warning',
        says: 'none given over as many events: a history re-written by who holds the key is not found out',
      },
      next: 'Give those that were kept outside: --heads FILE',
    };
  return same.every(({ root }) => Buffer.compare(root, head.root) === 0)
    ? { check, verdict: 'ok', says: `the head over ${head.size} events is the one that was kept outside` }
    : {
        check,
        verdict: 'failed',
        says: `the head kept over ${head.size} events is another: the history was re-written`,
      };
};

/** Exit code 1 where anything of the bundle is not as it was. Needs no ledger and no network. */
export const verifyBundleIn = async (
  output: Output,
  options: VerifyOptions & { readonly bundle: string },
): Promise<ExitCode> => {
  const read = await readBundle(options.bundle);
  const { bundle } = read;
  const given = await Promise.all((options.publicKey ?? []).map(keyOf));
  const keys = given.length > 0 ? given : [parseNoteKey(bundle.publicKey)];
  const findings = verifyBundle(bundle, keys);
  const checks: readonly Check[] = [
    {
      check: 'events',
      ...(findings.length === 0
        ? {
            verdict: 'ok',
            says: `${bundle.events.length} events and ${bundle.policies.length} of policies stand in the log as signed, each stream without a gap`,
          }
        : {
            verdict: 'failed',
            says: findings
              .map(({ message }) => message)
              .slice(0, 5)
              .join(' '),
          }),
    },
    await checkReports(options.bundle, read),
    checkKept(bundle, await keptIn(options.heads ?? [])),
    given.length > 0
      ? { check: 'key', verdict: 'ok', says: 'given by you' }
      : {
          ...{ check: 'key', verdict: 'warning', says: 'taken from the bundle itself' },
          next: 'Give the one that you were told at the beginning: --public-key KEY',
        },
  ];
  const verified = checks.every(({ verdict }) => verdict !== 'failed');
  if (output.json)
    output.document({ verified, subject: bundle.subject, events: bundle.events.length, findings, checks });
  else
    output.table(
      ['check', 'verdict', ''],
      checks.map(({ check, verdict, says, next }) => [check, verdict, next === undefined ? says : `${says}. ${next}.`]),
    );
  return verified ? EXIT.done : EXIT.failed;
};
