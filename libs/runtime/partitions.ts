import type { Checkpoint } from '#libs/ports/read-models.ts';

/** One of `of` partitions, by hash of a key: a document's, or a process's stream. One of one is the whole. */
export interface Partition {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Partition = { index: 0, of: 1 };

/** How many partitions there may be. */
export const PARTITION_COUNTS = [1, 2, 4, 8, 16] as const;
export type PartitionCount = (typeof PARTITION_COUNTS)[number];

export const partitionsOf = (count: PartitionCount): readonly Partition[] =>
  Array.from({ length: count }, (_, index) => ({ index, of: count }));

/** `service-cases@2~1#3/4`; the whole has no number. */
export const partitionName = (name: string, { index, of }: Partition): string =>
  of === 1 ? name : `${name}#${index}/${of}`;

/** The physical collection whose partition it names. */
export const collectionIn = (partition: string): string => partition.split('#')[0]!;

/** FNV-1a over UTF-16 units, then mixed: the lowest bits alone would not spread. Changing it means rebuilding all that is partitioned. */
const hashOf = (key: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

export const isIn = ({ index, of }: Partition, key: string): boolean => of === 1 || hashOf(key) % of === index;

type Checkpoints = ReadonlyMap<string, Checkpoint>;

/** In how many partitions a physical collection is folded; undefined: nobody has begun. */
export const partitionCountOf = (checkpoints: Checkpoints, physical: string): number | undefined => {
  if (checkpoints.has(physical)) return 1;
  for (const name of checkpoints.keys())
    if (name.startsWith(`${physical}#`)) return Number(name.slice(name.lastIndexOf('/') + 1));
  return undefined;
};

/** How far a physical collection has come: as far as its slowest partition. */
export const reachedBy = (checkpoints: Checkpoints, physical: string): number => {
  const count = partitionCountOf(checkpoints, physical);
  if (count === undefined) return 0;
  const positions = Array.from({ length: count }, (_, index) => {
    const name = partitionName(physical, { index, of: count });
    return checkpoints.get(name)?.position ?? 0;
  });
  return Math.min(...positions);
};
