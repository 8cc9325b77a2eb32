import { epochMsOf, instantOf, later } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';

/** Half-open: `[from, to)`. */
export type Pause = { readonly from: Instant; readonly to: Instant };

/** How a stopped clock came out. `undetermined`: the source does not say when it stopped. */
export type Outcome = 'met' | 'breached' | 'breached-on-change' | 'cancelled' | 'undetermined';

/**
 * A clock of one cycle: what happened to it, and nothing that depends on now. No counter is kept: elapsed time is worked
 * out from the pauses whenever somebody asks. [SLA 1]
 */
export type Clock = {
  readonly startedAt: Instant;
  readonly targetMinutes: number;
  /** In the order in which they ended; they may overlap. */
  readonly pauses: readonly Pause[];
  readonly pausedSince?: Instant;
  readonly stoppedAt?: Instant;
  readonly outcome?: Outcome;
  /** A change of tier, urgency or complexity put the deadline into the past: nobody broke that promise. [SLA 4] */
  readonly breachedOnChangeAt?: Instant;
};

export const started = (at: Instant, targetMinutes: number): Clock => ({ startedAt: at, targetMinutes, pauses: [] });

/** The pauses as a union, in order of time; an open one lasts until `until`. [SLA 3] */
export const unionOf = ({ pauses, pausedSince }: Clock, until?: Instant): readonly Pause[] => {
  const open = pausedSince !== undefined && until !== undefined && until > pausedSince;
  const all = [...pauses, ...(open ? [{ from: pausedSince, to: until }] : [])].sort((a, b) =>
    a.from < b.from ? -1 : a.from > b.from ? 1 : 0,
  );
  const union: Pause[] = [];
  for (const pause of all) {
    const last = union.at(-1);
    if (last !== undefined && pause.from <= last.to)
      union[union.length - 1] = { from: last.from, to: later(last.to, pause.to) };
    else union.push(pause);
  }
  return union;
};

/** Milliseconds that counted from the start to `until`. */
const elapsedMs = (clock: Clock, until: Instant): number => {
  const start = epochMsOf(clock.startedAt);
  const end = Math.max(start, epochMsOf(until));
  const clip = (instant: Instant) => Math.min(end, Math.max(start, epochMsOf(instant)));
  const paused = unionOf(clock, until).reduce((sum, { from, to }) => sum + clip(to) - clip(from), 0);
  return end - start - paused;
};

const targetMs = ({ targetMinutes }: Clock): number => targetMinutes * 60_000;

/** Exact: stopping at the deadline itself still keeps it. [SLA 9] */
const isPastTarget = (clock: Clock, at: Instant): boolean => elapsedMs(clock, at) > targetMs(clock);

export const pause = (clock: Clock, at: Instant): Clock =>
  clock.outcome !== undefined
    ? clock
    : { ...clock, pausedSince: clock.pausedSince === undefined || at < clock.pausedSince ? at : clock.pausedSince };

/** A pause that ended before it began (a message sent earlier, entered later) is none. */
export const resume = (clock: Clock, at: Instant): Clock => {
  const { pausedSince, ...rest } = clock;
  if (pausedSince === undefined || clock.outcome !== undefined) return clock;
  return at > pausedSince ? { ...rest, pauses: [...clock.pauses, { from: pausedSince, to: at }] } : rest;
};

/** Judged by its own deadline, whenever somebody looks: an answer after it is late for ever. [SLA 13] */
export const stop = (clock: Clock, at: Instant, known: { readonly time: boolean } = { time: true }): Clock => {
  if (clock.outcome !== undefined) return clock;
  const settled = resume(clock, at);
  const { breachedOnChangeAt } = settled;
  const late = isPastTarget(settled, at);
  const outcome: Outcome =
    breachedOnChangeAt !== undefined ? 'breached-on-change' : !late ? 'met' : known.time ? 'breached' : 'undetermined';
  return { ...settled, outcome, ...(known.time ? { stoppedAt: at } : {}) };
};

/** Nothing is left that could keep or break the promise; a breach that happened before stays one. */
export const cancel = (clock: Clock, at: Instant, known: { readonly time: boolean } = { time: true }): Clock => {
  const stopped = stop(clock, at, known);
  return clock.outcome === undefined && stopped.outcome === 'met' ? { ...stopped, outcome: 'cancelled' } : stopped;
};

/** Another target from `at` on: start and pauses stay, the deadline is the earlier one of the two. [SLA 4] */
export const retarget = (clock: Clock, at: Instant, targetMinutes: number): Clock => {
  if (clock.outcome !== undefined || targetMinutes >= clock.targetMinutes) return clock;
  const tightened = { ...clock, targetMinutes };
  return isPastTarget(tightened, at) && !isPastTarget(clock, at) ? { ...tightened, breachedOnChangeAt: at } : tightened;
};

/** The last moment at which stopping keeps the target, given the pauses that are over. */
export const dueAtOf = (clock: Clock): Instant => {
  let due = epochMsOf(clock.startedAt) + targetMs(clock);
  for (const { from, to } of unionOf(clock)) {
    const [begin, end] = [Math.max(epochMsOf(from), epochMsOf(clock.startedAt)), epochMsOf(to)];
    if (begin > due) break;
    due += Math.max(0, end - begin);
  }
  return instantOf(due);
};

/** Minutes of the union of the pauses that are over and lie after the start. */
export const pausedMinutesOf = (clock: Clock): number =>
  unionOf(clock).reduce(
    (sum, { from, to }) => sum + Math.max(0, epochMsOf(to) - epochMsOf(later(from, clock.startedAt))) / 60_000,
    0,
  );

/** What a clock shows at a moment. */
export interface Reading {
  readonly stateNow: 'running' | 'paused' | Outcome;
  /** Past its target and not stopped. */
  readonly overdue: boolean;
  /** Whole minutes, rounded down: negative once overdue. Frozen while paused, and once stopped; absent where it is not known when. */
  readonly remainingMinutes?: number;
  /** In tenths, rounded down, so that 100 means the whole target. */
  readonly percentUsed?: number;
}

export const readingAt = (clock: Clock, now: Instant): Reading => {
  const { outcome, stoppedAt } = clock;
  const used = elapsedMs(clock, outcome === undefined ? now : (stoppedAt ?? clock.startedAt));
  const overdue = outcome === undefined && used > targetMs(clock);
  const broken = clock.breachedOnChangeAt === undefined ? 'breached' : 'breached-on-change';
  const stateNow = outcome ?? (overdue ? broken : clock.pausedSince === undefined ? 'running' : 'paused');
  if (outcome !== undefined && stoppedAt === undefined) return { stateNow, overdue };
  return {
    stateNow,
    overdue,
    remainingMinutes: Math.floor((targetMs(clock) - used) / 60_000),
    percentUsed: Math.floor((used * 1_000) / targetMs(clock)) / 10,
  };
};
