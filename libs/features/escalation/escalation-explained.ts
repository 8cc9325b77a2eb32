import type { Actor } from '#libs/kernel/actor.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { AskedForDocuments, Moment } from '#libs/kernel/moment.ts';
import { LANGUAGES, momentInWords } from '#libs/kernel/terms.ts';
import type { Language } from '#libs/kernel/terms.ts';
import type { DataOf, Recipient } from './escalation-events.ts';
import { escalationTerms } from './terms.ts';

/** One level of a climb: whom its rules meant, whom they reached, and why now. */
interface Level extends Pick<DataOf<'called'>, 'level' | 'because' | 'called'> {
  readonly recipients: readonly Recipient[];
  readonly at: Instant;
}

interface Climb {
  readonly reference: string;
  readonly track: string;
  readonly because: string;
  readonly clock?: string;
  readonly cycle?: number;
  readonly dueAt?: Instant;
  readonly ladder: string;
  readonly ladderVersion: string;
  readonly begunAt: Instant;
  readonly calls: readonly Level[];
  readonly acknowledgedBy?: string;
  readonly acknowledgedAt?: Instant;
  readonly endedAt?: Instant;
  readonly endedBecause?: string;
}

export interface ExplainedEscalation {
  readonly escalationId: string;
  readonly reference: string;
  readonly calls: readonly Level[];
  readonly lines: { readonly [L in Language]: readonly string[] };
}

type NameOf = (id: string | undefined) => string;

const wordIn =
  (language: Language) =>
  (field: string, code: string): string =>
    escalationTerms[field]?.[code]?.[language] ?? code;

const recipientIn =
  (language: Language, nameOf: NameOf) =>
  ({ rule, how, originalId, recipientId }: Recipient): string => {
    const word = wordIn(language);
    const meant = originalId === undefined ? '' : ` (${nameOf(originalId)})`;
    const reached = recipientId === undefined ? '–' : nameOf(recipientId);
    return `${word('rule', rule)}${meant} → ${reached}: ${word('how', how)}`;
  };

const linesIn = (language: Language, climb: Climb, nameOf: NameOf): readonly string[] => {
  const word = wordIn(language);
  const recipient = recipientIn(language, nameOf);
  const { reference, because, clock, cycle, dueAt, ladder, ladderVersion, begunAt, calls } = climb;
  const { acknowledgedBy, acknowledgedAt, endedAt, endedBecause } = climb;
  const en = language === 'en';
  const which =
    clock === undefined
      ? ''
      : en
        ? `: ${word('clock', clock)}, run ${cycle}, due ${momentInWords(dueAt!)}`
        : `：${word('clock', clock)}第${cycle}轮，截止 ${momentInWords(dueAt!)}`;
  const lines = [
    en
      ? `Escalation of ${reference}, begun ${momentInWords(begunAt)}: ${word('because', because)}${which}; ladder “${ladder}” of ${ladderVersion}.`
      : `${reference}的升级，始于 ${momentInWords(begunAt)}：${word('because', because)}${which}；升级规则“${ladder}”（${ladderVersion}）。`,
  ];
  for (const { level, at, because: why, recipients } of calls) {
    lines.push(
      en
        ? `Level ${level} at ${momentInWords(at)}: ${word('because', why)}.`
        : `第${level}级，${momentInWords(at)}：${word('because', why)}。`,
      ...recipients.map((each) => `  ${recipient(each)}`),
    );
  }
  if (acknowledgedBy !== undefined && acknowledgedAt !== undefined)
    lines.push(
      en
        ? `Acknowledged by ${nameOf(acknowledgedBy)} at ${momentInWords(acknowledgedAt)}.`
        : `${nameOf(acknowledgedBy)}于 ${momentInWords(acknowledgedAt)} 确认。`,
    );
  if (endedAt !== undefined && endedBecause !== undefined)
    lines.push(
      en
        ? `Ended ${momentInWords(endedAt)}: ${word('because', endedBecause)}.`
        : `结束于 ${momentInWords(endedAt)}：${word('because', endedBecause)}。`,
    );
  return lines;
};

const peopleIn = ({ calls, acknowledgedBy }: Climb): readonly string[] => [
  ...new Set(
    [
      acknowledgedBy,
      ...calls.flatMap(({ recipients }) => recipients.flatMap((each) => [each.originalId, each.recipientId])),
    ].filter((id) => id !== undefined),
  ),
];

/** What they are called now; ids of whom the viewer may not see, or nobody knows, stay. */
const namesOf = async (
  ledger: AskedForDocuments,
  ids: readonly string[],
  viewer: { readonly actor: Actor },
): Promise<ReadonlyMap<string, string>> => {
  const names = new Map<string, string>();
  for (const id of ids) {
    const found = await ledger.document('users', id, viewer).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AccessDenied') return undefined;
      throw error;
    });
    const { displayName } = (found?.document ?? {}) as { readonly displayName?: unknown };
    if (typeof displayName === 'string') names.set(id, `${displayName} (${id})`);
  }
  return names;
};

/**
 * Why these people were called, and when: for each level what brought it about, whom each rule of the ladder meant, and who was reached
 * in whose place. Undefined: there is no such escalation, then. Rejects as `Ledger.document` does. [SLA 10, 11]
 */
export const explainEscalation = async (
  ledger: AskedForDocuments,
  escalationId: string,
  viewer: { readonly actor: Actor },
  moment?: Moment,
): Promise<ExplainedEscalation | undefined> => {
  const found = await ledger.document('escalations', escalationId, viewer, moment);
  if (found === undefined) return undefined;
  const climb = found.document as Climb;
  const names = await namesOf(ledger, peopleIn(climb), viewer);
  const nameOf: NameOf = (id = '') => names.get(id) ?? id;
  const [en, zh] = LANGUAGES.map((language) => linesIn(language, climb, nameOf)) as [string[], string[]];
  return { escalationId, reference: climb.reference, calls: climb.calls, lines: { en, 'zh-CN': zh } };
};
