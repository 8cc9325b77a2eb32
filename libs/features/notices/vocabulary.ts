import { NOTICE_CHANNELS } from '#libs/features/policy/policy.events.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';

/** Why somebody is told. */
export const NOTICE_CAUSES = ['deadline', 'escalation', 'crisis', 'operations', 'digest'] as const;
export type NoticeCause = (typeof NOTICE_CAUSES)[number];

/** What a notice can be about; `inbox`: several matters at once. */
export const NOTICE_SUBJECTS = ['service-case', 'complaint', 'customer', 'user', 'team', 'delivery', 'inbox'] as const;
export type About = { readonly kind: (typeof NOTICE_SUBJECTS)[number]; readonly id: string };

export const URGENCIES = ['crisis', 'urgent', 'ordinary'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** What a notice says; its words are in `wording.ts`. */
export const NOTICE_TEMPLATES = [
  'deadline-near',
  'deadline-missed',
  'passed-on-change',
  'escalation-call',
  'crisis-call',
  'acknowledgement-asked',
  'no-progress',
  'operator-alert',
  'digest',
] as const;
export type NoticeTemplate = (typeof NOTICE_TEMPLATES)[number];

/** What operators are told of. */
export const PROBLEMS = [
  'empty-roster',
  'nobody-found',
  'deputy-cycle',
  'channel-stopped',
  'ladder-exhausted',
] as const;

/** The ways out of the ledger. The inbox is none: every notice stands in it. */
export const OUTWARD_CHANNELS = ['smtp', 'webhook', 'wecom', 'dingtalk', 'feishu'] as const satisfies NoticeChannel[];
export type OutwardChannel = (typeof OUTWARD_CHANNELS)[number];
/** Those that a ladder can name. */
export const CHANNELS = NOTICE_CHANNELS;
export type NoticeChannel = (typeof CHANNELS)[number];

/** Why a notice goes out when it does. [SLA 12] */
export const TIMINGS = ['at-once', 'grouped', 'after-quiet-hours', 'in-own-hours'] as const;
export type Timing = (typeof TIMINGS)[number];

/** Why a message is a dead letter: nothing was, or will be, sent until an operator replays it. */
export const DEAD_LETTER_CAUSES = ['no-address', 'channel-stopped', 'refused', 'given-up'] as const;
export type DeadLetterCause = (typeof DEAD_LETTER_CAUSES)[number];

/** The recipient that all operators are together: what concerns nobody else goes here, never into the void. */
export const OPERATORS = 'role:operator';

/** The id of the notice that a recipient gets under a key of the sender: given twice, it is the same notice. [SLA 14] */
export const noticeIdFor = (recipientId: string, key: string): string => deriveId('notice', `${recipientId}/${key}`);

/** The id of the message that begins with this notice, on one channel: what receivers tell repeats by. [SLA 14] */
export const deliveryIdFor = (firstNoticeId: string, channel: OutwardChannel): string =>
  deriveId('delivery', `${firstNoticeId}/${channel}`);
