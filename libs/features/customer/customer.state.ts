import type { Instant } from '#libs/kernel/instant.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import type { CustomerEvent, NewCustomerEvent } from './customer.events.ts';
import type { Dealings } from './dealings.ts';
import { addDealing } from './dealings.ts';
import type { CustomerKind } from './profile-events.ts';
import type { LifecycleStage } from './relationship-events.ts';
import type { Standing } from './standing-events.ts';

type DataOf<Fact extends string> = Extract<NewCustomerEvent, { readonly type: `customer.${Fact}.v1` }>['data'];

/** How far admission has come; `established`: dealt with before we asked. [H4.1] */
export type Admission =
  | { readonly stage: 'collected' | 'screened' | 'qualified' | 'background-checked' | 'assessed' | 'admitted' }
  | { readonly stage: 'established' }
  | { readonly stage: 'refused'; readonly reasonCode: string };

export type Lifecycle = {
  readonly stage: LifecycleStage;
  /** Set by a person: rules are silent until it is lifted. */
  readonly overridden: boolean;
} & ({ readonly status: 'active' } | { readonly status: 'churned' | 'won-back'; readonly at: Instant });

/** What was decided last, as far as the next decision is compared with it. */
export type DecidedTier = Pick<
  DataOf<'tier-decided'>,
  'tier' | 'decidingRule' | 'policyVersion' | 'criteriaDisagree' | 'needsReview'
>;

export interface CustomerFacts {
  readonly kind: CustomerKind;
  readonly name?: Personal;
  readonly team?: string;
  readonly accountManager?: string;
  readonly unifiedSocialCreditCode?: string;
  readonly admission: Admission;
  /** How often the customer has applied. */
  readonly attempt: number;
  readonly isAssessed: boolean;
  /** The events that said something about the business, by id: what of it, and when it was so. A correction names one of them. */
  readonly detailsSaid: { readonly [eventId: string]: { readonly at: Instant; readonly changed: readonly string[] } };
  /** By id: is the contact still one? */
  readonly contacts: { readonly [contactId: string]: 'present' | 'removed' };
  readonly contracts: {
    readonly [contractId: string]: {
      readonly number: string;
      readonly signedOn: string;
      readonly status: 'running' | 'ended';
    };
  };
  readonly lifecycle: Lifecycle;
  /** Valid until; whether that has passed is asked when it matters. */
  readonly tags: { readonly [tag: string]: Instant };
  readonly standings: { readonly [S in Standing]?: { readonly approver: string } };
  readonly tier?: DecidedTier;
  readonly externalIds: { readonly [system: string]: string };
  /** By the other customer's id. */
  readonly duplicates: { readonly [otherId: string]: 'proposed' | 'dismissed' };
  readonly dealings: Dealings;
  /** What came from absorbed customers, by their id. */
  readonly takenOver: { readonly [otherId: string]: Dealings };
}

export type Customer =
  | { readonly status: 'unknown' }
  | ({ readonly status: 'known' } & CustomerFacts)
  /** The same as another, who carries on; this one keeps what it knew. */
  | ({ readonly status: 'merged'; readonly survivorId: string } & CustomerFacts);
export type KnownCustomer = Extract<Customer, { status: 'known' }>;
export type MergedCustomer = Extract<Customer, { status: 'merged' }>;

const said = ({
  id,
  occurredAt,
  data,
}: Pick<CustomerEvent, 'id' | 'occurredAt'> & { readonly data: { changed: string[] } }) => ({
  [id]: { at: occurredAt, changed: data.changed },
});

const registered = (event: Extract<CustomerEvent, { type: 'customer.registered.v1' }>): KnownCustomer => {
  const { data } = event;
  const name = data.organisationName ?? data.personName;
  return {
    status: 'known',
    kind: data.kind,
    ...(name === undefined ? {} : { name }),
    ...(data.team === undefined ? {} : { team: data.team }),
    admission: { stage: data.established ? 'established' : 'collected' },
    attempt: 1,
    isAssessed: false,
    detailsSaid: said(event),
    contacts: {},
    contracts: {},
    lifecycle: { stage: 'identify', overridden: false, status: 'active' },
    tags: {},
    standings: {},
    externalIds: {},
    duplicates: {},
    dealings: [],
    takenOver: {},
  };
};

/** What a record itself holds under a key that came from outside; what every object inherits does not count. */
export const own = <Value>(record: { readonly [key: string]: Value }, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

const without = <Value>(record: { readonly [key: string]: Value }, key: string): { readonly [key: string]: Value } =>
  Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));

export const evolve = (customer: Customer, event: CustomerEvent): Customer =>
  event.type === 'customer.registered.v1'
    ? registered(event)
    : customer.status === 'unknown'
      ? customer
      : evolveKnown(customer, event);

