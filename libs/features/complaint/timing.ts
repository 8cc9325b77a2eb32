import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { ClockFacts, ClockTarget, ComplaintPolicy } from './clocks.ts';
import { DEFAULT_COMPLAINT_POLICY, targetsOf, tightened } from './clocks.ts';
import type { DataOf, NewComplaintEvent } from './complaint.events.ts';
import { happened } from './complaint.events.ts';
import type { OpenComplaint } from './complaint.state.ts';
import type { Severity } from './vocabulary.ts';
import { isUrgent } from './vocabulary.ts';

type Because = DataOf<'clocks-set'>['because'];

/** What the deadlines follow from. */
export interface Timing {
  readonly cycle: number;
  readonly tier?: 'A' | 'B' | 'C';
  readonly severity: Severity;
}

/** The policy in force; the default as long as nothing else is published. */
export const policyIn = ({ consulted }: DecisionContext): ComplaintPolicy =>
  (consulted['complaintPolicy'] as ComplaintPolicy | undefined) ?? DEFAULT_COMPLAINT_POLICY;

const factsOf = ({ tier, severity }: Timing, startedAt: Instant): ClockFacts => ({
  startedAt,
  ...(tier === undefined ? {} : { tier }),
  urgent: isUrgent(severity),
});

const setEvent = (
  { cycle, tier, severity }: Timing,
  clocks: readonly ClockTarget[],
  because: Because,
  policy: ComplaintPolicy,
  occurredAt?: Instant,
): NewComplaintEvent =>
  happened(
    'clocks-set',
    {
      ...{ cycle, clocks: [...clocks], because, urgent: isUrgent(severity), policyVersion: policy.version },
      ...(tier === undefined ? {} : { tier }),
    },
    {
      policyVersions: { complaint: policy.version },
      ...(occurredAt === undefined ? {} : { occurredAt }),
    },
  );

/** Both clocks of a cycle start. [B3] */
export const clocksStarted = (
  timing: Timing,
  startedAt: Instant,
  because: 'filed' | 'accepted' | 'reopened',
  policy: ComplaintPolicy,
  occurredAt?: Instant,
): NewComplaintEvent => setEvent(timing, targetsOf(factsOf(timing, startedAt), policy), because, policy, occurredAt);

/**
 * New facts may tighten the clocks that run: the start stays, finished clocks never change, and a deadline that does not
 * get earlier stays as it was. Nothing where nothing moves. [SLA 4]
 */
export const clocksMoved = (
  complaint: OpenComplaint,
  because: 'customer-identified' | 'severity-changed',
  { now, ...context }: DecisionContext,
): readonly NewComplaintEvent[] => {
  const policy = policyIn({ now, ...context });
  const isFinished = ({ clock }: ClockTarget) =>
    (clock === 'response' ? complaint.firstAnswerAt : complaint.planSetAt) !== undefined;
  const clocks = complaint.clocks.map((before) => {
    const next = targetsOf(factsOf(complaint, before.startedAt), policy).find(({ clock }) => clock === before.clock);
    return next === undefined || isFinished(before) ? before : tightened(before, next, now);
  });
  return clocks.every((clock) => complaint.clocks.includes(clock))
    ? []
    : [setEvent(complaint, clocks, because, policy)];
};
