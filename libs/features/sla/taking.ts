import { earlier, epochMsOf, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { isOpen, isPastDeadline, NEVER_DUE } from './clock.ts';
import type { ClockName, ClockTarget, Outcome, SlaClock, Standing } from './clock.ts';
import { keepingHistory, pauses, pausesJoined, pausesOf } from './clock-pauses.ts';
import { elapsedMs, overdueMs, pausedMs } from './counted-time.ts';
import { countingOf, withDeadline } from './deadlines.ts';
import type { DeadlineMissed, DeadlineMoved, MoveCause, PassedOnChange, ThresholdReached } from './observing.ts';
import { targetsFor } from './targets.ts';
import type { Policies } from './targets.ts';

/** Whatever the order of its fields: a target that was read from the store has another one than a new one. */
const promiseOf = ({
  slaVersion: _sla,
  calendarVersion: _calendar,
  servedAs: _served,
  rule: _rule,
  ...promise
}: ClockTarget): string => canonicalJson(promise);

/** The first of each promise. */
const distinct = (targets: readonly ClockTarget[]): readonly ClockTarget[] =>
  targets.filter((target, index) => targets.findIndex((other) => promiseOf(other) === promiseOf(target)) === index);

/** One fact being taken: what it does to the set, and what came of it so far. */
export class Taking {
  readonly at: Instant;
  readonly policies: Policies;
  /** What the fact found. */
  readonly before: Standing;
  /** What the fact leaves. */
  readonly standing: Standing;
  clocks: SlaClock[];
  readonly moved: DeadlineMoved[] = [];
  readonly passedOnChange: PassedOnChange[] = [];
  readonly reached: ThresholdReached[] = [];
  /** Shown only by the end itself: where nobody looked before, for want of a time at which all ended. */
  readonly missed: DeadlineMissed[] = [];

  constructor(
    [before, standing]: readonly [before: Standing, after: Standing],
    clocks: readonly SlaClock[],
    at: Instant,
    policies: Policies,
  ) {
    this.before = before;
    this.standing = standing;
    this.clocks = [...clocks];
    this.at = at;
    this.policies = policies;
  }

  open(name: ClockName): SlaClock | undefined {
    return this.clocks.find((clock) => clock.clock === name && isOpen(clock));
  }

  change(name: ClockName, changed: (clock: SlaClock) => SlaClock): void {
    this.clocks = this.clocks.map((clock) => (clock.clock === name && isOpen(clock) ? changed(clock) : clock));
  }

  changeOpen(changed: (clock: SlaClock) => SlaClock): void {
    this.clocks = this.clocks.map((clock) => (isOpen(clock) ? changed(clock) : clock));
  }

  /** Starts the clock if the policies promise anything about it and it does not run already. */
  begin(name: ClockName, startedAt: Instant): void {
    const [first, ...others] = targetsFor(name, this.standing.servedAs, this.policies);
    if (first === undefined || this.open(name) !== undefined) return;
    const { pauseCapMinutes } = this.policies.sla;
    const begun = this.withPauses({
      clock: name,
      cycle: this.clocks.filter(({ clock }) => clock === name).length + 1,
      ...(name === 'internal' && this.standing.team !== undefined ? { team: this.standing.team } : {}),
      startedAt,
      targets: [first, ...others],
      governedBy: 0,
      pauses: [],
      pauseCapMinutes,
      dueAt: NEVER_DUE,
      deadlineRevision: 1,
      thresholds: [],
      reached: [],
    });
    // It starts in the past when a change of class brings a promise that the class before had not.
    this.clocks.push(
      startedAt < this.at
        ? this.armed(withDeadline(begun, this.policies), NEVER_DUE)
        : withDeadline(begun, this.policies),
    );
  }

  /** The waits of this cycle, carried over to the clock. [SLA 3, SLA 4] */
  withPauses(clock: SlaClock): SlaClock {
    if (!pauses(clock.clock)) return clock;
    const { waits, pauses: over } = this.standing;
    const { pausedSince: _before, ...rest } = clock;
    const { startedAt } = clock;
    const since = waits
      .map((wait) => wait.since)
      .reduce<Instant | undefined>((a, b) => (a === undefined ? b : earlier(a, b)), undefined);
    const next: SlaClock = {
      ...rest,
      pauses: over.filter(({ to }) => to > startedAt).map(({ from, to }) => ({ from: later(from, startedAt), to })),
      ...(since === undefined ? {} : { pausedSince: later(since, startedAt) }),
    };
    return isPastDeadline(clock) ? keepingHistory(clock, next) : next;
  }

  /** What counted so far is the same, so thresholds that were reached stay so. */
  pausesChanged(): void {
    if (this.standing.waits === this.before.waits) return;
    this.changeOpen((clock) => {
      if (!pauses(clock.clock)) return clock;
      const next = withDeadline(this.withPauses(clock), this.policies);
      this.tellOfMove(clock, next, 'pause');
      return next;
    });
  }

  tellOfMove(
    { clock, cycle, dueAt: from }: SlaClock,
    { dueAt: to, deadlineRevision }: SlaClock,
    cause: MoveCause,
  ): void {
    if (from !== to) this.moved.push({ clock, cycle, from, to, cause, revision: deadlineRevision });
  }

  /** Ends a clock by its own deadline, whenever somebody looks. [SLA 13] */
  end(clock: SlaClock, inTime: 'met' | 'cancelled', timeUnknown = false): SlaClock {
    const isLate = clock.dueAt < this.at;
    const outcome: Outcome =
      clock.breachedAt !== undefined
        ? 'breached'
        : clock.breachedOnChangeAt !== undefined
          ? 'breached-on-change'
          : !isLate
            ? inTime
            : timeUnknown
              ? 'undetermined'
              : 'breached';
    const isMissed = outcome === 'breached' && clock.breachedAt === undefined;
    if (isMissed) this.missed.push({ clock: clock.clock, cycle: clock.cycle, at: clock.dueAt });
    const { pausedSince, ...rest } = clock;
    const settled =
      pausedSince === undefined || pausedSince >= this.at
        ? rest
        : { ...rest, pauses: pausesJoined([...clock.pauses, { from: pausedSince, to: this.at }]) };
    return {
      ...settled,
      thresholds: [],
      outcome,
      ...(isMissed ? { breachedAt: clock.dueAt } : {}),
      ...(timeUnknown ? {} : { stoppedAt: this.at, result: this.resultOf(settled, outcome) }),
    };
  }

  resultOf(clock: SlaClock, outcome: Outcome): NonNullable<SlaClock['result']> {
    const at = epochMsOf(this.at);
    const counting = countingOf(clock, clock.targets[clock.governedBy]!, this.policies);
    const isOverdue = outcome === 'breached' || outcome === 'breached-on-change';
    return {
      elapsedMs: elapsedMs(counting, at),
      pausedMs: counting.hours === undefined ? 0 : pausedMs(counting.hours, pausesOf(clock), at),
      overdueMs: isOverdue ? overdueMs(counting, epochMsOf(clock.dueAt), at) : 0,
    };
  }

  /**
   * After the deadline was set by a change at `this.at`. Pulled in: only the highest threshold that it crossed is told. Extended:
   * those to come are armed anew. In the past: told once, and no thresholds besides. [SLA 4, SLA 9]
   */
  armed(clock: SlaClock, before: Instant): SlaClock {
    const { clock: name, cycle, dueAt, deadlineRevision: revision } = clock;
    if (dueAt < this.at) {
      this.passedOnChange.push({ clock: name, cycle, at: this.at, dueAt });
      return { ...clock, breachedOnChangeAt: this.at, thresholds: [] };
    }
    const toCome = clock.thresholds.filter(({ at }) => at > this.at);
    const crossed = clock.thresholds.filter(({ at }) => at <= this.at).map(({ percent }) => percent);
    if (crossed.length === 0) return clock;
    const isPulledIn = dueAt < before;
    const highest = Math.max(...crossed);
    const untold = [
      ...(clock.untold ?? []),
      ...(isPulledIn ? crossed.filter((percent) => percent !== highest) : crossed),
    ];
    const next: SlaClock = { ...clock, thresholds: toCome, ...(untold.length === 0 ? {} : { untold }) };
    if (!isPulledIn) return next;
    this.reached.push({ clock: name, cycle, percent: highest, at: this.at, revision, dueAt });
    return { ...next, reached: [...clock.reached, { percent: highest, at: this.at, revision }] };
  }

  /** Other promises about a clock that goes on: the start and all pauses stay. [SLA 4, SLA 8] */
  retarget(clock: SlaClock, promised: readonly ClockTarget[], cause: MoveCause): SlaClock {
    const [first, ...others] = distinct(promised);
    if (first === undefined) return this.end(clock, 'cancelled');
    if (isPastDeadline(clock)) return clock;
    const { pauseCapMinutes } = this.policies.sla;
    const targeted: SlaClock = { ...clock, targets: [first, ...others], pauseCapMinutes };
    const same = withDeadline(targeted, this.policies);
    const next =
      same.dueAt === clock.dueAt
        ? same
        : withDeadline({ ...targeted, deadlineRevision: clock.deadlineRevision + 1, untold: [] }, this.policies);
    this.tellOfMove(clock, next, cause);
    return this.armed(next, clock.dueAt);
  }
}
