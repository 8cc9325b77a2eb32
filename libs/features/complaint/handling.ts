import { graceOver } from '#libs/features/sla/sla.events.ts';
import type { Consultation } from '#libs/kernel/aggregate.ts';
import { forbidden, invalid, missing } from '#libs/kernel/rejection.ts';
import type { ComplaintCard } from './complaint.events.ts';
import { complaintCard, happened } from './complaint.events.ts';
import type { Complaint, OpenComplaint } from './complaint.state.ts';
import type { ComplaintCommands } from './deciding.ts';
import { isIn, onlyIf, refuse, REVIEWERS, STAFF, STAFF_AND_PROGRAMS } from './deciding.ts';
import type * as Commands from './handling.commands.ts';
import { ownersOf, stepsFor } from './procedure.ts';
import type { Requirement } from './rules.ts';
import {
  isOpen,
  isPlannable,
  isWorkedOn,
  mayReopen,
  missingForClosing,
  missingForReview,
  waysToSupply,
} from './rules.ts';

const NOT_AT_WORK = ['not-at-work', 'this belongs to investigation, handling or feedback.'] as const;

const beginInvestigation = onlyIf(
  isIn('accepted'),
  ['not-accepted', 'an investigation follows acceptance.'],
  (_command: Commands.BeginInvestigation) => [happened('investigation-begun', {})],
);

const beginHandling = onlyIf(
  isIn('investigation'),
  ['not-investigated', 'handling follows the investigation.'],
  (_command: Commands.BeginHandling) => [happened('handling-begun', {})],
);

/** After the answer the finding stands: a review that fails opens it again. */
const recordFinding = onlyIf(isWorkedOn, NOT_AT_WORK, (command: Commands.RecordFinding, _complaint, { actor }) => {
  const { finding, cause, explanation } = command;
  return [happened('finding-recorded', { finding, cause, explanation, byId: actor.id })];
});

const past = (field: string, now: string) =>
  invalid('complaint.date-in-past', `${field} must lie ahead (it is ${now}).`, field);

const NOT_PLANNABLE = ['not-plannable', 'a plan is made between acceptance and the final answer.'] as const;

const setPlan = onlyIf(
  isPlannable,
  NOT_PLANNABLE,
  ({ plan, completeBy }: Commands.SetPlan, complaint, { actor, now }) =>
    complaint.planSetAt !== undefined
      ? refuse(complaint, 'planned-already', 'it has a plan: revise that.')
      : completeBy <= now
        ? past('completeBy', now)
        : [happened('plan-set', { plan, completeBy, byId: actor.id })],
);

const revisePlan = onlyIf(isPlannable, NOT_PLANNABLE, (command: Commands.RevisePlan, complaint, { actor, now }) => {
  const { plan, completeBy, why } = command;
  if (complaint.planSetAt === undefined) return refuse(complaint, 'not-planned', 'there is no plan yet: set one.');
  if (completeBy <= now) return past('completeBy', now);
  return [happened('plan-revised', { plan, completeBy, why, revision: complaint.planRevisions + 1, byId: actor.id })];
});

const recordCorrectiveAction = onlyIf(
  isWorkedOn,
  NOT_AT_WORK,
  ({ action, ownerId, dueOn }: Commands.RecordCorrectiveAction, _complaint, { actor }) => [
    happened('corrective-action-recorded', { action, ownerId, dueOn, byId: actor.id }),
  ],
);

const recordNoCorrectiveAction = onlyIf(
  isWorkedOn,
  NOT_AT_WORK,
  ({ why }: Commands.RecordNoCorrectiveAction, _complaint, { actor }) => [
    happened('no-corrective-action-needed', { why, byId: actor.id }),
  ],
);

const sendFinalAnswer = onlyIf(
  isIn('handling'),
  ['not-in-handling', 'the final answer follows handling.'],
  ({ channel, text, remedy }: Commands.SendFinalAnswer, complaint, { actor }) =>
    complaint.dossier.finding === undefined
      ? refuse(complaint, 'no-finding', 'the customer is told a finding: record one first.', [
          'complaint.record-finding',
        ])
      : [happened('final-answer-sent', { channel, text, remedy, byId: actor.id })],
);

const lacks = (complaint: Complaint, code: string, lacking: readonly Requirement[]) =>
  refuse(complaint, code, `still missing: ${lacking.join(', ')}.`, waysToSupply(complaint, lacking));

const NOT_IN_FEEDBACK = ['not-in-feedback', 'a review follows the final answer to the customer.'] as const;

const secondPersonFault = (complaint: OpenComplaint, reviewerId: string) =>
  complaint.dossier.madeBy.includes(reviewerId) || complaint.responsibleId === reviewerId
    ? forbidden(
        'complaint.same-person',
        `${reviewerId} worked on the complaint: a second person has to review it. Ask a colleague.`,
      )
    : undefined;

