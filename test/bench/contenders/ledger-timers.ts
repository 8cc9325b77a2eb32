import { performance } from 'node:perf_hooks';
import { addMinutes, epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import { manualClock } from '#libs/ports/clock.ts';
import { reminderFeature } from '#libs/testing/reminder-process.ts';
import { contend } from '../contender.ts';
import { openParts, PERSON } from '../open-parts.ts';

interface Options {
  readonly folder: string;
  readonly timers: number;
}

const START = '2026-03-02T08:00:00.000Z';
const storedAtOnce = 1_000;
/** The first reminder comes due so long after a parcel is stored. */
const TWO_DAYS = 2 * 24 * 60;

/** Timers that are all due within one second, each with a command; one round: they fire once. */
contend<Options>(async ({ folder, timers }) => {
  const clock = manualClock(START);
  const { ledger, store } = await openParts(folder, undefined, {
    ...{ features: [reminderFeature()], clock },
    processes: {
      onAlarm: (message) => {
        throw new Error(message);
      },
    },
  });
  for (let from = 0; from < timers; from += storedAtOnce) {
    clock.set(instantOf(epochMsOf(START) + Math.floor((from * 1_000) / timers)));
    await Promise.all(
      Array.from({ length: storedAtOnce }, async (_, nth) => {
        const body = { box: `${from + nth}` };
        const outcome = await ledger.execute({
          name: 'parcel.store',
          body,
          commandId: `c-${from + nth}`,
          actor: PERSON,
        });
        if (!outcome.accepted) throw new Error(outcome.message);
      }),
    );
  }
  await ledger.processes!.settle();
  return {
    round: async () => {
      clock.set(addMinutes(instantOf(epochMsOf(START) + 1_000), TWO_DAYS));
      const startedAt = performance.now();
      await ledger.processes!.settle();
      const seconds = (performance.now() - startedAt) / 1_000;
      let reminded = 0;
      for await (const page of store.readAll({ filter: { streamPrefixes: ['parcel-'] } }))
        reminded += page.filter(({ type }) => type === 'parcel.reminded.v1').length;
      if (reminded !== timers) throw new Error(`${reminded} timers fired instead of ${timers}.`);
      return { operations: timers, seconds, figures: { rssMiB: process.memoryUsage().rss / 2 ** 20 } };
    },
    close: () => ledger.close(),
  };
});
