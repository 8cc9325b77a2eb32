import { hash } from 'node:crypto';
import type { EventMetadata } from '#libs/kernel/event.ts';
import { glossariesOf } from '#libs/kernel/feature.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { isSealed } from '#libs/kernel/sealed.ts';
import { headIn } from '#libs/kernel/signed-note.ts';
import { momentInWords, tell } from '#libs/kernel/terms.ts';
import type { Language, Terms } from '#libs/kernel/terms.ts';
import type { EvidenceBundle, ProvenEvent } from './evidence-bundle.ts';
import { openWith } from './field-cipher.ts';
import type { Registry } from './registry.ts';

/** What a report calls things, in each language. */
const WORDS = {
  en: {
    title: 'Evidence: the history of a customer',
    subject: 'About',
    madeAt: 'Made at',
    madeBy: 'By',
    recipient: 'For',
    purpose: 'Purpose',
    origin: 'Log',
    size: 'Events in the log',
    root: 'Root of the log',
    events: 'Events here',
    withheld: '[not disclosed]',
    unreadable: '[does not fit its key]',
    history: 'What happened',
    policies: 'Policies by which it was decided',
    number: 'No.',
    happened: 'Happened',
    recorded: 'Recorded',
    what: 'What',
    who: 'Who',
    by: 'Policy',
    rule: 'Rule',
    place: 'Place in the ledger',
    proves:
      'Every line stands in the log under the signed head above, unaltered, and no line is missing between the first and the last of a stream. ' +
      'It does not show that no other stream exists, nor what came after the head. Names of users and teams are as they were called when this was made.',
    check: 'To check it: care verify --bundle <this folder> --public-key <the key you were told>',
  },
  'zh-CN': {
    title: '证据：客户全部历史',
    subject: '对象',
    madeAt: '制作时间',
    madeBy: '制作人',
    recipient: '接收方',
    purpose: '用途',
    origin: '日志',
    size: '日志中的事件数',
    root: '日志根哈希',
    events: '本件所含事件数',
    withheld: '［未披露］',
    unreadable: '［与密钥不符］',
    history: '经过',
    policies: '作出决定所依据的政策',
    number: '序号',
    happened: '发生时间',
    recorded: '记录时间',
    what: '内容',
    who: '操作人',
    by: '政策版本',
    rule: '规则出处',
    place: '账本位置',
    proves:
      '每一行均在上述已签名的日志中，未经改动；同一流的首末之间没有缺行。' +
      '本件不能证明不存在其他流，也不涉及该日志头之后的事件。人员与团队名称以制作时为准。',
    check: '核验方法：care verify --bundle <本文件夹> --public-key <事先告知的公钥>',
  },
} as const;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const opened = (value: JsonValue, keys: EvidenceBundle['fieldKeys'], words: (typeof WORDS)[Language]): JsonValue => {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) {
    const key = keys[value.$sealed];
    if (key === undefined) return words.withheld;
    try {
      return openWith(value, key);
    } catch {
      return words.unreadable;
    }
  }
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((each) => opened(each, keys, words));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, opened(each, keys, words)]));
};

/** How facts are put into words here. */
export interface ReportWords {
  readonly definitions: Registry['definitions'];
  readonly termsOf: (type: string) => Terms;
  /** A fingerprint of all of it: reports of one edition are alike letter by letter. */
  readonly edition: string;
}

export const reportWordsOf = ({ features, definitions }: Pick<Registry, 'features' | 'definitions'>): ReportWords => {
  const glossaries = glossariesOf(features);
  const said = [...definitions].map(([type, { says, source = '' }]) => [type, says.en, says['zh-CN'], source]).sort();
  return {
    definitions,
    termsOf: (type) => glossaries.get(type.slice(0, type.indexOf('.'))) ?? {},
    edition: hash('sha256', JSON.stringify([WORDS, STYLE, said, [...glossaries].sort()])).slice(0, 16),
  };
};

const STYLE =
  'body{font:13px/1.5 sans-serif;margin:2em;color:#111}h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}' +
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em}dd{margin:0;overflow-wrap:anywhere}' +
  'table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.3em .5em;text-align:left;vertical-align:top}' +
  'thead{display:table-header-group}tr{break-inside:avoid}td:last-child{font-size:.85em;overflow-wrap:anywhere}' +
  '@page{margin:1.5cm}@media print{body{margin:0}}';

const rowsOf = (
  events: readonly ProvenEvent[],
  { fieldKeys, names }: EvidenceBundle,
  { definitions, termsOf }: ReportWords,
  language: Language,
): string => {
  const words = WORDS[language];
  const nameOf = (id: string) => (Object.hasOwn(names, id) ? names[id] : undefined);
  const row = ({ index, stream, revision, type, data, metadata: text }: ProvenEvent): string => {
    const metadata = JSON.parse(text) as EventMetadata;
    const definition = definitions.get(type);
    const facts = opened(JSON.parse(data) as JsonObject, fieldKeys, words) as JsonObject;
    const says = definition === undefined ? type : tell(definition, facts, { language, terms: termsOf(type), nameOf });
    const versions = Object.entries(metadata.policyVersions ?? {}).map(([policy, version]) => `${policy} ${version}`);
    const cells = [
      String(index + 1),
      momentInWords(metadata.occurredAt),
      momentInWords(metadata.recordedAt),
      says,
      nameOf(metadata.actor) ?? metadata.actor,
      versions.join(', '),
      definition?.source ?? '',
      `${stream} ${revision} · ${metadata.commandId}`,
    ];
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  };
  const heads = [
    words.number,
    words.happened,
    words.recorded,
    words.what,
    words.who,
    words.by,
    words.rule,
    words.place,
  ];
  return (
    `<table><thead><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead>\n<tbody>\n` +
    `${events.map(row).join('\n')}\n</tbody></table>`
  );
};

/** A page to be printed. Made from the bundle alone: whoever holds the bundle makes the same page, letter by letter. */
export const evidenceReport = (bundle: EvidenceBundle, told: ReportWords, language: Language): string => {
  const words = WORDS[language];
  const { subject, names, exportedAt, exportedBy, recipient, purpose, events, policies } = bundle;
  const { origin, size, root } = headIn(bundle.head);
  const name = Object.hasOwn(names, subject) ? `${names[subject]} (${subject})` : subject;
  const facts = [
    [words.subject, name],
    [words.madeAt, momentInWords(exportedAt)],
    [words.madeBy, Object.hasOwn(names, exportedBy) ? `${names[exportedBy]} (${exportedBy})` : exportedBy],
    [words.recipient, recipient],
    [words.purpose, purpose],
    [words.events, String(events.length)],
    [words.origin, origin],
    [words.size, String(size)],
    [words.root, Buffer.from(root).toString('base64')],
  ] as const;
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${escaped(words.title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${STYLE}</style></head><body>
<h1>${escaped(words.title)}</h1>
<dl>${facts.map(([what, value]) => `<dt>${escaped(what)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>
<p>${escaped(words.proves)}</p><p><code>${escaped(words.check)}</code></p>
<h2>${escaped(words.history)}</h2>
${rowsOf(events, bundle, told, language)}
<h2>${escaped(words.policies)}</h2>
${rowsOf(policies, bundle, told, language)}
</body></html>
`;
};
