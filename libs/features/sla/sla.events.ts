// The feature's public face. It has no events of its own: clocks stand in the events of what they are about.
export { isOpen, isPastDeadline, NEVER_DUE, NO_CLOCKS } from './clock.ts';
export type {
  ClockName,
  ClockSet,
  ClockTarget,
  Outcome,
  Pause,
  ServedAs,
  SlaClock,
  Standing,
  Threshold,
} from './clock.ts';
export type { ClockFact, FactOf } from './clock-facts.ts';
export { advance, changedClocks, withClocks } from './clock-engine.ts';
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
