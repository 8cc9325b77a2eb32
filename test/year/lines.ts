import type { Told } from './expected-climb.ts';
import type { ExpectedMessage } from './expected-messages.ts';
import type { ExpectedNotice } from './expected-notices.ts';
import type { Recipient } from './expected-people.ts';
import type { Track } from './story.ts';

// What is compared, as one line each: what the oracle expects and what the ledger recorded are written alike.

const wall = (at: number): string => new Date(at).toISOString();
const trackOf = (of: Track | undefined, round = 1): string =>
  of === undefined ? '' : of === 'emergency' ? `emergency/${round}` : `${of.clock}.${of.cycle}`;
const join = (...parts: readonly (string | number | boolean | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');

const recipientLine = ({ rule, original = '-', reached = '-', how }: Recipient): string =>
  `${rule}:${original}>${reached}(${how})`;

/** Matter, level, moment, reason, and whom each rule meant, who was reached instead and how. */
export const toldLine = (told: Told): string => {
  const { at, matter, of, round, fact, level, because, by, percent, revision, recipients, channels } = told;
  return join(
    ...[wall(at), matter, trackOf(of, round), fact, level, because, by],
    ...[percent === undefined ? undefined : `${percent}%`, revision === undefined ? undefined : `rev${revision}`],
    recipients?.map(recipientLine).join(','),
    channels?.join('+'),
    told.acknowledgement === true ? 'to-acknowledge' : undefined,
    fact === 'begun' && told.drill === true ? 'drill' : undefined,
    fact === 'begun' || fact === 'reminded' || fact === 'told-of-change'
      ? `${told.tier ?? 'no-class'}${told.urgent ? ' urgent' : ''}`
      : undefined,
  );
};

/** Whom, about what, why; without what hangs on when it was given. */
export const noticeContent = (notice: Omit<ExpectedNotice, 'at' | 'deliverAt' | 'timing'>): string => {
  const { recipient, template, cause, about, of, round, level, percent, problem, standsInFor, drill } = notice;
  return join(
    ...[recipient, template, cause, about, trackOf(of, round), level],
    ...[percent === undefined ? undefined : `${percent}%`, problem],
    standsInFor === undefined ? undefined : `for ${standsInFor}`,
    drill === true ? 'drill' : undefined,
    ...[notice.urgency, notice.classA ? 'A' : undefined, notice.channels.join('+')],
    notice.needsAcknowledgement ? 'to-acknowledge' : undefined,
    notice.count === undefined ? undefined : `${notice.count} since ${wall(notice.since!)}`,
  );
};
/** The same with when it was given, when it may go out, and why then. */
export const noticeLine = (notice: ExpectedNotice): string =>
  join(wall(notice.at), noticeContent(notice), wall(notice.deliverAt), notice.timing);

/** One channel's copy: when, to whom, which notices it tells, and what became of it. */
export const messageLine = (
  { at, recipient, notices }: Omit<ExpectedMessage, 'channels'>,
  channel: string,
  end: string,
): string => join(wall(at), recipient, channel, end, `[${notices.map(noticeContent).sort().join(' | ')}]`);
