import type { Instant } from '#libs/kernel/instant.ts';
import type { ClockName } from '#libs/features/sla/sla.events.ts';
import type { EscalationEvent } from './escalation-events.ts';
import type { About, Track } from './vocabulary.ts';

/** A level whose people were called. */
export interface Call {
  readonly level: number;
  readonly called: readonly string[];
  readonly acknowledgement: boolean;
}

interface Known {
  readonly about: About;
  readonly customerId?: string;
  /** What was told once already besides the climb: reminders by deadline revision and percent, the change. */
  readonly told: readonly string[];
}

interface Run extends Known {
  readonly track: Track;
  readonly drill?: true;
  readonly clock?: ClockName;
  readonly cycle?: number;
  readonly round: number;
  readonly ladderVersion: string;
  readonly ladder: string;
  readonly fromLevel: number;
  /** The highest level that the climb has reached; the one below the first before anybody was called. */
  readonly level: number;
  readonly calls: readonly Call[];
  /** `3/mei`: each person stops the climb once a level. */
  readonly acknowledged: readonly string[];
  /** Of the last fact: nothing is recorded before it. */
  readonly lastAt: Instant;
}

export type Escalation =
  | { readonly status: 'unknown' }
  /** Somebody was reminded; nothing climbs. */
  | (Known & { readonly status: 'watched' })
  /** `nextAt`: when the next level is called. */
  | (Run & { readonly status: 'climbing'; readonly nextAt: Instant })
  /** `nextAt`: when the climb goes on without progress; absent where no level is left. */
  | (Run & { readonly status: 'acknowledged'; readonly nextAt?: Instant })
  | (Run & { readonly status: 'exhausted' })
  | (Run & { readonly status: 'ended' });
export type Begun = Exclude<Escalation, { status: 'unknown' | 'watched' }>;
export type Live = Exclude<Begun, { status: 'ended' }>;

export const isBegun = (state: Escalation): state is Begun => state.status !== 'unknown' && state.status !== 'watched';
export const isLive = (state: Escalation): state is Live => isBegun(state) && state.status !== 'ended';

/** What `told` says of a reminder, and of a change. */
export const reminderMark = (revision: number, percent: number): string => `${revision}/${percent}`;
export const CHANGE_MARK = 'change';

const told = (state: Escalation, { about, customerId }: Omit<Known, 'told'>, mark: string): Escalation =>
  state.status === 'unknown'
    ? { status: 'watched', about, ...(customerId === undefined ? {} : { customerId }), told: [mark] }
    : { ...state, told: [...state.told, mark] };

/** As far as the fold looks: a decision in the making has no place and proof yet. */
export type Folded = Pick<EscalationEvent, 'type' | 'data' | 'occurredAt'>;

/** What of a run outlives its status. */
const runOf = (state: Begun, lastAt: Instant): Run => {
  const { status: _status, nextAt: _next, ...run } = state as Begun & { readonly nextAt?: Instant };
  return { ...run, lastAt };
};

/** Total: every event on every state. */
export const evolve = (state: Escalation, folded: Folded): Escalation => {
  const event = folded as EscalationEvent;
  const { occurredAt: at } = event;
  switch (event.type) {
    case 'escalation.reminded.v1':
      return told(state, event.data, reminderMark(event.data.revision, event.data.percent));
    case 'escalation.told-of-change.v1':
      return told(state, event.data, CHANGE_MARK);
    case 'escalation.begun.v1': {
      const { about, customerId, track, drill, clock, cycle, round, ladderVersion, ladder, fromLevel } = event.data;
      return {
        ...{ status: 'climbing', about, track, round, ladderVersion, ladder, fromLevel, level: fromLevel - 1 },
        ...(customerId === undefined ? {} : { customerId }),
        ...(drill === undefined ? {} : { drill }),
        ...(clock === undefined ? {} : { clock }),
        ...(cycle === undefined ? {} : { cycle }),
        ...{ calls: [], acknowledged: [], told: state.status === 'unknown' ? [] : state.told, lastAt: at, nextAt: at },
      };
    }
  }
  if (!isBegun(state)) return state;
  const run = runOf(state, at);
  switch (event.type) {
    case 'escalation.called.v1': {
      const { level, called, acknowledgement, nextAt } = event.data;
      return { ...run, status: 'climbing', level, calls: [...run.calls, { level, called, acknowledgement }], nextAt };
    }
    case 'escalation.nobody-found.v1':
      return { ...run, status: 'climbing', level: event.data.level, nextAt: at };
    case 'escalation.acknowledged.v1': {
      const { level, acknowledgedBy, nextAt } = event.data;
      const acknowledged = [...run.acknowledged, acknowledgementMark(level, acknowledgedBy)];
      return { ...run, status: 'acknowledged', acknowledged, ...(nextAt === undefined ? {} : { nextAt }) };
    }
    case 'escalation.progressed.v1':
      return { ...run, status: 'acknowledged', nextAt: event.data.nextAt };
    case 'escalation.exhausted.v1':
      return { ...run, status: 'exhausted' };
    case 'escalation.ended.v1':
      return { ...run, status: 'ended' };
  }
};

export const acknowledgementMark = (level: number, userId: string): string => `${level}/${userId}`;
