import { customerCard } from '#libs/features/customer/customer.events.ts';
import type { CustomerCard } from '#libs/features/customer/customer.events.ts';
import { forbidden } from '#libs/kernel/rejection.ts';
import { happened } from './complaint.events.ts';
import type { ComplaintCommands } from './deciding.ts';
import { known, onlyIf } from './deciding.ts';
import { isOpen } from './rules.ts';
import type * as Commands from './timing.commands.ts';

/** Nobody gives time to themselves. [SLA 4] */
const loosen = onlyIf(
  isOpen,
  ['ended', 'its deadlines are settled.'],
  ({ why }: Commands.LoosenDeadlines, { responsibleId }, { actor }) =>
    actor.id === responsibleId
      ? forbidden('complaint.own-deadline', `${actor.id} is responsible: somebody else has to allow more time.`)
      : [happened('deadlines-loosened', { approverId: actor.id, why })],
);

const followTier = known((_command, complaint, { consulted }) => {
  const { tier } = consulted['customer'] as CustomerCard;
  const { tier: from } = complaint;
  return !isOpen(complaint) || tier === undefined || tier === from
    ? []
    : [happened('tier-followed', { tier, ...(from === undefined ? {} : { from }) })];
});

const byProcesses = { roles: ['service'], internal: true, commutative: true } as const;

export const timing: ComplaintCommands = {
  'complaint.loosen-deadlines': {
    decide: loosen,
    summary: 'Allow the later deadlines that class, severity or policy give now',
    source: 'SLA 4',
    roles: ['supervisor', 'department-head'],
  },
  'complaint.observe-clocks': {
    ...byProcesses,
    // The clocks of every command are judged up to now: this one does nothing else.
    decide: known(() => []),
    summary: 'Record what has come to pass of the clocks',
    source: 'SLA 13',
  },
  'complaint.follow-tier': {
    ...byProcesses,
    decide: followTier,
    summary: 'Serve an open complaint by the class that its customer has now',
    source: 'SLA 4',
    consults: [
      {
        as: 'customer',
        view: customerCard,
        idOf: (_command, complaint) => (complaint.status === 'unknown' ? undefined : complaint.customerId),
      },
    ],
  },
};
