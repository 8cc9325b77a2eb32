import { stateTerms } from '#libs/features/sla/sla.events.ts';
import type { ExplainedDeadline } from '#libs/features/sla/sla.events.ts';
import { momentInWords } from '#libs/kernel/terms.ts';
import type { AskedLedger, Language } from '../asked.ts';
import { asking } from '../asking.ts';
import type { Output } from '../output.ts';
import { notFound } from '../problem.ts';
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

/** Why each deadline of a case or complaint is when it is. [SLA 15] */
export const explain = async (
  output: Output,
  globals: GlobalOptions,
  name: string,
  options: ExplainOptions,
): Promise<void> => {
  const moment = momentOf(options);
  await asking(globals, { readOnly: true, purpose: 'care explain' }, async (ledger) => {
    for (const stream of await streamsFor(ledger, name)) {
      const found = await ledger.explain(stream, moment);
      if (found === undefined) continue;
      const deadlines = found.deadlines.filter(
        ({ explanation }) => options.clock === undefined || explanation.clock === options.clock,
      );
      if (options.clock !== undefined && deadlines.length === 0)
        throw notFound(
          `${found.reference} has no clock ${options.clock}.`,
          `It has: ${[...new Set(found.deadlines.map(({ explanation }) => explanation.clock))].join(', ') || 'none'}.`,
        );
      if (output.json) return output.document({ ...found, deadlines });
      output.line(`${found.reference} (${found.stream})`);
      for (const deadline of deadlines) {
        output.line('');
        for (const line of deadline.explanation.lines[options.lang]) output.line(line);
        output.line(standing(deadline, options.lang));
      }
      if (deadlines.length === 0)
        output.line(options.lang === 'en' ? 'No policy promises anything about it.' : '没有任何政策对其作出时限承诺。');
      return;
    }
    throw notFound(
      `There is no case or complaint ${name}.`,
      'Give its reference, its id, or its stream (service-case-<id>, complaint-<id>); find one with: care query service-cases.',
    );
  });
};
