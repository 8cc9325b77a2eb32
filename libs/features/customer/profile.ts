import { legalHoldStanding } from '#libs/features/erasure/erasure.events.ts';
import type { LegalHoldStanding } from '#libs/features/erasure/erasure.events.ts';
import { invalid } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { isUnifiedSocialCreditCode } from './credit-code.ts';
import type { NewCustomerEvent } from './customer.events.ts';
import { happened } from './customer.events.ts';
import { own } from './customer.state.ts';
import type { Customer } from './customer.state.ts';
import type { CustomerCommands, CustomerDecision } from './deciding.ts';
import { given, known, MANAGERS, NOTHING, provenanceOf, refuse, STAFF, STAFF_AND_PROGRAMS } from './deciding.ts';
import type * as Commands from './profile.commands.ts';
import { BUSINESS_DETAILS as DETAILS } from './profile-events.ts';
import type { CustomerKind } from './profile-events.ts';

const NAMES = ['organisationName', 'personName'] as const;

/** A person's name is personal, an organisation's is not: the two are never mixed up. */
const nameFault = (
  kind: CustomerKind,
  { organisationName, personName }: { readonly organisationName?: string; readonly personName?: string },
): Rejection | undefined => {
  const [wanted, other] =
    kind === 'individual' ? (['personName', organisationName] as const) : (['organisationName', personName] as const);
  if (other !== undefined)
    return invalid(
      'customer.wrong-name',
      `A customer of kind ${kind} has a ${wanted} only: leave the other out.`,
      wanted,
    );
  return (wanted === 'personName' ? personName : organisationName) === undefined
    ? invalid('customer.name-missing', `A customer of kind ${kind} needs a ${wanted}.`, wanted)
    : undefined;
};

const codeFault = (code: string): Rejection | undefined =>
  isUnifiedSocialCreditCode(code)
    ? undefined
    : invalid(
        'customer.credit-code-wrong',
        `${code} is no unified social credit code: its check character does not fit (GB 32100). Check the typing.`,
        'unifiedSocialCreditCode',
      );

/** What makes a code or a key the customer's alone. [A13] */
export const creditCodeReservation = ({ unifiedSocialCreditCode }: { readonly unifiedSocialCreditCode?: string }) =>
  unifiedSocialCreditCode === undefined
    ? []
    : [
        {
          scope: 'unified-social-credit-code',
          value: unifiedSocialCreditCode,
          takenCode: 'customer.credit-code-taken',
        },
      ];
export const sourceKeyReservations = ({
  externalIds = [],
}: {
  readonly externalIds?: readonly Commands.ExternalId[];
}) =>
  externalIds.map(({ system, value }) => ({
    scope: 'source-key',
    value: `${system}/${value}`,
    takenCode: 'customer.external-id-taken',
  }));

/** What registration records: once from people, once from imports. */
export const registration = (
  command: Omit<Commands.RegisterCustomer, 'source'> & { readonly source?: Commands.RegisterCustomer['source'] },
  established: boolean,
): NewCustomerEvent[] => {
  const { kind, team, unifiedSocialCreditCode, legalRepresentative, externalIds = [] } = command;
  const { fields, changed } = given(command, [...NAMES, ...DETAILS]);
  const origin = (names: readonly string[]) => provenanceOf(command, names);
  return [
    happened('registered', {
      kind,
      ...fields,
      ...(team === undefined ? {} : { team }),
      established,
      ...origin(['kind', ...changed]),
    }),
    ...(unifiedSocialCreditCode === undefined
      ? []
      : [happened('credit-code-recorded', { unifiedSocialCreditCode, ...origin(['unifiedSocialCreditCode']) })]),
    ...(legalRepresentative === undefined
      ? []
      : [happened('legal-representative-named', { legalRepresentative, ...origin(['legalRepresentative']) })]),
    ...externalIds.map(({ system, value }) => happened('external-id-linked', { system, value })),
  ];
};

export const registrationFault = (command: Commands.RegisterCustomer): Rejection | undefined =>
  nameFault(command.kind, command) ??
  (command.unifiedSocialCreditCode === undefined ? undefined : codeFault(command.unifiedSocialCreditCode)) ??
  (new Set(command.externalIds?.map(({ system }) => system)).size < (command.externalIds?.length ?? 0)
    ? invalid('customer.external-id-twice', 'A customer has one key per system: give each system once.', 'externalIds')
    : undefined);

const register = (command: Commands.RegisterCustomer, customer: Customer): CustomerDecision =>
  customer.status === 'unknown'
    ? (registrationFault(command) ?? registration(command, false))
    : refuse(customer, 'registered-already', 'The customer is registered.');

const rename = known<Commands.RenameCustomer>((command, { kind }) => {
  const { fields, changed } = given(command, NAMES);
  return nameFault(kind, command) ?? [happened('renamed', { ...fields, ...provenanceOf(command, changed) })];
});

const recordBusinessDetails = known<Commands.RecordBusinessDetails>((command) => {
  const { fields, changed } = given(command, DETAILS);
  if (changed.length === 0) return NOTHING;
  return [happened('business-details-recorded', { ...fields, ...provenanceOf(command, changed) })];
});

