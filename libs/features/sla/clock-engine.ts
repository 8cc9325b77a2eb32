import type { ClockSet, JudgedBy, SlaClock } from './clock.ts';
import type { ClockFact } from './clock-facts.ts';
import { observe } from './observing.ts';
import type { Advanced, Observed } from './observing.ts';
import { standingAfter } from './standing.ts';
import { Taking } from './taking.ts';
import { take } from './taking-facts.ts';
import type { Policies } from './targets.ts';

/**
 * Takes one fact. First everything that had come to pass by then is observed, so a breach that was answered between two looks is
 * still one. Pure: the same facts and policies give the same clocks. [SLA 1, SLA 13]
 *
 * Facts are taken in the order in which they were recorded, each at its own time. One that happened before others already taken
 * (entered late, imported) stops, pauses and resumes at its own time, but undoes nothing: a threshold told, a start and a breach stay.
 * Facts before the opening, a second opening, and facts that change nothing leave the clocks as they are. Policies of other versions
 * than the ones so far are taken as moved at the fact's time.
 *
 * `endsUnknown`: the source says that all ended, not when. Clocks may have stopped long before: nothing is shown to be late.
 */
export const advance = (
  set: ClockSet,
  fact: ClockFact,
  policies: Policies,
  { endsUnknown = fact.kind === 'closed' && fact.timeUnknown === true }: { readonly endsUnknown?: boolean } = {},
): Advanced => {
  const opens = fact.kind === 'opened' || fact.kind === 'filed';
  const after = standingAfter(set.standing, fact);
  if (after === undefined || (opens && set.standing !== undefined))
    return { clocks: set, moved: [], reached: [], missed: [], passedOnChange: [] };
  const judgedBy = { slaVersion: policies.sla.version, calendarVersion: policies.calendar.version };
  const { slaVersion, calendarVersion } = set.judgedBy ?? judgedBy;
  const isMoved = slaVersion !== judgedBy.slaVersion || calendarVersion !== judgedBy.calendarVersion;
  const cause = slaVersion === judgedBy.slaVersion ? 'calendar' : 'sla';
  const moved =
    isMoved && fact.kind !== 'policies-moved' && !endsUnknown
      ? advance(set, { kind: 'policies-moved', at: fact.at, cause }, policies)
      : undefined;
  const start = moved?.clocks ?? set;
  const seen: Observed = endsUnknown ? { clocks: start, reached: [], missed: [] } : observe(start, fact.at);
  const taking = new Taking([set.standing ?? after, after], seen.clocks.clocks, fact.at, policies);
  take(taking, fact);
  return {
    clocks: { standing: after, judgedBy, clocks: taking.clocks },
    moved: [...(moved?.moved ?? []), ...taking.moved],
    reached: [...(moved?.reached ?? []), ...seen.reached, ...taking.reached],
    missed: [...(moved?.missed ?? []), ...seen.missed, ...taking.missed],
    passedOnChange: [...(moved?.passedOnChange ?? []), ...taking.passedOnChange],
  };
};

/** The clocks of `after` that are not as they were in `before`: what a decider records. */
export const changedClocks = (before: ClockSet, after: ClockSet): readonly SlaClock[] =>
  after.clocks.filter((clock) => !before.clocks.includes(clock));

/** Takes the place of the clocks of the same name and cycle: how a recorded change is folded. */
export const withClocks = (set: ClockSet, judgedBy: JudgedBy, changed: readonly SlaClock[]): ClockSet => {
  const isSame = (a: SlaClock) => (b: SlaClock) => a.clock === b.clock && a.cycle === b.cycle;
  return {
    ...set,
    judgedBy,
    clocks: [
      ...set.clocks.map((clock) => changed.find(isSame(clock)) ?? clock),
      ...changed.filter((clock) => !set.clocks.some(isSame(clock))),
    ],
  };
};
