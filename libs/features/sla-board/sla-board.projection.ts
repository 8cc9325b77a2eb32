import { complaintEvents } from '#libs/features/complaint/complaint.events.ts';
import { serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import {
  clockInKey,
  clockRowKeys,
  clockRowStreams,
  isOpen,
  NEVER_DUE,
  NOT_IN_CLOCK_ROWS,
  ownerFolds,
  stateAsRecorded,
} from '#libs/features/sla/sla.events.ts';
import type { ClockName, ClockRecordData, SlaClock } from '#libs/features/sla/sla.events.ts';
import { minutesBetween } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';

/** One clock that is open, `<its id>:first-response`. It leaves the board when it ends. */
interface Row extends Document {
  readonly about: 'case' | 'complaint';
  readonly aboutId: string;
  readonly reference: string;
  /** The kind of case, or the category of complaint. */
  readonly sort: string;
  readonly clock: ClockName;
  readonly cycle: number;
  /** NEVER_DUE when no hours of service come; while paused, what an endless pause would lead to. */
  readonly dueAt: Instant;
  /** As recorded: a deadline that passed a moment ago may not be noticed yet. */
  readonly state: ReturnType<typeof stateAsRecorded>;
  readonly pausedSince?: Instant;
  /** The highest threshold of this deadline that was reached. */
  readonly reachedPercent?: number;
  readonly team?: string;
  /** The person: whom the case is assigned to, who is responsible for the complaint. */
  readonly assigneeId?: string;
  readonly customerId?: string;
  /** Served as; of the target whose deadline holds. */
  readonly tier?: 'A' | 'B' | 'C';
  readonly urgent: boolean;
  readonly startedAt: Instant;
}

const highest = (percents: readonly number[]): Pick<Row, 'reachedPercent'> =>
  percents.length === 0 ? {} : { reachedPercent: Math.max(...percents) };

type Owner = Pick<ClockRecordData<'clocks-judged.v1'>, 'reference' | 'sort' | 'customerId' | 'team' | 'assigneeId'>;

const rowOf = (about: Row['about'], aboutId: string, owner: Owner, run: SlaClock): Row => {
  const { clock, cycle, dueAt, pausedSince, startedAt, reached, deadlineRevision } = run;
  const { reference, sort, customerId, team: ofOwner, assigneeId } = owner;
  const { tier, urgent } = run.targets[run.governedBy]!.servedAs;
  // An internal clock is its team's, whoever owns the case.
  const team = run.team ?? ofOwner;
  return {
    ...{ about, aboutId, reference, sort, clock, cycle, dueAt, state: stateAsRecorded(run), urgent, startedAt },
    ...highest(reached.filter(({ revision }) => revision === deadlineRevision).map(({ percent }) => percent)),
    ...(pausedSince === undefined ? {} : { pausedSince }),
    ...(team === undefined ? {} : { team }),
    ...(assigneeId === undefined ? {} : { assigneeId }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(tier === undefined ? {} : { tier }),
  };
};

type Judged = { readonly streamId: string; readonly data: ClockRecordData<'clocks-judged.v1'> };

const judged =
  (about: Row['about']) =>
  (row: Row | undefined, { data, streamId }: Judged, key: string): Row | undefined => {
    // A fact may end one run of a clock and begin the next.
    const latest = data.clocks.findLast(({ clock }) => clock === clockInKey(key));
    if (latest === undefined) return row;
    return isOpen(latest) ? rowOf(about, streamId, data, latest) : undefined;
  };

type Reached = { readonly data: ClockRecordData<'threshold-reached.v1'> };
const reached = (row: Row | undefined, { data }: Reached) =>
  row?.cycle === data.cycle ? { ...row, ...highest([row.reachedPercent ?? 0, data.percent]) } : row;

type Missed = { readonly data: ClockRecordData<'deadline-missed.v1'> };
const missed = (row: Row | undefined, { data }: Missed) =>
  row?.cycle === data.cycle ? { ...row, state: 'breached' as const } : row;

const wholeMinutes = (from: Instant, to: Instant): number => Math.floor(minutesBetween(from, to));

/**
 * What a supervisor looks at in the morning: what is due next, by team, person and tier, and how much of it there is. A row for each
 * clock that is open: groups are counted by the store, so no document grows and nothing has to be taken out of another one.
 */
export const slaBoard = projection<Row>()('sla-board@1', {
  collection: {
    kind: 'current',
    indexes: [['dueAt'], ['team', 'dueAt'], ['assigneeId', 'dueAt'], ['tier', 'dueAt'], ['state', 'dueAt']],
  },
  access: {
    roles: ['agent', 'account-manager', 'supervisor', 'department-head', 'committee', 'auditor', 'operator', 'service'],
    teamField: 'team',
  },
  reads: [serviceCaseEvents, complaintEvents],
  keyOf: clockRowKeys,
  streamsOf: clockRowStreams,
  on: {
    'service-case.clocks-judged.v1': judged('case'),
    'complaint.clocks-judged.v1': judged('complaint'),
    'service-case.threshold-reached.v1': reached,
    'complaint.threshold-reached.v1': reached,
    'service-case.deadline-missed.v1': missed,
    'complaint.deadline-missed.v1': missed,
    ...ownerFolds<Row>(),
  },
  ignores: NOT_IN_CLOCK_ROWS,
  /** Minutes on the wall, whatever hours the target counts; `sla-status` tells what is left of the target. */
  onRead: (row, now) => {
    const overdue = row.dueAt < now;
    if (overdue) return { ...row, overdue, overdueForMinutes: wholeMinutes(row.dueAt, now) };
    return { ...row, overdue, ...(row.dueAt === NEVER_DUE ? {} : { dueInMinutes: wholeMinutes(now, row.dueAt) }) };
  },
});
