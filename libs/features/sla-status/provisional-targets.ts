import type { Complexity, Tier } from '#libs/features/service-case/service-case.events.ts';

/** In minutes of calendar time. */
export interface Targets {
  readonly firstResponseMinutes: number;
  readonly resolutionMinutes: number;
}

const HOUR = 60;
const hours = (response: number, closing: number): Targets => ({
  firstResponseMinutes: response * HOUR,
  resolutionMinutes: closing * HOUR,
});
const same = (targets: Targets): { readonly [C in Complexity]: Targets } => ({ routine: targets, complex: targets });

/** The name under which readings say what they were judged by. */
export const PROVISIONAL_POLICY = 'service-sla-provisional@1';

/**
 * The times of the service table [T2] in calendar time, until calendars and policies are documents of their own. Urgent:
 * critical or high. A caller who is not identified, or a customer without a tier, is served as C.
 */
export const PROVISIONAL_TARGETS: {
  readonly [T in Tier]: { readonly [U in 'urgent' | 'other']: { readonly [C in Complexity]: Targets } };
} = {
  A: { urgent: same(hours(2, 24)), other: same(hours(8, 24)) },
  B: { urgent: same(hours(4, 24)), other: same(hours(8, 48)) },
  C: {
    urgent: { routine: hours(8, 48), complex: hours(8, 72) },
    other: { routine: hours(8, 48), complex: hours(8, 72) },
  },
};

export interface ServedAs {
  readonly tier: Tier;
  readonly urgent: boolean;
  readonly complexity: Complexity;
}

export const targetsFor = ({ tier, urgent, complexity }: ServedAs): Targets =>
  PROVISIONAL_TARGETS[tier][urgent ? 'urgent' : 'other'][complexity];
