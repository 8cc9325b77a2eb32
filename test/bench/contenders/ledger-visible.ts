import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { closedLoop, contend, quantiles } from '../contender.ts';
import { PERSON, TENANT } from '../open-parts.ts';
import { idOf, TEXT } from '../seed.ts';

interface Options {
  readonly folder: string;
  readonly clients: number;
  readonly cases: number;
  readonly secondsPerRound: number;
}

const tickMs = 5;

/** Commands at half the rate that this machine carries, projector included; timed from the answer to the read model. */
contend<Options>(async ({ folder, clients, cases, secondsPerRound }) => {
  const ledger = await openEmbeddedLedger({ folder, tenant: TENANT });
  const note = async (operation: number): Promise<number> => {
    const outcome = await ledger.execute({
      name: 'service-case.add-note',
      id: idOf('case', operation % cases),
      body: { text: TEXT },
      commandId: randomUUID(),
      actor: PERSON,
    });
    if (!outcome.accepted) throw new Error(`The note was refused: ${outcome.message}`);
    return outcome.position;
  };
  const waiting: { readonly position: number; readonly at: number }[] = [];
  let visible = 0;
  let latencies: number[] = [];
  const stop = ledger.onApplied((_changes, position) => {
    visible = Math.max(visible, position);
    const now = performance.now();
    for (let at = waiting.length - 1; at >= 0; at -= 1)
      if (waiting[at]!.position <= visible) {
        latencies.push(now - waiting[at]!.at);
        waiting[at] = waiting.at(-1)!;
        waiting.pop();
      }
  });
  let perSecond = 0;
  return {
    round: async (index) => {
      if (index === 0) {
        // What both can keep up: commands until the read models reflect them.
        const startedAt = performance.now();
        const { operations } = await closedLoop(clients, 6_000, note);
        await ledger.caughtUp(undefined, 600_000);
        perSecond = operations / ((performance.now() - startedAt) / 1_000) / 2;
      }
      latencies = [];
      const startedAt = performance.now();
      let sent = 0;
      const answers: Promise<void>[] = [];
      for (let elapsed = 0; elapsed < secondsPerRound * 1_000; elapsed = performance.now() - startedAt) {
        for (const due = (elapsed / 1_000) * perSecond; sent < due; sent += 1)
          answers.push(
            note(sent).then((position) => {
              if (position <= visible) latencies.push(0);
              else waiting.push({ position, at: performance.now() });
            }),
          );
        await pause(tickMs);
      }
      await Promise.all(answers);
      const seconds = (performance.now() - startedAt) / 1_000;
      await ledger.caughtUp(undefined, 600_000);
      while (waiting.length > 0) await pause(tickMs);
      return { operations: sent, seconds, ...quantiles(latencies) };
    },
    close: async () => {
      stop();
      await ledger.close();
    },
  };
});
