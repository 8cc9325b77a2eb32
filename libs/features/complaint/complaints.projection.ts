import { streamOf } from '#libs/kernel/event.ts';
import { projection } from '#libs/kernel/projection.ts';
import { complaintEvents } from './complaint.events.ts';
import type { Row, StepRow } from './complaint-row.ts';
import { answered, blank, clocksRead, finished, json, movedTo, withClock, withClocks } from './complaint-row.ts';
import { withMissed, withReached } from '#libs/features/sla/sla.events.ts';

/** Every complaint with its clocks, steps, plan and outcome, as of any time. What depends on now is told on read. [B1–B5] */
export const complaints = projection<Row>()('complaints@2', {
  collection: {
    kind: 'versioned',
    indexes: [['status'], ['team', 'status'], ['reference'], ['customerId'], ['response.dueAt'], ['category']],
  },
  access: {
    roles: [
      'agent',
      'account-manager',
      'supervisor',
      'department-head',
      'committee',
      'auditor',
      'privacy-officer',
      'legal',
      'service',
    ],
    teamField: 'team',
  },
  reads: [complaintEvents],
  keyOf: (event) => event.streamId,
  streamsOf: (id) => [streamOf('complaint', id)],
  on: {
    'complaint.filed.v1': (_row, { data, occurredAt }) => {
      const { description: _, remedyDetail: __, complainant, contact, ...facts } = data;
      return {
        ...blank,
        ...facts,
        ...(complainant === undefined ? {} : { complainant: json(complainant) }),
        ...(contact === undefined ? {} : { contact: json(contact) }),
        identified: data.customerId !== undefined,
        receivedAt: occurredAt,
      };
    },
    'complaint.receipt-sent.v1': (row = blank, { occurredAt }) => ({ ...row, receiptSentAt: occurredAt }),
    'complaint.clocks-judged.v1': (row = blank, { data }) => withClocks(row, data.clocks),
    'complaint.threshold-reached.v1': (row = blank, { data, occurredAt }) =>
      withClock(row, data.clock, (clock) => withReached(clock, data, occurredAt)),
    'complaint.deadline-missed.v1': (row = blank, { data, occurredAt }) =>
      withClock(row, data.clock, (clock) => withMissed(clock, occurredAt)),
    'complaint.tier-followed.v1': (row = blank, { data }) => ({ ...row, tier: data.tier }),
    'complaint.customer-identified.v1': (row = blank, { data }) => ({ ...row, ...data, identified: true }),
    'complaint.severity-raised.v1': (row = blank, { data }) => ({ ...row, severity: data.severity }),
    'complaint.severity-lowered.v1': (row = blank, { data }) => ({ ...row, severity: data.severity }),
    'complaint.category-changed.v1': (row = blank, { data }) => ({ ...row, category: data.category }),
    'complaint.assigned.v1': (row = blank, { data }) => ({ ...row, ...data }),
    'complaint.accepted.v1': (row = blank, { data: { responsibleId, steps }, occurredAt }) => ({
      ...row,
      status: 'accepted',
      acceptedAt: occurredAt,
      steps: steps.map(json),
      ...(responsibleId === undefined ? {} : { responsibleId }),
    }),
    'complaint.step-reassigned.v1': (row = blank, { data: { step, ownerId, dueAt } }) => ({
      ...row,
      steps: (row.steps as unknown as readonly StepRow[]).map((each) => {
        if (each.step !== step) return json(each);
        const { ownerRole: _, ...rest } = each;
        return json({ ...rest, ownerId, dueAt });
      }),
    }),
    'complaint.investigation-begun.v1': (row = blank, { occurredAt }) =>
      movedTo(row, 'investigation', undefined, occurredAt),
    'complaint.finding-recorded.v1': (row = blank, { data: { finding, cause } }) => ({ ...row, finding, cause }),
    'complaint.handling-begun.v1': (row = blank, { occurredAt }) =>
      movedTo(row, 'handling', 'investigation', occurredAt),
    'complaint.plan-set.v1': (row = blank, { data }) => ({ ...row, planCompleteBy: data.completeBy }),
    'complaint.plan-revised.v1': (row = blank, { data }) => ({
      ...row,
      planCompleteBy: data.completeBy,
      planRevisions: data.revision,
    }),
    'complaint.corrective-action-recorded.v1': (row = blank, { data: { ownerId, dueOn } }) => ({
      ...row,
      correctiveAction: { ownerId, dueOn },
    }),
    'complaint.no-corrective-action-needed.v1': (row = blank) => ({ ...row, correctiveAction: 'unnecessary' }),
    'complaint.final-answer-sent.v1': (row = blank, { data, occurredAt }) => ({
      ...movedTo(answered(row), 'feedback', 'feedback', occurredAt),
      remedyGiven: data.remedy,
      finalAnswerAt: occurredAt,
    }),
    'complaint.review-passed.v1': (row = blank, { data, occurredAt }) => ({
      ...movedTo(row, 'reviewed', 'review', occurredAt),
      reviewerId: data.reviewerId,
    }),
    'complaint.review-failed.v1': (row = blank) => ({
      ...row,
      status: 'handling',
      steps: (row.steps as unknown as readonly StepRow[]).map(({ doneAt, ...step }) =>
        json(step.step === 'investigation' && doneAt !== undefined ? { ...step, doneAt } : step),
      ),
    }),
    'complaint.closed.v1': (row = blank, { data: { outcome, timeUnknown }, occurredAt }) => ({
      ...finished(row, 'closed'),
      outcome,
      ...(timeUnknown ? { closedAtUnknown: true } : { closedAt: occurredAt }),
    }),
    'complaint.withdrawn.v1': (row = blank) => finished(row, 'withdrawn'),
    'complaint.merged-into.v1': (row = blank, { data }) => ({
      ...finished(row, 'merged'),
      mergedInto: data.survivorId,
    }),
    'complaint.reopened.v1': (
      {
        response,
        plan,
        closing,
        outcome,
        closedAt,
        closedAtUnknown: _,
        finding,
        cause,
        correctiveAction,
        ...row
      } = blank,
      { data, occurredAt },
    ) => ({
      ...row,
      ...{ status: 'investigation', open: true, cycle: data.cycle, cycleStartedAt: occurredAt },
      ...{ reopenCount: row.reopenCount + 1, planRevisions: 0, steps: data.steps.map(json) },
      earlierCycles: [
        ...row.earlierCycles,
        json(
          Object.fromEntries(
            Object.entries({
              cycle: row.cycle,
              response,
              plan,
              closing,
              outcome,
              closedAt,
              finding,
              cause,
              correctiveAction,
            }).filter(([, value]) => value !== undefined),
          ),
        ),
      ],
    }),
    'complaint.source-verdict-recorded.v1': (row = blank, { data }) => ({ ...row, sourceVerdict: data.verdict }),
    'complaint.customer-message-received.v1': (row = blank, { occurredAt }) => ({
      ...row,
      messages: row.messages + 1,
      lastCustomerMessageAt: occurredAt,
    }),
    'complaint.answer-sent.v1': (row = blank) => answered(row),
    'complaint.interim-answer-sent.v1': (row = blank, { data }) => ({
      ...answered(row),
      promisedBy: data.newDate,
    }),
    'complaint.automatic-answer-sent.v1': (row = blank) => ({ ...row, messages: row.messages + 1 }),
  },
  ignores: [
    'complaint.note-added.v1',
    'complaint.attachment-recorded.v1',
    'complaint.clocks-set.v1',
    'complaint.deadline-moved.v1',
    'complaint.deadline-passed-by-change.v1',
    'complaint.deadlines-loosened.v1',
  ],
  onRead: (row, now) => ({
    ...row,
    ...clocksRead(row, now),
    overdueSteps: (row.steps as unknown as readonly StepRow[])
      .filter(({ doneAt, dueAt }) => row.open && doneAt === undefined && dueAt < now)
      .map(({ step }) => step),
  }),
});
