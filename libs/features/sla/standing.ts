import { earlier } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { ServedAs, Standing } from './clock.ts';
import type { ClockFact, FactOf } from './clock-facts.ts';
import { pausesJoined } from './clock-pauses.ts';

const servedAsOf = ({ tier, urgent, complexity }: ServedAs): ServedAs => ({
  ...(tier === undefined ? {} : { tier }),
  urgent,
  complexity,
});

const opened = (fact: FactOf<'opened' | 'filed'>): Standing => ({
  of: fact.kind === 'opened' ? 'case' : 'complaint',
  life: 'open',
  servedAs: servedAsOf(fact),
  cycleStartedAt: fact.at,
  waits: [],
  pauses: [],
});

/** An answer that was sent before the message, and entered after it, does not answer it. */
export const answersAll = ({ unansweredSince }: Standing, at: Instant): boolean =>
  unansweredSince === undefined || unansweredSince <= at;
export const isLatestAnswer = ({ lastAnsweredAt }: Standing, at: Instant): boolean =>
  lastAnsweredAt === undefined || lastAnsweredAt <= at;
/** Before the first answer the first response covers it; one sent before the last answer was answered by that. */
export const asksForAnswer = ({ firstAnsweredAt, lastAnsweredAt }: Standing, at: Instant): boolean =>
  firstAnsweredAt !== undefined && (lastAnsweredAt === undefined || at >= lastAnsweredAt);
export const isWithTeam = (standing: Standing, team: string): boolean =>
  standing.team === team && standing.assignedAt !== undefined;

const answered = (standing: Standing, at: Instant): Standing => {
  const { unansweredSince, ...rest } = standing;
  return {
    ...rest,
    ...(answersAll(standing, at) || unansweredSince === undefined ? {} : { unansweredSince }),
    firstAnsweredAt: standing.firstAnsweredAt ?? at,
    lastAnsweredAt: isLatestAnswer(standing, at) ? at : standing.lastAnsweredAt!,
  };
};

const waitBegan = (standing: Standing, wait: string, at: Instant): Standing => {
  const known = standing.waits.find((each) => each.wait === wait);
  const since = known === undefined ? at : earlier(known.since, at);
  return { ...standing, waits: [...standing.waits.filter((each) => each !== known), { wait, since }] };
};

const waitsEnded = (standing: Standing, at: Instant, wait?: string): Standing => {
  const { waits, pauses } = standing;
  const ended = wait === undefined ? waits : waits.filter((each) => each.wait === wait);
  if (ended.length === 0) return standing;
  return {
    ...standing,
    waits: waits.filter((each) => !ended.includes(each)),
    pauses: pausesJoined([...pauses, ...ended.map(({ since }) => ({ from: since, to: at }))]),
  };
};

const done = (standing: Standing, life: 'solved' | 'closed'): Standing => {
  const { unansweredSince: _done, ...rest } = standing;
  return { ...rest, life };
};

const reopened = (standing: Standing, at: Instant): Standing => {
  const { assignedAt: _assigned, ...kept } = standing;
  return {
    ...kept,
    ...(kept.team === undefined ? {} : { assignedAt: at }),
    life: 'open',
    cycleStartedAt: at,
    pauses: [],
    waits: [],
  };
};

/**
 * What a fact makes of what is known. Needs no policies, so it can be folded from the events of a case or complaint alone. Facts
 * before the opening, a second opening and facts that change nothing leave it as it is.
 */
export const standingAfter = (before: Standing | undefined, fact: ClockFact): Standing | undefined => {
  if (before === undefined) return fact.kind === 'opened' || fact.kind === 'filed' ? opened(fact) : undefined;
  const { at } = fact;
  switch (fact.kind) {
    case 'customer-message': {
      const resumed = waitsEnded(before, at);
      return asksForAnswer(before, at) && before.unansweredSince === undefined
        ? { ...resumed, unansweredSince: at }
        : resumed;
    }
    case 'answered':
      return answered(before, at);
    case 'pause-began':
      return before.life === 'open' ? waitBegan(before, fact.wait ?? 'customer', at) : before;
    case 'pause-ended':
      return waitsEnded(before, at, fact.wait);
    case 'solved':
      return before.life === 'open' ? done(waitsEnded(before, at), 'solved') : before;
    case 'closed':
    case 'withdrawn': {
      // Nobody knows until when a pause lasted: its longest end decides in favour of whoever promised.
      const timeUnknown = fact.kind === 'closed' && fact.timeUnknown === true;
      return { ...done(timeUnknown ? before : waitsEnded(before, at), 'closed'), waits: [] };
    }
    case 'reopened':
      return before.life === 'open' ? before : reopened(before, at);
    case 'served-otherwise': {
      const { tier = before.servedAs.tier, urgent = before.servedAs.urgent } = fact;
      const { complexity = before.servedAs.complexity } = fact;
      return { ...before, servedAs: servedAsOf({ ...(tier === undefined ? {} : { tier }), urgent, complexity }) };
    }
    case 'assigned':
      return isWithTeam(before, fact.team) ? before : { ...before, team: fact.team, assignedAt: at };
    case 'opened':
    case 'filed':
    case 'accepted':
    case 'plan-set':
    case 'policies-moved':
      return before;
  }
};
