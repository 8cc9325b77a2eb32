import { existsSync } from 'node:fs';
import { NO_ACCESS_RECORD } from '#libs/ports/access-log.ts';
import type { AccessLogHead, ChainedAccessRecord } from '#libs/ports/access-log.ts';
import { AccessFile, hashOf } from './access-file.ts';
import type { Link } from './access-file.ts';

export interface AccessVerification {
  /** Records that were looked at. */
  readonly records: number;
  readonly head: AccessLogHead;
  /** The first link that does not hold; nothing after it is proven. */
  readonly broken?: { readonly number: number; readonly message: string };
}

const faultOf = (file: AccessFile, link: Link, before: AccessLogHead): string | undefined => {
  const { number, content, hash } = link;
  if (number !== before.number + 1)
    return `Between the records ${before.number} and ${number}, ${number - before.number - 1} are missing.`;
  if (hashOf(content) !== hash) return `Record ${number} is not what was written: its hash is another.`;
  let record: Omit<ChainedAccessRecord, 'hash'>;
  try {
    record = JSON.parse(content) as typeof record;
  } catch {
    return `Record ${number} cannot be read.`;
  }
  if (record.previous !== before.hash || record.number !== number)
    return `Record ${number} does not follow the one before: one of them was exchanged.`;
  if (record.actor !== link.actor || Date.parse(record.at) !== link.atMs)
    return `Record ${number} is filed under another actor or time than it holds.`;
  if (file.subjectsOf(number).join('\n') !== [...record.subjects].sort().join('\n'))
    return `Record ${number} is filed under other subjects than it names: whoever looks for one of them would miss it.`;
  return undefined;
};

/**
 * Walks the chain from its beginning, on the calling thread, beside whoever writes. `kept`: a head from elsewhere, against
 * which a log that was cut short or made up anew is found out.
 */
export const verifyAccessLog = (file: string, kept?: AccessLogHead): AccessVerification => {
  let head: AccessLogHead = { number: 0, hash: NO_ACCESS_RECORD };
  const brokenAt = (number: number, message: string) => ({ records: head.number, head, broken: { number, message } });
  if (existsSync(file)) {
    const log = new AccessFile(file, { readOnly: true });
    try {
      for (const link of log.links()) {
        const fault = faultOf(log, link, head);
        if (fault !== undefined) return brokenAt(head.number + 1, fault);
        head = { number: link.number, hash: link.hash };
        if (kept?.number === link.number && kept.hash !== link.hash)
          return brokenAt(link.number, `Record ${link.number} is another than the one whose hash was kept.`);
      }
    } finally {
      log.close();
    }
  }
  if (kept !== undefined && kept.number > head.number)
    return brokenAt(
      head.number + 1,
      `The log ends with record ${head.number}, though record ${kept.number} was there when its hash was kept.`,
    );
  return { records: head.number, head };
};