/** A correction names what it corrects: both remain, and the later knowledge counts from the time it is true of. */
const correctBusinessDetails = known<Commands.CorrectBusinessDetails>((command, { detailsSaid }, { now }) => {
  const { correctsEventId, validFrom } = command;
  const { fields, changed } = given(command, DETAILS);
  if (changed.length === 0) return NOTHING;
  const corrected = own(detailsSaid, correctsEventId);
  if (corrected === undefined)
    return invalid(
      'customer.nothing-to-correct',
      `No event ${correctsEventId} said anything about this customer’s business: find it with care provenance or in the history.`,
      'correctsEventId',
    );
  const other = changed.filter((name) => !corrected.changed.includes(name));
  if (other.length > 0)
    return invalid(
      'customer.not-said-there',
      `Event ${correctsEventId} did not say ${other.join(', ')}, only ${corrected.changed.join(', ')}: correct the event that did.`,
      other[0],
    );
  const from = validFrom ?? corrected.at;
  if (from < corrected.at || from > now)
    return invalid(
      'customer.correction-out-of-time',
      `A correction holds from the time of what it corrects (${corrected.at}) at the earliest, and from now at the latest.`,
      'validFrom',
    );
  return [
    happened(
      'business-details-corrected',
      { correctsEventId, ...fields, ...provenanceOf(command, changed) },
      { occurredAt: from },
    ),
  ];
});

const recordCreditCode = known<Commands.RecordCreditCode>((command, customer) => {
  const { unifiedSocialCreditCode } = command;
  if (customer.unifiedSocialCreditCode === unifiedSocialCreditCode) return [];
  if (customer.kind === 'individual')
    return refuse(customer, 'code-of-individual', 'An individual has no unified social credit code.');
  return (
    codeFault(unifiedSocialCreditCode) ?? [
      happened('credit-code-recorded', {
        unifiedSocialCreditCode,
        ...provenanceOf(command, ['unifiedSocialCreditCode']),
      }),
    ]
  );
});

const nameLegalRepresentative = known<Commands.NameLegalRepresentative>((command, customer) =>
  customer.kind === 'individual'
    ? refuse(customer, 'representative-of-individual', 'An individual represents themselves.')
    : [
        happened('legal-representative-named', {
          legalRepresentative: command.legalRepresentative,
          ...provenanceOf(command, ['legalRepresentative']),
        }),
      ],
);

const rateCredit = known<Commands.RateCredit>((command) => {
  const { fields, changed } = given(command, ['rating', 'financialStanding', 'paymentCycleDays']);
  return changed.length === 0 ? NOTHING : [happened('credit-rated', { ...fields, ...provenanceOf(command, changed) })];
});

const recordDefault = known<Commands.RecordDefault>((command, _customer, { now }) => {
  const { amount, currency, dueOn } = command;
  if (dueOn > now.slice(0, 10))
    return invalid('customer.default-in-future', 'What is not due yet cannot be in default.', 'dueOn');
  return [happened('default-recorded', { amount, currency, dueOn, ...provenanceOf(command, ['defaults']) })];
});

const notePreference = known<Commands.NotePreference>((command, customer, { consulted }) => {
  const { topic, preference } = command;
  if ((consulted.hold as LegalHoldStanding).held)
    return refuse(
      customer,
      'processing-restricted',
      'A legal hold lies on the customer: what is kept for it serves no other purpose, and nothing is added for one. [G4]',
    );
  return [happened('preference-noted', { topic, preference, ...provenanceOf(command, ['preferences']) })];
});

const recordSatisfaction = known<Commands.RecordSatisfaction>(({ score, topic, remark, source = 'customer' }) => [
  happened('satisfaction-recorded', { score, topic, ...(remark === undefined ? {} : { remark }), source }),
]);

const assignTeam = known<Commands.AssignTeam>(({ team }, customer) =>
  customer.team === team ? [] : [happened('team-assigned', { team })],
);

const assignAccountManager = known<Commands.AssignAccountManager>(({ userId }, customer) =>
  customer.accountManager === userId ? [] : [happened('account-manager-assigned', { userId })],
);

const command = (decide: CustomerCommands[`customer.${string}`]['decide'], summary: string, roles = STAFF) => ({
  decide,
  summary,
  roles,
  source: '[M1.2]',
});

export const profile: CustomerCommands = {
  'customer.register': {
    ...command(register, 'Register a customer', STAFF_AND_PROGRAMS),
    creates: true,
    reserves: (body: Commands.RegisterCustomer) => [...creditCodeReservation(body), ...sourceKeyReservations(body)],
  },
  'customer.rename': command(rename, 'Give a customer another name'),
  'customer.record-business-details': command(recordBusinessDetails, 'Record facts about the customer’s business'),
  'customer.correct-business-details': command(
    correctBusinessDetails,
    'Correct what an earlier event says about the business',
  ),
  'customer.record-credit-code': {
    ...command(recordCreditCode, 'Record the unified social credit code'),
    reserves: creditCodeReservation,
  },
  'customer.name-legal-representative': command(nameLegalRepresentative, 'Name the legal representative'),
  'customer.rate-credit': command(rateCredit, 'Rate the customer’s credit', [...MANAGERS, 'finance']),
  'customer.record-default': command(recordDefault, 'Record that a payment failed', [...MANAGERS, 'finance']),
  'customer.note-preference': {
    ...command(notePreference, 'Note a preference', STAFF_AND_PROGRAMS),
    consults: [{ as: 'hold', view: legalHoldStanding, idOf: (_command, _customer, _consulted, id) => id }],
  },
  'customer.record-satisfaction': {
    ...command(recordSatisfaction, 'Record how satisfied the customer is', STAFF_AND_PROGRAMS),
    commutative: true,
  },
  'customer.assign-team': command(assignTeam, 'Give the customer to a team', MANAGERS),
  'customer.assign-account-manager': command(assignAccountManager, 'Put a person in charge', MANAGERS),
};
