// What lists with a row for each clock have in common: which rows an event concerns, and whose they are.
import { streamOf } from '#libs/kernel/event.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { CASE_CLOCKS, COMPLAINT_CLOCKS } from './clock.ts';
import type { Outcome, SlaClock } from './clock.ts';
import type { ClockRecordData } from './clock-records.ts';

/** As recorded: a deadline that passed a moment ago may not be noticed yet. Of an open clock past its deadline: `breached`. */
export const stateAsRecorded = (
  clock: Pick<SlaClock, 'outcome' | 'breachedAt' | 'breachedOnChangeAt' | 'pausedSince'>,
): 'running' | 'paused' | Outcome => {
  const { outcome, breachedAt, breachedOnChangeAt, pausedSince } = clock;
  if (outcome !== undefined) return outcome;
  if (breachedAt !== undefined) return 'breached';
  if (breachedOnChangeAt !== undefined) return 'breached-on-change';
  return pausedSince === undefined ? 'running' : 'paused';
};

interface OfMatter {
  readonly type: string;
  readonly streamId: string;
  readonly data: object;
}

/** The rows of an event of a case or complaint that such a list handles: `<its id>:first-response`. */
export const clockRowKeys = ({ type, streamId, data }: OfMatter): readonly string[] => {
  const [category, fact] = [type.slice(0, type.indexOf('.')), type.slice(type.indexOf('.') + 1)];
  switch (fact) {
    case 'clocks-judged.v1': {
      const { clocks } = data as ClockRecordData<'clocks-judged.v1'>;
      return [...new Set(clocks.map(({ clock }) => `${streamId}:${clock}`))];
    }
    case 'threshold-reached.v1':
    case 'deadline-missed.v1':
      return [`${streamId}:${(data as ClockRecordData<'deadline-missed.v1'>).clock}`];
    default:
      return (category === 'complaint' ? COMPLAINT_CLOCKS : CASE_CLOCKS).map((clock) => `${streamId}:${clock}`);
  }
};

/** `<id>:first-response` → `first-response`. */
export const clockInKey = (key: string): string => key.slice(key.lastIndexOf(':') + 1);

/** Where the events of a row stand; ids are unique over both. */
export const clockRowStreams = (key: string): readonly string[] => {
  const id = key.slice(0, key.lastIndexOf(':'));
  return [streamOf('service-case', id), streamOf('complaint', id)];
};

interface Owned {
  readonly clock: string;
  readonly customerId?: string;
  readonly team?: string;
  readonly assigneeId?: string;
}

interface Given<Data> {
  readonly data: Data;
}

/** The folds of who has the case or complaint. A clock that there is not is not made by that. */
export const ownerFolds = <Row extends Owned>() => {
  const owned = (row: Row | undefined, change: { readonly [field: string]: JsonValue | undefined }): Row | undefined =>
    row && { ...row, ...change };
  // An internal clock is its team's, whoever owns the case.
  const ofTeam = (row: Row | undefined, team: string | undefined) =>
    row?.clock === 'internal' || team === undefined ? {} : { team };
  type To = Given<{ readonly team?: string; readonly assigneeId?: string }>;
  const identified = (row: Row | undefined, { data }: Given<{ readonly customerId: string }>) =>
    owned(row, { customerId: data.customerId });
  const assigned = (row: Row | undefined, { data }: To) =>
    owned(row, { ...ofTeam(row, data.team), assigneeId: data.assigneeId });
  return {
    'service-case.customer-identified.v1': identified,
    'complaint.customer-identified.v1': identified,
    'service-case.assigned.v1': assigned,
    'service-case.reassigned.v1': assigned,
    'service-case.unassigned.v1': (row: Row | undefined) => owned(row, { assigneeId: undefined }),
    'service-case.handed-over.v1': (row: Row | undefined, { data }: Given<{ readonly team: string }>) =>
      owned(row, { ...ofTeam(row, data.team), assigneeId: undefined }),
    'complaint.assigned.v1': (
      row: Row | undefined,
      { data }: Given<{ readonly team?: string; readonly responsibleId: string }>,
    ) => owned(row, { ...ofTeam(row, data.team), assigneeId: data.responsibleId }),
    'complaint.accepted.v1': (row: Row | undefined, { data }: Given<{ readonly responsibleId?: string }>) =>
      data.responsibleId === undefined ? row : owned(row, { assigneeId: data.responsibleId }),
  };
};

/** What happens to a case or complaint reaches its clocks as clocks-judged, in the same append: readers of clocks need not look. */
export const FACTS_BEHIND_CLOCKS = [
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
  'service-case.tier-followed.v1',
  'service-case.deadlines-loosened.v1',
  'complaint.filed.v1',
  'complaint.receipt-sent.v1',
  'complaint.clocks-set.v1',
  'complaint.severity-raised.v1',
  'complaint.severity-lowered.v1',
  'complaint.category-changed.v1',
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
  'complaint.tier-followed.v1',
  'complaint.deadlines-loosened.v1',
] as const;

/** What such a list need not look at. */
export const NOT_IN_CLOCK_ROWS = [
  ...FACTS_BEHIND_CLOCKS,
  'service-case.deadline-passed-by-change.v1',
  'complaint.deadline-passed-by-change.v1',
] as const;
