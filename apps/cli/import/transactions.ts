import type { Instant } from '#libs/kernel/instant.ts';
import { later } from '#libs/kernel/instant.ts';
import { multiplyAmount, sumAmounts } from '#libs/kernel/money.ts';
import { readCsv } from './csv-file.ts';
import type { CsvRow } from './csv-file.ts';
import { InFlight } from './in-flight.ts';
import { Refused } from './importer.ts';
import type { ImportRun, ImportSummary } from './importer.ts';
import { isoMomentIn } from './times.ts';

const COLUMNS = ['InvoiceNo', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID', 'Country'] as const;
type Row = CsvRow<(typeof COLUMNS)[number]>;
type Values = Row['values'] & object;

/** The source’s name in external ids. */
export const RETAIL_SYSTEM = 'online-retail';
const CURRENCY = 'GBP';
const IN_FLIGHT = 64;

export interface TransactionOptions {
  /** Judge class and lifecycle by what had happened by then; default: by the end of the file. */
  readonly judgeAsAt?: Instant;
}

interface Line {
  readonly at: Instant;
  readonly amount: string;
}

/** A line as understood, or why it cannot be. */
const lineReader = (zone: string) => {
  const moment = isoMomentIn(zone);
  return ({ InvoiceNo, Quantity, InvoiceDate, UnitPrice }: Values): Line | string => {
    if (InvoiceNo.trim() === '' || InvoiceNo.trim().length > 100) return 'InvoiceNo is missing or too long';
    const at = moment(InvoiceDate.trim());
    if (at === undefined) return 'InvoiceDate is not a moment like 2010-12-01 09:57:00';
    if (!/^-?\d{1,9}$/.test(Quantity.trim())) return 'Quantity is not a whole number';
    if (!/^-?\d{1,9}(\.\d{1,3})?$/.test(UnitPrice.trim())) return 'UnitPrice is not an amount with up to 3 decimals';
    return { at, amount: multiplyAmount(UnitPrice.trim(), Quantity.trim()) };
  };
};

const keyOf = ({ CustomerID, InvoiceNo }: Values): string => `${CustomerID.trim()}/${InvoiceNo.trim()}`;

/** A first look at the whole file: its length, its last moment, and the invoices whose lines do not stand together. */
const survey = async (file: string, zone: string, checkStop: () => void) => {
  const moment = isoMomentIn(zone);
  const scattered = new Set<string>();
  const seen = new Set<string>();
  let total = 0;
  let current: string | undefined;
  let end: Instant | undefined;
  for await (const { values } of readCsv(file, COLUMNS)) {
    checkStop();
    total += 1;
    if (values === undefined || values.CustomerID.trim() === '') continue;
    const at = moment(values.InvoiceDate.trim());
    if (at !== undefined) end = end === undefined ? at : later(end, at);
    const key = keyOf(values);
    if (key === current) continue;
    if (seen.has(key)) scattered.add(key);
    seen.add(key);
    current = key;
  }
  return { total, scattered, end };
};

/** Imports a retailer’s invoice lines: one customer per CustomerID, one transaction per invoice. docs/guides/imports.md. */
export const importTransactions = async (
  run: ImportRun,
  options: TransactionOptions = {},
): Promise<Omit<ImportSummary, 'seconds'>> => {
  const { sender, file, zone, rejects, onProgress, checkStop } = run;
  const read = lineReader(zone);
  const inFlight = new InFlight(IN_FLIGHT);
  const counts = { imported: 0, skipped: 0, customers: 0, guests: 0 };
  const { total, scattered, end } = await survey(file, zone, checkStop);
  const judgeAsAt = options.judgeAsAt ?? end;

  const importInvoice = async (first: Values, lines: readonly Line[], raw: readonly Row[]): Promise<void> => {
    const customer = first.CustomerID.trim();
    const key = first.InvoiceNo.trim();
    const country = first.Country.trim();
    const { at } = lines[0]!;
    const id = sender.idOf(`customers/${RETAIL_SYSTEM}/${customer}`);
    const sourceRow = `transactions:${key}`;
    try {
      await sender.sendOnce(
        {
          ...{ name: 'customer.import', id, sourceRow },
          body: { kind: 'enterprise', since: at, externalIds: [{ system: RETAIL_SYSTEM, value: customer }] },
        },
        () => void (counts.customers += 1),
      );
      const transaction = {
        ...{ key, at, amount: sumAmounts(lines.map(({ amount }) => amount)), currency: CURRENCY, sourceRow },
        ...(country === '' ? {} : { country }),
      };
      const events = await sender.send({
        ...{ name: 'customer.import-transaction', id, sourceRow },
        body: { transactions: [transaction], ...(judgeAsAt === undefined ? {} : { judgeAsAt }) },
      });
      if (events > 0) counts.imported += 1;
      else counts.skipped += 1;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      for (const row of raw) await rejects.add(row.line, error.message, row.raw);
    }
  };

  /** All lines of one invoice. One that cannot be understood takes the others with it: their sum would be wrong. */
  const take = async (raw: readonly Row[]): Promise<void> => {
    const understood = raw.map(({ values }) => read(values!));
    const firstFault = understood.findIndex((line) => typeof line === 'string');
    if (firstFault === -1) return inFlight.add(() => importInvoice(raw[0]!.values!, understood as Line[], raw));
    for (const [index, row] of raw.entries()) {
      const line = understood[index]!;
      const reason = typeof line === 'string' ? line : `line ${raw[firstFault]!.line} of the same invoice is wrong`;
      await rejects.add(row.line, reason, row.raw);
    }
  };

  let rows = 0;
  let together: Row[] = [];
  const apart = new Map<string, Row[]>();
  for await (const row of readCsv(file, COLUMNS)) {
    checkStop();
    rows += 1;
    if (rows % 500 === 0) onProgress(rows, total);
    if (row.values === undefined) await rejects.add(row.line, row.broken!, row.raw);
    else if (row.values.CustomerID.trim() === '') counts.guests += 1;
    else if (scattered.has(keyOf(row.values))) {
      const key = keyOf(row.values);
      const before = apart.get(key);
      if (before === undefined) apart.set(key, [row]);
      else before.push(row);
    } else {
      if (together.length > 0 && keyOf(together[0]!.values!) !== keyOf(row.values)) {
        await take(together);
        together = [];
      }
      together.push(row);
    }
  }
  if (together.length > 0) await take(together);
  for (const lines of apart.values()) {
    checkStop();
    await take(lines);
  }
  await inFlight.settled();
  onProgress(rows, total);
  const { imported, skipped, customers, guests } = counts;
  return { rows, imported, skipped, rejected: rejects.count, events: sender.events, customers, guests, repaired: {} };
};
