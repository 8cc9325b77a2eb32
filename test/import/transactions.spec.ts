import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { care, careJson, careJsonApart, sampleOr, temporaryFolder } from './care.ts';
import { plainTransactions } from './transactions-plain.ts';

const file = sampleOr('online_retail.sample.csv.gz');
const withSample = file === undefined ? describe.skip : describe;

/** The check of the A/B/C engine on the page of the data. */
const POLICY = {
  version: 'online-retail@1',
  currency: 'GBP',
  rates: [],
  spendDays: 365,
  a: { spend: '5000', tenureDays: 300 },
  b: { spend: '1000', tenureDays: 90 },
  ours: [],
};

withSample('care import transactions, the sample of a retailer’s invoices', () => {
  const folder = temporaryFolder();
  const data = ['--data', join(folder.path, 'data')] as const;
  const plain = file === undefined ? undefined : plainTransactions(file);
  const importSample = () =>
    careJsonApart<object>('import', 'transactions', file!, '--judge-as-at', '2011-12-10T00:00', ...data);
  let summary: object;
  beforeAll(async () => {
    const policy = join(folder.path, 'policy.json');
    writeFileSync(policy, JSON.stringify(POLICY));
    await careJson('policy', 'publish-tiers', policy, '--from', '2010-01-01', ...data);
    summary = await importSample();
  }, 300_000);
  afterAll(() => folder.remove());

  it('registers 440 customers and leaves the guests out; a second run adds nothing', async () => {
    const invoices = [...plain!.customers.values()].reduce((sum, customer) => sum + customer.invoices, 0);
    expect(summary).toMatchObject({
      ...{ rows: 61_090, imported: invoices, skipped: 0, rejected: 0, customers: 440, guests: plain!.guests },
    });
    expect(await importSample()).toMatchObject({ imported: 0, skipped: invoices, events: 0, customers: 0 });
  });

  it('gives A 26, B 120, C 294, of which 271 disagree, and every customer the exact spend and class of an independent script [A6]', async () => {
    const { documents } = await careJson<{ documents: { [field: string]: unknown }[] }>(
      ...(['query', 'customers', '--limit', '1000', ...data] as const),
    );
    const found = new Map(documents.map((row) => [(row['externalIds'] as string[])[0], row]));
    expect(found.size).toBe(440);
    const tiers: { [tier: string]: number } = {};
    for (const [id, { spend, invoices, firstAt, tier }] of plain!.customers) {
      const row = found.get(`online-retail/${id}`);
      expect({
        ...{ id, spend: row?.['spend'], invoices: row?.['transactions'] },
        ...{ firstAt: row?.['firstTransactionAt'], tier: row?.['tier'] },
      }).toEqual({ id, spend: { GBP: spend }, invoices, firstAt, tier });
      tiers[tier] = (tiers[tier] ?? 0) + 1;
    }
    expect(tiers).toEqual({ A: 26, B: 120, C: 294 });
    expect(documents.filter(({ needsReview }) => needsReview === true)).toHaveLength(271);
  });
});

describe('care import transactions, with dirt in the file', () => {
  const folder = temporaryFolder();
  const lines = join(folder.path, 'lines.csv');
  const data = ['--data', join(folder.path, 'data')] as const;
  afterAll(() => folder.remove());

  it('rejects an invoice as a whole where one of its lines is wrong, and sums one whose lines stand apart', async () => {
    writeFileSync(
      lines,
      [
        'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
        '1,a,x,2,2011-01-01 10:00:00,1.255,7,France',
        '2,a,x,1,2011-01-02 10:00:00,1.00,7,France',
        '2,a,x,many,2011-01-02 10:00:00,1.00,7,France',
        '1,b,y,1,2011-01-01 10:00:00,-0.01,7,France',
        'C3,b,y,-1,2011-01-03 10:00:00,10,7,France',
        '4,b,y,1,2011-01-03 10:00:00,10,,France',
      ].join('\n'),
    );
    const rejects = join(folder.path, 'rejects.csv');
    expect(await careJson('import', 'transactions', lines, '--rejects', rejects, ...data)).toMatchObject({
      ...{ rows: 6, imported: 2, rejected: 2, customers: 1, guests: 1 },
    });
    const { documents } = await careJson<{ documents: object[] }>('query', 'customers', ...data);
    expect(documents).toMatchObject([{ spend: { GBP: '-7.5' }, transactions: 2, externalIds: ['online-retail/7'] }]);
  });

  it('refuses a policy in which A asks for less than B', async () => {
    const policy = join(folder.path, 'policy.json');
    writeFileSync(policy, JSON.stringify({ ...POLICY, b: POLICY.a, a: POLICY.b }));
    const { code, stderr } = await care('policy', 'publish-tiers', policy, ...data);
    expect(code).toBe(1);
    expect(stderr).toContain('Class A must not ask for less than class B');
  });
});
