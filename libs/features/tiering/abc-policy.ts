import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { Static } from 'typebox';

const threshold = Type.Object({ spend: field.amount(), tenureDays: field.count() });

/** A positive decimal, up to 9 places. */
const rate = Type.String({ pattern: '^(0|[1-9]\\d{0,8})(\\.\\d{1,9})?$' });

/** The A/B/C scheme of [T1] as a document. A version never changes; another one takes its place. */
export const abcPolicySchema = Type.Object({
  version: Type.String({ pattern: '^[a-z0-9][a-z0-9.@_-]{0,59}$' }),
  /** The currency of the thresholds. */
  currency: field.currency(),
  /** What one unit of another currency is worth in the policy’s. A currency that is not here leaves the class undetermined. */
  rates: Type.Array(Type.Object({ currency: field.currency(), rate })),
  /** Spend is counted over this many days up to the moment of judging. */
  spendDays: Type.Integer({ minimum: 1, maximum: 3_660 }),
  /** From these on (half-open intervals): class A. */
  a: threshold,
  /** From these on and below A’s: class B. What is below is C. */
  b: threshold,
  /** Paths of the values that the source leaves open and that are ours: shown with a `*`. */
  ours: Type.Array(field.text(60)),
});
export type AbcPolicy = Static<typeof abcPolicySchema>;

/** Ships with the product. [T1] says a year and two; the days that we count for them are ours, and so are the rates. */
export const DEFAULT_ABC_POLICY: AbcPolicy = {
  version: 'abc-default@1',
  currency: 'CNY',
  rates: [],
  spendDays: 365,
  a: { spend: '500000', tenureDays: 730 },
  b: { spend: '100000', tenureDays: 365 },
  ours: ['rates', 'spendDays', 'a.tenureDays', 'b.tenureDays'],
};
