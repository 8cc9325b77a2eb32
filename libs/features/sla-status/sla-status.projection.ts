import { complaintEvents } from '#libs/features/complaint/complaint.events.ts';
import type { ComplaintEvent } from '#libs/features/complaint/complaint.events.ts';
import {
  calendarPolicies,
  CALENDAR_POLICY_ID,
  SLA_POLICY_ID,
  slaPolicies,
} from '#libs/features/policy/policy.events.ts';
import { serviceCaseEvents } from '#libs/features/service-case/service-case.events.ts';
import type { ServiceCaseEvent } from '#libs/features/service-case/service-case.events.ts';
import {
  CASE_CLOCKS,
  COMPLAINT_CLOCKS,
  isOpen,
  policiesOf,
  policyVersionsIn,
  reading,
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

const stateOf = ({ outcome, breachedAt, breachedOnChangeAt, pausedSince }: SlaClock): ClockRow['state'] =>
  outcome ??
  (breachedAt !== undefined
    ? 'breached'
    : breachedOnChangeAt !== undefined
      ? 'breached-on-change'
      : pausedSince === undefined
        ? 'running'
        : 'paused');

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
    ...{ state: stateOf(clock), open: isOpen(clock), earlierCycles },
  };
};

const changed = (row: Row | undefined, cycle: number, change: (clock: SlaClock) => SlaClock): Row | undefined =>
  row === undefined || row.cycle !== cycle ? row : rowOf(ownerOf(row), change(clockOf(row)), row.earlierCycles);

const nameIn = (key: string) => key.slice(key.lastIndexOf(':') + 1);

type Judged = { readonly streamId: string; readonly data: ClockRecordData<'clocks-judged.v1'> };

const judged =
  (about: ClockRow['about']) =>
  (row: Row | undefined, { data, streamId }: Judged, key: string): Row | undefined => {
    const owner = ownerOf({ about, aboutId: streamId, ...data });
    // A fact may end one run of a clock and begin the next.
    return data.clocks
      .filter(({ clock }) => clock === nameIn(key))
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

/** A clock that there is not is not made by who has the case. */
const owned = (row: Row | undefined, change: { readonly [field: string]: JsonValue | undefined }): Row | undefined =>
  row === undefined ? undefined : { ...row, ...change };

const ofTeam = (row: Row | undefined, team: string | undefined) =>
  row === undefined || row.clock === 'internal' || team === undefined ? {} : { team };

const clocksTouchedBy = (event: ServiceCaseEvent | ComplaintEvent): readonly string[] => {
  const { streamId } = event;
  switch (event.type) {
    case 'service-case.clocks-judged.v1':
    case 'complaint.clocks-judged.v1':
      return [...new Set(event.data.clocks.map(({ clock }) => `${streamId}:${clock}`))];
    case 'service-case.threshold-reached.v1':
    case 'complaint.threshold-reached.v1':
    case 'service-case.deadline-missed.v1':
    case 'complaint.deadline-missed.v1':
      return [`${streamId}:${event.data.clock}`];
    case 'complaint.customer-identified.v1':
    case 'complaint.assigned.v1':
      return COMPLAINT_CLOCKS.map((clock) => `${streamId}:${clock}`);
    default:
      return CASE_CLOCKS.map((clock) => `${streamId}:${clock}`);
  }
};

/** Every clock of every case and complaint, as of any time; what depends on now is told on read. [SLA 1–9] */
export const slaStatus = projection<Row>()('sla-status@2', {
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
  keyOf: clocksTouchedBy,
  on: {
    'service-case.clocks-judged.v1': judged('case'),
    'complaint.clocks-judged.v1': judged('complaint'),
    'service-case.threshold-reached.v1': reached,
    'complaint.threshold-reached.v1': reached,
    'service-case.deadline-missed.v1': missed,
    'complaint.deadline-missed.v1': missed,
    'service-case.customer-identified.v1': (row, { data }) => owned(row, { customerId: data.customerId }),
    'complaint.customer-identified.v1': (row, { data }) => owned(row, { customerId: data.customerId }),
    'service-case.assigned.v1': (row, { data }) =>
      owned(row, { ...ofTeam(row, data.team), assigneeId: data.assigneeId }),
    'service-case.reassigned.v1': (row, { data }) =>
      owned(row, { ...ofTeam(row, data.team), assigneeId: data.assigneeId }),
    'service-case.unassigned.v1': (row) => owned(row, { assigneeId: undefined }),
    'service-case.handed-over.v1': (row, { data }) => owned(row, { ...ofTeam(row, data.team), assigneeId: undefined }),
    'complaint.assigned.v1': (row, { data }) =>
      owned(row, { ...ofTeam(row, data.team), assigneeId: data.responsibleId }),
  },
  // What happens to a case or complaint reaches its clocks as clocks-judged, in the same append.
  ignores: [
    'service-case.received.v1',
    'service-case.classification-proposed.v1',
    'service-case.identified.v1',
    'service-case.type-changed.v1',
    'service-case.complexity-changed.v1',
    'service-case.priority-changed.v1',
    'service-case.source-verdict-recorded.v1',
    'service-case.started.v1',
    'service-case.waiting-for-customer-began.v1',
    'service-case.waiting-for-others-began.v1',
    'service-case.resumed.v1',
    'service-case.reopened.v1',
    'service-case.customer-message-received.v1',
    'service-case.answer-sent.v1',
    'service-case.automatic-answer-sent.v1',
    'service-case.first-response-recorded.v1',
    'service-case.note-added.v1',
    'service-case.attachment-recorded.v1',
    'service-case.solved.v1',
    'service-case.solution-confirmed.v1',
    'service-case.solution-refused.v1',
    'service-case.evaluated.v1',
    'service-case.evaluation-not-answered.v1',
    'service-case.retrospective-recorded.v1',
    'service-case.execution-record-signed.v1',
    'service-case.closed.v1',
    'service-case.deadline-moved.v1',
    'service-case.deadline-passed-by-change.v1',
    'service-case.tier-followed.v1',
    'service-case.deadlines-loosened.v1',
    'complaint.filed.v1',
    'complaint.receipt-sent.v1',
    'complaint.clocks-set.v1',
    'complaint.severity-raised.v1',
    'complaint.severity-lowered.v1',
    'complaint.category-changed.v1',
    'complaint.accepted.v1',
    'complaint.step-reassigned.v1',
    'complaint.investigation-begun.v1',
    'complaint.finding-recorded.v1',
    'complaint.handling-begun.v1',
    'complaint.plan-set.v1',
    'complaint.plan-revised.v1',
    'complaint.corrective-action-recorded.v1',
    'complaint.no-corrective-action-needed.v1',
    'complaint.final-answer-sent.v1',
    'complaint.review-passed.v1',
    'complaint.review-failed.v1',
    'complaint.closed.v1',
    'complaint.withdrawn.v1',
    'complaint.merged-into.v1',
    'complaint.reopened.v1',
    'complaint.source-verdict-recorded.v1',
    'complaint.customer-message-received.v1',
    'complaint.answer-sent.v1',
    'complaint.interim-answer-sent.v1',
    'complaint.automatic-answer-sent.v1',
    'complaint.note-added.v1',
    'complaint.attachment-recorded.v1',
    'complaint.deadline-moved.v1',
    'complaint.deadline-passed-by-change.v1',
    'complaint.tier-followed.v1',
    'complaint.deadlines-loosened.v1',
  ],
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
