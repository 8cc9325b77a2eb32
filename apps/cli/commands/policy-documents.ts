import { writeFile } from 'node:fs/promises';
import {
  DEFAULT_CALENDARS,
  DEFAULT_SLA,
  findingInWords,
  findingsOn,
  isPolicyKind,
  jsonSchemaOf,
  KIND_NAMES,
  kindOfDocument,
  POLICY_KINDS,
  shippedDocuments,
} from '#libs/features/policy/policy.events.ts';
import type { PolicyDocument, PolicyKind } from '#libs/features/policy/policy.events.ts';
import { policyPage } from '#libs/features/policy/policy-page.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { asking } from '../asking.ts';
import type { GlobalOptions } from '../global-options.ts';
import type { Output } from '../output.ts';
import { EXIT, Problem, notFound, wrongUsage } from '../problem.ts';
import type { ExitCode } from '../problem.ts';
import { readPolicy } from './policy.ts';

export const kindNamed = (name: string): PolicyKind => {
  if (!isPolicyKind(name)) throw wrongUsage(`There is no kind of policy ${name}.`, `Kinds: ${KIND_NAMES.join(', ')}.`);
  return name;
};

/** Throws a Problem where the document is none of the known kinds. */
export const kindOfFile = (file: string, document: unknown): PolicyKind => {
  const kind = kindOfDocument(document);
  if (kind === undefined)
    throw new Problem(`${file} is no policy of a known kind.`, {
      next: `Kinds: ${KIND_NAMES.join(', ')}; begin from: care policy default KIND.`,
    });
  return kind;
};

const recorded = (globals: GlobalOptions, kind: PolicyKind, version: string): Promise<PolicyDocument | undefined> =>
  asking(globals, { readOnly: true, purpose: 'care policy show' }, async (ledger) => {
    const conditions = [
      { field: 'kind', operator: '=', values: [kind] },
      { field: 'version', operator: '=', values: [version] },
    ] as const;
    const { items } = await ledger.list('policies', { conditions, limit: 1 });
    return (items[0]?.document as { readonly document?: PolicyDocument } | undefined)?.document;
  });

/** A version as people read it: one that ships, or one that the ledger knows. */
export const showPolicy = async (
  output: Output,
  globals: GlobalOptions,
  name: string,
  version: string | undefined,
  { lang }: { readonly lang: Language },
): Promise<void> => {
  const kind = kindNamed(name);
  const shipped = shippedDocuments(kind);
  const document =
    version === undefined
      ? shipped[0]
      : (shipped.find((each) => each.version === version) ?? (await recorded(globals, kind, version)));
  if (document === undefined)
    throw notFound(
      `There is no version ${version} of the ${kind} policy.`,
      `Those that ship: ${shipped.map((each) => each.version).join(', ')}; those applied for: care policy list.`,
    );
  if (output.json) return output.document(document);
  output.line(`${POLICY_KINDS[kind].title[lang]}: ${document.version}`);
  for (const { depth, text } of policyPage(document, lang)) output.line(`${'  '.repeat(depth + 1)}${text}`);
};

/** The JSON Schema of a kind's documents. */
export const policySchema = async (output: Output, _globals: GlobalOptions, name: string): Promise<void> =>
  output.document(jsonSchemaOf(kindNamed(name)));

/** The document that holds before any is published, to be begun from. */
export const policyDefault = async (
  output: Output,
  _globals: GlobalOptions,
  name: string,
  { out }: { readonly out?: string },
): Promise<void> => {
  const document = POLICY_KINDS[kindNamed(name)].default;
  if (out === undefined) return output.document(document);
  await writeFile(out, `${JSON.stringify(document, undefined, 2)}\n`, { flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Problem(`${out} exists already.`, { next: 'Name a new file.' });
    throw error;
  });
  output.remark(`Written to ${out}. Give it a version of its own, then: care policy check ${out}.`);
};

/** Checks a document against its schema, the lint, and the shipped policies that it must fit. Exit code 1 where it is wrong. */
export const checkPolicy = async (output: Output, _globals: GlobalOptions, file: string): Promise<ExitCode> => {
  const document = await readPolicy(file);
  const kind = kindOfFile(file, document);
  const findings = findingsOn(kind, document, {
    calendars: DEFAULT_CALENDARS.calendars,
    sla: DEFAULT_SLA,
    year: new Date().getUTCFullYear(),
  });
  const isRight = findings.every(({ severity }) => severity !== 'fault');
  if (output.json) output.document({ kind, right: isRight, findings });
  else {
    for (const finding of findings) output.line(`${finding.severity} at ${findingInWords(finding)}`);
    output.line(isRight ? `${file} is a right ${kind} policy.` : `${file} is a wrong ${kind} policy.`);
  }
  return isRight ? EXIT.done : EXIT.failed;
};
