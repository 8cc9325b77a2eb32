import type { Customer, KnownCustomer } from './customer.state.ts';

const when = (condition: boolean, ...commands: readonly string[]): readonly string[] => (condition ? commands : []);

/** The next step of admission, by how far it has come. [H4.1] */
const NEXT_STEP = {
  collected: 'screen',
  screened: 'qualify',
  qualified: 'check-background',
  'background-checked': 'assess',
  assessed: 'admit',
} as const;

/** Is admission still to be decided? */
export const isApplying = ({ admission: { stage } }: KnownCustomer): boolean => stage in NEXT_STEP;

/** An admitted customer can be assessed anew, one from before admission was asked for the first time. */
export const mayBeAssessed = ({ admission: { stage } }: KnownCustomer): boolean =>
  stage === 'background-checked' || stage === 'admitted' || stage === 'established';

/** No contract without an assessment, none with a refused customer. [H4.2] */
export const mayContract = (customer: KnownCustomer): boolean =>
  customer.isAssessed && customer.admission.stage !== 'refused';

/** Whatever the state: facts may become known of anybody, refused customers included. */
const ALWAYS = [
  'rename',
  'record-business-details',
  'correct-business-details',
  'record-credit-code',
  'name-legal-representative',
  'add-contact',
  'rate-credit',
  'record-default',
  'record-transactions',
  'note-preference',
  'record-satisfaction',
  'assign-team',
  'assign-account-manager',
  'tag',
  'tag-by-rule',
  'rejudge-tier',
  'grant-standing',
  'link-external-id',
  'propose-duplicate',
  'merge-into',
  'absorb',
];

const acceptedBy = (customer: KnownCustomer): readonly string[] => {
  const { admission, contacts, contracts, lifecycle, duplicates, tags, standings, takenOver } = customer;
  const step = NEXT_STEP[admission.stage as keyof typeof NEXT_STEP] as string | undefined;
  return [
    ...ALWAYS,
    ...(step === undefined ? [] : [step]),
    ...when(mayBeAssessed(customer) && step !== 'assess', 'assess'),
    ...when(isApplying(customer), 'refuse'),
    ...when(admission.stage === 'refused', 'reapply'),
    ...when(Object.values(contacts).includes('present'), 'change-contact', 'remove-contact'),
    ...when(mayContract(customer), 'sign-contract'),
    ...when(
      Object.values(contracts).some((contract) => contract.status === 'running'),
      'amend-contract',
      'end-contract',
    ),
    ...when(lifecycle.status !== 'churned', 'override-lifecycle', 'churn'),
    ...when(lifecycle.overridden, 'lift-lifecycle-override'),
    ...when(lifecycle.status === 'churned', 'win-back'),
    ...when(Object.keys(tags).length > 0, 'untag'),
    ...when(Object.keys(standings).length > 0, 'withdraw-standing'),
    ...when(Object.values(duplicates).includes('proposed'), 'dismiss-duplicate'),
    ...when(Object.keys(takenOver).length > 0, 'release'),
  ];
};

/** The wire names of the commands that people and programs may send now; imports are never asked for. */
export const allowedIn = (customer: Customer): readonly string[] =>
  (customer.status === 'unknown'
    ? ['register']
    : customer.status === 'merged'
      ? ['separate']
      : acceptedBy(customer)
  ).map((name) => `customer.${name}`);
