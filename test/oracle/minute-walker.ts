import type { ClockFact, ClockName, Policies, ServedAs } from '#libs/features/sla/sla.events.ts';

// Written from the rules SLA 1-9 and 13 alone: it walks through the life of a case minute by minute and counts. It shares types with
// the engine, and nothing else. All times are whole minutes since the start of the stretch; only thresholds fall between them.

/** A promise as the walker counts it. */
interface Promised {
  readonly by: 'tier' | 'complaint';
  readonly minutes: number;
  readonly business: boolean;
  readonly rolled: boolean;
  readonly calendar: string | undefined;
  readonly servedAs: ServedAs;
  readonly loosenedBy: string | undefined;
  /** Which minutes are open; absent: it makes no difference. */
  open: Uint8Array | undefined;
  elapsed: number;
  /** Service minutes that pauses took away. */
  credit: number;
  /** The first minute at which the whole had counted. */
  full: number | undefined;
  due: number | undefined;
}

export interface WalkedClock {
  readonly name: ClockName;
  readonly cycle: number;
  readonly start: number;
  promised: Promised[];
  revision: number;
  /** Those told in this revision. */
  told: Set<number>;
  due: number | undefined;
  breached: boolean;
  passedOnChange: boolean;
  /** The promise whose deadline passed, and the cap of its pauses then. */
  lead: Promised | undefined;
  cap: number;
  /** Minutes that counted after the deadline. */
  overdue: number;
  stop: number | undefined;
  outcome: string | undefined;
  /** Of an open clock, if nothing else happens; Infinity: not within the stretch. */
  projected: number;
}

export interface Step {
  readonly minute: number;
  readonly fact: ClockFact;
  readonly policies: Policies;
}

/** Which minutes are open, for the calendar of that name in that document. */
export type OpenIn = (policies: Policies, calendar: string) => Uint8Array;

export interface Walked {
  readonly clocks: readonly WalkedClock[];
  /** Each as one line, so that two histories can be compared. */
  readonly told: readonly string[];
  /** A deadline moved from beyond the stretch to beyond it: the walker cannot see whether it moved. */
  readonly isBlind: boolean;
}

