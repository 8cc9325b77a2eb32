import { stateTerms } from '#libs/features/sla/sla.events.ts';
import type { ExplainedDeadline } from '#libs/features/sla/sla.events.ts';
import { momentInWords } from '#libs/kernel/terms.ts';
import { AccessDenied } from '#libs/runtime/ledger.ts';
import type { Moment } from '#libs/runtime/ledger.ts';
import type { AskedLedger, Language } from '../asked.ts';
import { asking } from '../asking.ts';
import type { Output } from '../output.ts';
import { EXIT, notFound, Problem } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';
import { idOfReference, momentOf } from './history.ts';
import type { MomentOptions } from './history.ts';

interface ExplainOptions extends MomentOptions {
  readonly lang: Language;
  readonly clock?: string;
}

const AGGREGATES = ['service-case', 'complaint'] as const;

/** Where the deadlines of somebody's name for a case stand: a stream, an id, or a reference. */
const streamsFor = async (ledger: AskedLedger, name: string): Promise<readonly string[]> => {
  if (AGGREGATES.some((aggregate) => name.startsWith(`${aggregate}-`))) return [name];
  const id = (await idOfReference(ledger, name)) ?? name;
  return AGGREGATES.map((aggregate) => `${aggregate}-${id}`);
};

const standing = ({ reading, stoppedAt }: ExplainedDeadline, language: Language): string => {
  const zh = language === 'zh-CN';
  const stopped =
    stoppedAt === undefined
      ? ''
      : zh
        ? `，停止于 ${momentInWords(stoppedAt)}`
        : `, stopped ${momentInWords(stoppedAt)}`;
  const left =
    reading.remainingMinutes !== undefined
      ? zh
        ? `，剩余 ${reading.remainingMinutes} 分钟`
        : `, ${reading.remainingMinutes} min left`
      : reading.overdueMinutes !== undefined
        ? zh
          ? `，超时 ${reading.overdueMinutes} 分钟`
          : `, ${reading.overdueMinutes} min over`
        : '';
  const used =
    reading.elapsedPercent === undefined
      ? ''
      : zh
        ? `，已用 ${reading.elapsedPercent}%`
        : `, ${reading.elapsedPercent} % used`;
  return `${zh ? '现状：' : 'Now: '}${stateTerms[reading.state][language]}${stopped}${left}${used}${zh ? '。' : '.'}`;
};

/** The climbs about a case or complaint; none where whoever asks may not see them. */
const escalationsOf = async (ledger: AskedLedger, reference: string, moment: Moment) => {
  const conditions = [{ field: 'reference', operator: '=', values: [`"${reference}"`] }] as const;
  try {
    const { items } = await ledger.list('escalations', { conditions, limit: 100 }, moment);
    const explained = [];
    for (const { id } of items) explained.push(await ledger.explainEscalation(id, moment));
    return explained.filter((each) => each !== undefined);
  } catch (error) {
    if (error instanceof AccessDenied || (error instanceof Problem && error.exitCode === EXIT.denied)) return [];
    throw error;
  }
};

/** Deadlines, and who was called about them. Undefined: there is no case or complaint of that name. */
const explainMatter = async (
  { output, ledger, moment }: Asking,
  name: string,
  { lang, clock }: ExplainOptions,
): Promise<true | undefined> => {
  for (const stream of await streamsFor(ledger, name)) {
    const found = await ledger.explain(stream, moment);
    if (found === undefined) continue;
    const deadlines = found.deadlines.filter(({ explanation }) => clock === undefined || explanation.clock === clock);
    if (clock !== undefined && deadlines.length === 0)
      throw notFound(
        `${found.reference} has no clock ${clock}.`,
        `It has: ${[...new Set(found.deadlines.map(({ explanation }) => explanation.clock))].join(', ') || 'none'}.`,
      );
    const escalations = clock === undefined ? await escalationsOf(ledger, found.reference, moment) : [];
    if (output.json) {
      output.document({ ...found, deadlines, escalations });
      return true;
    }
    output.line(`${found.reference} (${found.stream})`);
    for (const deadline of deadlines)
      for (const line of ['', ...deadline.explanation.lines[lang], standing(deadline, lang)]) output.line(line);
    if (deadlines.length === 0)
      output.line(lang === 'en' ? 'No policy promises anything about it.' : '没有任何政策对其作出时限承诺。');
    for (const { lines } of escalations) for (const line of ['', ...lines[lang]]) output.line(line);
    return true;
  }
  return undefined;
};

/** Why a customer's class is what it is, or why an escalation called whom. */
const explainOther = async (
  { output, ledger, moment }: Asking,
  name: string,
  { lang }: ExplainOptions,
): Promise<true | undefined> => {
  const found =
    (await ledger.explainTier(name.replace(/^customer-/, ''), moment)) ??
    (await ledger.explainEscalation(name, moment));
  if (found === undefined) return undefined;
  if (output.json) output.document(found);
  else for (const line of found.lines[lang]) output.line(line);
  return true;
};

interface Asking {
  readonly output: Output;
  readonly ledger: AskedLedger;
  readonly moment: Moment;
}

/** Why each deadline of a case or complaint is when it is, why a customer has its class, why somebody was called. [SLA 15, A7] */
export const explain = async (
  output: Output,
  globals: GlobalOptions,
  name: string,
  options: ExplainOptions,
): Promise<void> => {
  const moment = momentOf(options);
  await asking(globals, { readOnly: true, purpose: 'care explain' }, async (ledger) => {
    const how = { output, ledger, moment };
    if ((await explainMatter(how, name, options)) ?? (await explainOther(how, name, options))) return;
    throw notFound(
      `There is no case, complaint, escalation or classified customer ${name}.`,
      'Give its reference, its id, or its stream (service-case-<id>, complaint-<id>); find one with: care query service-cases, care query customers.',
    );
  });
};
