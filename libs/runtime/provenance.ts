import type { LedgerEvent } from '#libs/kernel/event.ts';
import { memberAt } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { momentInWords } from '#libs/kernel/terms.ts';
import { InvalidQuery } from '#libs/ports/read-models.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import type { HistoryEntry, PolicyOrigin, Provenance } from './ledger.ts';
import type { Registry } from './registry.ts';

/** The read model of policies' versions, by `<kind>:<version>`, and what it knows of their approval. */
const POLICIES = 'policies';
interface ApprovedVersion {
  readonly approverId?: string;
  readonly decidedAt?: Instant;
}

const ORIGINS = {
  command: { en: 'a command', 'zh-CN': '命令' },
  import: { en: 'an import', 'zh-CN': '导入' },
  process: { en: 'a process of the ledger', 'zh-CN': '系统流程' },
  policy: { en: 'a policy', 'zh-CN': '政策' },
} as const;

/** The versions of policies that an event was decided under, with who approved them. */
export const policiesOf = async (
  event: LedgerEvent | undefined,
  { models, registry }: { readonly models: Pick<ReadModels, 'getMany'>; readonly registry: Registry },
): Promise<readonly PolicyOrigin[]> => {
  const versions = Object.entries(event?.metadata.policyVersions ?? {});
  if (versions.length === 0 || !registry.projections.has(POLICIES))
    return versions.map(([policy, version]) => ({ policy, version }));
  const keys = versions.map(([policy, version]) => `${policy}:${version}`);
  const found = new Map((await models.getMany(POLICIES, keys)).map(({ id, document }) => [id, document]));
  return versions.map(([policy, version]) => {
    const { approverId, decidedAt } = (found.get(`${policy}:${version}`) ?? {}) as ApprovedVersion;
    return {
      ...{ policy, version },
      ...(approverId === undefined ? {} : { approverId }),
      ...(decidedAt === undefined ? {} : { decidedAt }),
    };
  });
};

interface Found {
  readonly collection: string;
  readonly id: string;
  readonly field: string;
  readonly value: JsonValue | undefined;
  readonly setBy: HistoryEntry | undefined;
  readonly policies: readonly PolicyOrigin[];
  /** Of the event's kind: `[M1.2]`. */
  readonly rule: string | undefined;
}

/** Puts what was found together, in data and in words: value, event, command, actor, approval, policy, source. */
export const provenanceOf = ({ rule, value, setBy, ...found }: Found): Provenance => {
  const { id, collection, field, policies } = found;
  const [en, zh]: [string[], string[]] = [[], []];
  const say = (english: string, chinese: string) => {
    en.push(english);
    zh.push(chinese);
  };
  const shown = value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  if (setBy === undefined)
    say(`Nothing ever set ${field} of ${collection}/${id}.`, `${collection}/${id} 的 ${field} 从未被设置。`);
  else {
    const { event, text, actorName } = setBy;
    const { metadata, stream, revision, position, occurredAt, recordedAt, data } = event;
    const who = actorName === undefined ? metadata.actor : `${actorName} (${metadata.actor})`;
    const origin = ORIGINS[metadata.origin];
    say(
      shown === undefined
        ? `${field} of ${collection}/${id} has no value.`
        : `${field} of ${collection}/${id} is ${shown}.`,
      shown === undefined
        ? `${collection}/${id} 的 ${field} 没有值。`
        : `${collection}/${id} 的 ${field} 为 ${shown}。`,
    );
    say(`It is so since: ${text.en}`, `由此确定：${text['zh-CN']}`);
    say(
      `Event ${event.id} (${event.type}), ${stream} @${revision}, position ${position}; happened ${momentInWords(occurredAt)}, recorded ${momentInWords(recordedAt)}.`,
      `事件 ${event.id}（${event.type}），${stream} @${revision}，位置 ${position}；发生于 ${momentInWords(occurredAt)}，记录于 ${momentInWords(recordedAt)}。`,
    );
    say(
      `By ${who}, through ${origin.en} (${metadata.commandId})${metadata.causationId === metadata.commandId ? '' : `, caused by ${metadata.causationId}`}.`,
      `操作人：${who}，来自${origin['zh-CN']}（${metadata.commandId}）${metadata.causationId === metadata.commandId ? '' : `，起因：${metadata.causationId}`}。`,
    );
    for (const { policy, version, approverId, approverName, decidedAt } of policies) {
      const approver = approverName === undefined ? approverId : `${approverName} (${approverId})`;
      if (approver === undefined)
        say(
          `Policy ${policy}, version ${version}: no approval is on record, it came with the product or an import.`,
          `政策 ${policy}，版本 ${version}：无批准记录，随产品或导入而来。`,
        );
      else
        say(
          `Policy ${policy}, version ${version}, approved by ${approver}${decidedAt === undefined ? '' : ` on ${momentInWords(decidedAt)}`}.`,
          `政策 ${policy}，版本 ${version}，批准人：${approver}${decidedAt === undefined ? '' : `，批准于 ${momentInWords(decidedAt)}`}。`,
        );
    }
    const source = typeof data['source'] === 'string' ? data['source'] : undefined;
    const sources = [rule, source, metadata.sourceRow].filter((each) => each !== undefined);
    if (sources.length > 0) say(`Source: ${sources.join('; ')}.`, `来源：${sources.join('；')}。`);
  }
  return {
    ...found,
    ...(value === undefined ? {} : { value }),
    ...(setBy === undefined ? {} : { setBy }),
    lines: { en, 'zh-CN': zh },
  };
};

/** Refuses a field that the stored document has not, and the shown one has: no event sets what depends on the moment of reading. */
export const checkStoredField = (stored: unknown, shown: unknown, field: string): void => {
  if (memberAt(stored, field) === undefined && memberAt(shown, field) !== undefined)
    throw new InvalidQuery(
      `field: ${field} is computed when the document is read, from the moment and other fields: ask for one of those, ${Object.keys(stored as object).join(', ')}.`,
    );
};
