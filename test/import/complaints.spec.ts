import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { careJson, careJsonApart, sampleOr, temporaryFolder } from './care.ts';
import { plainComplaints } from './complaints-plain.ts';

const file = sampleOr('cfpb_boa_complaints.sample.csv.gz');
const withSample = file === undefined ? describe.skip : describe;

withSample('care import complaints, the sample of a bank’s complaints', () => {
  const folder = temporaryFolder();
  const data = ['--data', folder.path] as const;
  let summary: object;
  beforeAll(async () => {
    summary = await careJsonApart<object>('import', 'complaints', file!, ...data);
  }, 300_000);
  afterAll(() => folder.remove());

  it('imports each once, none rejected; a second run adds nothing', async () => {
    expect(summary).toMatchObject({ rows: 6_361, imported: 6_361, skipped: 0, rejected: 0, customers: 0 });
    expect(await careJsonApart('import', 'complaints', file!, ...data)).toMatchObject({
      ...{ rows: 6_361, imported: 0, skipped: 6_361, events: 0 },
    });
  });

  it('keeps the source’s verdict: yes 5 966, no 248, blank 147', async () => {
    const counted = async (...filter: readonly string[]) =>
      (await careJson<{ count: number }>('query', 'complaints', '--count', ...data, ...filter)).count;
    expect(await counted('--filter', 'sourceVerdict=timely')).toBe(5_966);
    expect(await counted('--filter', 'sourceVerdict=late')).toBe(248);
    expect(await counted('--filter', 'sourceVerdict missing')).toBe(147);
  });

  it('gives every complaint the status, time, outcome and verdict that an independent script finds', async () => {
    const { documents } = await careJson<{ documents: { [field: string]: unknown }[] }>(
      ...(['query', 'complaints', '--limit', '10000', ...data] as const),
    );
    const found = new Map(documents.map((row) => [row['reference'], row]));
    const plain = plainComplaints(file!);
    expect(found.size).toBe(plain.size);
    for (const [reference, { status, receivedAt, outcome, verdict, category }] of plain) {
      const row = found.get(reference);
      expect({
        ...{ reference, status: row?.['status'], receivedAt: row?.['receivedAt'], outcome: row?.['outcome'] },
        ...{ verdict: row?.['sourceVerdict'], category: row?.['category'], identified: row?.['identified'] },
      }).toEqual({ reference, status, receivedAt, outcome, verdict, category, identified: false });
    }
  });
});
