import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { COMPLAINT_CLOCKS, standingOf } from '#libs/features/sla/sla.events.ts';
import type { SlaClock } from '#libs/features/sla/sla.events.ts';
import type { StepPlan } from './procedure.ts';
import type { Step } from './vocabulary.ts';
import { STEPS } from './vocabulary.ts';

type Status =
  'filed' | 'accepted' | 'investigation' | 'handling' | 'feedback' | 'reviewed' | 'closed' | 'withdrawn' | 'merged';

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
  readonly closing?: JsonValue;
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
const clockOf = (row: Row, name: string) => row[name] as unknown as SlaClock | undefined;

export const answered = (row: Row): Row => ({ ...row, messages: row.messages + 1 });

export const finished = (row: Row, status: Status): Row => ({ ...row, status, open: false });

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

export const withClocks = (row: Row, clocks: readonly SlaClock[]): Row => ({
  ...row,
  ...Object.fromEntries(clocks.map((clock) => [clock.clock, json(clock)])),
});

export const withClock = (row: Row, name: string, change: (clock: SlaClock) => SlaClock): Row => {
  const clock = clockOf(row, name);
  return clock === undefined ? row : withClocks(row, [change(clock)]);
};

/** The clocks as they read at a moment; a list of clocks counts what is left of them as their targets do. */
export const clocksRead = (row: Row, now: Instant): { readonly [clock: string]: JsonValue } =>
  Object.fromEntries(
    COMPLAINT_CLOCKS.flatMap((name) => {
      const clock = clockOf(row, name);
      if (clock === undefined) return [];
      const { state: status, isOverdue } = standingOf(clock, now);
      return [[name, json({ ...clock, status, isOverdue })]];
    }),
  );
