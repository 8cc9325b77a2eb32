import { createReadStream, existsSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse';
import type { NewEvent } from '#libs/kernel/event.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { complaint } from './complaint.ts';
import { complaints } from './complaints.projection.ts';

const NOW = '2026-03-02T01:00:00.000Z';
const after = (hours: number) => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
const happened = (fact: string, data: object = {}, occurredAt = NOW): NewEvent => ({
  type: `complaint.${fact}.v1`,
  data,
  occurredAt,
});
const rowOf = (events: readonly NewEvent[]) =>
  events.reduce<ReturnType<typeof foldEvent>>(
    (row, event, revision) => foldEvent(complaints, row as never, recorded('complaint', '42', revision, event), '42'),
    undefined,
  ) as Document;
const read = (row: Document, now: string) => complaints.onRead!(row as never, now, {});

const filing = given(complaint)().when('complaint.file', {
  channel: 'phone',
  category: 'service-quality',
  severity: 'moderate',
  description: '两次未按约上门',
  reference: 'CP-1',
}).decision as readonly NewEvent[];
const accepted = given(complaint)(...filing).when('complaint.accept', { responsibleId: 'ann' }).decision as NewEvent[];
/** What happened, and what a command, so many hours after the filing, adds to it. */
const then = (past: readonly NewEvent[], command: string, body: object, hours: number): readonly NewEvent[] => {
  const { decision } = given(complaint)(...past).when(`complaint.${command}`, body as never, { now: after(hours) });
  return [...past, ...(decision as NewEvent[]).map((event) => ({ occurredAt: after(hours), ...event }))];
};
const message = { channel: 'phone', text: '…' };
const answered = (past: readonly NewEvent[], hours: number) => then(past, 'send-answer', message, hours);

describe('the complaints read model', () => {
  it('tells the clocks on read: running, then breached, without an event [B3]', () => {
    const row = rowOf(filing);
    expect(row).toMatchObject({ reference: 'CP-1', open: true, identified: false, receiptSentAt: NOW });
    expect(read(row, after(23))).toMatchObject({ response: { status: 'running', isOverdue: false, dueAt: after(24) } });
    expect(read(row, after(25))).toMatchObject({
      response: { status: 'breached', isOverdue: true },
      plan: { status: 'running', dueAt: after(48) },
      closing: { status: 'running' },
    });
  });

  it('stops the response clock by a person’s answer only, and the first one [B3]', () => {
    const automatic = then(filing, 'send-automatic-answer', message, 1);
    expect(read(rowOf(automatic), after(25))).toMatchObject({ response: { status: 'breached' } });
    expect(rowOf(answered(answered(filing, 2), 30))).toMatchObject({
      response: { outcome: 'met', stoppedAt: after(2) },
      messages: 2,
    });
    expect(rowOf(answered(filing, 30))).toMatchObject({ response: { outcome: 'breached', breachedAt: after(24) } });
  });

  it('shows a missed deadline once it is recorded, though the clock runs on [SLA 13]', () =>
    expect(rowOf(then(filing, 'observe-clocks', {}, 25))).toMatchObject({
      response: { breachedAt: after(24), reached: [{ percent: 75 }, { percent: 100 }] },
    }));

  it('keeps no description and no answer, only sealed names: what is told freely stays in the history', () =>
    expect(JSON.stringify(rowOf(answered(filing, 2)))).not.toContain('两次未按约上门'));

  it('shows which steps are overdue, until they are done [B2]', () => {
    const row = rowOf([...filing, ...accepted, happened('investigation-begun')]);
    expect(read(row, after(72))).toMatchObject({ overdueSteps: [] });
    expect(read(row, after(73))).toMatchObject({ overdueSteps: ['investigation'] });
    const handled = rowOf([...filing, ...accepted, happened('investigation-begun'), happened('handling-begun')]);
    expect(read(handled, after(73))).toMatchObject({ overdueSteps: [] });
  });

  it('freezes the earlier cycle when it is opened again [SLA 5]', () => {
    const withdrawn = then(answered(filing, 2), 'withdraw', { why: '' }, 3);
    const reopened = rowOf(then(withdrawn, 'reopen', { why: '' }, 5));
    expect(reopened).toMatchObject({
      status: 'investigation',
      open: true,
      cycle: 2,
      reopenCount: 1,
      earlierCycles: [{ cycle: 1, response: { outcome: 'met' }, plan: { outcome: 'cancelled' } }],
      response: { cycle: 2, startedAt: after(5), dueAt: after(29) },
    });
    expect(reopened['response']).not.toHaveProperty('outcome');
  });
});

const FILE = '../shared/data/cfpb_boa_complaints.sample.csv.gz';
const onReal = existsSync(FILE) ? it : it.skip;

describe(`the complaints of the sample${existsSync(FILE) ? '' : ` (SKIPPED: ${FILE} is not here)`}`, () => {
  onReal(
    'are 6 361, each with the outcome and the timely verdict of the file; those in progress stay open',
    async () => {
      const inShanghai = (day: string) => new Date(`${day}T00:00:00+08:00`).toISOString();
      const lines = createReadStream(FILE)
        .pipe(createGunzip())
        .pipe(parse({ columns: true, bom: true }));
      const ours = { timely: 0, late: 0, none: 0, open: 0, count: 0 };
      const file = { timely: 0, late: 0, none: 0, open: 0, count: 0 };
      for await (const line of lines as AsyncIterable<Record<string, string>>) {
        const outcome = line['Company response to consumer']!;
        const verdict = line['Timely response?']!;
        file.count += 1;
        file[verdict === 'Yes' ? 'timely' : verdict === 'No' ? 'late' : 'none'] += 1;
        if (outcome === 'In progress') file.open += 1;
        const body = {
          reference: line['Complaint ID']!,
          channel: 'web',
          category: line['Product']!,
          filedAt: inShanghai(line['Date submitted']!),
          acceptedAt: inShanghai(line['Date received']!),
          ...(outcome === 'In progress' ? {} : { outcome }),
          ...(verdict === '' ? {} : { timely: verdict === 'Yes' }),
        };
        const row = rowOf(
          given(complaint)().when('complaint.import', body, { origin: 'import' }).decision as NewEvent[],
        );
        ours.count += 1;
        ours[(row['sourceVerdict'] as 'timely' | 'late' | undefined) ?? 'none'] += 1;
        if (row['open'] === true) ours.open += 1;
        else expect(row).toMatchObject({ outcome, closedAtUnknown: true, response: { outcome: 'undetermined' } });
        expect(row).toMatchObject({ receivedAt: body.filedAt, acceptedAt: body.acceptedAt });
      }
      expect(ours).toEqual(file);
      expect(ours.count).toBe(6_361);
    },
  );
});
