import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { invalid } from '#libs/kernel/rejection.ts';
import type { NewComplaintEvent } from './complaint.events.ts';
import { happened } from './complaint.events.ts';
import type { Complaint } from './complaint.state.ts';
import type { ComplaintCommands, ComplaintDecision } from './deciding.ts';
import { reserveReference } from './intake.ts';
import { isOpen } from './rules.ts';
import type { Channel, Severity } from './vocabulary.ts';

/**
 * The body of `complaint.import`: one complaint of a source, its complainant unidentified. Send it with an id derived from
 * the source's key. Sent again it adds only what the source has learnt since: that it is closed, and its verdict.
 */
export interface ImportComplaint {
  /** The source's reference, unique. */
  readonly reference: string;
  readonly channel: Channel;
  /** In the source's own words. */
  readonly category: string;
  readonly product?: string;
  readonly issue?: string;
  /** `moderate` where the source has none. */
  readonly severity?: Severity;
  readonly filedAt: Instant;
  /** May be before or after `filedAt`: the source's clocks are not argued with. */
  readonly acceptedAt?: Instant;
  /** How the source ended it, when is not known; absent: it is still open. */
  readonly outcome?: string;
  /** Whether the source holds the response to be timely. */
  readonly timely?: boolean;
}

const received = (command: ImportComplaint): NewComplaintEvent[] => {
  const { reference, channel, category, product, issue, severity = 'moderate', filedAt, acceptedAt } = command;
  return [
    happened(
      'filed',
      {
        ...{ reference, channel, category, severity, filedBy: 'customer' },
        ...(product === undefined ? {} : { product }),
        ...(issue === undefined ? {} : { issue }),
      },
      { occurredAt: filedAt },
    ),
    ...(acceptedAt === undefined ? [] : [happened('accepted', { steps: [] }, { occurredAt: acceptedAt })]),
  ];
};

const importComplaint = (
  command: ImportComplaint,
  complaint: Complaint,
  context: DecisionContext,
): ComplaintDecision => {
  const { outcome, timely, filedAt } = command;
  const { now } = context;
  if (filedAt > now)
    return invalid(
      'complaint.in-the-future',
      `It is ${now}: a complaint filed at ${filedAt} is not there yet.`,
      'filedAt',
    );
  const isNew = complaint.status === 'unknown';
  const verdict = timely === undefined ? undefined : timely ? 'timely' : 'late';
  return [
    ...(isNew ? received(command) : []),
    ...(outcome !== undefined && (isNew || isOpen(complaint))
      ? [happened('closed', { outcome, timeUnknown: true })]
      : []),
    ...(verdict === undefined || (!isNew && complaint.sourceVerdict === verdict)
      ? []
      : [happened('source-verdict-recorded', { verdict })]),
  ];
};

export const complaintImport: ComplaintCommands = {
  'complaint.import': {
    decide: importComplaint,
    summary: 'Import a complaint',
    source: 'import',
    roles: ['service', 'operator'],
    creates: true,
    internal: true,
    commutative: true,
    reserves: reserveReference,
  },
};
