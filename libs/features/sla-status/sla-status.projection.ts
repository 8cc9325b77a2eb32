import { complaintEvents } from '#libs/features/complaint/complaint.events.ts';
import {
  calendarPolicies,
  CALENDAR_POLICY_ID,
  SLA_POLICY_ID,
  slaPolicies,
} from '#libs/features/policy/policy.events.ts';
import { serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import {
  clockInKey,
  clockRowKeys,
  clockRowStreams,
  isOpen,
  NOT_IN_CLOCK_ROWS,
  ownerFolds,
  policiesOf,
  policyVersionsIn,
  reading,
  stateAsRecorded,
  withMissed,
  withReached,
} from '#libs/features/sla/sla.events.ts';
import type { ClockRecordData, Outcome, SlaClock } from '#libs/features/sla/sla.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { projection } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';

/** What an earlier run of the clock came to. It was judged then, and stays. [SLA 5, H2] */
type EarlierCycle = Pick<SlaClock, 'cycle' | 'startedAt' | 'dueAt' | 'stoppedAt' | 'outcome'>;

/** The latest run of one clock of one case or complaint: `<its id>:first-response`. */
export type ClockRow = Omit<SlaClock, 'targets' | 'pauses' | 'thresholds' | 'reached'> & {
  readonly about: 'case' | 'complaint';
  readonly aboutId: string;
  readonly reference: string;
  /** The kind of case, or the category of complaint. */
  readonly sort: string;
  readonly customerId?: string;
  readonly team?: string;
  readonly assigneeId?: string;
  /** Served as; of the target whose deadline holds. */
  readonly tier?: 'A' | 'B' | 'C';
  readonly urgent: boolean;
  /** The versions of that target. */
  readonly slaVersion: string;
  readonly calendarVersion: string;
  /** As recorded: a deadline that passed a moment ago may not be noticed yet. */
  readonly state: 'running' | 'paused' | Outcome;
  /** It has not ended; also of one that is past its deadline. */
  readonly open: boolean;
  readonly targets: readonly JsonValue[];
  readonly pauses: readonly JsonValue[];
  readonly thresholds: readonly JsonValue[];
  readonly reached: readonly JsonValue[];
  readonly earlierCycles: readonly JsonValue[];
};
type Row = ClockRow & Document;

const json = <T>(values: readonly T[]) => values as unknown as readonly JsonValue[];
const clockOf = (row: Row): SlaClock => row as unknown as SlaClock;

const earlierOf = (row: Row): EarlierCycle => {
  const { cycle, startedAt, dueAt, stoppedAt, outcome } = row;
  return {
    ...{ cycle, startedAt, dueAt },
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(outcome === undefined ? {} : { outcome }),
  };
};

type Owner = Pick<ClockRow, 'about' | 'aboutId' | 'reference' | 'sort' | 'customerId' | 'team' | 'assigneeId'>;

/** Of a row, or of what a record says: no more than that. */
const ownerOf = ({ about, aboutId, reference, sort, customerId, team, assigneeId }: Owner): Owner => ({
  ...{ about, aboutId, reference, sort },
  ...(customerId === undefined ? {} : { customerId }),
  ...(team === undefined ? {} : { team }),
  ...(assigneeId === undefined ? {} : { assigneeId }),
});

const rowOf = (owner: Owner, clock: SlaClock, earlierCycles: readonly JsonValue[]): Row => {
  const { servedAs, slaVersion, calendarVersion } = clock.targets[clock.governedBy]!;
  const { tier, urgent } = servedAs;
  const { team, ...run } = clock;
  return {
    ...owner,
    ...run,
    // An internal clock is its team's, whoever owns the case.
    ...(team === undefined ? {} : { team }),
    ...{ targets: json(clock.targets), pauses: json(clock.pauses), thresholds: json(clock.thresholds) },
    ...{ reached: json(clock.reached), urgent, slaVersion, calendarVersion },
    ...(tier === undefined ? {} : { tier }),
    ...{ state: stateAsRecorded(clock), open: isOpen(clock), earlierCycles },
  };
};

const changed = (row: Row | undefined, cycle: number, change: (clock: SlaClock) => SlaClock): Row | undefined =>
  row === undefined || row.cycle !== cycle ? row : rowOf(ownerOf(row), change(clockOf(row)), row.earlierCycles);

type Judged = { readonly streamId: string; readonly data: ClockRecordData<'clocks-judged.v1'> };

const judged =
  (about: ClockRow['about']) =>
  (row: Row | undefined, { data, streamId }: Judged, key: string): Row | undefined => {
    const owner = ownerOf({ about, aboutId: streamId, ...data });
    // A fact may end one run of a clock and begin the next.
    return data.clocks
      .filter(({ clock }) => clock === clockInKey(key))
      .reduce<Row | undefined>((before, clock) => {
        const earlier =
          before === undefined
            ? []
            : before.cycle === clock.cycle
              ? before.earlierCycles
              : [...before.earlierCycles, earlierOf(before) as unknown as JsonValue];
        return rowOf(owner, clock, earlier);
      }, row);
  };

type Reached = { readonly data: ClockRecordData<'threshold-reached.v1'>; readonly occurredAt: Instant };
const reached = (row: Row | undefined, { data, occurredAt }: Reached) =>
  changed(row, data.cycle, (clock) => withReached(clock, data, occurredAt));

type Missed = { readonly data: ClockRecordData<'deadline-missed.v1'>; readonly occurredAt: Instant };
const missed = (row: Row | undefined, { data, occurredAt }: Missed) =>
  changed(row, data.cycle, (clock) => withMissed(clock, occurredAt));

/** Every clock of every case and complaint, as of any time; what depends on now is told on read. [SLA 1–9] */
export const slaStatus = projection<Row>()('sla-status@3', {
  collection: {
    kind: 'versioned',
    indexes: [
      ['aboutId'],
      ['state', 'dueAt'],
      ['open', 'dueAt'],
      ['team', 'open', 'dueAt'],
      ['assigneeId'],
      ['customerId'],
    ],
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
  readWith: [
    { as: 'slaPolicies', view: slaPolicies, id: SLA_POLICY_ID },
    { as: 'calendarPolicies', view: calendarPolicies, id: CALENDAR_POLICY_ID },
  ],
  onRead: (row, now, consulted) => {
    const {
      state: stateNow,
      isOverdue: overdue,
      isNearPauseCap: nearPauseCap,
      elapsedPercent,
      ...rest
    } = reading(clockOf(row), now, policiesOf(policyVersionsIn({ consulted }), row));
    const { isPaused: _paused, ...times } = rest;
    return {
      ...row,
      ...times,
      ...{ stateNow, overdue, nearPauseCap },
      ...(elapsedPercent === undefined ? {} : { percentUsed: elapsedPercent }),
    };
  },
});
