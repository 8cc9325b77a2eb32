import { customerCard } from '#libs/features/customer/customer.events.ts';
import type { DecisionContext } from '#libs/kernel/aggregate.ts';
import { forbidden } from '#libs/kernel/rejection.ts';
import type { CaseCommands, CaseDecision } from './deciding.ts';
import { isBlank, isKnown, NOT_RECEIVED, onlyIf, reasonMissing } from './deciding.ts';
import { customerIn } from './reception.ts';
import { isOpen, tierOf } from './rules.ts';
import { happened } from './service-case.events.ts';
import type { KnownCase } from './service-case.state.ts';
import type * as Commands from './timing.commands.ts';

/** Nobody gives time to themselves. [SLA 4] */
const loosen = (
  { reason }: Commands.LoosenDeadlines,
  { assigneeId }: KnownCase,
  { actor }: DecisionContext,
): CaseDecision =>
  isBlank(reason)
    ? reasonMissing('A later deadline')
    : actor.id === assigneeId
      ? forbidden('service-case.own-deadline', `${actor.id} works on the case: somebody else has to allow more time.`)
      : [happened('deadlines-loosened', { approverId: actor.id, reason })];

const followTier = (state: KnownCase, context: DecisionContext): CaseDecision => {
  const { tier, tierBasis } = tierOf(state.customerId === undefined ? undefined : customerIn(context));
  return tier === state.tier && tierBasis === state.tierBasis
    ? []
    : [happened('tier-followed', { from: state.tier, tier, tierBasis })];
};

export const timing: CaseCommands = {
  'service-case.loosen-deadlines': {
    summary: 'Allow the later deadlines that class, urgency or policy give now.',
    source: 'SLA 4',
    roles: ['supervisor', 'department-head'],
    decide: onlyIf(isOpen, ['not-open', 'its deadlines are settled.'], loosen),
  },
  'service-case.observe-clocks': {
    summary: 'Record what has come to pass of the clocks.',
    source: 'SLA 13',
    roles: ['service'],
    internal: true,
    commutative: true,
    // The clocks of every command are judged up to now: this one does nothing else.
    decide: onlyIf(isKnown, NOT_RECEIVED, () => []),
  },
  'service-case.follow-tier': {
    summary: 'Serve an open case by the class that its customer has now.',
    source: 'SLA 4',
    roles: ['service'],
    internal: true,
    commutative: true,
    consults: [
      {
        as: 'customer',
        view: customerCard,
        idOf: (_command, state) => (isKnown(state) ? state.customerId : undefined),
      },
    ],
    decide: onlyIf(isKnown, NOT_RECEIVED, (_command, state, context) =>
      isOpen(state) ? followTier(state, context) : [],
    ),
  },
};
