import { clocksAfter, NO_CLOCKS } from '#libs/features/sla/sla.events.ts';
import type { ClockSet } from '#libs/features/sla/sla.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { clockFactOf } from './clock-facts.ts';
import type { ComplaintEvent } from './complaint.events.ts';
import type { StepPlan } from './procedure.ts';
import type { Severity } from './vocabulary.ts';

/** What the closing gate asks for; reset by a re-opening. [B5] */
export interface Dossier {
  readonly finding?: string;
  /** Recorded, or found unnecessary. */
  readonly correctiveAction?: 'recorded' | 'unnecessary';
  readonly isAnswered: boolean;
  /** Who made what is to be reviewed: none of them is the second person. */
  readonly madeBy: readonly string[];
}

interface Facts {
  readonly reference: string;
  readonly category: string;
  readonly severity: Severity;
  /** Whose history the complaint belongs to: fixed at receipt. */
  readonly subject: string;
  readonly customerId?: string;
  readonly tier?: 'A' | 'B' | 'C';
  readonly team?: string;
  readonly responsibleId?: string;
  readonly receivedAt: Instant;
  readonly cycle: number;
  readonly cycleStartedAt: Instant;
  readonly clocks: ClockSet;
  readonly steps: readonly StepPlan[];
  readonly dossier: Dossier;
  /** Of this cycle. */
  readonly firstAnswerAt?: Instant;
  readonly planSetAt?: Instant;
  readonly planRevisions: number;
  readonly sourceVerdict?: 'timely' | 'late';
}

/** acceptance → investigation → handling → feedback → review → closed; withdrawn; merged; re-opened. [B2, H5.4] */
export type Complaint =
  | { readonly status: 'unknown' }
  | (Facts & { readonly status: 'filed' | 'accepted' | 'investigation' | 'handling' | 'feedback' | 'reviewed' })
  | (Facts & { readonly status: 'closed' | 'withdrawn'; readonly endedAt: Instant })
  | (Facts & { readonly status: 'merged'; readonly endedAt: Instant; readonly survivorId: string });
export type KnownComplaint = Exclude<Complaint, { status: 'unknown' }>;
export type OpenComplaint = Extract<
  Complaint,
  { status: 'filed' | 'accepted' | 'investigation' | 'handling' | 'feedback' | 'reviewed' }
>;
export type EndedComplaint = Extract<Complaint, { status: 'closed' | 'withdrawn' }>;

const EMPTY: Dossier = { isAnswered: false, madeBy: [] };

const factsOf = (complaint: KnownComplaint): Facts => {
  const { reference, category, severity, subject, customerId, tier, team, responsibleId, receivedAt } = complaint;
  const { cycle, cycleStartedAt, clocks, steps, dossier, firstAnswerAt, planSetAt, planRevisions, sourceVerdict } =
    complaint;
  return {
    ...{
      reference,
      category,
      severity,
      subject,
      receivedAt,
      cycle,
      cycleStartedAt,
      clocks,
      steps,
      dossier,
      planRevisions,
    },
    ...(customerId === undefined ? {} : { customerId }),
    ...(tier === undefined ? {} : { tier }),
    ...(team === undefined ? {} : { team }),
    ...(responsibleId === undefined ? {} : { responsibleId }),
    ...(firstAnswerAt === undefined ? {} : { firstAnswerAt }),
    ...(planSetAt === undefined ? {} : { planSetAt }),
    ...(sourceVerdict === undefined ? {} : { sourceVerdict }),
  };
};

const answered = (complaint: KnownComplaint, at: Instant): KnownComplaint => ({
  ...complaint,
  firstAnswerAt: complaint.firstAnswerAt ?? at,
});

const withDossier = (complaint: KnownComplaint, maker: string, more: Partial<Dossier>): KnownComplaint => {
  const { madeBy } = complaint.dossier;
  return {
    ...complaint,
    dossier: { ...complaint.dossier, ...more, madeBy: madeBy.includes(maker) ? madeBy : [...madeBy, maker] },
  };
};

type Later = Exclude<ComplaintEvent, { type: 'complaint.filed.v1' }>;

