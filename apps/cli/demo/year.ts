import { workCases } from './cases.ts';
import { foundCompany } from './company.ts';
import type { Action, NameId } from './company.ts';
import { winCustomers } from './customers.ts';
import { seededRandom } from './random.ts';

export interface YearOptions {
  readonly seed: number;
  /** The moment after the last day, in epoch milliseconds. */
  readonly end: number;
  readonly customers: number;
  readonly cases: number;
  readonly nameId: NameId;
}

const YEAR_MS = 365 * 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * A year of a company that makes industrial automation: every command in the order of time. Pure: the same options, the
 * same story.
 */
export const makeYear = ({ seed, end, customers: howMany, cases, nameId }: YearOptions): readonly Action[] => {
  const random = seededRandom(seed);
  const begin = end - YEAR_MS;
  const company = foundCompany(random, nameId, begin);
  const won = winCustomers(random, nameId, company, { begin: begin + HOUR_MS, end, count: howMany });
  const worked = workCases(random, nameId, won.customers, { begin: begin + 12 * HOUR_MS, end, count: cases });
  return (
    [...company.actions, ...won.actions, ...worked]
      // What would happen after the year is still to come when it ends: those cases are open.
      .filter(({ at }) => at < end)
      .sort((a, b) => a.at - b.at)
  );
};
