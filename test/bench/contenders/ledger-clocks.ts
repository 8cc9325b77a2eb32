import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { contend, quantiles } from '../contender.ts';
import type { RoundResult } from '../contender.ts';
import { TENANT } from '../open-parts.ts';
import { publishServiceTimes, WINDOW_GAP_MS } from '../seed-clocks.ts';

interface Options {
  readonly folder: string;
  /** As the seed gave it. */
  readonly from: Instant;
  readonly ask: 'detection' | 'policy-change';
  readonly clocks: number;
  readonly windowMs: number;
  readonly deadlines: number;
}

const mebibytes = 2 ** 20;

/** The whole product on a ledger with many open clocks, its processes at work, on a clock that stands still between rounds. */
contend<Options>(async ({ folder, from, ask, clocks, windowMs, deadlines }) => {
  let setMs = epochMsOf(from) - WINDOW_GAP_MS / 2;
  let runsSince: number | undefined;
  const clock = {
    now: () => instantOf(Math.floor(setMs + (runsSince === undefined ? 0 : performance.now() - runsSince))),
  };
  const ledger = await openEmbeddedLedger({
    ...{ folder, tenant: TENANT, clock, runsProcesses: true },
    onAlarm: (message) => {
      throw new Error(message);
    },
  });
  const processes = ledger.processes!;
  const events = await openSqliteEventStore({ file: join(folder, 'ledger.db'), readOnly: true });
  const rest = async () => {
    await processes.settle();
    await ledger.caughtUp(undefined, 3_600_000);
  };
  await rest();

  /** Of the cases' events after a position, those of one kind. */
  const recordedAfter = async (after: number, type: string) => {
    const found: { readonly occurredAt: Instant; readonly recordedAt: Instant }[] = [];
    for await (const page of events.readAll({ after, filter: { streamPrefixes: ['service-case-'] } }))
      for (const event of page)
        if (event.type === type) found.push(JSON.parse(event.metadata) as { occurredAt: Instant; recordedAt: Instant });
    return found;
  };
  const expect = (what: string, found: number, expected: number) => {
    if (found !== expected) throw new Error(`${found} ${what} were recorded instead of ${expected}.`);
  };

  const detection = async (): Promise<RoundResult> => {
    const after = await events.head();
    const startedAt = performance.now();
    await pause(windowMs + 2_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    await processes.settle();
    const missed = await recordedAfter(after, 'service-case.deadline-missed.v1');
    expect('missed deadlines', missed.length, deadlines);
    const lags = missed.map(({ occurredAt, recordedAt }) => epochMsOf(recordedAt) - epochMsOf(occurredAt));
    return { operations: missed.length, seconds, ...quantiles(lags) };
  };
  const policyChange = async (index: number): Promise<RoundResult> => {
    const after = await events.head();
    const startedAt = performance.now();
    await publishServiceTimes(ledger, `bench-${index + 1}@1`, index % 2 === 0 ? 30 : 24);
    await processes.settle();
    const seconds = (performance.now() - startedAt) / 1_000;
    expect('moved deadlines', (await recordedAfter(after, 'service-case.deadline-moved.v1')).length, clocks);
    return { operations: clocks, seconds };
  };

  return {
    round: async (index) => {
      // What is due between two rounds is no part of either.
      setMs = epochMsOf(from) + index * WINDOW_GAP_MS - 60_000;
      await rest();
      setMs = epochMsOf(from) + index * WINDOW_GAP_MS - 1_000;
      runsSince = performance.now();
      void processes.settle(); // Wakes them.
      const cpu = process.cpuUsage();
      const result = await (ask === 'detection' ? detection() : policyChange(index));
      const { user, system } = process.cpuUsage(cpu);
      setMs = epochMsOf(clock.now());
      runsSince = undefined;
      const figures = { rssMiB: process.memoryUsage().rss / mebibytes, cpuSeconds: (user + system) / 1e6 };
      return { ...result, figures };
    },
    close: async () => {
      await events.close();
      await ledger.close();
    },
  };
});
