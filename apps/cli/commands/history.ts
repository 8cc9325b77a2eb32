import { momentInWords } from '#libs/kernel/terms.ts';
import type { Moment } from '#libs/runtime/ledger.ts';
import type { AskedLedger, HistoryLines, Language } from '../asked.ts';
import { asking } from '../asking.ts';
import { parseMoment } from '../moments.ts';
import type { Output } from '../output.ts';
import { notFound } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

export interface MomentOptions {
  readonly asOf?: string;
  readonly asAt?: string;
}

export const momentOf = ({ asOf, asAt }: MomentOptions): Moment => ({
  ...(asOf === undefined ? {} : { asOf: parseMoment(asOf, '--as-of') }),
  ...(asAt === undefined ? {} : { asAt: parseMoment(asAt, '--as-at') }),
});

/** The id of the document that people know by this reference; undefined where there is none. */
export const idOfReference = async (ledger: AskedLedger, reference: string): Promise<string | undefined> => {
  for (const readModel of ledger.referenced) {
    const conditions = [{ field: 'reference', operator: '=', values: [`"${reference}"`] }] as const;
    const { items } = await ledger.list(readModel, { conditions, limit: 1 });
    if (items[0] !== undefined) return items[0].id;
  }
  return undefined;
};

/** Two lines: when and what; who, where it stands, and when it was recorded where that was not at once. */
export const linesOf = (
  { text, event, actorName }: HistoryLines['entries'][number],
  language: Language,
): readonly string[] => {
  const { stream, revision, occurredAt, recordedAt, metadata } = event;
  const who = actorName === undefined ? metadata.actor : `${actorName} (${metadata.actor})`;
  const recorded = recordedAt === occurredAt ? undefined : momentInWords(recordedAt);
  const where = `${stream} @${revision}`;
  return [
    `${momentInWords(occurredAt)}  ${text}`,
    language === 'en'
      ? `    by ${who}; ${where}${recorded === undefined ? '' : `; recorded ${recorded}`}`
      : `    操作人：${who}；${where}${recorded === undefined ? '' : `；记录于 ${recorded}`}`,
  ];
};

export const history = async (
  output: Output,
  globals: GlobalOptions,
  name: string,
  options: MomentOptions & { readonly lang: Language },
): Promise<void> => {
  const moment = momentOf(options);
  await asking(globals, { readOnly: true, purpose: 'care history' }, async (ledger) => {
    let id = name;
    let page = await ledger.history(id, options.lang, moment, undefined);
    if (page === undefined) {
      id = (await idOfReference(ledger, name)) ?? name;
      if (id !== name) page = await ledger.history(id, options.lang, moment, undefined);
    }
    if (page === undefined)
      throw notFound(
        `Nothing is known of ${name}${moment.asOf === undefined && moment.asAt === undefined ? '' : ' at that moment'}.`,
        'Give the id of a customer or case, or a reference; find one with: care query service-cases.',
      );
    const entries: HistoryLines['entries'][number][] = [];
    for (;;) {
      if (output.json) entries.push(...page.entries);
      else for (const entry of page.entries) for (const line of linesOf(entry, options.lang)) output.line(line);
      if (page.next === undefined) break;
      page = (await ledger.history(id, options.lang, moment, page.next)) ?? { entries: [] };
    }
    if (output.json) output.document({ id, entries });
  });
};
