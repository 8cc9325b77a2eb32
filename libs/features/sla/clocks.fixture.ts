import { DEFAULT_CALENDARS, DEFAULT_SLA } from '#libs/features/policy/policy.events.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { SlaDocument, SlaRule, Target } from '#libs/features/policy/policy.events.ts';
import { advance, NO_CLOCKS } from './sla.events.ts';
import type { Advanced, ClockFact, ClockName, ClockSet, Policies, SlaClock } from './sla.events.ts';

// What the specs of this folder speak with.

export const calendarTime = (minutes: number): Target => ({ minutes, counts: 'calendar-time' });
export const businessTime = (minutes: number): Target => ({ minutes, counts: 'business-time' });
export const rule = (name: string, when: SlaRule['when'], targets: Partial<SlaRule>, calendar = 'always'): SlaRule => ({
  ...{ name, when, calendar, firstResponse: calendarTime(120) },
  ...targets,
});
export const sla = (version: string, rules: SlaRule[], rest: Partial<SlaDocument> = {}): SlaDocument => ({
  ...DEFAULT_SLA,
  ...{ version, rules },
  ...rest,
});
export const by = (document: SlaDocument): Policies => ({ sla: document, calendar: DEFAULT_CALENDARS });
export const DEFAULTS = by(DEFAULT_SLA);

/** Monday 23 November 2026, a working day, by the walls of Shanghai; `monday('+1 09:00')` is Tuesday. */
export const monday = (wall: string): Instant => {
  const [days, time] = wall.startsWith('+') ? [Number(wall.slice(1, wall.indexOf(' '))), wall.slice(-5)] : [0, wall];
  return instantOf(epochMsOf(`2026-11-23T${time}:00+08:00`) + days * 86_400_000);
};
export const opened = (
  at: Instant,
  tier: 'A' | 'B' | 'C' = 'A',
  more: { urgent?: boolean; complexity?: 'routine' | 'complex' } = {},
) => ({ kind: 'opened', at, tier, urgent: false, complexity: 'routine', ...more }) as const satisfies ClockFact;
export const fact = <
  Kind extends 'customer-message' | 'answered' | 'solved' | 'reopened' | 'closed' | 'pause-began' | 'pause-ended',
>(
  kind: Kind,
  at: Instant,
) => ({ kind, at }) as ClockFact;

/** Takes the facts one after another; everything that came of them together. */
export const after = (policies: Policies, ...facts: readonly ClockFact[]): Advanced =>
  facts.reduce<Advanced>(
    (so, each) => {
      const next = advance(so.clocks, each, policies);
      return {
        clocks: next.clocks,
        moved: [...so.moved, ...next.moved],
        reached: [...so.reached, ...next.reached],
        missed: [...so.missed, ...next.missed],
        passedOnChange: [...so.passedOnChange, ...next.passedOnChange],
      };
    },
    { clocks: NO_CLOCKS, moved: [], reached: [], missed: [], passedOnChange: [] },
  );
export const clockIn = (set: ClockSet, name: ClockName, cycle = 1): SlaClock => {
  const found = set.clocks.find((clock) => clock.clock === name && clock.cycle === cycle);
  if (found === undefined) throw new Error(`no ${name} clock, run ${cycle}`);
  return found;
};
export const namesIn = (set: ClockSet): readonly string[] => set.clocks.map(({ clock, cycle }) => `${clock} ${cycle}`);

export const ALL = by(
  sla('all@1', [
    rule(
      'all',
      {},
      {
        nextResponse: calendarTime(60),
        updateCadence: calendarTime(240),
        resolution: calendarTime(1_440),
        internal: calendarTime(180),
      },
    ),
  ]),
);
