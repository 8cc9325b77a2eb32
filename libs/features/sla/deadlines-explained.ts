import {
  calendarPolicies,
  CALENDAR_POLICY_ID,
  SLA_POLICY_ID,
  slaPolicies,
} from '#libs/features/policy/policy.events.ts';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Moment } from '#libs/kernel/moment.ts';
import type { ClockSet } from './clock.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { policiesOf } from './judging.ts';
import type { PolicyVersions } from './judging.ts';
import { reading } from './reading.ts';
import type { Reading } from './reading.ts';

/** A deadline and how it comes about. [SLA 15] */
export interface ExplainedDeadline {
  readonly explanation: Explanation;
  readonly reading: Reading;
  readonly stoppedAt?: Instant;
}

export interface ExplainedDeadlines {
  readonly stream: string;
  readonly reference: string;
  /** In the order in which the clocks started; finished ones are explained by what they were judged by. */
  readonly deadlines: readonly ExplainedDeadline[];
}

/** What is asked of a ledger: states of aggregates, as they stand or stood; undefined: there was no event. */
interface Asked {
  now(): Instant;
  stateOf(
    stream: string,
    viewer: { readonly actor: Actor },
    moment?: Moment,
  ): Promise<{ readonly state: JsonValue } | undefined>;
}

/** As they are now: they hold every version there was. */
const versionsIn = async (ledger: Asked): Promise<PolicyVersions> => {
  const viewer = { actor: LEDGER };
  const [sla, calendar] = await Promise.all([
    ledger.stateOf(streamOf('policy', SLA_POLICY_ID), viewer),
    ledger.stateOf(streamOf('policy', CALENDAR_POLICY_ID), viewer),
  ]);
  // The views that others have of policies are the aggregates' own states.
  return {
    sla: (sla?.state ?? slaPolicies.initial) as PolicyVersions['sla'],
    calendar: (calendar?.state ?? calendarPolicies.initial) as PolicyVersions['calendar'],
  };
};

/**
 * Explains every deadline of a case or complaint (`service-case-<id>`, `complaint-<id>`), now or at a moment, to whoever may read its
 * state. Undefined: there is no such stream, or nothing in it has clocks.
 */
export const explainDeadlines = async (
  ledger: Asked,
  stream: string,
  viewer: { readonly actor: Actor },
  moment: Moment = {},
): Promise<ExplainedDeadlines | undefined> => {
  const found = await ledger.stateOf(stream, viewer, moment);
  const state = found?.state as { readonly reference?: string; readonly clocks?: ClockSet } | undefined;
  if (state?.clocks?.clocks === undefined) return undefined;
  const versions = await versionsIn(ledger);
  const now = moment.asAt ?? moment.asOf ?? ledger.now();
  return {
    stream,
    reference: state.reference ?? stream,
    deadlines: state.clocks.clocks.map((clock) => {
      const policies = policiesOf(versions, clock.targets[clock.governedBy]!);
      return {
        explanation: explain(clock, policies),
        reading: reading(clock, now, policies),
        ...(clock.stoppedAt === undefined ? {} : { stoppedAt: clock.stoppedAt }),
      };
    }),
  };
};
