import { addMinutes, minutesBetween } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Dealings } from './dealings.ts';
import { dealtWithin, firstOf, lastUpTo } from './dealings.ts';
import type { LifecycleStage } from './relationship-events.ts';

/** Our reading of [M1.3], which names the stages but not where they part. All values are ours (`*`). */
export const LIFECYCLE_LIMITS = {
  /** Younger than this, or with fewer dealings, a relationship is still developing. */
  developDays: 90,
  developTransactions: 2,
  /** Older than this and steady, it is mature. */
  matureDays: 365,
  /** Silence this long, or half of the dealings of the half year before: decline. */
  silentDays: 180,
  halfYearDays: 182,
} as const;

export interface LifecycleJudgement {
  readonly stage: LifecycleStage;
  readonly rule: string;
  readonly tenureDays: number;
  readonly daysSinceLastTransaction?: number;
  readonly recentTransactions: number;
  readonly earlierTransactions: number;
}

const wholeDays = (from: Instant, to: Instant) => Math.floor(minutesBetween(from, to) / 1_440);

/** Where the dealings place a customer at a moment. Pure. [M1.3] */
export const judgeLifecycle = (dealings: Dealings, now: Instant): LifecycleJudgement => {
  const limits = LIFECYCLE_LIMITS;
  const first = firstOf(dealings);
  const last = lastUpTo(dealings, now);
  if (first === undefined || last === undefined)
    return { stage: 'identify', rule: 'no-dealings', tenureDays: 0, recentTransactions: 0, earlierTransactions: 0 };
  const halfYearAgo = addMinutes(now, -limits.halfYearDays * 1_440);
  const yearAgo = addMinutes(halfYearAgo, -limits.halfYearDays * 1_440);
  const recent = dealtWithin(dealings, { from: halfYearAgo, to: now }).transactions;
  const before = dealtWithin(dealings, { from: yearAgo, to: halfYearAgo }).transactions;
  const facts = {
    tenureDays: wholeDays(first, now),
    daysSinceLastTransaction: wholeDays(last, now),
    recentTransactions: recent,
    earlierTransactions: before,
  };
  const all = dealtWithin(dealings, { from: addMinutes(first, -1), to: now }).transactions;
  if (facts.daysSinceLastTransaction >= limits.silentDays) return { stage: 'decline', rule: 'silent', ...facts };
  if (facts.tenureDays < limits.developDays || all < limits.developTransactions)
    return { stage: 'develop', rule: 'young-or-few-dealings', ...facts };
  if (recent * 2 <= before) return { stage: 'decline', rule: 'dealings-halved', ...facts };
  if (facts.tenureDays >= limits.matureDays && recent <= before)
    return { stage: 'mature', rule: 'long-and-steady', ...facts };
  return { stage: 'grow', rule: 'growing', ...facts };
};
