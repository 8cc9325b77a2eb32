import { KIND_NAMES, shippedDocuments } from '#libs/features/policy/policy.events.ts';
import type { PolicyDocument, PolicyKind, PolicyStatus } from '#libs/features/policy/policy.events.ts';
import { policyTerms } from '#libs/features/policy/terms.ts';
import { momentInWords } from '#libs/kernel/terms.ts';
import type { Language, Term } from '#libs/kernel/terms.ts';
import type { AskedLedger, HistoryLines } from '../asked.ts';
import { asking } from '../asking.ts';
import type { GlobalOptions } from '../global-options.ts';
import type { Output } from '../output.ts';
import { notFound } from '../problem.ts';
import { linesOf } from './history.ts';
import { kindNamed } from './policy-documents.ts';

/** Of versions that nobody applied for. */
const SHIPPED = {
  'shipped-in-force': { en: 'ships, in force', 'zh-CN': '随产品提供，生效中' },
  shipped: { en: 'ships', 'zh-CN': '随产品提供' },
} as const;

/** A version as the list shows it: the read model's document, or one that ships and nobody applied for. */
interface Listed {
  readonly kind: PolicyKind;
  readonly version: string;
  readonly status: PolicyStatus | keyof typeof SHIPPED;
  readonly document: PolicyDocument;
  readonly applicantId?: string;
  readonly reviewerId?: string;
  readonly approverId?: string;
  readonly effectiveFrom?: string;
  readonly takesEffectAt?: string;
  readonly backdated?: true;
}

const STATUSES: { readonly [status: string]: Term } = { ...policyTerms['status'], ...SHIPPED };

type Recorded = Listed & { readonly status: PolicyStatus };

const HEAD: { readonly [L in Language]: readonly string[] } = {
  en: ['kind', 'version', 'status', 'holds from', 'applied', 'reviewed', 'decided', 'open values'],
  'zh-CN': ['类别', '版本', '状态', '适用起始', '申请人', '法务审核人', '委员会决定人', '待定值'],
};

/** The versions that were applied for, as they were. */
export const recordedVersions = async (
  ledger: AskedLedger,
  kinds: readonly PolicyKind[],
): Promise<readonly Recorded[]> => {
  const { items } = await ledger.list('policies', {
    conditions: [{ field: 'kind', operator: 'in', values: [...kinds] }],
    sort: [{ field: 'appliedAt', direction: 'asc' }],
    limit: 1_000,
  });
  return items.map(({ document }) => document as unknown as Recorded);
};

const isDue = ({ status, takesEffectAt }: Listed, now: string): boolean =>
  status === 'trained' && takesEffectAt !== undefined && takesEffectAt <= now;

/** Those that ship come first; the default is in force where no other version took effect. */
const withShipped = (kind: PolicyKind, applied: readonly Listed[], now: string): readonly Listed[] => {
  const isReplaced = applied.some((each) => each.status === 'effective' || isDue(each, now));
  return [
    ...shippedDocuments(kind)
      .filter(({ version }) => applied.every((each) => each.version !== version))
      .map((document, index) => ({
        ...{ kind, version: document.version, document },
        status: index === 0 && !isReplaced ? ('shipped-in-force' as const) : ('shipped' as const),
      })),
    ...applied,
  ];
};

const rowOf = (listed: Listed, lang: Language): readonly string[] => {
  const { kind, version, status, document, applicantId, reviewerId, approverId, effectiveFrom, backdated } = listed;
  const past = backdated === undefined ? '' : lang === 'en' ? ' (past)' : '（追溯）';
  return [
    ...[kind, version, STATUSES[status]![lang]],
    effectiveFrom === undefined ? '' : `${momentInWords(effectiveFrom)}${past}`,
    ...[applicantId ?? '', reviewerId ?? '', approverId ?? ''],
    document.ours.length === 0 ? '' : `${document.ours.length}*`,
  ];
};

/** Every version of one kind or of all: where it stands, who had a hand in it, from when it holds, how many values are open (`*`). */
export const listPolicies = async (
  output: Output,
  globals: GlobalOptions,
  name: string | undefined,
  { lang }: { readonly lang: Language },
): Promise<void> => {
  const kinds = name === undefined ? KIND_NAMES : [kindNamed(name)];
  await asking(globals, { readOnly: true, purpose: 'care policy list' }, async (ledger) => {
    const now = new Date().toISOString();
    const applied = await recordedVersions(ledger, kinds);
    const versions = kinds.flatMap((kind) =>
      withShipped(
        kind,
        applied.filter((each) => each.kind === kind),
        now,
      ),
    );
    if (output.json)
      return output.document({
        versions: versions.map(({ document, ...rest }) => ({ ...rest, openValues: document.ours.length })),
      });
    output.table(
      HEAD[lang],
      versions.map((each) => rowOf(each, lang)),
    );
    for (const { version, takesEffectAt } of versions.filter((each) => isDue(each, now))) {
      const since = momentInWords(takesEffectAt!);
      output.remark(
        lang === 'en'
          ? `${version} is in force since ${since}; that is recorded once the ledger's processes run: care serve.`
          : `${version} 自 ${since} 起生效；待账本进程运行（care serve）后记录。`,
      );
    }
  });
};

/** Its own steps, and the taking effect of the one that took its place. */
const concerns = (data: { readonly [field: string]: unknown }, version: string): boolean =>
  data['version'] === version || data['supersedes'] === version;

/** Everything that happened to the versions of a kind, or to one, in plain language. */
export const policyHistory = async (
  output: Output,
  globals: GlobalOptions,
  name: string,
  version: string | undefined,
  { lang }: { readonly lang: Language },
): Promise<void> => {
  const kind = kindNamed(name);
  await asking(globals, { readOnly: true, purpose: 'care policy history' }, async (ledger) => {
    const entries: HistoryLines['entries'][number][] = [];
    for (let after: number | undefined; ;) {
      const page = await ledger.history(`policy-${kind}`, lang, {}, after);
      for (const entry of page?.entries ?? [])
        if (version === undefined || concerns(entry.event.data, version)) entries.push(entry);
      after = page?.next;
      if (after === undefined) break;
    }
    if (entries.length === 0)
      throw notFound(
        version === undefined
          ? `Nobody applied for a version of the ${kind} policy yet.`
          : `Nobody applied for a version ${version} of the ${kind} policy.`,
        `See what there is: care policy list ${kind}.`,
      );
    if (output.json) output.document({ kind, entries });
    else for (const entry of entries) for (const line of linesOf(entry, lang)) output.line(line);
  });
};
