import type { Ledger } from './ledger.ts';
import type { ParkedProcess } from './saga-processes.ts';

/** What waits for a mended programme: single processes, and sagas that stand still as a whole. */
export interface StandingProcesses {
  readonly processes: readonly Pick<ParkedProcess, 'saga' | 'key' | 'stream' | 'inputs' | 'reason'>[];
  readonly halted: readonly string[];
}

/** Processes are retried where they run. */
export class ProcessesElsewhere extends Error {
  override readonly name = 'ProcessesElsewhere';
}

export const standingProcesses = async ({ processes }: Pick<Ledger, 'processes'>): Promise<StandingProcesses> => {
  if (processes === undefined) return { processes: [], halted: [] };
  const [parked, { halted }] = await Promise.all([processes.parked(), processes.status()]);
  const lines = parked.map(({ saga, key, stream, inputs, reason }) => ({ saga, key, stream, inputs, reason }));
  return { processes: lines, halted };
};

/** Takes parked inputs again, in order per process. Rejects with ProcessesElsewhere. */
export const retryProcesses = async ({
  processes,
}: Pick<Ledger, 'processes'>): Promise<{ readonly taken: number; readonly parked: number }> => {
  if (processes === undefined) return { taken: 0, parked: 0 };
  const { runsHere, partitionsHere = 0 } = await processes.status();
  if (!runsHere && partitionsHere === 0)
    throw new ProcessesElsewhere('The processes do not run here: ask the server, or each worker, that runs them.');
  return processes.retry();
};
