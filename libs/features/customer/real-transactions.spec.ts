import { createReadStream, existsSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse';
import type { NewEvent } from '#libs/kernel/event.ts';
import { isRejection } from '#libs/kernel/rejection.ts';
import { recorded } from '#libs/testing/given-when-then.ts';
import type { CustomerEvent } from './customer.events.ts';
import type { Customer } from './customer.state.ts';
import { customer } from './customer.ts';

const FILE = '../shared/data/online_retail.sample.csv.gz';
const AS_AT = '2011-12-09T16:00:00.000Z'; // 2011-12-10 00:00 in Shanghai
const POLICY = {
  version: 'online-retail@1',
  currency: 'GBP',
  rates: [],
  spendDays: 365,
  a: { spend: '5000', tenureDays: 300 },
  b: { spend: '1000', tenureDays: 90 },
  ours: [],
};

interface Line {
  readonly CustomerID: string;
  readonly InvoiceNo: string;
  readonly InvoiceDate: string;
  readonly Quantity: string;
  readonly UnitPrice: string;
}

const inShanghai = (wall: string) => new Date(`${wall.replace(' ', 'T')}+08:00`).toISOString();
/** Plain integers in thousandths: an oracle that shares nothing with the product. */
const thousandths = ({ Quantity, UnitPrice }: Line) => {
  const [whole = '0', fraction = ''] = UnitPrice.split('.');
  return BigInt(Quantity) * BigInt(whole + fraction.padEnd(3, '0'));
};
const asDecimal = (value: bigint) => {
  const digits = String(value < 0n ? -value : value).padStart(4, '0');
  const text = `${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, '');
  return value < 0n ? `-${text}` : text;
};

const readLines = async () => {
  const byCustomer = new Map<string, Map<string, { at: string; total: bigint }>>();
  const lines = createReadStream(FILE)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true }));
  for await (const line of lines as AsyncIterable<Line>) {
    if (line.CustomerID === '') continue;
    const invoices = byCustomer.get(line.CustomerID) ?? new Map<string, { at: string; total: bigint }>();
    byCustomer.set(line.CustomerID, invoices);
    const invoice = invoices.get(line.InvoiceNo) ?? { at: inShanghai(line.InvoiceDate), total: 0n };
    invoices.set(line.InvoiceNo, { ...invoice, total: invoice.total + thousandths(line) });
  }
  return byCustomer;
};

const decide = (state: Customer, name: string, body: object): Customer => {
  const decision = customer.commands[name]!.decide(body, state, {
    now: '2026-03-02T01:00:00.000Z',
    actor: { id: 'importer', grants: [] },
    id: '42',
    tenant: 'test',
    origin: 'import',
    consulted: { abcPolicies: { versions: [{ policy: POLICY, effectiveFrom: AS_AT }] } },
  });
  if (isRejection(decision)) throw new Error(decision.message);
  return (decision as NewEvent[]).reduce<Customer>(
    (before, event) => customer.evolve(before, recorded('customer', '42', 0, event) as CustomerEvent),
    state,
  );
};

const onReal = existsSync(FILE) ? it : it.skip;

describe(`the transactions of the sample${existsSync(FILE) ? '' : ` (SKIPPED: ${FILE} is not here)`}`, () => {
  onReal(
    'give A 26, B 120, C 294, of which 271 disagree, equal customer by customer to a plain computation [A6]',
    async () => {
      const byCustomer = await readLines();
      const counts: Record<string, number> = {};
      let disagreeing = 0;
      const yearBefore = new Date(Date.parse(AS_AT) - 365 * 86_400_000).toISOString();
      for (const invoices of byCustomer.values()) {
        const transactions = [...invoices].map(([key, { at, total }]) => ({
          key,
          at,
          amount: asDecimal(total),
          currency: 'GBP',
        }));
        let state = decide({ status: 'unknown' }, 'customer.import', { kind: 'individual' });
        for (const transaction of transactions)
          state = decide(state, 'customer.import-transaction', { transactions: [transaction], judgeAsAt: AS_AT });
        if (state.status !== 'known') throw new Error(state.status);

        const spend = [...invoices.values()]
          .filter(({ at }) => at > yearBefore && at <= AS_AT)
          .reduce((sum, { total }) => sum + total, 0n);
        const first = [...invoices.values()].map(({ at }) => at).sort()[0]!;
        const days = Math.floor((Date.parse(AS_AT) - Date.parse(first)) / 86_400_000);
        const bySpend = spend >= 5_000_000n ? 'A' : spend >= 1_000_000n ? 'B' : 'C';
        const byTenure = days >= 300 ? 'A' : days >= 90 ? 'B' : 'C';
        expect(state.tier).toMatchObject({
          tier: bySpend > byTenure ? bySpend : byTenure,
          criteriaDisagree: bySpend !== byTenure,
        });
        counts[state.tier!.tier] = (counts[state.tier!.tier] ?? 0) + 1;
        if (state.tier!.criteriaDisagree) disagreeing += 1;
      }
      expect(byCustomer.size).toBe(440);
      expect(counts).toEqual({ A: 26, B: 120, C: 294 });
      expect(disagreeing).toBe(271);
    },
  );
});
