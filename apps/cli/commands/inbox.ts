import { messageOf } from '#libs/features/notices/wording.ts';
import type { ToldNotice } from '#libs/features/notices/wording.ts';
import type { Language } from '#libs/kernel/terms.ts';
import type { ListPage } from '../asked.ts';
import { asking } from '../asking.ts';
import { checkActor } from '../acting.ts';
import { parseCondition } from '../conditions.ts';
import type { GlobalOptions } from '../global-options.ts';
import { cell } from '../output.ts';
import type { Output } from '../output.ts';
import { notFound } from '../problem.ts';

type Notice = ListPage['items'][number];

interface InLanguage {
  readonly lang: Language;
}

/** What the notice says, as the mail about it would. */
const wordsOf = ({ id, document }: Notice, language: Language) =>
  messageOf([{ ...(document as unknown as ToldNotice), noticeId: id }], 0, { language });

const stateOf = ({ document: { status, needsAcknowledgement, open } }: Notice): string =>
  `${cell(status)}${open === true && needsAcknowledgement === true ? ', to be acknowledged' : ''}`;

/** The notices of whoever asks, the newest on top; what calls for nothing any more only if asked for. */
export const listInbox = async (
  output: Output,
  globals: GlobalOptions,
  { all, limit, lang }: InLanguage & { readonly all: boolean; readonly limit: number },
): Promise<void> => {
  checkActor(globals);
  const conditions = [
    ...(all ? [] : ['open=true']),
    ...(globals.as === undefined ? [] : [`recipientId=${globals.as}`]),
  ].map(parseCondition);
  await asking(globals, { readOnly: true, purpose: 'care inbox list' }, async (ledger) => {
    const sort = [{ field: 'givenAt', direction: 'desc' }] as const;
    const { items, next } = await ledger.list('inbox', { conditions, sort, limit });
    if (output.json) return output.document({ notices: items.map(({ document }) => document) });
    if (items.length === 0) return output.line(all ? 'No notice.' : 'No notice calls for you.');
    output.table(
      ['notice', 'given', 'urgency', 'status', 'about'],
      items.map((notice) => [
        ...[notice.id, cell(notice.document['givenAt']), cell(notice.document['urgency']), stateOf(notice)],
        cell(wordsOf(notice, lang).subjectLine, 80),
      ]),
    );
    if (next !== undefined) output.remark(`There are more: --limit ${limit * 2}.`);
    output.remark('Read one: care inbox read <notice>. Take it on: care inbox acknowledge <notice>.');
  });
};

/** Shows a notice in full, and notes that it was read. */
export const readNotice = async (
  output: Output,
  globals: GlobalOptions,
  id: string,
  { lang }: InLanguage,
): Promise<void> => {
  checkActor(globals);
  await asking(globals, { readOnly: false, purpose: 'care inbox read' }, async (ledger) => {
    await ledger.execute({ name: 'notice.read', id, body: {} });
    const conditions = [parseCondition(`noticeId=${id}`)];
    const [notice] = (await ledger.list('inbox', { conditions, limit: 1 })).items;
    if (notice === undefined) throw notFound(`There is no notice ${id} in this inbox.`, 'List them: care inbox list.');
    if (output.json) return output.document(notice.document);
    const { subjectLine, text } = wordsOf(notice, lang);
    output.line(subjectLine);
    output.line();
    output.line(text);
    if (notice.document['open'] === true) output.remark(`Take it on: care inbox acknowledge ${id}.`);
  });
};

/** Takes on what a notice calls for: an escalation climbs no further. [SLA 10] */
export const acknowledgeNotice = async (output: Output, globals: GlobalOptions, id: string): Promise<void> => {
  checkActor(globals);
  await asking(globals, { readOnly: false, purpose: 'care inbox acknowledge' }, async (ledger) => {
    const { events } = await ledger.execute({ name: 'notice.acknowledge', id, body: {} });
    if (output.json) return output.document({ notice: id, changed: events > 0 });
    output.line(events > 0 ? 'Acknowledged.' : 'Nothing changed: it was acknowledged already.');
  });
};
