import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { CASE_CLOCKS, COMPLAINT_CLOCKS } from './clock.ts';
import type { Outcome, SlaClock } from './clock.ts';

const OUTCOMES = [
  'met',
  'breached',
  'breached-on-change',
  'cancelled',
  'undetermined',
] as const satisfies readonly Outcome[];

export const clockName = () => Type.Enum([...CASE_CLOCKS, ...COMPLAINT_CLOCKS]);
export const version = () => field.text(60);
const ms = () => Type.Integer({ minimum: 0 });
const percent = () => Type.Integer({ minimum: 1, maximum: 100 });

const target = Type.Object({
  by: Type.Enum(['tier', 'complaint']),
  rule: Type.Optional(field.text(100)),
  servedAs: Type.Object({
    tier: Type.Optional(Type.Enum(['A', 'B', 'C'])),
    urgent: Type.Boolean(),
    complexity: Type.Enum(['routine', 'complex']),
  }),
  slaVersion: version(),
  calendarVersion: version(),
  calendar: Type.Optional(field.text(60)),
  loosenedBy: Type.Optional(field.id()),
  counts: Type.Enum(['calendar-time', 'business-time', 'working-days']),
  minutes: Type.Optional(field.count()),
  rolled: Type.Optional(Type.Literal(true)),
  workingDays: Type.Optional(field.count()),
});

const pause = Type.Object({ from: field.instant(), to: field.instant() });
const threshold = { percent: percent(), at: field.instant() };

/** A clock as it stands in events: see `SlaClock`. */
export const clockSchema = Type.Unsafe<SlaClock>(
  Type.Object({
    clock: clockName(),
    cycle: Type.Integer({ minimum: 1 }),
    team: Type.Optional(field.id()),
    startedAt: field.instant(),
    targets: Type.Array(target, { minItems: 1 }),
    governedBy: Type.Integer({ minimum: 0, examples: [0] }),
    pauses: Type.Array(pause),
    pausedSince: Type.Optional(field.instant()),
    pauseCapMinutes: field.count(),
    dueAt: field.instant(),
    deadlineRevision: Type.Integer({ minimum: 1 }),
    thresholds: Type.Array(Type.Object(threshold)),
    reached: Type.Array(Type.Object({ ...threshold, revision: Type.Integer({ minimum: 1 }) })),
    untold: Type.Optional(Type.Array(percent())),
    breachedAt: Type.Optional(field.instant()),
    breachedOnChangeAt: Type.Optional(field.instant()),
    stoppedAt: Type.Optional(field.instant()),
    outcome: Type.Optional(Type.Enum([...OUTCOMES])),
    result: Type.Optional(Type.Object({ elapsedMs: ms(), pausedMs: ms(), overdueMs: ms() })),
  }),
);
