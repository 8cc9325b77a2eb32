import { existsSync } from 'node:fs';
import { folderPaths } from '#libs/adapters/data-folder/data-folder.ts';
import { verifyAccessLog } from '#libs/adapters/access-log-sqlite/verify-access-log.ts';
import { momentInWords } from '#libs/kernel/terms.ts';
import type { AccessLogHead, AccessPage, ChainedAccessRecord } from '#libs/ports/access-log.ts';
import { asking } from '../asking.ts';
import type { GlobalOptions } from '../global-options.ts';
import { parseMoment } from '../moments.ts';
import type { Output } from '../output.ts';
import { EXIT, notFound, wrongUsage } from '../problem.ts';
import type { ExitCode } from '../problem.ts';

export interface AccessOptions {
  readonly subject?: string;
  readonly actor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

const PAGE = 1_000;

const inWords = ({ what }: ChainedAccessRecord): string => `${what.kind} ${what.of}`;
const namedSubjects = ({ subjects }: ChainedAccessRecord): string =>
  subjects.length <= 3 ? subjects.join(', ') : `${subjects.slice(0, 2).join(', ')} and ${subjects.length - 2} more`;

/** Who saw whose personal values, the oldest first. [G2] */
export const listAccesses = async (
  output: Output,
  globals: GlobalOptions,
  { subject, actor, from, to, limit }: AccessOptions,
): Promise<void> => {
  const query = {
    ...(subject === undefined ? {} : { subject }),
    ...(actor === undefined ? {} : { actor }),
    ...(from === undefined ? {} : { from: parseMoment(from, '--from') }),
    ...(to === undefined ? {} : { to: parseMoment(to, '--to') }),
  };
  await asking(globals, { readOnly: true, purpose: 'care access list' }, async (ledger) => {
    const records: ChainedAccessRecord[] = [];
    let after = 0;
    for (;;) {
      const page: AccessPage = await ledger.accesses({
        ...query,
        after,
        limit: Math.min(PAGE, limit - records.length),
      });
      records.push(...page.records);
      if (page.next === undefined || records.length >= limit) break;
      after = page.next;
    }
    if (output.json) return output.document({ records });
    output.table(
      ['', 'at', 'who', 'purpose', 'what', 'of whom', 'values'],
      records.map((each) => [
        String(each.number),
        momentInWords(each.at),
        each.actor,
        each.purpose ?? '(none)',
        inWords(each),
        namedSubjects(each),
        String(each.values),
      ]),
    );
  });
};

const headIn = (text: string): AccessLogHead => {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (hash === undefined)
    throw wrongUsage(`--head ${text} is no head of access records.`, 'Give what care access verify said: NUMBER:HASH.');
  return { number: Number(number), hash };
};

/** Exit code 1 where a record was changed, removed or slipped in. Works beside a running server and on copies. */
export const verifyAccesses = async (
  output: Output,
  globals: GlobalOptions,
  { head }: { readonly head?: string },
): Promise<ExitCode> => {
  if (!existsSync(globals.data)) throw notFound(`There is no folder ${globals.data}.`, 'Name it with --data.');
  const verified = verifyAccessLog(folderPaths(globals.data).access, head === undefined ? undefined : headIn(head));
  const { broken, records } = verified;
  if (output.json) output.document({ verified: broken === undefined, ...verified });
  else if (broken !== undefined) output.line(`Broken at record ${broken.number}: ${broken.message}`);
  else {
    output.line(`${records} access records stand as they were written.`);
    output.line(`Head: ${verified.head.number}:${verified.head.hash}`);
    if (head === undefined)
      output.remark('Keep the head elsewhere: with --head, a log that was cut short or made up anew is found out too.');
  }
  return broken === undefined ? EXIT.done : EXIT.failed;
};
