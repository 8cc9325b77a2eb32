import type { Filter } from '#libs/ports/read-models.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import type { Decode } from './codec.ts';
import type { Right } from './lease-share.ts';
import type { CommandOutcome, CommandRequest } from './ledger.ts';
import type { Partition, PartitionCount } from './partitions.ts';
import type { Projections } from './projections.ts';
import type { Registry } from './registry.ts';
import { LeasedProcesses } from './saga-lease.ts';
import { observedProcesses } from './saga-observed.ts';
import type { Processes } from './saga-processes.ts';
import { SagaRunner } from './saga-runner.ts';
import type { SagaRunnerOptions } from './saga-runner.ts';

/** How the features' durable processes run here. */
export interface RunProcesses {
  readonly onAlarm: (message: string) => void;
  /** Where several workers share them, by leases among the read models. Default: all of them run here, and nowhere else. */
  readonly shared?: { readonly partitions?: PartitionCount; readonly leaseMs?: number };
}

interface ProcessParts {
  readonly tenant: string;
  readonly registry: Registry;
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly projections: Projections;
  readonly clock: Clock;
  readonly decode: Decode;
  readonly execute: (request: CommandRequest) => Promise<CommandOutcome>;
  /** Default: they are only looked at. */
  readonly processes?: RunProcesses;
}

/** The ledger's durable processes, at work or looked at; undefined where no feature declares any. */
export const openProcesses = (parts: ProcessParts): Processes | undefined => {
  const { tenant, registry, store, models, projections, clock, decode, execute } = parts;
  if (registry.sagas.length === 0) return undefined;
  /** Ids of all aggregates that a read model lists, once it shows all that the store holds now. */
  async function* listed(collection: string, filter: Filter, idField: string): AsyncIterable<readonly string[]> {
    await projections.caughtUp(await store.head(), 600_000);
    // In one question: page by page, each page would look through all that match the filter.
    const groups = await models.groupCounts(collection, filter, idField);
    yield groups.map(({ value }) => value).filter((id) => typeof id === 'string');
  }
  const runner = (options: Pick<SagaRunnerOptions, 'onAlarm' | 'lease' | 'onEnd' | 'partition'>) =>
    SagaRunner.start({
      ...{ tenant, sagas: registry.sagas, store, decode, clock, models, execute },
      listed: ({ collection, filter, idField }) => listed(collection, filter, idField),
      ...options,
    });
  const observed = observedProcesses({ store, models, now: () => clock.now() });
  if (parts.processes === undefined) return observed;
  const { onAlarm, shared } = parts.processes;
  if (shared === undefined) return runner({ onAlarm });
  const start = (partition: Partition, lease: Right, onEnd: (error: Error) => void) =>
    runner({ onAlarm, partition, lease, onEnd });
  return LeasedProcesses.start({ models, ...shared, start, observed, onAlarm });
};
