import { deriveId } from '#libs/kernel/identifiers.ts';
import { invalid } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { happened } from './customer.events.ts';
import type { Customer, KnownCustomer } from './customer.state.ts';
import { own } from './customer.state.ts';
import type { CustomerCommands } from './deciding.ts';
import { given, known, MANAGERS, refuse } from './deciding.ts';
import type * as Commands from './relationship.commands.ts';
import { mayContract } from './rules.ts';

type Terms = Pick<Commands.SignContract, 'validUntil' | 'amount' | 'currency' | 'slaOverrides'>;

const plainOverrides = (overrides: readonly Commands.SlaOverride[]) =>
  overrides.map(({ clock, urgency, targetMinutes, time }) => ({
    clock,
    ...(urgency === undefined ? {} : { urgency }),
    targetMinutes,
    time,
  }));

/** Two overrides may not answer the same question. */
const isTwofold = (overrides: readonly Commands.SlaOverride[]): boolean =>
  new Set(overrides.map(({ clock, urgency }) => `${clock}/${urgency ?? ''}`)).size < overrides.length;

const termsFault = (
  { validUntil, amount, currency, slaOverrides = [] }: Terms,
  signedOn: string,
): Rejection | undefined =>
  validUntil !== undefined && validUntil <= signedOn
    ? invalid('customer.contract-backwards', `A contract signed on ${signedOn} ends later than that.`, 'validUntil')
    : (amount === undefined) !== (currency === undefined)
      ? invalid('customer.amount-without-currency', 'Give the amount and its currency together.', 'currency')
      : isTwofold(slaOverrides)
        ? invalid('customer.override-twice', 'Two overrides of one clock and urgency: give one.', 'slaOverrides')
        : undefined;

const sign = known<Commands.SignContract>((command, customer, { tenant, id, now }) => {
  const { number, subjectMatter, signedOn, slaOverrides = [] } = command;
  if (!mayContract(customer))
    return customer.admission.stage === 'refused'
      ? refuse(customer, 'refused', 'A refused customer gets no contract: let the customer apply again.')
      : refuse(customer, 'not-assessed', 'No contract without an assessment: assess the customer first.');
  if (signedOn > now.slice(0, 10))
    return invalid('customer.contract-in-future', 'A contract is recorded once it is signed.', 'signedOn');
  const fault = termsFault(command, signedOn);
  if (fault !== undefined) return fault;
  if (Object.values(customer.contracts).some((contract) => contract.number === number))
    return refuse(
      customer,
      'contract-number-taken',
      `Contract ${number} is recorded: amend it, or give another number.`,
    );
  const { fields } = given(command, ['validUntil', 'amount', 'currency']);
  const contractId = deriveId(tenant, `customer/${id}/contract/${Object.keys(customer.contracts).length + 1}`);
  return [
    happened('contract-signed', {
      ...{ contractId, number, subjectMatter, signedOn, ...fields },
      slaOverrides: plainOverrides(slaOverrides),
    }),
  ];
});

const runningContract = (customer: KnownCustomer, contractId: string) => {
  const contract = own(customer.contracts, contractId);
  return contract?.status === 'running' ? contract : undefined;
};

const notRunning = (customer: Customer, contractId: string) =>
  refuse(customer, 'no-running-contract', `${contractId} is not a running contract of the customer.`);

const amend = known<Commands.AmendContract>((command, customer) => {
  const { contractId, why, slaOverrides } = command;
  const contract = runningContract(customer, contractId);
  if (contract === undefined) return notRunning(customer, contractId);
  const { fields } = given(command, ['subjectMatter', 'validUntil', 'amount', 'currency']);
  const terms = { ...fields, ...(slaOverrides === undefined ? {} : { slaOverrides: plainOverrides(slaOverrides) }) };
  const changed = Object.keys(terms);
  if (changed.length === 0)
    return invalid('customer.nothing-changed', 'The amendment names nothing to change: give at least one field.');
  return (
    termsFault(command, contract.signedOn) ?? [happened('contract-amended', { contractId, changed, ...terms, why })]
  );
});

const end = known<Commands.EndContract>(({ contractId, endedOn, why }, customer, { now }) => {
  const contract = runningContract(customer, contractId);
  if (contract === undefined) return notRunning(customer, contractId);
  return endedOn < contract.signedOn || endedOn > now.slice(0, 10)
    ? invalid(
        'customer.contract-end-out-of-range',
        `The contract was signed on ${contract.signedOn}: it ended between then and today.`,
        'endedOn',
      )
    : [happened('contract-ended', { contractId, endedOn, why })];
});

const command = (decide: CustomerCommands[`customer.${string}`]['decide'], summary: string) => ({
  decide,
  summary,
  roles: [...MANAGERS, 'legal'] as const,
  source: '[H4.2]',
});

export const contract: CustomerCommands = {
  'customer.sign-contract': command(sign, 'Record a signed contract'),
  'customer.amend-contract': command(amend, 'Amend a contract'),
  'customer.end-contract': command(end, 'End a contract'),
};