const passReview = onlyIf(
  isIn('feedback'),
  NOT_IN_FEEDBACK,
  ({ remark }: Commands.PassReview, complaint, { actor }) => {
    const lacking = missingForReview(complaint.dossier);
    if (lacking.length > 0) return lacks(complaint, 'not-reviewable', lacking);
    return (
      secondPersonFault(complaint, actor.id) ?? [
        happened('review-passed', { reviewerId: actor.id, ...(remark === undefined ? {} : { remark }) }),
      ]
    );
  },
);

const failReview = onlyIf(
  isIn('feedback'),
  NOT_IN_FEEDBACK,
  ({ why }: Commands.FailReview, complaint, { actor }) =>
    secondPersonFault(complaint, actor.id) ?? [happened('review-failed', { reviewerId: actor.id, why })],
);

/** The closing gate. [B5] */
const close = onlyIf(isOpen, ['ended', 'it has ended already.'], (_command: Commands.CloseComplaint, complaint) => {
  const lacking = missingForClosing(complaint);
  return lacking.length > 0
    ? lacks(complaint, 'gate-shut', lacking)
    : [happened('closed', { outcome: complaint.dossier.finding ?? 'unknown', timeUnknown: false })];
});

const withdraw = onlyIf(isOpen, ['ended', 'it has ended already.'], ({ why }: Commands.WithdrawComplaint) => [
  happened('withdrawn', { why }),
]);

const consultSurvivor: Consultation<Complaint, Commands.MergeComplaint> = {
  as: 'survivor',
  view: complaintCard,
  idOf: ({ survivorId }) => survivorId,
};

const mergeInto = onlyIf(
  isOpen,
  ['ended', 'it has ended already.'],
  ({ survivorId, why }: Commands.MergeComplaint, complaint, { id, consulted }) => {
    const survivor = consulted['survivor'] as ComplaintCard;
    if (survivorId === id)
      return invalid('complaint.own-survivor', 'A complaint is not merged into itself.', 'survivorId');
    if (!survivor.exists)
      return {
        ...missing('complaint.survivor-unknown', `There is no complaint ${survivorId}: check the id.`),
        field: 'survivorId',
      };
    if (survivor.ended !== undefined)
      return refuse(
        complaint,
        'survivor-ended',
        survivor.mergedInto === undefined
          ? `complaint ${survivor.reference} has ended and takes nothing in.`
          : `complaint ${survivor.reference} was itself merged into ${survivor.mergedInto}: merge into that one.`,
      );
    return [happened('merged-into', { survivorId, survivorReference: survivor.reference, why })];
  },
);

const reopen = onlyIf(
  mayReopen,
  ['not-ended', 'only a closed or withdrawn complaint is opened again.'],
  ({ why }: Commands.ReopenComplaint, complaint, context) => {
    const { now } = context;
    const grace = graceOver(complaint.endedAt, context);
    if (grace !== undefined)
      return refuse(
        complaint,
        'reopen-grace-over',
        `it ended more than ${grace} ago: file a new complaint that follows it.`,
        ['complaint.file'],
      );
    const cycle = complaint.cycle + 1;
    return [
      happened('reopened', { cycle, why, steps: [...stepsFor(complaint.category, now, ownersOf(complaint.steps))] }),
    ];
  },
);

const command = (decide: ComplaintCommands[`complaint.${string}`]['decide'], summary: string, roles = STAFF) => ({
  decide,
  summary,
  roles,
  source: '[H5.4]',
});

export const handling: ComplaintCommands = {
  'complaint.begin-investigation': command(beginInvestigation, 'Begin the investigation'),
  'complaint.begin-handling': command(beginHandling, 'Begin the handling'),
  'complaint.record-finding': command(recordFinding, 'Record whether it is founded, and the cause'),
  'complaint.set-plan': command(setPlan, 'Say how and by when it will be handled'),
  'complaint.revise-plan': command(revisePlan, 'Change the plan, with the reason'),
  'complaint.record-corrective-action': command(recordCorrectiveAction, 'Record what keeps the cause from coming back'),
  'complaint.record-no-corrective-action': command(recordNoCorrectiveAction, 'Say why nothing needs to change'),
  'complaint.send-final-answer': command(sendFinalAnswer, 'Tell the customer finding and remedy'),
  'complaint.pass-review': command(passReview, 'Agree, as a second person', REVIEWERS),
  'complaint.fail-review': command(failReview, 'Send back to handling, as a second person', REVIEWERS),
  'complaint.close': command(close, 'Close the complaint'),
  'complaint.withdraw': command(withdraw, 'Record that the complainant does not pursue it', STAFF_AND_PROGRAMS),
  'complaint.merge-into': { ...command(mergeInto, 'Merge into another complaint'), consults: [consultSurvivor] },
  'complaint.reopen': command(reopen, 'Open an ended complaint again', STAFF_AND_PROGRAMS),
};
