import type { Role } from '#libs/kernel/actor.ts';
import { happened } from './customer.events.ts';
import type { KnownCustomer } from './customer.state.ts';
import type { CustomerCommand, CustomerCommands } from './deciding.ts';
import { APPROVERS, given, known, MANAGERS, refuse, STAFF, STAFF_AND_PROGRAMS } from './deciding.ts';
import type * as Commands from './relationship.commands.ts';
import type { ADMISSION_STAGES } from './relationship-events.ts';
import { isApplying, mayBeAssessed } from './rules.ts';

type Stage = KnownCustomer['admission']['stage'];

/** A step is taken only after the one before it. [H4.1] */
const step = (
  from: Stage,
  fact: 'screened' | 'qualified' | 'background-checked' | 'admitted',
  summary: string,
  roles: readonly Role[],
): CustomerCommand<Commands.Screen> => ({
  summary,
  source: '[H4.1]',
  roles,
  decide: known<Commands.Screen>((command, customer) =>
    customer.admission.stage === from
      ? [happened(fact, given(command, ['remark']).fields)]
      : refuse(customer, 'wrong-stage', `Admission is at ${customer.admission.stage}; this step follows ${from}.`),
  ),
});

const assess = known<Commands.Assess>(({ value, risk, ability, ...command }, customer) =>
  mayBeAssessed(customer)
    ? [happened('assessed', { value, risk, ability, ...given(command, ['remark']).fields })]
    : refuse(
        customer,
        'wrong-stage',
        `Admission is at ${customer.admission.stage}; the assessment follows the background check.`,
      ),
);

const STAGE_AFTER: Readonly<Partial<Record<Stage, (typeof ADMISSION_STAGES)[number]>>> = {
  collected: 'screening',
  screened: 'qualification',
  qualified: 'background-check',
  'background-checked': 'assessment',
  assessed: 'admission',
};

const refuseAdmission = known<Commands.Refuse>(({ reasonCode, why }, customer) =>
  isApplying(customer)
    ? [happened('refused', { stage: STAGE_AFTER[customer.admission.stage]!, reasonCode, why })]
    : refuse(customer, 'not-applying', `Admission is at ${customer.admission.stage}: there is nothing to refuse.`),
);

const reapply = known<Commands.Reapply>(({ why }, customer) =>
  customer.admission.stage === 'refused'
    ? [happened('reapplied', { attempt: customer.attempt + 1, why })]
    : refuse(
        customer,
        'not-refused',
        `Admission is at ${customer.admission.stage}: only a refused customer applies again.`,
      ),
);

export const admission: CustomerCommands = {
  'customer.screen': step('collected', 'screened', 'Record that the first sieve was passed', STAFF),
  'customer.qualify': step('screened', 'qualified', 'Record that the qualifications hold', MANAGERS),
  'customer.check-background': step('qualified', 'background-checked', 'Record that the background is clean', MANAGERS),
  'customer.assess': {
    decide: assess,
    summary: 'Assess value, risk and ability',
    source: '[H4.1]',
    roles: [...MANAGERS, 'finance'],
  },
  'customer.admit': step('assessed', 'admitted', 'Admit the customer', APPROVERS),
  'customer.refuse': { decide: refuseAdmission, summary: 'Refuse admission', source: '[H4.1]', roles: APPROVERS },
  'customer.reapply': {
    decide: reapply,
    summary: 'Let a refused customer apply again',
    source: '[H4.1]',
    roles: STAFF_AND_PROGRAMS,
  },
};
