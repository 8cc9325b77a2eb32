// What the retailer's file says of each customer, worked out with no code of the product: whole thousandths, no floats.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

export interface PlainCustomer {
  /** All invoices, exact: `-12.5`. */
  spend: string;
  invoices: number;
  firstAt: string;
  tier: 'A' | 'B' | 'C';
  criteriaDisagree: boolean;
}

/** 2011-12-10 00:00 in Shanghai. */
const AS_AT = Date.parse('2011-12-09T16:00:00Z');
const DAY = 86_400_000;

const moment = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`) - 8 * 3_600_000;

const thousandths = (price: string): number => {
  const negative = price.startsWith('-');
  const [whole, fraction = ''] = price.replace('-', '').split('.') as [string, string?];
  const value = Number(whole) * 1_000 + Number(fraction.padEnd(3, '0'));
  return negative ? -value : value;
};

const decimal = (value: number): string => {
  const digits = String(Math.abs(value)).padStart(4, '0');
  const fraction = digits.slice(-3).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -3)}${fraction === '' ? '' : `.${fraction}`}`;
};

export const plainTransactions = (
  file: string,
): { customers: Map<string, PlainCustomer>; guests: number; rows: number } => {
  const rows = parse(gunzipSync(readFileSync(file)), { columns: true, bom: true }) as unknown as Record<
    string,
    string
  >[];
  const invoices = new Map<string, Map<string, { at: number; total: number }>>();
  let guests = 0;
  for (const row of rows) {
    const customer = row['CustomerID']!;
    if (customer === '') {
      guests += 1;
      continue;
    }
    if (!invoices.has(customer)) invoices.set(customer, new Map());
    const own = invoices.get(customer)!;
    const number = row['InvoiceNo']!;
    if (!own.has(number)) own.set(number, { at: moment(row['InvoiceDate']!), total: 0 });
    own.get(number)!.total += Number(row['Quantity']) * thousandths(row['UnitPrice']!);
  }
  const customers = new Map<string, PlainCustomer>();
  for (const [customer, own] of invoices) {
    let spend = 0;
    let yearly = 0;
    let first = Infinity;
    for (const { at, total } of own.values()) {
      spend += total;
      if (at > AS_AT - 365 * DAY && at <= AS_AT) yearly += total;
      if (at < first) first = at;
    }
    const days = Math.floor((AS_AT - first) / DAY);
    const bySpend = yearly >= 5_000_000 ? 'A' : yearly >= 1_000_000 ? 'B' : 'C';
    const byTenure = days >= 300 ? 'A' : days >= 90 ? 'B' : 'C';
    customers.set(customer, {
      spend: decimal(spend),
      invoices: own.size,
      firstAt: new Date(first).toISOString(),
      tier: bySpend > byTenure ? bySpend : byTenure,
      criteriaDisagree: bySpend !== byTenure,
    });
  }
  return { customers, guests, rows: rows.length };
};
