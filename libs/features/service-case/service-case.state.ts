import type { ClockSet } from '#libs/features/sla/sla.events.ts';
import { clocksAfter, NO_CLOCKS } from '#libs/features/sla/sla.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import { clockFactOf } from './clock-facts.ts';
import type { ServiceCaseEvent } from './service-case.events.ts';
import type { CaseKind, Channel, Complexity, Priority, TierUsed } from './vocabulary.ts';

export interface Proposal {
  readonly type: string;
  readonly priority: Priority;
  readonly complexity: Complexity;
}

/** What holds of a case whatever its status. */
interface Facts extends TierUsed {
  readonly reference: string;
  readonly kind: CaseKind;
  readonly channel: Channel;
  /** Whose history the case belongs to: fixed at receipt, so that one stream's order is kept in one history. */
  readonly subject: string;
  readonly customerId?: string;
  readonly followsCaseId?: string;
  readonly subjectLine?: Personal;
  readonly contact?: Personal;
  readonly team?: string;
  readonly assigneeId?: string;
  readonly receivedAt: Instant;
  readonly priority: Priority;
  readonly complexity: Complexity;
  readonly proposal?: Proposal;
  /** Absent until the case is identified; imports never are. */
  readonly type?: string;
  /** 1, and one more with each re-opening. */
  readonly cycle: number;
  readonly assignments: number;
  readonly firstResponseAt?: Instant;
  readonly lastCustomerMessageAt?: Instant;
  readonly messages: number;
  readonly clocks: ClockSet;
  readonly sourceVerdict?: 'kept' | 'missed';
  /** Of an imported case: the source rows it has already. */
  readonly importedRows: readonly string[];
}

/** What was recorded of a cycle's end. */
interface Done extends Facts {
  readonly solvedAt: Instant;
  readonly resultCode?: string;
  readonly retrospectiveRecorded: boolean;
}

interface WithScore extends Done {
  /** Absent: the customer was asked and gave none. */
  readonly score?: number;
  readonly executionRecordSigned: boolean;
}

export type Waiting = Facts & {
  readonly status: 'waiting';
  readonly waitingFor: 'customer' | 'others';
  readonly waitingSince: Instant;
};

/** received → identified → assigned → in progress ⇄ waiting → solved → confirmed → evaluated → closed; re-opened. [C2] */
export type ServiceCase =
  | { readonly status: 'unknown' }
  | (Facts & { readonly status: 'received' })
  | (Facts & { readonly status: 'identified'; readonly type: string })
  | (Facts & { readonly status: 'assigned'; readonly type: string; readonly assigneeId: string })
  | (Facts & { readonly status: 'in-progress' })
  | Waiting
  | (Done & { readonly status: 'solved' })
  | (Done & { readonly status: 'confirmed'; readonly confirmedBy: 'customer' | 'no-answer' })
  | (WithScore & { readonly status: 'evaluated' })
  /** An import may be closed without having been solved. */
  | (Facts & {
      readonly status: 'closed';
      readonly solvedAt?: Instant;
      readonly score?: number;
      /** Since when at the latest: an import may not know the moment itself. */
      readonly closedBy: Instant;
    });
export type KnownCase = Exclude<ServiceCase, { status: 'unknown' }>;
export type CaseIn<Status extends ServiceCase['status']> = Extract<ServiceCase, { status: Status }>;

export const noCase: ServiceCase = { status: 'unknown' };

type Later = Exclude<ServiceCaseEvent, { type: 'service-case.received.v1' }>;

/** The facts alone: what belongs to one status only does not outlive it. */
const factsOf = (state: KnownCase): Facts => {
  const { reference, kind, channel, subject, customerId, followsCaseId, subjectLine, contact } = state;
  const { team, assigneeId, receivedAt, tier, tierBasis, priority, complexity, proposal, type, cycle } = state;
  const { assignments, firstResponseAt, lastCustomerMessageAt, messages, clocks, sourceVerdict, importedRows } = state;
  return {
    ...{ reference, kind, channel, subject, customerId, followsCaseId, subjectLine, contact },
    ...{ team, assigneeId, receivedAt, tier, tierBasis, priority, complexity, proposal, type, cycle },
    ...{ assignments, firstResponseAt, lastCustomerMessageAt, messages, clocks, sourceVerdict, importedRows },
  };
};

const withRow = (rows: readonly string[], event: ServiceCaseEvent): readonly string[] => {
  // A decision in the making is folded before it has its metadata.
  const row = (event as { metadata?: ServiceCaseEvent['metadata'] }).metadata?.sourceRow;
  return row === undefined || rows.at(-1) === row || rows.includes(row) ? rows : [...rows, row];
};

