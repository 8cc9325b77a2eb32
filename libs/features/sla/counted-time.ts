import type { BusinessTime } from './business-time.ts';

/** Half-open, epoch ms; `to` may be Infinity for a pause that nobody has ended. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How one target counts: epoch ms and ms throughout. */
export interface Counting {
  readonly start: number;
  readonly counts: 'calendar-time' | 'business-time';
  /** Absent: there are no hours to keep, and no pauses. */
  readonly hours?: BusinessTime;
  /** Those that take time away: see `effectivePauses`. */
  readonly pauses: readonly Span[];
}

/** A union in order of time; spans that end before they begin are none. [SLA 3] */
export const unionOf = (spans: readonly Span[]): readonly Span[] => {
  const union: Span[] = [];
  for (const span of spans.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = union.at(-1);
    if (last !== undefined && span.from <= last.to)
      union[union.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else union.push(span);
  }
  return union;
};

/** Paused time within business hours up to `until`. */
export const pausedMs = (hours: BusinessTime, pauses: readonly Span[], until: number): number =>
  pauses.reduce((sum, { from, to }) => sum + hours.msBetween(from, Math.min(to, until)), 0);

/** The pauses up to the moment at which they have taken away all that they may: what is beyond the cap counts. [SLA 3] */
export const effectivePauses = (hours: BusinessTime, pauses: readonly Span[], capMs: number): readonly Span[] => {
  const effective: Span[] = [];
  let left = capMs;
  for (const { from, to } of pauses) {
    if (left <= 0) break;
    const used = to === Infinity ? Infinity : hours.msBetween(from, to);
    if (used >= left) return [...effective, { from, to: hours.add(from, left) }];
    effective.push({ from, to });
    left -= used;
  }
  return effective;
};

/** Time that counted from the start to a moment: only paused time within business hours is taken away. [SLA 3] */
export const elapsedMs = ({ start, counts, hours, pauses }: Counting, until: number): number => {
  if (until <= start) return 0;
  const whole = counts === 'business-time' && hours !== undefined ? hours.msBetween(start, until) : until - start;
  return hours === undefined ? whole : whole - pausedMs(hours, pauses, until);
};

/** The first moment, up to `until`, by which so much time outside the hours has passed. */
const afterClosedMs = (hours: BusinessTime, from: number, ms: number, until: number): number | undefined => {
  let at = from;
  let left = ms;
  while (at < until) {
    const next = hours.spanFrom(at);
    const open = next?.open ?? Infinity;
    if (open > at) {
      if (open - at >= left) return at + left <= until ? at + left : undefined;
      left -= open - at;
    }
    at = next!.close;
  }
  return undefined;
};

const momentOfBusinessTime = (start: number, hours: BusinessTime, pauses: readonly Span[], ms: number): number => {
  let wanted = ms;
  for (const { from, to } of pauses) {
    if (wanted <= hours.msBetween(start, from)) break;
    if (to === Infinity) return Infinity;
    wanted += hours.msBetween(from, to);
  }
  return hours.add(start, wanted);
};

/**
 * The first moment at which `ms` have counted. A pause that begins at that very moment changes nothing. Infinity: no hours of
 * service come.
 */
export const momentOf = ({ start, counts, hours, pauses }: Counting, ms: number): number => {
  if (hours === undefined) return start + ms;
  if (counts === 'business-time') return momentOfBusinessTime(start, hours, pauses, ms);
  let moment = start + ms;
  for (const { from, to } of pauses) {
    if (moment <= from) break;
    // Outside business hours a pause takes nothing away, so the moment may lie within it.
    const within = afterClosedMs(hours, from, moment - from, to);
    if (within !== undefined) return within;
    moment += hours.msBetween(from, to);
  }
  return moment;
};

/** Time that counted after the deadline; every pause that the cap allows stops it, in and out of hours. [SLA 3] */
export const overdueMs = ({ counts, hours, pauses }: Counting, dueAt: number, until: number): number => {
  const counted = (from: number, to: number): number =>
    to <= from ? 0 : counts === 'business-time' && hours !== undefined ? hours.msBetween(from, to) : to - from;
  return pauses.reduce(
    (sum, { from, to }) => sum - counted(Math.max(from, dueAt), Math.min(to, until)),
    counted(dueAt, until),
  );
};
