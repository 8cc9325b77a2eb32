import type { Role } from '#libs/kernel/actor.ts';
import { LEDGER } from '#libs/kernel/actor.ts';
import type { Decide, DecisionContext, Decision } from '#libs/kernel/aggregate.ts';
import { defineAggregate } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { forbidden, invalid, missing, reject } from '#libs/kernel/rejection.ts';
import type { ErasureData, ErasureEvent, NewErasureEvent } from './erasure-events.ts';
import { erasureEvents } from './erasure-events.ts';
import type * as Commands from './erasure.commands.ts';
import type { Erasure, KnownErasure } from './erasure.state.ts';
import { allowedIn, evolve } from './erasure.state.ts';
import { obstaclesConsulted, obstacleTo } from './obstacles.ts';
import type { Asked } from './obstacles.ts';

type ErasureDecision = Decision<NewErasureEvent>;

const happened = <Fact extends string>(fact: Fact, data: ErasureData<Fact>): readonly NewErasureEvent[] => [
  { type: `erasure.${fact}.v1`, data } as unknown as NewErasureEvent,
];

/** A decision that only one stage of an erasure allows. */
const at =
  <Stage extends KnownErasure['status'], Command>(
    stages: readonly Stage[],
    decide: (
      command: Command,
      erasure: KnownErasure & { readonly status: Stage },
      context: DecisionContext,
    ) => ErasureDecision,
  ): Decide<Command, Erasure, NewErasureEvent> =>
  (command, erasure, context) => {
    if (erasure.status === 'unknown')
      return missing('erasure.unknown', `Nobody asked for an erasure of ${context.id}: check the id.`);
    if (!(stages as readonly string[]).includes(erasure.status)) {
      const allowed = allowedIn(erasure);
      return reject(
        'erasure.wrong-stage',
        `The erasure of ${context.id} is ${erasure.status}. Possible now: ${allowed.join(', ') || 'nothing'}.`,
        allowed,
      );
    }
    return decide(command, erasure as KnownErasure & { readonly status: Stage }, context);
  };

const isUnderWay = ({ status }: Erasure): boolean => status === 'asked' || status === 'approved' || status === 'begun';
const isErased = ({ status }: Erasure): boolean => status === 'erased' || status === 'supervised';

/** What stands against asking; undefined: ask. */
const refusalToAsk = (command: Asked, erasure: Erasure, context: DecisionContext) => {
  if (isErased(erasure))
    return reject(
      'erasure.already-erased',
      `The personal data of ${context.id} was destroyed already: look at its certificate in erasures.`,
      allowedIn(erasure),
    );
  if (isUnderWay(erasure))
    return reject(
      'erasure.already-asked',
      `The erasure of ${context.id} was asked for already and is ${erasure.status}.`,
      allowedIn(erasure),
    );
  return obstacleTo(command, erasure, context);
};

const whose = ({ contactOf }: Asked, id: string) =>
  ({ scope: contactOf === undefined ? 'customer' : 'contact', customerId: contactOf ?? id }) as const;

const request: Decide<Commands.RequestErasure, Erasure, NewErasureEvent> = (command, erasure, context) =>
  refusalToAsk(command, erasure, context) ??
  happened('requested', {
    ...whose(command, context.id),
    reason: command.reason,
    requestedBy: context.actor.id,
  });

/** What retention asks for when its time is over. [G6] */
export interface ProposeErasure extends Asked {
  readonly keptFor: string;
  readonly retentionEndedAt: Instant;
}
const propose: Decide<ProposeErasure, Erasure, NewErasureEvent> = (command, erasure, context) => {
  // Proposed once, however often the process looks.
  if (isUnderWay(erasure) || isErased(erasure)) return [];
  const { keptFor, retentionEndedAt } = command;
  return (
    obstacleTo(command, erasure, context) ??
    happened('proposed', { ...whose(command, context.id), keptFor, retentionEndedAt })
  );
};

const bySecondPerson = (
  { requestedBy }: KnownErasure,
  { actor }: DecisionContext,
  decision: () => ErasureDecision,
): ErasureDecision =>
  requestedBy === actor.id
    ? forbidden('erasure.self-approval', 'Nobody decides about their own request: ask another privacy officer.')
    : decision();

const approve = at(['asked'], (_command: Commands.ApproveErasure, erasure, context) =>
  bySecondPerson(
    erasure,
    context,
    () => obstacleTo({}, erasure, context) ?? happened('approved', { approvedBy: context.actor.id }),
  ),
);

const decline = at(['asked'], ({ because }: Commands.DeclineErasure, erasure, context) =>
  bySecondPerson(erasure, context, () => happened('declined', { declinedBy: context.actor.id, because })),
);

