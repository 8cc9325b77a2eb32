import { streamOf } from '#libs/kernel/event.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Document, Fold } from '#libs/kernel/projection.ts';
import { projection, unprojectable } from '#libs/kernel/projection.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import type { ServiceCaseEvent } from './service-case.events.ts';
import { serviceCaseEvents } from './service-case.events.ts';
import type { ServiceCase } from './service-case.state.ts';
import { isUrgent } from './vocabulary.ts';
import type { CaseKind, Channel, Complexity, Priority, TierUsed } from './vocabulary.ts';

/** One case as lists show it. */
export type CaseRow = TierUsed & {
  readonly reference: string;
  readonly status: Exclude<ServiceCase['status'], 'unknown'>;
  /** Set while it waits. */
  readonly waitingFor?: 'customer' | 'others';
  readonly waitingSince?: Instant;
  readonly kind: CaseKind;
  readonly channel: Channel;
  readonly type?: string;
  readonly priority: Priority;
  readonly urgent: boolean;
  readonly complexity: Complexity;
  readonly customerId?: string;
  readonly team?: string;
  readonly assigneeId?: string;
  readonly subjectLine?: Personal;
  readonly followsCaseId?: string;
  readonly receivedAt: Instant;
  readonly firstResponseAt?: Instant;
  /** The latest solution, also while the case is open again. */
  readonly solvedAt?: Instant;
  readonly resultCode?: string;
  /** Absent while it is not closed, and where an import does not know since when. */
  readonly closedAt?: Instant;
  readonly reopenCount: number;
  readonly assignmentCount: number;
  readonly messageCount: number;
  readonly noteCount: number;
  readonly attachmentCount: number;
  readonly lastCustomerMessageAt?: Instant;
  /** The latest score, 1 to 5. */
  readonly score?: number;
  readonly sourceVerdict?: 'kept' | 'missed';
};
type Row = CaseRow & Document;

type EventNamed<Fact extends string> = Extract<ServiceCaseEvent, { type: `service-case.${Fact}.v1` }>;

const change =
  // The events' data differ; each use names its own.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  <Event extends LedgerEvent<string, any>>(changed: (row: Row, event: Event) => Partial<CaseRow>): Fold<Row, Event> =>
    (row, event) =>
      row === undefined
        ? unprojectable(`${event.stream} has ${event.type} before it was received`)
        : { ...row, ...changed(row, event) };

const notWaiting = { waitingFor: undefined, waitingSince: undefined };
const inProgress = { status: 'in-progress', ...notWaiting } as const;
/** Only a case that nobody began goes back to be assigned. */
const withoutAssignee = ({ status }: Row): Partial<CaseRow> => ({
  assigneeId: undefined,
  status: status === 'assigned' ? 'identified' : status,
});

const assigned = change<EventNamed<'assigned' | 'reassigned'>>(({ status, team, assignmentCount }, { data }) => ({
  team: data.team ?? team,
  assigneeId: data.assigneeId,
  assignmentCount: assignmentCount + 1,
  status:
    status === 'identified' || status === 'assigned'
      ? data.assigneeId === undefined
        ? 'identified'
        : 'assigned'
      : status,
}));
const classified = change<EventNamed<'identified'>>(({ status }, { data: { type, priority, complexity } }) => ({
  ...{ type, priority, complexity, urgent: isUrgent(priority) },
  status: status === 'received' ? 'identified' : status,
}));
const message = ({ messageCount }: Row) => ({ messageCount: messageCount + 1 });
const responded = ({ firstResponseAt }: Row, event: LedgerEvent<string, unknown>) => ({
  firstResponseAt: firstResponseAt ?? event.occurredAt,
});
const evaluated = ({ status }: Row) => (status === 'confirmed' ? 'evaluated' : status);

