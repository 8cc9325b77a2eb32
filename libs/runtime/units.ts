import type { Projection } from '#libs/kernel/projection.ts';
import { partitionName, partitionsOf } from './partitions.ts';
import type { Partition, PartitionCount } from './partitions.ts';
import type { Registry } from './registry.ts';

/** What one worker folds at a time: a partition of a read model, by the name of both; `service-cases` or `service-cases#3/4`. */
export interface Unit {
  readonly name: string;
  readonly projection: Projection;
  readonly partition: Partition;
}

/** Partition by partition: who takes the first ones takes some of every read model. */
export const unitsOf = (registry: Registry, count: PartitionCount = 1): ReadonlyMap<string, Unit> =>
  new Map(
    partitionsOf(count).flatMap((partition) =>
      [...registry.projections].map(([collection, projection]) => {
        const name = partitionName(collection, partition);
        return [name, { name, projection, partition }];
      }),
    ),
  );

/** The unit that a run folds. */
export const unitOf = ({ projection, partition }: Pick<Unit, 'projection' | 'partition'>): string =>
  partitionName(projection.collection.name, partition);

/** What readers see is of another version of the fold, or in other partitions: the collection must be built anew, as a whole. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
  constructor(collection: string) {
    super(`${collection} was folded by another version of the programme: it is built anew.`);
  }
}
