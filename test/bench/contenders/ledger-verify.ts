import { performance } from 'node:perf_hooks';
import { integrityOf } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { contend } from '../contender.ts';

contend<{ readonly file: string; readonly events: number }>(async ({ file, events }) => ({
  round: async () => {
    const startedAt = performance.now();
    const findings = await integrityOf(file);
    if (findings.length > 0) throw new Error(`The seeded ledger is not sound: ${findings[0]!.message}`);
    return { operations: events, seconds: (performance.now() - startedAt) / 1_000 };
  },
  close: async () => {},
}));
