import { earlier, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { ClockName, ClockSet, ServedAs, SlaClock, Standing } from './clock.ts';
import type { ClockFact, FactOf } from './clock-facts.ts';
import { observe } from './observing.ts';
import type { Advanced, Observed } from './observing.ts';
import { Taking } from './taking.ts';
import { targetsFor } from './targets.ts';
import type { Policies } from './targets.ts';

const servedAsOf = ({ tier, urgent, complexity }: ServedAs): ServedAs => ({
  ...(tier === undefined ? {} : { tier }),
  urgent,
  complexity,
});

const standingOf = (fact: FactOf<'opened' | 'filed'>, { sla, calendar }: Policies): Standing => ({
  of: fact.kind === 'opened' ? 'case' : 'complaint',
  life: 'open',
  servedAs: servedAsOf(fact),
  cycleStartedAt: fact.at,
  slaVersion: sla.version,
  calendarVersion: calendar.version,
  ...(fact.kind === 'filed' && sla.complaint.startsAt === 'acceptance' ? { startsAtAcceptance: true } : {}),
  waits: [],
  pauses: [],
});

const COMPLAINT_CLOCKS = ['response', 'plan', 'closing'] as const;

const beginComplaint = (taking: Taking): void => {
  for (const name of COMPLAINT_CLOCKS) taking.begin(name, taking.at);
};

/** When a clock would have started that the case ought to have now, whether or not its policy knows it. */
const startsOf = (standing: Standing): readonly (readonly [ClockName, Instant])[] => {
  const { of, life, cycleStartedAt, firstAnsweredAt, lastAnsweredAt, unansweredSince, assignedAt } = standing;
  if (of === 'complaint' || life !== 'open') return [];
  return [
    ...(firstAnsweredAt === undefined ? [['first-response', cycleStartedAt] as const] : []),
    ['resolution', cycleStartedAt],
    ...(firstAnsweredAt !== undefined && unansweredSince !== undefined
      ? [['next-response', later(unansweredSince, cycleStartedAt)] as const]
      : []),
    ...(lastAnsweredAt !== undefined ? [['update', later(lastAnsweredAt, cycleStartedAt)] as const] : []),
    ...(assignedAt !== undefined ? [['internal', later(assignedAt, cycleStartedAt)] as const] : []),
  ];
};

const beginMissing = (taking: Taking): void => {
  for (const [name, startedAt] of startsOf(taking.standing)) taking.begin(name, startedAt);
};

const answered = (taking: Taking): void => {
  const { at } = taking;
  const { standing } = taking;
  taking.change('first-response', (clock) => taking.end(clock, 'met'));
  taking.change('response', (clock) => taking.end(clock, 'met'));
  // An answer that was sent before the message, and entered after it, does not answer it.
  const answers = standing.unansweredSince === undefined || standing.unansweredSince <= at;
  if (answers) taking.change('next-response', (clock) => taking.end(clock, 'met'));
  const { unansweredSince, ...rest } = standing;
  const isLatest = standing.lastAnsweredAt === undefined || standing.lastAnsweredAt <= at;
  taking.standing = {
    ...rest,
    ...(answers || unansweredSince === undefined ? {} : { unansweredSince }),
    firstAnsweredAt: standing.firstAnsweredAt ?? at,
    lastAnsweredAt: isLatest ? at : standing.lastAnsweredAt,
  };
  if (isLatest && standing.of === 'case' && standing.life === 'open') {
    taking.change('update', (clock) => taking.end(clock, 'met'));
    taking.begin('update', at);
  }
};

const customerWrote = (taking: Taking): void => {
  const { at } = taking;
  taking.endWaits();
  const { standing } = taking;
  const { firstAnsweredAt, lastAnsweredAt, unansweredSince } = standing;
  // Before the first answer the first response covers it; one sent before the last answer was answered by that.
  if (firstAnsweredAt === undefined || (lastAnsweredAt !== undefined && at < lastAnsweredAt)) return;
  taking.standing = { ...standing, unansweredSince: unansweredSince ?? at };
  if (standing.of === 'case' && standing.life === 'open')
    taking.begin('next-response', later(at, standing.cycleStartedAt));
};

const solved = (taking: Taking): void => {
  if (taking.standing.life !== 'open') return;
  taking.endWaits();
  for (const name of ['resolution', 'next-response', 'internal'] as const)
    taking.change(name, (clock) => taking.end(clock, 'met'));
  taking.change('update', (clock) => taking.end(clock, 'cancelled'));
  const { unansweredSince: _done, ...rest } = taking.standing;
  taking.standing = { ...rest, life: 'solved' };
};

const closed = (taking: Taking, stops: readonly ClockName[], timeUnknown: boolean): void => {
  // Nobody knows until when a pause lasted: its longest end decides in favour of whoever promised.
  if (!timeUnknown) taking.endWaits();
  taking.changeOpen((clock) => taking.end(clock, stops.includes(clock.clock) ? 'met' : 'cancelled', timeUnknown));
  const { unansweredSince: _done, ...rest } = taking.standing;
  taking.standing = { ...rest, life: 'closed', waits: [] };
};

const reopened = (taking: Taking): void => {
  const { standing, at } = taking;
  if (standing.life === 'open') return;
  const { startsAtAcceptance: _accepted, planSetAt: _plan, assignedAt: _assigned, ...kept } = standing;
  taking.standing = {
    ...kept,
    ...(kept.team === undefined ? {} : { assignedAt: at }),
    life: 'open',
    cycleStartedAt: at,
    pauses: [],
    waits: [],
  };
  if (standing.of === 'complaint') beginComplaint(taking);
  else beginMissing(taking);
};

const servedOtherwise = (taking: Taking, fact: FactOf<'served-otherwise'>): void => {
  const { tier, urgent, complexity, loosenedBy } = fact;
  const before = taking.standing.servedAs;
  const servedAs = servedAsOf({
    tier: tier ?? before.tier,
    urgent: urgent ?? before.urgent,
    complexity: complexity ?? before.complexity,
  });
  taking.standing = { ...taking.standing, servedAs };
  taking.changeOpen((clock) => {
    const promised = targetsFor(clock.clock, servedAs, taking.policies, loosenedBy);
    const kept = loosenedBy === undefined && promised.length > 0 ? clock.targets : [];
    return taking.retarget(clock, [...kept, ...promised], loosenedBy === undefined ? 'served-otherwise' : 'loosened');
  });
  beginMissing(taking);
};

const policiesMoved = (taking: Taking, cause: 'sla' | 'calendar'): void => {
  const { sla, calendar } = taking.policies;
  taking.standing = { ...taking.standing, slaVersion: sla.version, calendarVersion: calendar.version };
  taking.changeOpen((clock) =>
    taking.retarget(
      clock,
      clock.targets.flatMap(({ by, servedAs, loosenedBy }) =>
        targetsFor(clock.clock, servedAs, taking.policies, loosenedBy).filter((target) => target.by === by),
      ),
      cause,
    ),
  );
};

const assigned = (taking: Taking, team: string): void => {
  const { standing, at } = taking;
  if (standing.team === team && standing.assignedAt !== undefined) return;
  taking.change('internal', (clock) => taking.end(clock, 'met'));
  taking.standing = { ...standing, team, assignedAt: at };
  if (standing.life === 'open') taking.begin('internal', at);
};

const waitBegan = (taking: Taking, wait: string): void => {
  const { standing, at } = taking;
  if (standing.life !== 'open') return;
  const known = standing.waits.find((each) => each.wait === wait);
  const since = known === undefined ? at : earlier(known.since, at);
  taking.standing = { ...standing, waits: [...standing.waits.filter((each) => each !== known), { wait, since }] };
  taking.pausesChanged();
};

const take = (taking: Taking, fact: ClockFact): void => {
  switch (fact.kind) {
    case 'opened':
      return beginMissing(taking);
    case 'filed':
      return taking.standing.startsAtAcceptance === true ? undefined : beginComplaint(taking);
    case 'accepted': {
      const { startsAtAcceptance, ...accepted } = taking.standing;
      if (startsAtAcceptance !== true) return;
      taking.standing = accepted;
      return beginComplaint(taking);
    }
    case 'plan-set':
      return taking.change('plan', (clock) => taking.end(clock, 'met'));
    case 'customer-message':
      return customerWrote(taking);
    case 'answered':
      return answered(taking);
    case 'pause-began':
      return waitBegan(taking, fact.wait ?? 'customer');
    case 'pause-ended':
      return taking.endWaits(fact.wait);
    case 'solved':
      return solved(taking);
    case 'closed':
      return closed(taking, ['resolution', 'internal', 'closing'], fact.timeUnknown === true);
    case 'withdrawn':
      return closed(taking, [], false);
    case 'reopened':
      return reopened(taking);
    case 'served-otherwise':
      return servedOtherwise(taking, fact);
    case 'policies-moved':
      return policiesMoved(taking, fact.cause);
    case 'assigned':
      return assigned(taking, fact.team);
  }
};

/**
 * Takes one fact. First everything that had come to pass by then is observed, so a breach that was answered between two looks is
 * still one. Pure: the same facts and policies give the same clocks. [SLA 1, SLA 13]
 *
 * Facts are taken in the order in which they were recorded, each at its own time. One that happened before others already taken
 * (entered late, imported) stops, pauses and resumes at its own time, but undoes nothing: a threshold told, a start and a breach stay.
 * Facts before the opening, a second opening, and facts that change nothing leave the clocks as they are. Policies of other versions
 * than the ones so far are taken as moved at the fact's time.
 */
export const advance = (set: ClockSet, fact: ClockFact, policies: Policies): Advanced => {
  const opens = fact.kind === 'opened' || fact.kind === 'filed';
  if (opens !== (set.standing === undefined))
    return { clocks: set, moved: [], reached: [], missed: [], passedOnChange: [] };
  const standing = set.standing ?? standingOf(fact as FactOf<'opened' | 'filed'>, policies);
  const { sla, calendar } = policies;
  const isMoved = standing.slaVersion !== sla.version || standing.calendarVersion !== calendar.version;
  const cause = standing.slaVersion === sla.version ? 'calendar' : 'sla';
  // The clocks may have stopped long before: an end at an unknown time shows nothing to be late.
  const isUnknown = fact.kind === 'closed' && fact.timeUnknown === true;
  const before =
    isMoved && fact.kind !== 'policies-moved' && !isUnknown
      ? advance(set, { kind: 'policies-moved', at: fact.at, cause }, policies)
      : undefined;
  const start = before?.clocks ?? set;
  const seen: Observed = isUnknown ? { clocks: start, reached: [], missed: [] } : observe(start, fact.at);
  const taking = new Taking(seen.clocks.standing ?? standing, seen.clocks.clocks, fact.at, policies);
  take(taking, fact);
  return {
    clocks: { standing: taking.standing, clocks: taking.clocks },
    moved: [...(before?.moved ?? []), ...taking.moved],
    reached: [...(before?.reached ?? []), ...seen.reached, ...taking.reached],
    missed: [...(before?.missed ?? []), ...seen.missed],
    passedOnChange: [...(before?.passedOnChange ?? []), ...taking.passedOnChange],
  };
};

/** The clocks of `after` that are not as they were in `before`: what a decider records. */
export const changedClocks = (before: ClockSet, after: ClockSet): readonly SlaClock[] =>
  after.clocks.filter((clock) => !before.clocks.includes(clock));

/** Takes the place of the clocks of the same name and cycle: how a recorded change is folded. */
export const withClocks = (set: ClockSet, standing: Standing, changed: readonly SlaClock[]): ClockSet => {
  const isSame = (a: SlaClock) => (b: SlaClock) => a.clock === b.clock && a.cycle === b.cycle;
  return {
    standing,
    clocks: [
      ...set.clocks.map((clock) => changed.find(isSame(clock)) ?? clock),
      ...changed.filter((clock) => !set.clocks.some(isSame(clock))),
    ],
  };
};