const evolveKnown = (
  customer: KnownCustomer | MergedCustomer,
  event: Exclude<CustomerEvent, { type: 'customer.registered.v1' }>,
): Customer => {
  switch (event.type) {
    case 'customer.renamed.v1':
      return { ...customer, name: event.data.organisationName ?? event.data.personName ?? customer.name };
    case 'customer.business-details-recorded.v1':
    case 'customer.business-details-corrected.v1':
      return { ...customer, detailsSaid: { ...customer.detailsSaid, ...said(event) } };
    case 'customer.credit-code-recorded.v1':
      return { ...customer, unifiedSocialCreditCode: event.data.unifiedSocialCreditCode };
    case 'customer.contact-added.v1':
      return { ...customer, contacts: { ...customer.contacts, [event.data.contactId]: 'present' } };
    case 'customer.contact-removed.v1':
      return { ...customer, contacts: { ...customer.contacts, [event.data.contactId]: 'removed' } };
    case 'customer.transaction-recorded.v1': {
      const { key, amount, currency } = event.data;
      return { ...customer, dealings: addDealing(customer.dealings, { key, at: event.occurredAt, amount, currency }) };
    }
    case 'customer.team-assigned.v1':
      return { ...customer, team: event.data.team };
    case 'customer.account-manager-assigned.v1':
      return { ...customer, accountManager: event.data.userId };
    case 'customer.screened.v1':
      return { ...customer, admission: { stage: 'screened' } };
    case 'customer.qualified.v1':
      return { ...customer, admission: { stage: 'qualified' } };
    case 'customer.background-checked.v1':
      return { ...customer, admission: { stage: 'background-checked' } };
    case 'customer.assessed.v1':
      return {
        ...customer,
        isAssessed: true,
        ...(customer.admission.stage === 'background-checked' ? { admission: { stage: 'assessed' } } : {}),
      };
    case 'customer.admitted.v1':
      return { ...customer, admission: { stage: 'admitted' } };
    case 'customer.refused.v1':
      return { ...customer, admission: { stage: 'refused', reasonCode: event.data.reasonCode } };
    case 'customer.reapplied.v1':
      return { ...customer, admission: { stage: 'collected' }, attempt: event.data.attempt, isAssessed: false };
    case 'customer.contract-signed.v1': {
      const { contractId, number, signedOn } = event.data;
      return {
        ...customer,
        contracts: { ...customer.contracts, [contractId]: { number, signedOn, status: 'running' } },
      };
    }
    case 'customer.contract-ended.v1': {
      const contract = own(customer.contracts, event.data.contractId);
      return contract === undefined
        ? customer
        : {
            ...customer,
            contracts: { ...customer.contracts, [event.data.contractId]: { ...contract, status: 'ended' } },
          };
    }
    case 'customer.lifecycle-stage-reached.v1':
      return { ...customer, lifecycle: { ...customer.lifecycle, stage: event.data.stage } };
    case 'customer.lifecycle-overridden.v1':
      return { ...customer, lifecycle: { ...customer.lifecycle, stage: event.data.stage, overridden: true } };
    case 'customer.lifecycle-override-lifted.v1':
      return { ...customer, lifecycle: { ...customer.lifecycle, overridden: false } };
    case 'customer.churned.v1':
      return { ...customer, lifecycle: { ...lifeOf(customer), status: 'churned', at: event.occurredAt } };
    case 'customer.won-back.v1':
      return { ...customer, lifecycle: { ...lifeOf(customer), status: 'won-back', at: event.occurredAt } };
    case 'customer.tagged.v1': {
      // Tags that expired before this was recorded can never be valid again.
      const still = Object.entries(customer.tags).filter(([, validUntil]) => validUntil > event.recordedAt);
      return { ...customer, tags: { ...Object.fromEntries(still), [event.data.tag]: event.data.validUntil } };
    }
    case 'customer.untagged.v1':
      return { ...customer, tags: without(customer.tags, event.data.tag) };
    case 'customer.tier-decided.v1': {
      const { tier, decidingRule, policyVersion, criteriaDisagree, needsReview } = event.data;
      return { ...customer, tier: { tier, decidingRule, policyVersion, criteriaDisagree, needsReview } };
    }
    case 'customer.standing-granted.v1':
      return {
        ...customer,
        standings: { ...customer.standings, [event.data.standing]: { approver: event.data.approver } },
      };
    case 'customer.standing-withdrawn.v1':
      return { ...customer, standings: without(customer.standings as never, event.data.standing) };
    case 'customer.external-id-linked.v1':
      return { ...customer, externalIds: { ...customer.externalIds, [event.data.system]: event.data.value } };
    case 'customer.duplicate-proposed.v1':
      return { ...customer, duplicates: { ...customer.duplicates, [event.data.otherId]: 'proposed' } };
    case 'customer.duplicate-dismissed.v1':
      return { ...customer, duplicates: { ...customer.duplicates, [event.data.otherId]: 'dismissed' } };
    case 'customer.merged-into.v1':
      return { ...customer, status: 'merged', survivorId: event.data.survivorId };
    case 'customer.separated.v1':
      return { ...factsOf(customer), status: 'known' };
    case 'customer.absorbed.v1':
      return {
        ...customer,
        duplicates: without(customer.duplicates, event.data.otherId),
        takenOver: { ...customer.takenOver, [event.data.otherId]: [] },
      };
    case 'customer.transactions-taken-over.v1': {
      const { otherId, transactions } = event.data;
      const taken = transactions.reduce(addDealing, own(customer.takenOver, otherId) ?? []);
      return { ...customer, takenOver: { ...customer.takenOver, [otherId]: taken } };
    }
    case 'customer.released.v1':
      return { ...customer, takenOver: without(customer.takenOver, event.data.otherId) };
    case 'customer.legal-representative-named.v1':
    case 'customer.contact-changed.v1':
    case 'customer.credit-rated.v1':
    case 'customer.default-recorded.v1':
    case 'customer.preference-noted.v1':
    case 'customer.satisfaction-recorded.v1':
    case 'customer.contract-amended.v1':
      // No decision depends on these; the read model and the history have them.
      return customer;
  }
};

const lifeOf = ({ lifecycle: { stage, overridden } }: CustomerFacts) => ({ stage, overridden });

const factsOf = (customer: KnownCustomer | MergedCustomer): CustomerFacts => {
  if (customer.status === 'known') return customer;
  const { survivorId: _, ...facts } = customer;
  return facts;
};

/** Everything that counts as the customer's dealings, that of absorbed customers included. */
export const allDealings = ({ dealings, takenOver }: CustomerFacts): Dealings => [
  ...dealings,
  ...Object.values(takenOver).flat(),
];
