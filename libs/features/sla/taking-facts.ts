import { later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { COMPLAINT_CLOCKS } from './clock.ts';
import type { ClockName, Standing } from './clock.ts';
import type { ClockFact, FactOf } from './clock-facts.ts';
import { answersAll, asksForAnswer, isLatestAnswer, isWithTeam } from './standing.ts';
import type { Taking } from './taking.ts';
import { targetsFor } from './targets.ts';

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
  const { at, before } = taking;
  taking.change('first-response', (clock) => taking.end(clock, 'met'));
  taking.change('response', (clock) => taking.end(clock, 'met'));
  if (answersAll(before, at)) taking.change('next-response', (clock) => taking.end(clock, 'met'));
  if (isLatestAnswer(before, at) && before.of === 'case' && before.life === 'open') {
    taking.change('update', (clock) => taking.end(clock, 'met'));
    taking.begin('update', at);
  }
};

const customerWrote = (taking: Taking): void => {
  const { at, before } = taking;
  taking.pausesChanged();
  if (asksForAnswer(before, at) && before.of === 'case' && before.life === 'open')
    taking.begin('next-response', later(at, before.cycleStartedAt));
};

const solved = (taking: Taking): void => {
  if (taking.before.life !== 'open') return;
  taking.pausesChanged();
  for (const name of ['resolution', 'next-response', 'internal'] as const)
    taking.change(name, (clock) => taking.end(clock, 'met'));
  taking.change('update', (clock) => taking.end(clock, 'cancelled'));
};

const closed = (taking: Taking, stops: readonly ClockName[], timeUnknown: boolean): void => {
  if (!timeUnknown) taking.pausesChanged();
  taking.changeOpen((clock) => taking.end(clock, stops.includes(clock.clock) ? 'met' : 'cancelled', timeUnknown));
};

const reopened = (taking: Taking): void => {
  if (taking.before.life === 'open') return;
  if (taking.before.of === 'complaint') beginComplaint(taking);
  else beginMissing(taking);
};

/** Acceptance starts the clocks of a complaint whose receipt did not. */
const accepted = (taking: Taking): void => {
  if (taking.clocks.length === 0) beginComplaint(taking);
};

const servedOtherwise = (taking: Taking, { loosenedBy }: FactOf<'served-otherwise'>): void => {
  const { servedAs } = taking.standing;
  taking.changeOpen((clock) => {
    const promised = targetsFor(clock.clock, servedAs, taking.policies, loosenedBy);
    const kept = loosenedBy === undefined && promised.length > 0 ? clock.targets : [];
    return taking.retarget(clock, [...kept, ...promised], loosenedBy === undefined ? 'served-otherwise' : 'loosened');
  });
  beginMissing(taking);
};

const policiesMoved = (taking: Taking, cause: 'sla' | 'calendar'): void => {
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
  const { before, at } = taking;
  if (isWithTeam(before, team)) return;
  taking.change('internal', (clock) => taking.end(clock, 'met'));
  if (before.life === 'open') taking.begin('internal', at);
};

/** What one fact does to the clocks. */
export const take = (taking: Taking, fact: ClockFact): void => {
  switch (fact.kind) {
    case 'opened':
      return beginMissing(taking);
    case 'filed':
      return taking.policies.sla.complaint.startsAt === 'acceptance' ? undefined : beginComplaint(taking);
    case 'accepted':
      return accepted(taking);
    case 'plan-set':
      return taking.change('plan', (clock) => taking.end(clock, 'met'));
    case 'customer-message':
      return customerWrote(taking);
    case 'answered':
      return answered(taking);
    case 'pause-began':
    case 'pause-ended':
      return taking.pausesChanged();
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
