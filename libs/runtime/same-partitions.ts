import type { ReadModels } from '#libs/ports/read-models.ts';
import { leasesHeld } from './lease.ts';
import type { PartitionCount } from './partitions.ts';

/** The beginning of the names of the seats of workers that share so many partitions. */
export const seatsOf = (kind: string, partitions: PartitionCount): string => `${kind}/${partitions}/`;

/** Rejects where workers of the same kind are at work with another number of partitions: both would do everything. */
export const checkSamePartitions = async (
  models: ReadModels,
  kind: string,
  partitions: PartitionCount,
): Promise<void> => {
  const own = seatsOf(kind, partitions);
  const other = [...(await leasesHeld(models))].find((name) => name.startsWith(`${kind}/`) && !name.startsWith(own));
  if (other !== undefined)
    throw new Error(
      `Another worker is at work with ${other.split('/')[1]} partitions, this one with ${partitions}: give all the same number, and stop them all before it changes (a lease of one that was killed lasts some seconds).`,
    );
};
