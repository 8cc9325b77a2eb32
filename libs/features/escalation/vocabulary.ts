import { TRACKS } from '#libs/features/policy/policy.events.ts';
import type { ClockName } from '#libs/features/sla/sla.events.ts';

/** What an escalation is about. */
export const MATTERS = ['service-case', 'complaint'] as const;
export type About = { readonly kind: (typeof MATTERS)[number]; readonly id: string };

/** `emergency`: the gravest conflicts, with a clock of their own for acknowledgements. [E1, H6.3] */
export { TRACKS };
export type Track = (typeof TRACKS)[number];

/** How a recipient was reached; see `standInFor`. [SLA 11] */
export const REACHED_AS = ['self', 'deputy', 'manager', 'duty-roster'] as const;
/** Why a rule of a ladder reached nobody. */
export const NOT_REACHED = [
  'nobody-assigned',
  'no-customer',
  'no-account-manager',
  'no-team',
  'no-supervisor',
  'no-department-head',
  'no-group',
  'empty-group',
  'empty-roster',
  /** Away, and nobody stands in. */
  'nobody-there',
] as const;
export type NotReached = (typeof NOT_REACHED)[number];

export const BEGUN_BECAUSE = ['threshold', 'critical-complaint', 'raised-by-hand'] as const;
export type BegunBecause = (typeof BEGUN_BECAUSE)[number];

/** Why the climb reached a level. */
export const CALLED_BECAUSE = ['begun', 'not-acknowledged', 'still-open', 'no-progress', 'nobody-below'] as const;
export type CalledBecause = (typeof CALLED_BECAUSE)[number];

export const ENDED_BECAUSE = [
  'clock-stopped',
  'clock-cancelled',
  'solved',
  'closed',
  'withdrawn',
  'merged',
  'stood-down',
  /** A drill, by an emergency. */
  'overtaken',
] as const;
export type EndedBecause = (typeof ENDED_BECAUSE)[number];

/** What counts as progress after an acknowledgement. */
export const PROGRESS = ['answer', 'note', 'step'] as const;
export type Progress = (typeof PROGRESS)[number];

/** The id of the one escalation of one run of one clock: `complaint-42.response.1`. */
export const escalationIdFor = ({ kind, id }: About, clock: ClockName, cycle: number): string =>
  `${kind}-${id}.${clock}.${cycle}`;

/** The id of the emergencies of a case or complaint, one after another: `complaint-42.emergency`. */
export const emergencyIdFor = ({ kind, id }: About): string => `${kind}-${id}.emergency`;

/** The key of what is told once a climb. `round`: the nth emergency of its matter. */
export const climbKey = (escalationId: string, round: number): string =>
  `${escalationId}${round === 1 ? '' : `/round-${round}`}`;

/** The key of the notices of one level: whoever is called by several rules is told once. */
export const callKey = (escalationId: string, round: number, level: number): string =>
  `${climbKey(escalationId, round)}/level-${level}`;
