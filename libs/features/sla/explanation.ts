import type { Instant } from '#libs/kernel/instant.ts';
import type { ClockTarget, Pause, SlaClock } from './clock.ts';

/**
 * Why a stretch counts or does not. Counted: `open` (hours of service), `calendar-time` (every minute counts), `pause-outside-hours` (a
 * pause takes away service hours only), `beyond-cap` (the pauses had used up what they may). Skipped: `outside-hours`, `day-off`,
 * `pause`, `rolled` (all had counted, outside the hours: due at the next opening).
 */
export type Why =
  'open' | 'calendar-time' | 'pause-outside-hours' | 'beyond-cap' | 'outside-hours' | 'day-off' | 'pause' | 'rolled';

export interface ExplainedSegment {
  readonly from: Instant;
  readonly to: Instant;
  readonly counted: boolean;
  readonly why: Why;
  /** Of the holiday or make-up day. */
  readonly name?: string;
  readonly ms: number;
}

/** How a deadline comes about, in full. [SLA 15] */
export interface Explanation {
  readonly clock: SlaClock['clock'];
  readonly cycle: number;
  readonly target: ClockTarget;
  /** The zone that the lines speak in; UTC where the target has no calendar. */
  readonly zone: string;
  readonly startedAt: Instant;
  readonly dueAt: Instant;
  /** All that has to count. */
  readonly wholeMs: number;
  /** Without a gap from the start to the deadline; the counted ones add up to `wholeMs`. Empty: no hours of service come. */
  readonly segments: readonly ExplainedSegment[];
  readonly pauses: readonly Pause[];
  /** Of a pause that is on: the deadline assumes that it goes on, up to its cap. */
  readonly pausedSince?: Instant;
  /** Years on the way whose days off nobody had published: they count by the ordinary week. [SLA 6] */
  readonly unpublishedYears: readonly number[];
  /** Promises that stand beside, with their later deadlines. */
  readonly others: readonly { readonly target: ClockTarget; readonly dueAt: Instant }[];
  readonly lines: { readonly en: readonly string[]; readonly 'zh-CN': readonly string[] };
}
