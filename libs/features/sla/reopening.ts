import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import { minutesBetween } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { policiesAt, policyVersionsIn } from './judging.ts';

const MINUTES_OF_DAY = 1_440;

/**
 * The time of grace in which a case or complaint may be opened again, in words (`7 days`), once it is over; afterwards a new one
 * follows the old. Needs the policies among what was consulted. [SLA 5]
 */
export const graceOver = (
  endedAt: Instant,
  context: Pick<DecisionContext, 'now' | 'consulted'>,
): string | undefined => {
  const { now } = context;
  const { reopenGraceMinutes } = policiesAt(policyVersionsIn(context), now).sla;
  return minutesBetween(endedAt, now) > reopenGraceMinutes
    ? `${Number((reopenGraceMinutes / MINUTES_OF_DAY).toFixed(2))} days`
    : undefined;
};
