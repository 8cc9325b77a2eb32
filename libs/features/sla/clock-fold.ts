import type { Instant } from '#libs/kernel/instant.ts';
import type { ClockSet, SlaClock } from './clock.ts';
import { withClocks } from './clock-engine.ts';
import type { ClockFact } from './clock-facts.ts';
import type { ClockRecordData, ClockRecordName } from './clock-records.ts';
import { standingAfter } from './standing.ts';

/** The clock after a share of its target was used. */
export const withReached = (
  clock: SlaClock,
  { percent, revision }: Pick<ClockRecordData<'threshold-reached.v1'>, 'percent' | 'revision'>,
  at: Instant,
): SlaClock => ({
  ...clock,
  thresholds: clock.thresholds.filter((threshold) => threshold.percent !== percent),
  reached: [...clock.reached, { percent, at, revision }],
});

/** The clock after its deadline passed. */
export const withMissed = (clock: SlaClock, at: Instant): SlaClock => ({ ...clock, breachedAt: at });

const changedIn = (
  set: ClockSet,
  { clock, cycle }: Pick<SlaClock, 'clock' | 'cycle'>,
  change: (clock: SlaClock) => SlaClock,
): ClockSet => ({
  ...set,
  clocks: set.clocks.map((each) => (each.clock === clock && each.cycle === cycle ? change(each) : each)),
});

interface Recorded {
  readonly type: string;
  readonly occurredAt: Instant;
  readonly data: unknown;
}

/**
 * The clocks after an event of a case or complaint: what is known of it follows from its facts (`fact`: what the event means for
 * clocks), the clocks themselves are recorded. [SLA 1]
 */
export const clocksAfter = (before: ClockSet, event: Recorded, fact: ClockFact | undefined): ClockSet => {
  if (fact !== undefined) {
    const standing = standingAfter(before.standing, fact);
    return standing === undefined || standing === before.standing ? before : { ...before, standing };
  }
  const { type, data, occurredAt } = event;
  switch (type.slice(type.indexOf('.') + 1) as ClockRecordName) {
    case 'clocks-judged.v1': {
      const { slaVersion, calendarVersion, clocks } = data as ClockRecordData<'clocks-judged.v1'>;
      return withClocks(before, { slaVersion, calendarVersion }, clocks);
    }
    case 'threshold-reached.v1': {
      const reached = data as ClockRecordData<'threshold-reached.v1'>;
      return changedIn(before, reached, (clock) => withReached(clock, reached, occurredAt));
    }
    case 'deadline-missed.v1':
      return changedIn(before, data as ClockRecordData<'deadline-missed.v1'>, (clock) => withMissed(clock, occurredAt));
    default:
      return before;
  }
};
