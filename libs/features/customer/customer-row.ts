import type { Instant } from '#libs/kernel/instant.ts';
import { earlier, later } from '#libs/kernel/instant.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { Personal } from '#libs/kernel/sealed.ts';
import type { NewCustomerEvent } from './customer.events.ts';
import type { Sums } from './dealings.ts';
import { minus, plus } from './dealings.ts';
import { nameKeyOf } from './name-key.ts';
import { businessDetails } from './profile-events.ts';

type DataOf<Fact extends string> = Extract<NewCustomerEvent, { readonly type: `customer.${Fact}.v1` }>['data'];

export interface Row extends Document {
  readonly kind: string;
  /** Of an organisation in clear, of a person sealed. */
  readonly name: JsonValue;
  /** Of an organisation: for finding duplicates. */
  readonly nameKey?: string;
  readonly team?: string;
  readonly since: Instant;
  readonly admission: string;
  readonly lifecycle: string;
  readonly lifecycleStatus: 'active' | 'churned' | 'won-back';
  readonly lifecycleOverridden: boolean;
  readonly tier?: string;
  readonly tierReason?: JsonValue;
  readonly needsReview: boolean;
  readonly tags: readonly {
    readonly tag: string;
    readonly kind: string;
    readonly by: string;
    readonly validUntil: Instant;
  }[];
  readonly externalIds: readonly string[];
  readonly contacts: { readonly [contactId: string]: JsonValue };
  readonly contracts: { readonly [contractId: string]: JsonValue };
  readonly slaOverrides: readonly JsonValue[];
  readonly preferences: { readonly [topic: string]: JsonValue };
  readonly details: { readonly [name: string]: JsonValue };
  /** Which event said each of the details. */
  readonly detailsFrom: { readonly [name: string]: string };
  readonly credit: { readonly [name: string]: JsonValue };
  readonly standings: readonly string[];
  readonly duplicates: readonly string[];
  /** Exact, over all time, by currency; absorbed customers included. */
  readonly spend: Sums;
  readonly transactions: number;
  readonly takenOver: { readonly [otherId: string]: { readonly spend: Sums; readonly transactions: number } };
  readonly satisfaction: { readonly answers: number; readonly sum: number; readonly last?: number };
  readonly defaults: number;
  readonly firstTransactionAt?: Instant;
  readonly lastTransactionAt?: Instant;
}

export const json = (value: unknown): JsonValue => value as JsonValue;

export const nameOf = ({ organisationName, personName }: { organisationName?: string; personName?: Personal }) => ({
  ...(organisationName === undefined && personName === undefined ? {} : { name: json(organisationName ?? personName) }),
  ...(organisationName === undefined ? {} : { nameKey: nameKeyOf(organisationName) }),
});

export const pick = (data: object, names: readonly string[]): { readonly [name: string]: JsonValue } =>
  Object.fromEntries(Object.entries(data).filter(([name, value]) => names.includes(name) && value !== undefined));
const detailsOf = (data: object) => pick(data, Object.keys(businessDetails));

/** The row with what an event says about the business. */
export const withDetails = (row: Row, eventId: string, data: object): Row => {
  const details = detailsOf(data);
  const from = Object.fromEntries(Object.keys(details).map((name) => [name, eventId]));
  return { ...row, details: { ...row.details, ...details }, detailsFrom: { ...row.detailsFrom, ...from } };
};

/** The row with a correction: of what was said since by another event nothing is changed. */
export const corrected = (row: Row, eventId: string, data: { readonly correctsEventId: string }): Row => {
  const still = Object.entries(data).filter(([name]) => row.detailsFrom[name] === data.correctsEventId);
  return withDetails(row, eventId, Object.fromEntries(still));
};
export const without = <Value>(record: { readonly [key: string]: Value }, key: string) =>
  Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));

export const blank: Row = {
  kind: '',
  name: null,
  since: '',
  admission: 'collected',
  lifecycle: 'identify',
  lifecycleStatus: 'active',
  lifecycleOverridden: false,
  needsReview: false,
  tags: [],
  externalIds: [],
  contacts: {},
  contracts: {},
  slaOverrides: [],
  preferences: {},
  details: {},
  detailsFrom: {},
  credit: {},
  standings: [],
  duplicates: [],
  spend: {},
  transactions: 0,
  takenOver: {},
  satisfaction: { answers: 0, sum: 0 },
  defaults: 0,
};

export const dealt = (row: Row, at: Instant, amount: string, currency: string): Row => ({
  ...row,
  spend: plus(row.spend, { [currency]: amount }),
  transactions: row.transactions + 1,
  firstTransactionAt: row.firstTransactionAt === undefined ? at : earlier(row.firstTransactionAt, at),
  lastTransactionAt: row.lastTransactionAt === undefined ? at : later(row.lastTransactionAt, at),
});

export const tookOver = (row: Row, { otherId, transactions }: DataOf<'transactions-taken-over'>): Row => {
  const before = row.takenOver[otherId] ?? { spend: {}, transactions: 0 };
  const from = transactions.reduce<Sums>((sums, { amount, currency }) => plus(sums, { [currency]: amount }), {});
  return {
    ...row,
    spend: plus(row.spend, from),
    transactions: row.transactions + transactions.length,
    takenOver: {
      ...row.takenOver,
      [otherId]: { spend: plus(before.spend, from), transactions: before.transactions + transactions.length },
    },
  };
};

export const released = (row: Row, otherId: string): Row => {
  const taken = row.takenOver[otherId];
  return taken === undefined
    ? row
    : {
        ...row,
        spend: minus(row.spend, taken.spend),
        transactions: row.transactions - taken.transactions,
        takenOver: without(row.takenOver, otherId),
      };
};

/** The overrides of running contracts, one after the other; those of a later contract come last. */
export const withContracts = (row: Row, contracts: Row['contracts']): Row => ({
  ...row,
  contracts,
  slaOverrides: Object.values(contracts).flatMap((contract) => {
    const { status, slaOverrides } = contract as { status: string; slaOverrides: readonly JsonValue[] };
    return status === 'running' ? slaOverrides : [];
  }),
});

export const admissionIs =
  (admission: string) =>
  (row: Row | undefined): Row => ({ ...(row ?? blank), admission });