const withdraw = at(['asked'], (_command: Commands.WithdrawErasure, _erasure, { actor }) =>
  happened('withdrawn', { withdrawnBy: actor.id }),
);

/** Sent by the process that holds the keys, once it knows whose they are. What stood against it since the approval still does. */
export interface BeginErasure {
  readonly subjects: readonly string[];
}
const begin = at(['approved', 'begun'], ({ subjects }: BeginErasure, erasure, context) =>
  erasure.status === 'begun'
    ? []
    : (obstacleTo({}, erasure, context) ?? happened('begun', { subjects: [...subjects] })),
);

export type RecordErasure = Pick<ErasureData<'carried-out'>, 'destroyedAt' | 'purged' | 'exportsOutside'>;
const recordCarriedOut = at(
  ['begun', 'erased', 'supervised'],
  ({ destroyedAt, purged, exportsOutside }: RecordErasure, erasure) =>
    erasure.status === 'begun'
      ? happened('carried-out', {
          ...{ method: 'key-destruction', destroyedAt, responsible: erasure.approvedBy ?? LEDGER.id },
          ...{ subjects: [...erasure.subjects], result: 'complete', purged, exportsOutside },
        })
      : [],
);

const recordShredding = at(
  ['erased', 'supervised'],
  ({ kind, copies, shreddedOn }: Commands.RecordShredding, _erasure, { actor, now }) =>
    shreddedOn > now.slice(0, 10)
      ? invalid('erasure.shredding-in-future', 'Shredding is recorded once it is done.', 'shreddedOn')
      : happened('paper-shredded', { kind, copies, shreddedOn, recordedBy: actor.id }),
);

const supervised = (decision: (supervisedBy: string) => ErasureDecision) =>
  at(['erased'], (_command: Commands.ConfirmErasure, { approvedBy }, { actor }) =>
    actor.id === approvedBy
      ? forbidden('erasure.own-supervision', 'Whoever is responsible for it does not check it: ask another person.')
      : decision(actor.id),
  );

const ASKERS: readonly Role[] = [
  'agent',
  'account-manager',
  'supervisor',
  'department-head',
  'legal',
  'privacy-officer',
];
const OFFICERS: readonly Role[] = ['privacy-officer'];
const CHECKERS: readonly Role[] = ['privacy-officer', 'auditor'];

/** The destruction of the personal data of one customer, or of one of its contacts; its id is theirs. [G4] */
export const erasure = defineAggregate<Erasure, ErasureEvent>({
  name: 'erasure',
  collection: 'erasures',
  events: erasureEvents,
  initial: { status: 'unknown' },
  evolve,
  subjectOf: (state, id) => (state.status === 'unknown' ? id : state.customerId),
  allowedIn,
  commands: {
    'erasure.request': {
      decide: request,
      roles: ASKERS,
      summary: 'Ask that the personal data of a customer or contact be destroyed; the id is theirs',
      source: 'G4',
      opens: true,
      consults: obstaclesConsulted,
    },
    'erasure.propose': {
      decide: propose,
      roles: ['service'],
      summary: 'Propose the destruction of what need not be kept any longer',
      source: 'G4, G6',
      opens: true,
      internal: true,
      consults: obstaclesConsulted,
    },
    'erasure.withdraw': {
      decide: withdraw,
      roles: ASKERS,
      summary: 'Take a request for destruction back',
      source: 'G4',
    },
    'erasure.decline': { decide: decline, roles: OFFICERS, summary: 'Decline a request for destruction', source: 'G4' },
    'erasure.approve': {
      decide: approve,
      roles: OFFICERS,
      summary: 'Approve a destruction, as a second person, and be responsible for it',
      source: 'G4',
      consults: obstaclesConsulted,
    },
    'erasure.begin': {
      decide: begin,
      roles: ['service'],
      summary: 'Settle whose keys are destroyed',
      source: 'G4',
      internal: true,
      consults: obstaclesConsulted,
    },
    'erasure.record-carried-out': {
      decide: recordCarriedOut,
      roles: ['service'],
      summary: 'Record the certificate of a destruction',
      source: 'G4',
      internal: true,
    },
    'erasure.record-shredding': {
      decide: recordShredding,
      roles: ['agent', 'account-manager', 'supervisor', 'privacy-officer'],
      summary: 'Record that paper copies were shredded',
      source: 'G4',
    },
    'erasure.confirm': {
      decide: supervised((supervisedBy) => happened('supervised', { supervisedBy })),
      roles: CHECKERS,
      summary: 'Confirm a destruction that was checked',
      source: 'G4',
    },
    'erasure.find-incomplete': {
      decide: supervised((supervisedBy) => happened('found-incomplete', { supervisedBy })),
      roles: CHECKERS,
      summary: 'Find a destruction incomplete: it is carried out again',
      source: 'G4',
    },
  },
});
