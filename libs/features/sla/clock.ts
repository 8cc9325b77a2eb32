import type { Instant } from '#libs/kernel/instant.ts';

/** What is timed of a case [SLA 2] and of a complaint [B3]. */
export const CASE_CLOCKS = ['first-response', 'next-response', 'update', 'resolution', 'internal'] as const;
export const COMPLAINT_CLOCKS = ['response', 'plan', 'closing'] as const;
export type ClockName = (typeof CASE_CLOCKS)[number] | (typeof COMPLAINT_CLOCKS)[number];

/** What a rule of the policy asks about. */
export interface ServedAs {
  /** Absent: a complaint of nobody known, or of a customer without a class. */
  readonly tier?: 'A' | 'B' | 'C';
  readonly urgent: boolean;
  readonly complexity: 'routine' | 'complex';
}

/** Half-open: `[from, to)`. */
export interface Pause {
  readonly from: Instant;
  readonly to: Instant;
}

/** One promise about a clock, with all it was taken from. [SLA 15] */
export type ClockTarget = {
  /** The complaint's own time, or the time of the customer's class. */
  readonly by: 'tier' | 'complaint';
  /** Of the SLA document; absent for a complaint's own times. */
  readonly rule?: string;
  readonly servedAs: ServedAs;
  readonly slaVersion: string;
  readonly calendarVersion: string;
  /** Name in the calendar document; absent where every minute counts and nothing pauses. */
  readonly calendar?: string;
  /** Who allowed a later deadline than the promise before. [SLA 4] */
  readonly loosenedBy?: string;
} & (
  | { readonly counts: 'calendar-time' | 'business-time'; readonly minutes: number; readonly rolled?: true }
  /** Due when the hours of that working day end; the day on which the clock starts does not count. */
  | { readonly counts: 'working-days'; readonly workingDays: number }
);

/**
 * How a finished clock came out. `breached-on-change`: a change put the deadline into the past, nobody broke that promise.
 * `cancelled`: nothing was left to promise. `undetermined`: the source does not say when it stopped.
 */
export type Outcome = 'met' | 'breached' | 'breached-on-change' | 'cancelled' | 'undetermined';

/** A share of the target that is still to come. */
export interface Threshold {
  readonly percent: number;
  readonly at: Instant;
}

/**
 * One run of one clock: what happened to it and what follows from that, nothing that depends on now. Primitives only: it stands in
 * events as it is. [SLA 1]
 */
export interface SlaClock {
  readonly clock: ClockName;
  /** The nth run of the clock of that name in its case, from 1. */
  readonly cycle: number;
  /** Of an internal clock. */
  readonly team?: string;
  readonly startedAt: Instant;
  /** The earliest deadline of them holds. More than one: a change would have loosened it, or two promises stand side by side. */
  readonly targets: readonly [ClockTarget, ...ClockTarget[]];
  /** The place among the targets of the one whose deadline holds. */
  readonly governedBy: number;
  /** A union in order of time. */
  readonly pauses: readonly Pause[];
  readonly pausedSince?: Instant;
  /** Minutes of service hours that pauses may take away; what is beyond counts. */
  readonly pauseCapMinutes: number;
  /**
   * The last moment that keeps the promise, if nothing else happens: while paused, the moment that an endless pause would lead to,
   * which the cap bounds. NEVER_DUE when no hours of service come.
   */
  readonly dueAt: Instant;
  /** From 1; another one each time that a change of class, policy or calendar moves the deadline. Pauses do not count. */
  readonly deadlineRevision: number;
  /** In order of time; those that an open clock has still before it. */
  readonly thresholds: readonly Threshold[];
  readonly reached: readonly (Threshold & { readonly revision: number })[];
  /** Shares that had been used before this revision, and so are not told in it. [SLA 9] */
  readonly untold?: readonly number[];
  /** The deadline that passed. */
  readonly breachedAt?: Instant;
  readonly breachedOnChangeAt?: Instant;
  /** When it was stopped or cancelled; absent in a finished clock: the source does not say. */
  readonly stoppedAt?: Instant;
  readonly outcome?: Outcome;
  /** What it came to when it finished. Worked out once by the policy and calendar it was judged by. [H2] */
  readonly result?: { readonly elapsedMs: number; readonly pausedMs: number; readonly overdueMs: number };
}

/** `dueAt` of a clock that counts hours of a calendar that has none any more. */
export const NEVER_DUE: Instant = '9999-12-31T23:59:59.999Z';

/** What the facts so far say about the case or complaint, so far as clocks depend on it. */
export interface Standing {
  readonly of: 'case' | 'complaint';
  readonly life: 'open' | 'solved' | 'closed';
  readonly servedAs: ServedAs;
  readonly cycleStartedAt: Instant;
  readonly firstAnsweredAt?: Instant;
  readonly lastAnsweredAt?: Instant;
  /** Of the oldest message of the customer after the first answer that nobody answered. */
  readonly unansweredSince?: Instant;
  readonly team?: string;
  readonly assignedAt?: Instant;
  /** The waits for the customer that are on. */
  readonly waits: readonly { readonly wait: string; readonly since: Instant }[];
  /** The waits of this cycle that are over: a union in order of time. */
  readonly pauses: readonly Pause[];
}

export interface JudgedBy {
  readonly slaVersion: string;
  readonly calendarVersion: string;
}

/** Everything the engine knows of one case or complaint. JSON. */
export interface ClockSet {
  /** Absent before it was opened. */
  readonly standing?: Standing;
  /** The versions by which its clocks were last judged. */
  readonly judgedBy?: JudgedBy;
  /** In the order in which they started; finished ones stay. */
  readonly clocks: readonly SlaClock[];
}

export const NO_CLOCKS: ClockSet = { clocks: [] };

export const isOpen = (clock: SlaClock): boolean => clock.outcome === undefined;

/** Its deadline is history, and moves no more: a breach is never undone. [SLA 8] */
export const isPastDeadline = ({ breachedAt, breachedOnChangeAt }: SlaClock): boolean =>
  breachedAt !== undefined || breachedOnChangeAt !== undefined;