const evolveKnown = (complaint: KnownComplaint, event: Later): KnownComplaint => {
  const moved = (status: OpenComplaint['status']): OpenComplaint => ({ ...factsOf(complaint), status });
  switch (event.type) {
    case 'complaint.tier-followed.v1':
      return { ...complaint, tier: event.data.tier };
    case 'complaint.customer-identified.v1':
      return { ...complaint, ...event.data };
    case 'complaint.severity-raised.v1':
    case 'complaint.severity-lowered.v1':
      return { ...complaint, severity: event.data.severity };
    case 'complaint.category-changed.v1':
      return { ...complaint, category: event.data.category };
    case 'complaint.assigned.v1':
      return { ...complaint, ...event.data };
    case 'complaint.accepted.v1': {
      const { responsibleId, steps } = event.data;
      return { ...moved('accepted'), steps, ...(responsibleId === undefined ? {} : { responsibleId }) };
    }
    case 'complaint.step-reassigned.v1': {
      const { step, ownerId, dueAt } = event.data;
      return {
        ...complaint,
        steps: complaint.steps.map((each) => (each.step === step ? { step, ownerId, dueAt } : each)),
      };
    }
    case 'complaint.investigation-begun.v1':
      return moved('investigation');
    case 'complaint.handling-begun.v1':
      return moved('handling');
    case 'complaint.finding-recorded.v1':
      return withDossier(complaint, event.data.byId, { finding: event.data.finding });
    case 'complaint.plan-set.v1':
      return { ...complaint, planSetAt: event.occurredAt };
    case 'complaint.plan-revised.v1':
      return { ...complaint, planRevisions: event.data.revision };
    case 'complaint.corrective-action-recorded.v1':
      return withDossier(complaint, event.data.byId, { correctiveAction: 'recorded' });
    case 'complaint.no-corrective-action-needed.v1':
      return withDossier(complaint, event.data.byId, { correctiveAction: 'unnecessary' });
    case 'complaint.final-answer-sent.v1':
      return withDossier(answered(moved('feedback'), event.occurredAt), event.data.byId, { isAnswered: true });
    case 'complaint.review-passed.v1':
      return moved('reviewed');
    case 'complaint.review-failed.v1':
      // The final answer has to be given anew; who made the rest stays on record.
      return { ...moved('handling'), dossier: { ...complaint.dossier, isAnswered: false } };
    case 'complaint.closed.v1':
      return { ...factsOf(complaint), status: 'closed', endedAt: event.occurredAt };
    case 'complaint.withdrawn.v1':
      return { ...factsOf(complaint), status: 'withdrawn', endedAt: event.occurredAt };
    case 'complaint.merged-into.v1': {
      const { survivorId } = event.data;
      return { ...factsOf(complaint), status: 'merged', endedAt: event.occurredAt, survivorId };
    }
    case 'complaint.reopened.v1': {
      const { firstAnswerAt: _, planSetAt: __, ...facts } = factsOf(complaint);
      const cycleStartedAt = event.occurredAt;
      return {
        ...{ ...facts, status: 'investigation', cycle: event.data.cycle, cycleStartedAt },
        ...{ dossier: EMPTY, planRevisions: 0, steps: event.data.steps },
      };
    }
    case 'complaint.answer-sent.v1':
    case 'complaint.interim-answer-sent.v1':
      return answered(complaint, event.occurredAt);
    case 'complaint.source-verdict-recorded.v1':
      return { ...complaint, sourceVerdict: event.data.verdict };
    case 'complaint.receipt-sent.v1':
    case 'complaint.customer-message-received.v1':
    case 'complaint.automatic-answer-sent.v1':
    case 'complaint.note-added.v1':
    case 'complaint.attachment-recorded.v1':
    case 'complaint.deadlines-loosened.v1':
    case 'complaint.clocks-set.v1':
    case 'complaint.clocks-judged.v1':
    case 'complaint.threshold-reached.v1':
    case 'complaint.deadline-missed.v1':
    case 'complaint.deadline-moved.v1':
    case 'complaint.deadline-passed-by-change.v1':
      return complaint;
  }
};

/** Total: every event on every state; what was recorded is never argued with. */
export const evolve = (complaint: Complaint, event: ComplaintEvent): Complaint => {
  if (event.type !== 'complaint.filed.v1') {
    if (complaint.status === 'unknown') return complaint;
    const next = evolveKnown(complaint, event);
    const clocks = clocksAfter(complaint.clocks, event, clockFactOf(event));
    return clocks === next.clocks ? next : { ...next, clocks };
  }
  const { reference, category, severity, customerId, tier, team } = event.data;
  return {
    ...{ status: 'filed', reference, category, severity, subject: customerId ?? event.streamId },
    ...(customerId === undefined ? {} : { customerId }),
    ...(tier === undefined ? {} : { tier }),
    ...(team === undefined ? {} : { team }),
    ...{ receivedAt: event.occurredAt, cycle: 1, cycleStartedAt: event.occurredAt, steps: [] },
    clocks: clocksAfter(NO_CLOCKS, event, clockFactOf(event)),
    ...{ dossier: EMPTY, planRevisions: 0 },
  };
};