const evolveFlow = (state: KnownCase, event: Later): KnownCase => {
  switch (event.type) {
    case 'service-case.identified.v1': {
      const { type, priority, complexity } = event.data;
      const identified = { ...state, type, priority, complexity };
      return state.status === 'received' ? { ...identified, status: 'identified' } : identified;
    }
    case 'service-case.assigned.v1':
    case 'service-case.reassigned.v1': {
      const { team = state.team, assigneeId } = event.data;
      const assigned = { ...factsOf(state), team, assigneeId, assignments: state.assignments + 1 };
      if (state.status === 'identified' || state.status === 'assigned')
        return assigneeId === undefined
          ? { ...assigned, status: 'identified', type: state.type }
          : { ...assigned, status: 'assigned', type: state.type, assigneeId };
      return { ...state, team, assigneeId, assignments: state.assignments + 1 };
    }
    case 'service-case.unassigned.v1':
      return withoutAssignee(state, state.team);
    case 'service-case.handed-over.v1':
      return withoutAssignee(state, event.data.team);
    case 'service-case.started.v1':
    case 'service-case.resumed.v1':
      return { ...factsOf(state), status: 'in-progress' };
    case 'service-case.reopened.v1':
      return { ...factsOf(state), status: 'in-progress', cycle: event.data.cycle };
    case 'service-case.waiting-for-customer-began.v1':
    case 'service-case.waiting-for-others-began.v1': {
      const waitingFor = event.type === 'service-case.waiting-for-customer-began.v1' ? 'customer' : 'others';
      return { ...factsOf(state), status: 'waiting', waitingFor, waitingSince: event.occurredAt };
    }
    case 'service-case.solved.v1': {
      const { resultCode } = event.data;
      const solvedAt = event.occurredAt;
      return { ...factsOf(state), status: 'solved', solvedAt, resultCode, retrospectiveRecorded: false };
    }
    case 'service-case.solution-confirmed.v1':
      return state.status === 'solved' ? { ...state, status: 'confirmed', confirmedBy: event.data.by } : state;
    case 'service-case.evaluated.v1':
    case 'service-case.evaluation-not-answered.v1': {
      if (state.status !== 'confirmed') return state;
      const { confirmedBy: _, ...done } = state;
      const score = event.type === 'service-case.evaluated.v1' ? event.data.score : undefined;
      return { ...done, status: 'evaluated', score, executionRecordSigned: false };
    }
    case 'service-case.retrospective-recorded.v1':
      return 'retrospectiveRecorded' in state ? { ...state, retrospectiveRecorded: true } : state;
    case 'service-case.execution-record-signed.v1':
      return state.status === 'evaluated' ? { ...state, executionRecordSigned: true } : state;
    case 'service-case.closed.v1': {
      const solvedAt = 'solvedAt' in state ? state.solvedAt : undefined;
      const score = 'score' in state ? state.score : undefined;
      return { ...factsOf(state), status: 'closed', solvedAt, score, closedBy: event.occurredAt };
    }
    default:
      return evolveFacts(state, event);
  }
};

/** Work under way stays under way: only a case that nobody began goes back to be assigned. */
const withoutAssignee = (state: KnownCase, team: string | undefined): KnownCase =>
  state.status === 'assigned'
    ? { ...state, status: 'identified', assigneeId: undefined, team }
    : { ...state, assigneeId: undefined, team };

const evolveFacts = (state: KnownCase, event: Later): KnownCase => {
  switch (event.type) {
    case 'service-case.classification-proposed.v1': {
      const { type, priority, complexity } = event.data;
      return { ...state, proposal: { type, priority, complexity } };
    }
    case 'service-case.type-changed.v1':
      return { ...state, type: event.data.type };
    case 'service-case.complexity-changed.v1':
      return { ...state, complexity: event.data.complexity };
    case 'service-case.priority-changed.v1':
      return { ...state, priority: event.data.priority };
    case 'service-case.customer-identified.v1':
      return { ...state, ...event.data };
    case 'service-case.tier-followed.v1': {
      const { tier, tierBasis } = event.data;
      return { ...state, tier, tierBasis };
    }
    case 'service-case.source-verdict-recorded.v1':
      return { ...state, sourceVerdict: event.data.verdict };
    case 'service-case.customer-message-received.v1': {
      const { lastCustomerMessageAt: last } = state;
      const latest = last === undefined || event.occurredAt > last ? event.occurredAt : last;
      return { ...state, messages: state.messages + 1, lastCustomerMessageAt: latest };
    }
    case 'service-case.answer-sent.v1':
      return { ...state, messages: state.messages + 1, firstResponseAt: state.firstResponseAt ?? event.occurredAt };
    case 'service-case.automatic-answer-sent.v1':
      return { ...state, messages: state.messages + 1 };
    case 'service-case.first-response-recorded.v1':
      return { ...state, firstResponseAt: state.firstResponseAt ?? event.occurredAt };
    default:
      return state;
  }
};

/** Total: every event on every state; what was recorded is never argued with. */
export const evolve = (state: ServiceCase, event: ServiceCaseEvent): ServiceCase => {
  if (event.type !== 'service-case.received.v1') {
    if (state.status === 'unknown') return state;
    const next = evolveFlow(state, event);
    const importedRows = withRow(state.importedRows, event);
    const clocks = clocksAfter(state.clocks, event, clockFactOf(event, state.team));
    return importedRows === state.importedRows && clocks === state.clocks ? next : { ...next, importedRows, clocks };
  }
  if (state.status !== 'unknown') return state;
  const { description: _, ...received } = event.data;
  return {
    ...received,
    status: 'received',
    subject: received.customerId ?? event.streamId,
    receivedAt: event.occurredAt,
    cycle: 1,
    assignments: 0,
    messages: 0,
    clocks: clocksAfter(NO_CLOCKS, event, clockFactOf(event, undefined)),
    importedRows: withRow([], event),
  };
};
