import type { CustomerCard } from '#libs/features/customer/customer.events.ts';
import { customerCard } from '#libs/features/customer/customer.events.ts';
import type { Consultation, DecisionContext } from '#libs/kernel/aggregate.ts';
import { missing, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { proposeClassification } from './classification-rules.ts';
import type { CaseCommands, CaseDecision } from './deciding.ts';
import {
  inTheFuture,
  isBlank,
  isIn,
  isInTheFuture,
  isKnown,
  NOT_RECEIVED,
  onlyIf,
  reasonMissing,
  refuse,
} from './deciding.ts';
import type * as Commands from './reception.commands.ts';
import { isAssignable, isOpen, STAFF, STAFF_AND_PROGRAMS, tierOf } from './rules.ts';
import type { NewServiceCaseEvent, ServiceCaseCard } from './service-case.events.ts';
import { happened, serviceCaseCard } from './service-case.events.ts';
import type { CaseIn, KnownCase, ServiceCase } from './service-case.state.ts';

export const consultCustomer: Consultation<ServiceCase, { readonly customerId?: string }> = {
  as: 'customer',
  view: customerCard,
  idOf: (command) => command.customerId,
};

export const customerIn = ({ consulted }: DecisionContext) => consulted['customer'] as CustomerCard;

/** `SC-6F0A9A4E6C0E`: enough of the id that no two cases ever meet. */
const referenceFrom = (id: string): string =>
  `SC-${id
    .replaceAll(/[^0-9a-z]/gi, '')
    .slice(0, 12)
    .toUpperCase()}`;

/** Makes the reference the case’s alone. */
export const reserveReference = ({ reference }: { readonly reference?: string }, { id }: { readonly id: string }) => [
  {
    scope: 'service-case-reference',
    value: reference ?? referenceFrom(id),
    takenCode: 'service-case.reference-taken',
  },
];

/** A refused customer gets no new service case, but can always complain. [A2] */
const customerRefusal = (id: string, card: CustomerCard): Rejection | undefined => {
  if (!card.exists)
    return {
      ...missing('customer.unknown', `There is no customer ${id}: check the id, or leave it out and identify later.`),
      field: 'customerId',
    };
  if (card.refused)
    return reject(
      'customer.refused',
      `Customer ${id} was refused admission and gets no service case: file a complaint, or let the customer apply again.`,
      ['complaint.file', 'customer.reapply'],
    );
  return undefined;
};

const receive = (command: Commands.ReceiveServiceCase, state: ServiceCase, context: DecisionContext): CaseDecision => {
  if (isKnown(state)) return refuse(state, 'already-received', 'it cannot be received a second time.');
  const { receivedAt, reference = referenceFrom(context.id), team, customerId, ...request } = command;
  if (isInTheFuture(receivedAt, context.now)) return inTheFuture('receivedAt', context.now);
  const card = customerId === undefined ? undefined : customerIn(context);
  const refusal = customerId === undefined || card === undefined ? undefined : customerRefusal(customerId, card);
  if (refusal !== undefined) return refusal;
  const { followsCaseId } = request;
  if (followsCaseId !== undefined && !(context.consulted['earlierCase'] as ServiceCaseCard).exists)
    return {
      ...missing('service-case.earlier-case-unknown', `There is no case ${followsCaseId} to follow: check the id.`),
      field: 'followsCaseId',
    };
  const proposed = proposeClassification(request);
  const { priority = proposed.priority, complexity = proposed.complexity } = request;
  const events: NewServiceCaseEvent[] = [
    happened(
      'received',
      {
        ...{ ...request, reference, priority, complexity, ...tierOf(card) },
        ...(customerId === undefined ? {} : { customerId: card?.mergedInto ?? customerId }),
        ...((team ?? card?.team) === undefined ? {} : { team: team ?? card?.team }),
      },
      { occurredAt: receivedAt },
    ),
    happened('classification-proposed', proposed),
  ];
  return events;
};

const identifyCustomer = (
  { customerId }: Commands.IdentifyCustomer,
  state: KnownCase,
  context: DecisionContext,
): CaseDecision => {
  const card = customerIn(context);
  const survivor = card.mergedInto ?? customerId;
  if (state.customerId !== undefined)
    return refuse(state, 'customer-known', `it belongs to customer ${state.customerId} already.`);
  return (
    customerRefusal(customerId, card) ?? [happened('customer-identified', { customerId: survivor, ...tierOf(card) })]
  );
};

/** With nothing said, it stays as reported and proposed; whoever differs says why. [C2] */
const identify = (command: Commands.IdentifyServiceCase, state: CaseIn<'received'>): CaseDecision => {
  const { proposal, kind } = state;
  const standing = { type: proposal?.type ?? kind, priority: state.priority, complexity: state.complexity };
  const { type = standing.type, priority = standing.priority, complexity = standing.complexity, reason } = command;
  const stands = type === standing.type && priority === standing.priority && complexity === standing.complexity;
  if (!stands && isBlank(reason)) return reasonMissing('To differ from what was reported or proposed');
  const byRule = type === proposal?.type && priority === proposal.priority && complexity === proposal.complexity;
  return [happened('identified', { type, priority, complexity, by: byRule ? 'rule' : 'person', reason })];
};

const reclassify = (
  { type, complexity, reason }: Commands.ReclassifyServiceCase,
  state: CaseIn<'identified' | 'assigned' | 'in-progress' | 'waiting'>,
): CaseDecision => {
  if (isBlank(reason)) return reasonMissing('To classify the case otherwise');
  return [
    ...(type === undefined || type === state.type
      ? []
      : [happened('type-changed', { from: state.type, type, reason })]),
    ...(complexity === undefined || complexity === state.complexity
      ? []
      : [happened('complexity-changed', { from: state.complexity, complexity, reason })]),
  ];
};

const changePriority = ({ priority, reason }: Commands.ChangePriority, state: KnownCase): CaseDecision =>
  isBlank(reason)
    ? reasonMissing('A change of priority')
    : priority === state.priority
      ? []
      : [happened('priority-changed', { from: state.priority, priority, reason })];

export const reception: CaseCommands = {
  'service-case.receive': {
    summary: 'Receive a request for service.',
    source: '[T3, H4.5]',
    roles: STAFF_AND_PROGRAMS,
    creates: true,
    reserves: reserveReference,
    consults: [
      consultCustomer,
      {
        as: 'earlierCase',
        view: serviceCaseCard,
        idOf: (command: Commands.ReceiveServiceCase) => command.followsCaseId,
      },
    ],
    decide: receive,
  },
  'service-case.identify-customer': {
    summary: 'Say which customer a case is for that came in unidentified.',
    source: '[T2]',
    roles: STAFF_AND_PROGRAMS,
    consults: [consultCustomer],
    decide: onlyIf(isKnown, NOT_RECEIVED, identifyCustomer),
  },
  'service-case.identify': {
    summary: 'Settle type, priority and complexity, as proposed or otherwise.',
    source: '[H5.2]',
    roles: STAFF_AND_PROGRAMS,
    decide: onlyIf(isIn('received'), ['not-to-identify', 'only a case just received can be identified.'], identify),
  },
  'service-case.reclassify': {
    summary: 'Change type or complexity.',
    source: '[H5.2]',
    roles: STAFF,
    decide: onlyIf(
      isAssignable,
      ['not-to-reclassify', 'only an identified case that is not yet solved can be classified otherwise.'],
      reclassify,
    ),
  },
  'service-case.change-priority': {
    summary: 'Change how urgent the case is.',
    source: '[H5.2]',
    roles: STAFF,
    decide: onlyIf(isOpen, ['not-open', 'its deadlines are settled, so its priority stays.'], changePriority),
  },
};
