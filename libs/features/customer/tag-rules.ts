import { addMinutes, minutesBetween } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Dealings } from './dealings.ts';
import { dealtWithin, lastUpTo } from './dealings.ts';

/** The values of [S1] and [S3] that rules of tags ask for; `*` in the default policies, so ours. */
export const TAG_LIMITS = {
  steadyQuarters: 4,
  quarterDays: 91,
  silentDays: 60,
  complaints: 3,
  complaintWindowDays: 30,
  validDays: 90,
} as const;

export interface TagFacts {
  readonly dealings: Dealings;
  /** Within the last 30 days. */
  readonly complaints: number;
}

export interface RuleTag {
  readonly tag: 'steady' | 'churn-warning' | 'complaint-prone';
  readonly kind: 'value' | 'risk';
  readonly rule: string;
  readonly validUntil: Instant;
}

const dealtInEachQuarter = (dealings: Dealings, now: Instant): boolean =>
  Array.from({ length: TAG_LIMITS.steadyQuarters }, (_, quarter) => {
    const to = addMinutes(now, -quarter * TAG_LIMITS.quarterDays * 1_440);
    return dealtWithin(dealings, { from: addMinutes(to, -TAG_LIMITS.quarterDays * 1_440), to }).transactions > 0;
  }).every(Boolean);

const silentSince = (dealings: Dealings, now: Instant): boolean => {
  const last = lastUpTo(dealings, now);
  return last !== undefined && minutesBetween(last, now) >= TAG_LIMITS.silentDays * 1_440;
};

/** The tags that the rules put on a customer with these facts. Pure. [S1] */
export const tagsByRule = ({ dealings, complaints }: TagFacts, now: Instant): readonly RuleTag[] => {
  const validUntil = addMinutes(now, TAG_LIMITS.validDays * 1_440);
  return [
    ...(dealtInEachQuarter(dealings, now)
      ? [{ tag: 'steady', kind: 'value', rule: 'dealt-in-each-of-4-quarters', validUntil } as const]
      : []),
    ...(silentSince(dealings, now)
      ? [{ tag: 'churn-warning', kind: 'risk', rule: 'no-dealing-for-60-days', validUntil } as const]
      : []),
    ...(complaints >= TAG_LIMITS.complaints
      ? [{ tag: 'complaint-prone', kind: 'risk', rule: '3-complaints-in-30-days', validUntil } as const]
      : []),
  ];
};
