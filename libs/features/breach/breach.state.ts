import type { BreachEvent } from './breach-events.ts';

/** The steps that were taken, in whichever order they came; all of them are needed to close. */
export type Breach =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'open' | 'closed';
      readonly detectedAt: string;
      readonly isIsolated: boolean;
      /** Undefined: not determined yet. */
      readonly affected?: readonly string[];
      readonly told: readonly string[];
      readonly regulatorTold: boolean;
      readonly isAccounted: boolean;
      readonly isFixed: boolean;
    };
export type KnownBreach = Exclude<Breach, { status: 'unknown' }>;

export const evolve = (breach: Breach, event: BreachEvent): Breach => {
  if (event.type === 'breach.detected.v1')
    return {
      ...{ status: 'open', detectedAt: event.data.detectedAt, isIsolated: false, told: [] },
      ...{ regulatorTold: false, isAccounted: false, isFixed: false },
    };
  if (breach.status === 'unknown') return breach;
  switch (event.type) {
    case 'breach.isolated.v1':
      return { ...breach, isIsolated: true };
    case 'breach.affected-determined.v1':
      return { ...breach, affected: event.data.subjects };
    case 'breach.affected-told.v1':
      return { ...breach, told: [...new Set([...breach.told, ...event.data.subjects])] };
    case 'breach.regulator-told.v1':
      return { ...breach, regulatorTold: true };
    case 'breach.accountability-recorded.v1':
      return { ...breach, isAccounted: true };
    case 'breach.fixed.v1':
      return { ...breach, isFixed: true };
    case 'breach.closed.v1':
      return { ...breach, status: 'closed' };
  }
};

/** Whom nobody has told yet. */
export const untold = ({ affected = [], told }: KnownBreach): readonly string[] =>
  affected.filter((subject) => !told.includes(subject));

/** The commands that are still to come before the breach can be closed. */
export const stepsLeft = (breach: KnownBreach): readonly string[] => [
  ...(breach.isIsolated ? [] : ['breach.isolate']),
  ...(breach.affected === undefined ? ['breach.determine-affected'] : []),
  ...(untold(breach).length > 0 ? ['breach.tell-affected'] : []),
  ...(breach.regulatorTold ? [] : ['breach.tell-regulator']),
  ...(breach.isAccounted ? [] : ['breach.record-accountability']),
  ...(breach.isFixed ? [] : ['breach.record-fix']),
];
