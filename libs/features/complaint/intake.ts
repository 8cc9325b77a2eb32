import type { CustomerCard } from '#libs/features/customer/customer.events.ts';
import { customerCard } from '#libs/features/customer/customer.events.ts';
import type { Consultation, DecisionContext } from '#libs/kernel/aggregate.ts';
import { invalid, missing } from '#libs/kernel/rejection.ts';
import type { ComplaintCard } from './complaint.events.ts';
import { complaintCard, happened } from './complaint.events.ts';
import type { Complaint } from './complaint.state.ts';
import type { ComplaintCommands, ComplaintDecision } from './deciding.ts';
import { isIn, known, onlyIf, refuse, STAFF, STAFF_AND_PROGRAMS } from './deciding.ts';
import type * as Commands from './intake.commands.ts';
import { stepsFor } from './procedure.ts';
import { isOpen } from './rules.ts';
import { SEVERITIES } from './vocabulary.ts';

const consultCustomer: Consultation<Complaint, { readonly customerId?: string }> = {
  as: 'customer',
  view: customerCard,
  idOf: ({ customerId }) => customerId,
};
const customerIn = ({ consulted }: DecisionContext) => consulted['customer'] as CustomerCard;

const noCustomer = (id: string) => ({
  ...missing('customer.unknown', `There is no customer ${id}: check the id, or leave it out and identify later.`),
  field: 'customerId',
});

/** `CP-6F0A9A4E6C0E`: enough of the id that no two complaints ever meet. */
const referenceFrom = (id: string): string =>
  `CP-${id
    .replaceAll(/[^0-9a-z]/gi, '')
    .slice(0, 12)
    .toUpperCase()}`;

/** Makes the reference the complaint's alone. [B1] */
export const reserveReference = ({ reference }: { readonly reference?: string }, { id }: { readonly id: string }) => [
  { scope: 'complaint-reference', value: reference ?? referenceFrom(id), takenCode: 'complaint.reference-taken' },
];

/** Anybody may complain: a customer who was refused admission too, and somebody we cannot identify. [A2, B1] */
const file = (command: Commands.FileComplaint, complaint: Complaint, context: DecisionContext): ComplaintDecision => {
  if (complaint.status !== 'unknown') return refuse(complaint, 'filed-already', 'it cannot be filed a second time.');
  const { receivedAt = context.now, reference = referenceFrom(context.id), filedBy = 'customer', ...request } = command;
  const { customerId, followsId, channel } = request;
  if (receivedAt > context.now)
    return invalid(
      'complaint.in-the-future',
      `It is ${context.now}: a complaint is filed once it came in.`,
      'receivedAt',
    );
  const card = customerId === undefined ? undefined : customerIn(context);
  if (customerId !== undefined && card?.exists !== true) return noCustomer(customerId);
  if (followsId !== undefined && !(context.consulted['earlier'] as ComplaintCard).exists)
    return {
      ...missing('complaint.earlier-unknown', `There is no complaint ${followsId} to follow: check the id.`),
      field: 'followsId',
    };
  const team = request.team ?? card?.team;
  const tier = card?.tier === undefined ? {} : { tier: card.tier };
  const at = { occurredAt: receivedAt };
  return [
    happened(
      'filed',
      {
        ...request,
        ...{ reference, filedBy, ...tier },
        ...(customerId === undefined ? {} : { customerId: card?.mergedInto ?? customerId }),
        ...(team === undefined ? {} : { team }),
      },
      at,
    ),
    happened('receipt-sent', { channel, reference }),
  ];
};

const identifyCustomer = known<Commands.IdentifyCustomer>(({ customerId }, complaint, context) => {
  const card = customerIn(context);
  const survivor = card.mergedInto ?? customerId;
  if (complaint.customerId === survivor) return [];
  if (complaint.customerId !== undefined)
    return refuse(complaint, 'customer-known', `it belongs to customer ${complaint.customerId} already.`);
  if (!card.exists) return noCustomer(customerId);
  const tier = card.tier === undefined ? {} : { tier: card.tier };
  return [happened('customer-identified', { customerId: survivor, ...tier })];
});

const ENDED = ['ended', 'it has ended and does not change any more.'] as const;

const changeSeverity = onlyIf(isOpen, ENDED, ({ severity, why }: Commands.ChangeSeverity, complaint) => {
  const { severity: from } = complaint;
  if (severity === from) return [];
  const fact = SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(from) ? 'severity-raised' : 'severity-lowered';
  return [happened(fact, { from, severity, why })];
});

const changeCategory = onlyIf(isOpen, ENDED, ({ category, why }: Commands.ChangeCategory, complaint) =>
  category === complaint.category ? [] : [happened('category-changed', { from: complaint.category, category, why })],
);

const assign = onlyIf(isOpen, ENDED, ({ responsibleId, team }: Commands.AssignComplaint, complaint) =>
  complaint.responsibleId === responsibleId && (team === undefined || team === complaint.team)
    ? []
    : [happened('assigned', { responsibleId, ...(team === undefined ? {} : { team }) })],
);

const accept = onlyIf(
  isIn('filed'),
  ['not-to-accept', 'only a complaint that was just filed is accepted.'],
  (command: Commands.AcceptComplaint, complaint) => {
    const { category, receivedAt } = complaint;
    const { responsibleId = complaint.responsibleId, reviewOwnerId } = command;
    if (reviewOwnerId !== undefined && reviewOwnerId === responsibleId)
      return invalid('complaint.same-person', 'The reviewer must be a second person: name another.', 'reviewOwnerId');
    const owners = {
      investigation: command.investigationOwnerId ?? responsibleId,
      handling: command.handlingOwnerId ?? responsibleId,
      feedback: command.feedbackOwnerId ?? responsibleId,
      review: reviewOwnerId,
    };
    const steps = [...stepsFor(category, receivedAt, owners)];
    return [happened('accepted', { ...(responsibleId === undefined ? {} : { responsibleId }), steps })];
  },
);

const reassignStep = onlyIf(isOpen, ENDED, ({ step, ownerId, dueAt, why }: Commands.ReassignStep, complaint) =>
  complaint.steps.some((each) => each.step === step)
    ? [happened('step-reassigned', { step, ownerId, dueAt, why })]
    : refuse(complaint, 'no-such-step', 'its procedure begins with acceptance.'),
);

const command = (decide: ComplaintCommands[`complaint.${string}`]['decide'], summary: string) => ({
  decide,
  summary,
  roles: STAFF,
  source: '[H5.4]',
});

export const intake: ComplaintCommands = {
  'complaint.file': {
    ...command(file, 'File a complaint'),
    roles: STAFF_AND_PROGRAMS,
    creates: true,
    reserves: reserveReference,
    consults: [
      consultCustomer,
      { as: 'earlier', view: complaintCard, idOf: ({ followsId }: Commands.FileComplaint) => followsId },
    ],
  },
  'complaint.identify-customer': {
    ...command(identifyCustomer, 'Say which customer complains'),
    consults: [consultCustomer],
  },
  'complaint.change-severity': command(changeSeverity, 'Raise or lower the severity'),
  'complaint.change-category': command(changeCategory, 'Put the complaint under another type'),
  'complaint.assign': command(assign, 'Put a person in charge'),
  'complaint.accept': command(accept, 'Accept the complaint: its procedure begins'),
  'complaint.reassign-step': command(reassignStep, 'Give a step to another person, or another time'),
};
