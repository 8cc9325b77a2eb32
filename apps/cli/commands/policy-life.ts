import { ALLOWED } from '#libs/features/policy/policy-rules.ts';
import {
  calendarPolicyAt,
  DEPARTMENTS,
  findingInWords,
  findingsOn,
  POLICY_KINDS,
  slaPolicyAt,
} from '#libs/features/policy/policy.events.ts';
import type {
  CalendarDocument,
  Finding,
  Policies,
  PolicyKind,
  PolicyStatus,
  SlaDocument,
} from '#libs/features/policy/policy.events.ts';
import { policyTerms } from '#libs/features/policy/terms.ts';
import { isInstant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { checkActor } from '../acting.ts';
import type { AskedLedger } from '../asked.ts';
import { asking } from '../asking.ts';
import type { GlobalOptions } from '../global-options.ts';
import { parseMoment } from '../moments.ts';
import type { Output } from '../output.ts';
import { wrongUsage } from '../problem.ts';
import { kindNamed, kindOfFile } from './policy-documents.ts';
import { recordedVersions } from './policy-versions.ts';
import { readPolicy } from './policy.ts';

interface StepOptions {
  readonly lang: Language;
}

const text = (option: string, value: string, maxLength = 2_000): string => {
  if (!/\S/.test(value) || value.length > maxLength)
    throw wrongUsage(`${option} must hold 1 to ${maxLength} characters, not only white space.`);
  return value;
};

const day = (option: string, value: string): string => {
  if (!isInstant(`${value}T00:00:00.000Z`))
    throw wrongUsage(`${option} ${value} is not a day.`, 'Write it like 2026-11-24.');
  return value;
};

interface Step {
  /** The rest of the wire name: `review-legally`. */
  readonly command: string;
  readonly kind: PolicyKind;
  readonly version: string;
  readonly body: JsonObject;
  /** Where the version stands once the step is taken. */
  readonly becomes: PolicyStatus;
}

/** Sends one command about a version, and says where the version stands then. */
const takeStep = async (
  output: Output,
  globals: GlobalOptions,
  { lang }: StepOptions,
  { command, kind, version, body, becomes }: Step,
  warningsOf: (ledger: AskedLedger) => Promise<readonly Finding[]> = () => Promise.resolve([]),
): Promise<void> => {
  checkActor(globals);
  await asking(globals, { readOnly: false, purpose: `care policy ${command}` }, async (ledger) => {
    const { events } = await ledger.execute({ name: `policy.${command}`, id: kind, body });
    const changed = events > 0;
    const status = changed
      ? becomes
      : ((await recordedVersions(ledger, [kind])).find((each) => each.version === version)?.status ?? becomes);
    // A trained version takes effect by itself.
    const next = (status === 'trained' ? [] : ALLOWED[status]).map((name) => `care ${name.replace('.', ' ')}`);
    const warnings = await warningsOf(ledger);
    if (output.json) return output.document({ kind, version, status, changed, next, warnings });
    const [title, word] = [POLICY_KINDS[kind].title[lang], policyTerms['status']![status]![lang]];
    if (lang === 'en') output.line(`${changed ? '' : 'Nothing changed. '}${version} (${title}): ${word}.`);
    else output.line(`${changed ? '' : '没有变化。'}${version}（${title}）：${word}。`);
    for (const warning of warnings) output.remark(`warning at ${findingInWords(warning)}`);
    if (next.length > 0) output.remark(lang === 'en' ? `Next: ${next.join(', ')}.` : `下一步：${next.join('、')}。`);
  });
};

/** What is worth a warning about a document that was taken, beside the policies that the ledger holds. */
const warningsAbout =
  (kind: PolicyKind, document: JsonObject) =>
  async (ledger: AskedLedger): Promise<readonly Finding[]> => {
    const now = new Date().toISOString();
    const recorded = await recordedVersions(ledger, ['calendar', 'sla']);
    const versionsOf = (kind: PolicyKind) => ({ versions: recorded.filter((each) => each.kind === kind) });
    return findingsOn(kind, document, {
      calendars: calendarPolicyAt(versionsOf('calendar') as unknown as Policies<CalendarDocument>, now).calendars,
      sla: slaPolicyAt(versionsOf('sla') as unknown as Policies<SlaDocument>, now),
      year: Number(now.slice(0, 4)),
    }).filter(({ severity }) => severity === 'warning');
  };

/** A department applies for the version that a file holds. [H1] */
export const apply = async (
  output: Output,
  globals: GlobalOptions,
  file: string,
  options: StepOptions & { readonly department: string; readonly reason: string },
): Promise<void> => {
  const document = await readPolicy(file);
  const kind = kindOfFile(file, document);
  const { department } = options;
  const { version } = document;
  if (!(DEPARTMENTS as readonly string[]).includes(department))
    throw wrongUsage(`There is no department ${department}.`, `Departments: ${DEPARTMENTS.join(', ')}.`);
  const body = { document, department, reason: text('--reason', options.reason) };
  await takeStep(
    output,
    globals,
    options,
    { command: 'apply', kind, version: typeof version === 'string' ? version : '', body, becomes: 'applied' },
    warningsAbout(kind, document),
  );
};

type OfVersion<Options = unknown> = (
  output: Output,
  globals: GlobalOptions,
  kind: string,
  version: string,
  options: StepOptions & Options,
) => Promise<void>;

const step =
  <Options>(
    command: string,
    becomes: PolicyStatus | ((options: Options) => PolicyStatus),
    bodyOf: (options: Options) => JsonObject,
  ): OfVersion<Options> =>
  async (output, globals, kind, version, options) =>
    takeStep(output, globals, options, {
      ...{ command, kind: kindNamed(kind), version },
      body: { version, ...bodyOf(options) },
      becomes: typeof becomes === 'function' ? becomes(options) : becomes,
    });

const remarksOf = ({ remarks }: { readonly remarks?: string }): JsonObject =>
  remarks === undefined ? {} : { remarks: text('--remarks', remarks) };
const reasonOf = ({ reason }: { readonly reason: string }): JsonObject => ({ reason: text('--reason', reason) });

/** The legal department passes a version, or objects with remarks. [H1.4] */
export const reviewLegally = step<{ readonly verdict: string; readonly remarks?: string }>(
  'review-legally',
  ({ verdict }) => (verdict === 'passed' ? 'reviewed' : 'objected'),
  ({ verdict, ...rest }) => ({ verdict, ...remarksOf(rest) }),
);
/** The committee approves; neither the applicant nor the legal reviewer. [H1.3] */
export const approve = step('approve', 'approved', remarksOf);
export const reject = step('reject', 'rejected', reasonOf);
/** With the moment from which facts are judged by the version; without one: now. */
export const publish = step<{ readonly from?: string; readonly backdated?: boolean }>(
  'publish',
  'published',
  ({ from, backdated }) => ({
    ...(from === undefined ? {} : { effectiveFrom: parseMoment(from, '--from') }),
    ...(backdated === true ? { backdated } : {}),
  }),
);
export const recordTraining = step<{ readonly heldOn: string; readonly audience: string }>(
  'record-training',
  'trained',
  ({ heldOn, audience }) => ({ heldOn: day('--held-on', heldOn), audience: text('--audience', audience, 200) }),
);
export const withdraw = step('withdraw', 'withdrawn', reasonOf);