export const walk = (steps: readonly Step[], end: number, stretch: number, openIn: OpenIn): Walked => {
  const clocks: WalkedClock[] = [];
  const told: string[] = [];
  let isBlind = false;
  const paused = new Uint8Array(stretch);
  let policies = steps[0]!.policies;
  let life: 'unknown' | 'open' | 'solved' | 'closed' = 'unknown';
  let complaint = false;
  let waitsForAcceptance = false;
  let servedAs: ServedAs = { urgent: false, complexity: 'routine' };
  let cycleStart = 0;
  let everAnswered = false;
  let lastAnswer: number | undefined;
  let unanswered: number | undefined;
  let team: string | undefined;
  let assignedAt: number | undefined;
  const waits = new Set<string>();

  const pausable = (name: ClockName) => name === 'next-response' || name === 'resolution';
  const running = () => clocks.filter((clock) => clock.outcome === undefined);
  const find = (name: ClockName) => running().find((clock) => clock.name === name);
  const isPast = (clock: WalkedClock) => clock.breached || clock.passedOnChange;
  const capOf = () => policies.sla.pauseCapMinutes;

  const promisesOf = (name: ClockName, as: ServedAs, loosenedBy?: string): Promised[] => {
    const fresh = { servedAs: as, loosenedBy, elapsed: 0, credit: 0, full: undefined, due: undefined };
    const found: Promised[] = [];
    const { complaint: own, rules } = policies.sla;
    const mine = name === 'response' ? own.responseMinutes : name === 'plan' ? own.planMinutes : undefined;
    if (mine !== undefined)
      found.push({
        by: 'complaint',
        minutes: mine,
        business: false,
        rolled: false,
        calendar: undefined,
        open: undefined,
        ...fresh,
      });
    for (const rule of rules) {
      const { tiers, urgency, complexity } = rule.when;
      if (tiers && !(as.tier && tiers.includes(as.tier))) continue;
      if (urgency && urgency !== (as.urgent ? 'urgent' : 'other')) continue;
      if (complexity && complexity !== as.complexity) continue;
      const target = {
        'first-response': rule.firstResponse,
        'next-response': rule.nextResponse,
        update: rule.updateCadence,
        resolution: rule.resolution,
        internal: rule.internal,
        response: rule.firstResponse,
        plan: undefined,
        closing: undefined,
      }[name];
      if (target)
        found.push({
          by: 'tier',
          minutes: target.minutes,
          business: target.counts === 'business-time',
          rolled: target.rolled === true,
          calendar: rule.calendar,
          open: hours(rule.calendar),
          ...fresh,
        });
      break;
    }
    return found;
  };

  const hours = (calendar: string | undefined) => (calendar === undefined ? undefined : openIn(policies, calendar));
  const isOpenAt = ({ open }: Promised, minute: number) => open === undefined || open[minute] === 1;

  /** Lets one minute pass for a promise. */
  const count = (promise: Promised, minute: number, isPaused: boolean) => {
    const open = isOpenAt(promise, minute);
    if (isPaused && open && promise.credit < capOf()) promise.credit++;
    else if (open || !promise.business) promise.elapsed++;
    look(promise, minute + 1);
  };
  /** Is the promise's time over at that moment? */
  const look = (promise: Promised, minute: number) => {
    if (promise.full === undefined && promise.elapsed >= promise.minutes) promise.full = minute;
    if (promise.full !== undefined && promise.due === undefined && (!promise.rolled || isOpenAt(promise, minute)))
      promise.due = minute;
  };

  const percentsOf = (promise: Promised) => {
    const { percents, shortPercents, shortUnderMinutes } = policies.sla.thresholds;
    return promise.minutes < shortUnderMinutes ? shortPercents : percents;
  };

  /** The ms since the stretch began at which a share of the promise is reached in the minute that was just counted. */
  const crossing = (promise: Promised, percent: number, before: number, minute: number): number | undefined => {
    if (percent === 100) return promise.due === minute + 1 ? (minute + 1) * 60_000 : undefined;
    const wanted = promise.minutes * percent;
    if (!(before * 100 < wanted && wanted <= promise.elapsed * 100)) return undefined;
    return minute * 60_000 + (wanted - before * 100) * 600;
  };

  const tell = (clock: WalkedClock, percent: number, ms: number) => {
    if (clock.told.has(percent)) return;
    clock.told.add(percent);
    told.push(`${ms} reached ${clock.name} ${clock.cycle} ${percent} rev ${clock.revision}`);
  };

  const isPausedFor = (clock: WalkedClock, minute: number) => pausable(clock.name) && paused[minute] === 1;

  /** Lets the minute pass for a clock that is not past its deadline. */
  const pass = (clock: WalkedClock, minute: number) => {
    const crossed: [number, number][] = [];
    for (const promise of clock.promised) {
      const before = promise.elapsed;
      count(promise, minute, isPausedFor(clock, minute));
      for (const percent of percentsOf(promise)) {
        const ms = crossing(promise, percent, before, minute);
        if (ms !== undefined) crossed.push([ms, percent]);
      }
    }
    crossed.sort(([a, p], [b, q]) => a - b || p - q);
    const dues = clock.promised.flatMap(({ due }) => (due === undefined ? [] : [due]));
    if (clock.due === undefined && dues.length > 0) clock.due = Math.min(...dues);
    for (const [ms, percent] of crossed)
      if (clock.due === undefined || ms <= clock.due * 60_000) tell(clock, percent, ms);
  };

  /** The promise whose deadline comes first: counts what is overdue. */
  const leading = (clock: WalkedClock, dueOf: (promise: Promised) => number) =>
    clock.promised.reduce((best, next) => (dueOf(next) < dueOf(best) ? next : best));

  /** What was overdue from the deadline to that minute, by the hours now in force. */
  const countOverdue = (clock: WalkedClock, minute: number) => {
    clock.lead ??= leading(clock, ({ due }) => due ?? Infinity);
    clock.lead.open = hours(clock.lead.calendar);
    clock.overdue = 0;
    let credit = 0;
    for (let at = clock.start; at < minute; at++) {
      const open = isOpenAt(clock.lead, at);
      const isStill = isPausedFor(clock, at) && credit < clock.cap;
      if (isStill && open) credit++;
      if (at >= clock.due! && !isStill && (!clock.lead.business || open)) clock.overdue++;
    }
    clock.lead.credit = credit;
  };

  const passOverdue = (clock: WalkedClock, minute: number) => {
    clock.lead ??= leading(clock, ({ due }) => due ?? Infinity);
    const open = isOpenAt(clock.lead, minute);
    const isStill = isPausedFor(clock, minute) && clock.lead.credit < clock.cap;
    if (isStill && open) clock.lead.credit++;
    if (!isStill && (!clock.lead.business || open)) clock.overdue++;
  };

  /** Walks on as if nothing else happened. */
  const project = (clock: WalkedClock, minute: number): number => {
    if (clock.due !== undefined) return clock.due;
    const copies = clock.promised.map((promise) => ({ ...promise }));
    for (let at = minute; at < stretch - 1; at++) {
      for (const copy of copies) count(copy, at, pausable(clock.name) && waits.size > 0);
      const dues = copies.flatMap(({ due }) => (due === undefined ? [] : [due]));
      if (dues.length > 0) return Math.min(...dues);
    }
    return Infinity;
  };

  const finish = (clock: WalkedClock, minute: number, inTime: 'met' | 'cancelled', timeUnknown = false) => {
    const isLate = clock.due !== undefined && clock.due < minute;
    clock.outcome = clock.breached
      ? 'breached'
      : clock.passedOnChange
        ? 'breached-on-change'
        : !isLate
          ? inTime
          : timeUnknown
            ? 'undetermined'
            : 'breached';
    clock.stop = timeUnknown ? undefined : minute;
  };

  /** Promises counted from the clock's start on, as if they had been made then. */
  const counted = (clock: WalkedClock, promised: readonly Promised[], minute: number): Promised[] =>
    promised.map((promise) => {
      const anew: Promised = {
        ...promise,
        open: hours(promise.calendar),
        elapsed: 0,
        credit: 0,
        full: undefined,
        due: undefined,
      };
      for (let at = clock.start; at < minute; at++) count(anew, at, isPausedFor(clock, at));
      return anew;
    });

  /** Which shares have been reached by that minute, and when. */
  const reachedBy = (clock: WalkedClock, minute: number): number[] => {
    const found: number[] = [];
    for (const promise of clock.promised)
      for (const percent of percentsOf(promise))
        if (
          percent === 100
            ? promise.due !== undefined && promise.due <= minute
            : promise.elapsed * 100 >= promise.minutes * percent
        )
          found.push(percent);
    return found;
  };

  const arm = (clock: WalkedClock, minute: number, dueBefore: number, isNew: boolean) => {
    const dues = clock.promised.flatMap(({ due }) => (due === undefined ? [] : [due]));
    clock.due = dues.length === 0 ? undefined : Math.min(...dues);
    if (clock.due !== undefined && clock.due < minute) {
      clock.passedOnChange = true;
      told.push(`${minute * 60_000} passed ${clock.name} ${clock.cycle} due ${clock.due}`);
      countOverdue(clock, minute);
      return;
    }
    const after = project(clock, minute);
    const reached = reachedBy(clock, minute);
    const pulledIn = isNew || after < dueBefore;
    const fresh = reached.filter((percent) => !clock.told.has(percent));
    if (pulledIn && fresh.length > 0) tell(clock, Math.max(...fresh), minute * 60_000);
    for (const percent of reached) clock.told.add(percent);
  };

  const sameKey = (a: Promised, b: Promised) =>
    a.by === b.by &&
    a.minutes === b.minutes &&
    a.business === b.business &&
    a.rolled === b.rolled &&
    a.calendar === b.calendar &&
    a.loosenedBy === b.loosenedBy;

  const retarget = (
    clock: WalkedClock,
    minute: number,
    wanted: readonly Promised[],
    dueBefore: number,
    cause: string,
  ) => {
    const once = wanted.filter((promise, index) => wanted.findIndex((other) => sameKey(promise, other)) === index);
    if (once.length === 0) return finish(clock, minute, 'cancelled');
    if (isPast(clock)) return countOverdue(clock, minute);
    clock.promised = counted(clock, once, minute);
    clock.lead = undefined;
    clock.cap = capOf();
    const dues = clock.promised.flatMap(({ due }) => (due === undefined ? [] : [due]));
    clock.due = dues.length === 0 ? undefined : Math.min(...dues);
    const after = project(clock, minute);
    if (after === Infinity && dueBefore === Infinity) isBlind = true;
    if (after !== dueBefore) {
      clock.revision++;
      clock.told = new Set();
      told.push(`${minute * 60_000} moved ${clock.name} ${clock.cycle} ${dueBefore} ${after} ${cause}`);
    }
    arm(clock, minute, dueBefore, false);
  };

  const begin = (name: ClockName, start: number, minute: number) => {
    if (find(name) !== undefined) return;
    const promised = promisesOf(name, servedAs);
    if (promised.length === 0) return;
    const cycle = clocks.filter((clock) => clock.name === name).length + 1;
    const clock: WalkedClock = {
      ...{ name, cycle, start, promised, revision: 1, told: new Set<number>(), due: undefined, breached: false },
      ...{
        passedOnChange: false,
        lead: undefined,
        cap: capOf(),
        overdue: 0,
        stop: undefined,
        outcome: undefined,
        projected: Infinity,
      },
    };
    clocks.push(clock);
    if (start < minute) {
      clock.promised = counted(clock, promised, minute);
      arm(clock, minute, Infinity, true);
    }
  };

  const beginMissing = (minute: number) => {
    if (complaint || life !== 'open') return;
    if (!everAnswered) begin('first-response', cycleStart, minute);
    begin('resolution', cycleStart, minute);
    if (everAnswered && unanswered !== undefined) begin('next-response', Math.max(unanswered, cycleStart), minute);
    if (lastAnswer !== undefined) begin('update', Math.max(lastAnswer, cycleStart), minute);
    if (assignedAt !== undefined) begin('internal', Math.max(assignedAt, cycleStart), minute);
  };
  const beginComplaint = (minute: number) => {
    begin('response', minute, minute);
    begin('plan', minute, minute);
  };
  const stop = (names: readonly ClockName[], minute: number, how: 'met' | 'cancelled') => {
    for (const name of names) {
      const clock = find(name);
      if (clock) finish(clock, minute, how);
    }
  };

  const apply = (step: Step): void => {
    const { fact, minute, policies: next } = step;
    const { sla, calendar } = next;
    // Policies that nobody told of were moved by then.
    if (
      life !== 'unknown' &&
      fact.kind !== 'policies-moved' &&
      (sla !== policies.sla || calendar !== policies.calendar)
    ) {
      const cause = sla === policies.sla ? 'calendar' : 'sla';
      apply({ ...step, fact: { kind: 'policies-moved', at: fact.at, cause } });
    }
    const opens = fact.kind === 'opened' || fact.kind === 'filed';
    if (opens !== (life === 'unknown')) return;
    switch (fact.kind) {
      case 'opened':
      case 'filed':
        complaint = fact.kind === 'filed';
        servedAs = { tier: fact.tier, urgent: fact.urgent, complexity: fact.complexity };
        life = 'open';
        cycleStart = minute;
        waitsForAcceptance = complaint && policies.sla.complaint.startsAt === 'acceptance';
        if (!complaint) beginMissing(minute);
        else if (!waitsForAcceptance) beginComplaint(minute);
        return;
      case 'accepted':
        if (waitsForAcceptance) beginComplaint(minute);
        waitsForAcceptance = false;
        return;
      case 'customer-message':
        waits.clear();
        if (!everAnswered) return;
        unanswered ??= minute;
        if (life === 'open' && !complaint) begin('next-response', minute, minute);
        return;
      case 'answered':
        stop(['first-response', 'next-response', 'response'], minute, 'met');
        everAnswered = true;
        lastAnswer = minute;
        unanswered = undefined;
        if (life === 'open' && !complaint) {
          stop(['update'], minute, 'met');
          begin('update', minute, minute);
        }
        return;
      case 'plan-set':
        return stop(['plan'], minute, 'met');
      case 'pause-began':
        if (life === 'open') waits.add(fact.wait ?? 'customer');
        return;
      case 'pause-ended':
        if (fact.wait === undefined) waits.clear();
        else waits.delete(fact.wait);
        return;
      case 'solved':
        if (life !== 'open') return;
        stop(['resolution', 'next-response', 'internal'], minute, 'met');
        stop(['update'], minute, 'cancelled');
        waits.clear();
        unanswered = undefined;
        life = 'solved';
        return;
      case 'closed':
      case 'withdrawn':
        for (const clock of running()) {
          const keeps = fact.kind === 'closed' && ['resolution', 'internal'].includes(clock.name);
          finish(clock, minute, keeps ? 'met' : 'cancelled', fact.kind === 'closed' && fact.timeUnknown === true);
        }
        waits.clear();
        unanswered = undefined;
        life = 'closed';
        return;
      case 'reopened':
        if (life === 'open') return;
        life = 'open';
        cycleStart = minute;
        waitsForAcceptance = false;
        assignedAt = team === undefined ? undefined : minute;
        if (complaint) beginComplaint(minute);
        else beginMissing(minute);
        return;
      case 'assigned':
        if (team === fact.team && assignedAt !== undefined) return;
        stop(['internal'], minute, 'met');
        team = fact.team;
        assignedAt = minute;
        if (life === 'open' && !complaint) begin('internal', minute, minute);
        return;
      case 'served-otherwise': {
        servedAs = {
          tier: fact.tier ?? servedAs.tier,
          urgent: fact.urgent ?? servedAs.urgent,
          complexity: fact.complexity ?? servedAs.complexity,
        };
        for (const clock of running()) {
          const promised = promisesOf(clock.name, servedAs, fact.loosenedBy);
          const kept = fact.loosenedBy === undefined && promised.length > 0 ? clock.promised : [];
          const cause = fact.loosenedBy === undefined ? 'served-otherwise' : 'loosened';
          retarget(clock, minute, [...kept, ...promised], project(clock, minute), cause);
        }
        return beginMissing(minute);
      }
      case 'policies-moved': {
        const dues = new Map(running().map((clock) => [clock, project(clock, minute)]));
        policies = next;
        for (const [clock, due] of dues) {
          const promised = clock.promised.flatMap((old) =>
            promisesOf(clock.name, old.servedAs, old.loosenedBy).filter(({ by }) => by === old.by),
          );
          retarget(clock, minute, promised, due, fact.cause);
        }
        return;
      }
    }
  };

  const byMinute = Map.groupBy(steps, ({ minute }) => minute);
  const notice = (minute: number) => {
    for (const clock of running())
      if (!isPast(clock) && clock.due !== undefined && clock.due < minute) {
        clock.breached = true;
        told.push(`${clock.due * 60_000} missed ${clock.name} ${clock.cycle}`);
      }
  };
  const isOver = (clock: WalkedClock, minute: number) => clock.due !== undefined && clock.due <= minute;
  for (let minute = steps[0]!.minute; minute <= end; minute++) {
    notice(minute);
    for (const step of byMinute.get(minute) ?? []) apply(step);
    if (minute === end) break;
    if (waits.size > 0) paused[minute] = 1;
    for (const clock of running())
      if (isOver(clock, minute) || isPast(clock)) passOverdue(clock, minute);
      else pass(clock, minute);
  }
  for (const clock of running()) clock.projected = project(clock, end);
  return { clocks, told, isBlind };
};
