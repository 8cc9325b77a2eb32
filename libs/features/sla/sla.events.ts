// The feature's public face. It has no events of its own: clocks stand in the events of what they are about.
export { CASE_CLOCKS, COMPLAINT_CLOCKS, isOpen, isPastDeadline, NEVER_DUE, NO_CLOCKS } from './clock.ts';
export type {
  ClockName,
  ClockSet,
  ClockTarget,
  JudgedBy,
  Outcome,
  Pause,
  ServedAs,
  SlaClock,
  Standing,
  Threshold,
} from './clock.ts';
export type { ClockFact, FactOf } from './clock-facts.ts';
export { advance, changedClocks, withClocks } from './clock-engine.ts';
export { standingAfter } from './standing.ts';
export { nextMomentOf, observe } from './observing.ts';
export type {
  Advanced,
  DeadlineMissed,
  DeadlineMoved,
  MoveCause,
  Observed,
  PassedOnChange,
  ThresholdReached,
} from './observing.ts';
export { ruleFor } from './targets.ts';
export type { Policies } from './targets.ts';
export { reading, standingOf } from './reading.ts';
export type { Reading } from './reading.ts';
export { businessTimeOf } from './business-time.ts';
export type { BusinessTime } from './business-time.ts';
export { explain } from './explain.ts';
export type { ExplainedSegment, Explanation, Why } from './explanation.ts';
export { clockRecordsOf } from './clock-records.ts';
export type { ClockRecord, ClockRecordData, Promised } from './clock-records.ts';
export { promisedBy } from './promised.ts';
export { clocksAfter, withMissed, withReached } from './clock-fold.ts';
export { clocksKnownAfter, knownAt, knownClockKey } from './known-clocks.ts';
export type { KnownClock, KnownClocks } from './known-clocks.ts';
export { policiesAt, policiesOf, policyVersionsIn } from './judging.ts';
export type { ClockOwner, PolicyVersions } from './judging.ts';
export { judgedCommands } from './judged-commands.ts';
export type { Clocked } from './judged-commands.ts';
export { graceOver } from './reopening.ts';
export { clockTerms, stateTerms, withClockTerms } from './terms.ts';
export { explainDeadlines } from './deadlines-explained.ts';
export type { ExplainedDeadline, ExplainedDeadlines } from './deadlines-explained.ts';
export {
  clockInKey,
  clockRowKeys,
  clockRowStreams,
  FACTS_BEHIND_CLOCKS,
  NOT_IN_CLOCK_ROWS,
  ownerFolds,
  stateAsRecorded,
} from './clock-rows.ts';
