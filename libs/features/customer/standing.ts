import { invalid } from '#libs/kernel/rejection.ts';
import { happened } from './customer.events.ts';
import type { CustomerCommands } from './deciding.ts';
import { APPROVERS, known, refuse } from './deciding.ts';
import { consultPolicy, judged } from './judgement.ts';
import type * as Commands from './standing.commands.ts';

const rejudge = known<Commands.RejudgeTier>(({ asAt }, customer, context) =>
  asAt !== undefined && asAt > context.now
    ? invalid('customer.judged-in-future', `Nothing is known of ${asAt} yet (it is ${context.now}).`, 'asAt')
    : judged([], customer, context, asAt),
);

/** The person who recognises the standing is the approver: nobody approves in another's name. [T1] */
const grantStanding = known<Commands.GrantStanding>(({ standing, why }, customer, context) =>
  customer.standings[standing] === undefined
    ? judged([happened('standing-granted', { standing, approver: context.actor.id, why })], customer, context)
    : [],
);

const withdrawStanding = known<Commands.WithdrawStanding>(({ standing, why }, customer, context) =>
  customer.standings[standing] === undefined
    ? refuse(customer, 'no-such-standing', `The customer is not recognised as ${standing}.`)
    : judged([happened('standing-withdrawn', { standing, why })], customer, context),
);

export const standing: CustomerCommands = {
  'customer.rejudge-tier': {
    decide: rejudge,
    summary: 'Judge class and lifecycle stage anew',
    source: '[T1, M1.1]',
    roles: [...APPROVERS, 'policy-owner', 'service'],
    consults: [consultPolicy],
  },
  'customer.grant-standing': {
    decide: grantStanding,
    summary: 'Recognise a benchmark, or strategic potential',
    source: '[T1]',
    roles: APPROVERS,
    consults: [consultPolicy],
  },
  'customer.withdraw-standing': {
    decide: withdrawStanding,
    summary: 'Recognise it no longer',
    source: '[T1]',
    roles: APPROVERS,
    consults: [consultPolicy],
  },
};
