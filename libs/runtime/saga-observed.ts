import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { Filter, ReadModels } from '#libs/ports/read-models.ts';
import { everyPage } from './every-page.ts';
import { processesReached } from './saga-checkpoint.ts';
import type { ParkedProcess, ProcessStatus, Processes } from './saga-processes.ts';
import { waitingProcesses } from './saga-waiting.ts';
import type { WaitingProcess } from './saga-waiting.ts';

export interface ObservedOptions {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly now: () => Instant;
}

const COLLECTION = waitingProcesses.collection.name;
const PARKED: Filter = { parked: { $gt: 0 } };

const parkedIn = async (models: ReadModels): Promise<readonly ParkedProcess[]> => {
  const found: ParkedProcess[] = [];
  for await (const page of everyPage(models, COLLECTION, { filter: PARKED, limit: 500 }))
    for (const { id: stream, document } of page) {
      const { saga, key, parked: inputs, reason = '' } = document as unknown as WaitingProcess;
      found.push({ saga, key, stream, inputs, reason });
    }
  return found;
};

const statusIn = async ({ store, models, now }: ObservedOptions): Promise<ProcessStatus> => {
  const { cursors } = await processesReached(store);
  const reached = [...cursors.values()].map((each) => each.position);
  const waiting: Filter = { nextDueAt: { $exists: true } };
  const { documents } = await models.find(COLLECTION, {
    filter: waiting,
    sort: [{ field: 'nextDueAt', direction: 'asc' }],
    limit: 1,
  });
  const due = documents[0]?.document['nextDueAt'];
  return {
    runsHere: false,
    positionsBehind: Math.max(0, (await store.head()) - Math.max(0, ...reached)),
    timers: await models.count(COLLECTION, waiting),
    dueLagSeconds: typeof due === 'string' ? Math.max(0, epochMsOf(now()) - epochMsOf(due)) / 1_000 : 0,
    parked: await models.count(COLLECTION, PARKED),
    halted: [],
  };
};

/** The processes as one sees them who does not run them: from the read model `processes` and the runner's checkpoint. */
export const observedProcesses = (options: ObservedOptions): Processes => {
  const refuse = () =>
    Promise.reject(new Error('The processes do not run here: ask the server, or a worker, that runs them.'));
  return {
    settle: refuse,
    status: () => statusIn(options),
    parked: () => parkedIn(options.models),
    retry: refuse,
    close: async () => undefined,
  };
};
