import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessLog, AccessRecord } from '#libs/ports/access-log.ts';
import { NO_ACCESS_RECORD } from '#libs/ports/access-log.ts';

export interface AccessLogUnderTest {
  readonly log: AccessLog;
  /** Another one over the same records, as another process would open it. */
  readonly beside: AccessLog;
  dispose(): Promise<void>;
}

/** A look at customer 1, but for what is said otherwise. */
export const accessRecord = (changes: Partial<AccessRecord> = {}): AccessRecord => ({
  at: '2026-03-02T01:00:00.000Z',
  actor: 'wang',
  roles: ['agent'],
  what: { kind: 'document', of: 'customers/customer-1' },
  subjects: ['customer-1'],
  values: 3,
  classes: ['personal'],
  ...changes,
});

/** What every access log keeps to. */
export const describeAccessLog = (name: string, open: () => Promise<AccessLogUnderTest>): void =>
  describe(`${name} access log`, () => {
    let under: AccessLogUnderTest;
    beforeEach(async () => void (under = await open()));
    afterEach(() => under.dispose());
    const numbers = async (...[query]: Parameters<AccessLog['find']>) =>
      (await under.log.find(query)).records.map(({ number }) => number);

    it('keeps who saw whose values, when, of what, why, and what was shown [G2]', async () => {
      await under.log.record(accessRecord({ purpose: 'complaint 7' }));
      const { records } = await under.log.find({});
      expect(records).toEqual([
        {
          ...accessRecord({ purpose: 'complaint 7' }),
          number: 1,
          previous: NO_ACCESS_RECORD,
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ]);
    });

    it('links each record to the one before, whoever wrote it', async () => {
      await under.log.record(accessRecord());
      await under.beside.record(accessRecord({ actor: 'li' }));
      await under.log.record(accessRecord());
      const { records } = await under.beside.find({});
      expect(records.map(({ number }) => number)).toEqual([1, 2, 3]);
      expect(records.map(({ previous }) => previous)).toEqual([NO_ACCESS_RECORD, records[0]!.hash, records[1]!.hash]);
    });

    it('takes records of several writers at once, and loses none', async () => {
      const written = Array.from({ length: 200 }, (_, index) =>
        (index % 2 === 0 ? under.log : under.beside).record(accessRecord({ subjects: [`customer-${index}`] })),
      );
      await Promise.all(written);
      const { records, next } = await under.log.find({ limit: 1_000 });
      expect(next).toBeUndefined();
      expect(new Set(records.flatMap(({ subjects }) => subjects)).size).toBe(200);
      expect(records.slice(1).every(({ previous }, index) => previous === records[index]!.hash)).toBe(true);
    });

    it('finds by subject, actor and time', async () => {
      await under.log.record(accessRecord({ subjects: ['customer-1', 'customer-2'] }));
      await under.log.record(accessRecord({ actor: 'li', at: '2026-03-02T02:00:00.000Z' }));
      await under.log.record(accessRecord({ subjects: ['customer-3'], at: '2026-03-02T03:00:00.000Z' }));
      expect(await numbers({ subject: 'customer-1' })).toEqual([1, 2]);
      expect(await numbers({ subject: 'customer-2' })).toEqual([1]);
      expect(await numbers({ actor: 'wang' })).toEqual([1, 3]);
      expect(await numbers({ from: '2026-03-02T02:00:00.000Z' })).toEqual([2, 3]);
      expect(await numbers({ from: '2026-03-02T01:00:00.000Z', to: '2026-03-02T03:00:00.000Z' })).toEqual([1, 2]);
      expect(await numbers({ subject: 'customer-1', actor: 'li' })).toEqual([2]);
      expect(await numbers({ subject: 'nobody' })).toEqual([]);
    });

    it('gives pages, the oldest first', async () => {
      for (let index = 0; index < 5; index += 1) await under.log.record(accessRecord());
      const first = await under.log.find({ limit: 2 });
      expect(first.records.map(({ number }) => number)).toEqual([1, 2]);
      const rest = await under.log.find({ limit: 3, after: first.next! });
      expect(rest.records.map(({ number }) => number)).toEqual([3, 4, 5]);
    });

    it('is empty before anything was looked at', async () => {
      expect(await under.log.find({ subject: 'customer-1' })).toEqual({ records: [] });
    });
  });
