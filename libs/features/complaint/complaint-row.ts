import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { ClockEnd, ClockTarget } from './clocks.ts';
import { outcomeOf, readClock } from './clocks.ts';
import type { DataOf } from './complaint.events.ts';
import type { StepPlan } from './procedure.ts';
import type { Step } from './vocabulary.ts';
import { STEPS } from './vocabulary.ts';

type Status =
  'filed' | 'accepted' | 'investigation' | 'handling' | 'feedback' | 'reviewed' | 'closed' | 'withdrawn' | 'merged';

interface Clock extends ClockTarget, ClockEnd {
  /** How it ended; absent while it runs. A running clock past its deadline is told on read: that depends on now. */
  readonly outcome?: string;
}

export interface StepRow extends StepPlan {
  readonly doneAt?: Instant;
}

export interface Row extends Document {
  readonly reference: string;
  readonly status: Status;
  readonly open: boolean;
  readonly category: string;
  readonly severity: string;
  readonly channel: string;
  readonly customerId?: string;
  readonly identified: boolean;
  readonly team?: string;
  readonly receivedAt: Instant;
  readonly cycle: number;
  readonly response?: JsonValue;
  readonly plan?: JsonValue;
  readonly steps: readonly JsonValue[];
  readonly messages: number;
  readonly reopenCount: number;
  readonly planRevisions: number;
  /** The outcomes of earlier cycles, as they were. [SLA 5] */
  readonly earlierCycles: readonly JsonValue[];
}

export const blank: Row = {
  reference: '',
  status: 'filed',
  open: true,
  category: '',
  severity: 'moderate',
  channel: 'other',
  identified: false,
  receivedAt: '',
  cycle: 1,
  steps: [],
  messages: 0,
  reopenCount: 0,
  planRevisions: 0,
  earlierCycles: [],
};

export const json = (value: unknown): JsonValue => value as JsonValue;
export const clockOf = (row: Row, name: 'response' | 'plan') => row[name] as unknown as Clock | undefined;

const settled = (clock: Clock): Clock => {
  const { outcome: _, ...rest } = clock;
  const outcome = outcomeOf(rest, rest);
  return outcome === undefined ? rest : { ...rest, outcome };
};

/** A clock that ended stays as it is. */
export const ended = (row: Row, name: 'response' | 'plan', end: ClockEnd): Row => {
  const clock = clockOf(row, name);
  return clock === undefined || clock.stoppedAt !== undefined || clock.endedAt !== undefined
    ? row
    : { ...row, [name]: json(settled({ ...clock, ...end })) };
};

export const answered = (row: Row, at: Instant): Row => ({
  ...ended(row, 'response', { stoppedAt: at }),
  messages: row.messages + 1,
});

export const finished = (row: Row, status: Status, end: ClockEnd): Row => ({
  ...ended(ended(row, 'response', end), 'plan', end),
  status,
  open: false,
});

const stepsDone = (row: Row, done: readonly Step[], at: Instant): readonly JsonValue[] =>
  (row.steps as unknown as readonly StepRow[]).map((step) =>
    json(done.includes(step.step) && step.doneAt === undefined ? { ...step, doneAt: at } : step),
  );

/** The status that follows a step means that the step, and all before it, are done. */
export const movedTo = (row: Row, status: Status, doneBefore: Step | undefined, at: Instant): Row => ({
  ...row,
  status,
  steps: doneBefore === undefined ? row.steps : stepsDone(row, STEPS.slice(0, STEPS.indexOf(doneBefore) + 1), at),
});

export const withClocks = (row: Row, { clocks }: DataOf<'clocks-set'>): Row =>
  clocks.reduce<Row>((before, target) => {
    const { stoppedAt, endedAt, endUnknown } = clockOf(before, target.clock) ?? {};
    const end = {
      ...(stoppedAt === undefined ? {} : { stoppedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(endUnknown === undefined ? {} : { endUnknown }),
    };
    return { ...before, [target.clock]: json(settled({ ...target, ...end })) };
  }, row);

export const read = (clock: Clock | undefined, now: Instant): { readonly [field: string]: JsonValue } =>
  clock === undefined
    ? {}
    : { ...(clock as unknown as { [field: string]: JsonValue }), ...readClock(clock, clock, now) };
