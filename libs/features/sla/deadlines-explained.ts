import {
  calendarPolicies,
  CALENDAR_POLICY_ID,
  SLA_POLICY_ID,
  slaPolicies,
} from '#libs/features/policy/policy.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
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

/** The state of a stream's aggregate, as it stands or stood; undefined: it had no event. */
type StateOf = (stream: string) => Promise<{ readonly state: JsonValue } | undefined>;

const versionsIn = async (policyStateOf: StateOf): Promise<PolicyVersions> => {
  const [sla, calendar] = await Promise.all([
    policyStateOf(`policy-${SLA_POLICY_ID}`),
    policyStateOf(`policy-${CALENDAR_POLICY_ID}`),
  ]);
  // The views that others have of policies are the aggregates' own states.
  return {
    sla: (sla?.state ?? slaPolicies.initial) as PolicyVersions['sla'],
    calendar: (calendar?.state ?? calendarPolicies.initial) as PolicyVersions['calendar'],
  };
};

/**
 * Explains every deadline of a case or complaint (`service-case-<id>`, `complaint-<id>`) as of `now`. Undefined: there is no such
 * stream, or nothing in it has clocks. `policyStateOf` must see the policies as they are now: they hold every version there was.
 */
export const explainDeadlines = async (
  stream: string,
  now: Instant,
  stateOf: StateOf,
  policyStateOf: StateOf,
): Promise<ExplainedDeadlines | undefined> => {
  const state = (await stateOf(stream))?.state as
    { readonly reference?: string; readonly clocks?: ClockSet } | undefined;
  if (state?.clocks?.clocks === undefined) return undefined;
  const versions = await versionsIn(policyStateOf);
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
