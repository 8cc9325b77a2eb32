import type { Complaint, Dossier, EndedComplaint, KnownComplaint, OpenComplaint } from './complaint.state.ts';

export const isOpen = (complaint: Complaint): complaint is OpenComplaint =>
  complaint.status !== 'unknown' && !('endedAt' in complaint);

export const mayReopen = (complaint: Complaint): complaint is EndedComplaint =>
  complaint.status === 'closed' || complaint.status === 'withdrawn';

/** Taken up, and what is to be reviewed is not fixed yet. */
export const isWorkedOn = (complaint: Complaint): complaint is OpenComplaint =>
  complaint.status === 'investigation' || complaint.status === 'handling' || complaint.status === 'feedback';

/** A plan is made from acceptance until the answer. */
export const isPlannable = (complaint: Complaint): complaint is OpenComplaint =>
  complaint.status === 'accepted' || complaint.status === 'investigation' || complaint.status === 'handling';

export type Requirement = 'finding-and-cause' | 'corrective-action-or-why-none' | 'answer-to-customer' | 'review';

/** What must be supplied by which command. */
const SUPPLIED_BY: { readonly [R in Requirement]: readonly string[] } = {
  'finding-and-cause': ['complaint.record-finding'],
  'corrective-action-or-why-none': ['complaint.record-corrective-action', 'complaint.record-no-corrective-action'],
  'answer-to-customer': ['complaint.send-final-answer'],
  review: ['complaint.pass-review'],
};

/** What the dossier still lacks before a second person can review it. [B5] */
export const missingForReview = ({ finding, correctiveAction, isAnswered }: Dossier): readonly Requirement[] => [
  ...(finding === undefined ? (['finding-and-cause'] as const) : []),
  ...(correctiveAction === undefined ? (['corrective-action-or-why-none'] as const) : []),
  ...(isAnswered ? [] : (['answer-to-customer'] as const)),
];

/** What the closing gate still asks for. [B5] */
export const missingForClosing = (complaint: OpenComplaint): readonly Requirement[] =>
  complaint.status === 'reviewed' ? [] : [...missingForReview(complaint.dossier), 'review'];

/** Of what supplies the missing, what can be sent now. */
export const waysToSupply = (complaint: Complaint, lacking: readonly Requirement[]): readonly string[] => {
  const allowed = allowedIn(complaint);
  return lacking.flatMap((requirement) => SUPPLIED_BY[requirement]).filter((command) => allowed.includes(command));
};

const when = (condition: boolean, ...commands: readonly string[]): readonly string[] => (condition ? commands : []);

const acceptedBy = (complaint: KnownComplaint): readonly string[] => {
  const { status, planSetAt, steps, dossier } = complaint;
  return [
    ...when(status === 'filed', 'accept'),
    ...when(status === 'accepted', 'begin-investigation'),
    ...when(status === 'investigation', 'begin-handling'),
    ...when(isWorkedOn(complaint), 'record-finding', 'record-corrective-action', 'record-no-corrective-action'),
    ...when(isPlannable(complaint), planSetAt === undefined ? 'set-plan' : 'revise-plan'),
    ...when(status === 'handling' && dossier.finding !== undefined, 'send-final-answer'),
    ...when(status === 'feedback' && missingForReview(dossier).length === 0, 'pass-review'),
    ...when(status === 'feedback', 'fail-review'),
    ...when(status === 'reviewed', 'close'),
    ...when(mayReopen(complaint), 'reopen'),
    ...when(
      isOpen(complaint),
      'withdraw',
      'merge-into',
      'assign',
      'change-severity',
      'change-category',
      'loosen-deadlines',
    ),
    ...when(isOpen(complaint) && steps.length > 0, 'reassign-step'),
    ...when(isOpen(complaint), 'send-interim-answer'),
    ...when(complaint.customerId === undefined, 'identify-customer'),
    ...['record-customer-message', 'send-answer', 'send-automatic-answer', 'add-note', 'record-attachment'],
  ];
};

/** The wire names of the commands that people and programs may send now; imports are never asked for. */
export const allowedIn = (complaint: Complaint): readonly string[] =>
  (complaint.status === 'unknown' ? ['file'] : acceptedBy(complaint)).map((name) => `complaint.${name}`);