export const serviceCases = projection<Row>()('service-cases@1', {
  collection: {
    kind: 'versioned',
    indexes: [['status'], ['team'], ['assigneeId'], ['customerId'], ['reference'], ['receivedAt']],
  },
  access: {
    roles: ['agent', 'account-manager', 'supervisor', 'department-head', 'committee', 'auditor', 'operator', 'service'],
    teamField: 'team',
  },
  reads: [serviceCaseEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('service-case', id)],
  on: {
    'service-case.received.v1': (_row, { data, occurredAt }) => {
      const { description: _description, contact: _contact, ...received } = data;
      return {
        ...received,
        status: 'received',
        urgent: isUrgent(received.priority),
        receivedAt: occurredAt,
        ...{ reopenCount: 0, assignmentCount: 0, messageCount: 0, noteCount: 0, attachmentCount: 0 },
      };
    },
    'service-case.identified.v1': classified,
    'service-case.type-changed.v1': change((_row, { data }) => ({ type: data.type })),
    'service-case.complexity-changed.v1': change((_row, { data }) => ({ complexity: data.complexity })),
    'service-case.priority-changed.v1': change((_row, { data: { priority } }) => ({
      ...{ priority, urgent: isUrgent(priority) },
    })),
    'service-case.customer-identified.v1': change((_row, { data }) => data),
    'service-case.source-verdict-recorded.v1': change((_row, { data }) => ({ sourceVerdict: data.verdict })),
    'service-case.assigned.v1': assigned,
    'service-case.reassigned.v1': assigned,
    'service-case.unassigned.v1': change(withoutAssignee),
    'service-case.handed-over.v1': change((row, { data }) => ({ ...withoutAssignee(row), team: data.team })),
    'service-case.started.v1': change(() => inProgress),
    'service-case.waiting-for-customer-began.v1': change((_row, { occurredAt }) => ({
      ...{ status: 'waiting', waitingFor: 'customer', waitingSince: occurredAt },
    })),
    'service-case.waiting-for-others-began.v1': change((_row, { occurredAt }) => ({
      ...{ status: 'waiting', waitingFor: 'others', waitingSince: occurredAt },
    })),
    'service-case.resumed.v1': change(() => inProgress),
    'service-case.reopened.v1': change(({ reopenCount }) => ({
      ...inProgress,
      closedAt: undefined,
      reopenCount: reopenCount + 1,
    })),
    'service-case.customer-message-received.v1': change((row, { occurredAt }) => {
      const last = row.lastCustomerMessageAt;
      return { ...message(row), lastCustomerMessageAt: last === undefined || occurredAt > last ? occurredAt : last };
    }),
    'service-case.answer-sent.v1': change((row, event) => ({ ...message(row), ...responded(row, event) })),
    'service-case.automatic-answer-sent.v1': change(message),
    'service-case.first-response-recorded.v1': change(responded),
    'service-case.note-added.v1': change(({ noteCount }) => ({ noteCount: noteCount + 1 })),
    'service-case.attachment-recorded.v1': change(({ attachmentCount }) => ({ attachmentCount: attachmentCount + 1 })),
    'service-case.solved.v1': change((_row, { data, occurredAt }) => ({
      ...{ status: 'solved', ...notWaiting, solvedAt: occurredAt, resultCode: data.resultCode, closedAt: undefined },
    })),
    'service-case.solution-confirmed.v1': change(({ status }) => ({
      status: status === 'solved' ? 'confirmed' : status,
    })),
    'service-case.evaluated.v1': change((row, { data }) => ({ status: evaluated(row), score: data.score })),
    'service-case.evaluation-not-answered.v1': change((row) => ({ status: evaluated(row) })),
    'service-case.tier-followed.v1': change((_row, { data: { tier, tierBasis } }) => ({ tier, tierBasis })),
    'service-case.closed.v1': change((_row, { data, occurredAt }) => ({
      ...{ status: 'closed', ...notWaiting, closedAt: data.timeUnknown === true ? undefined : occurredAt },
    })),
  },
  ignores: [
    'service-case.classification-proposed.v1',
    'service-case.solution-refused.v1',
    'service-case.retrospective-recorded.v1',
    'service-case.execution-record-signed.v1',
    'service-case.deadlines-loosened.v1',
    'service-case.deadline-moved.v1',
    'service-case.deadline-missed.v1',
    'service-case.deadline-passed-by-change.v1',
    'service-case.threshold-reached.v1',
    'service-case.clocks-judged.v1',
  ],
});
