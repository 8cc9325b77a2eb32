import type { DetermineAffected } from './breach.ts';

interface AccessOf {
  readonly number: number;
  readonly hash: string;
  readonly subjects: readonly string[];
}

/** Pages of access records, as the ledger gives them. */
type Accesses = (query: {
  readonly actor: string;
  readonly from: string;
  readonly to: string;
  readonly after: number;
  readonly limit: number;
}) => Promise<{ readonly records: readonly AccessOf[]; readonly next?: number }>;

const PAGE = 1_000;

/** Whose values the actors saw from one moment until before another, by the access records. [G5] */
export const affectedBy = async (
  accesses: Accesses,
  { actors, from, to }: Pick<DetermineAffected, 'actors' | 'from' | 'to'>,
): Promise<DetermineAffected> => {
  const subjects = new Set<string>();
  let count = 0;
  let last = { number: 0, hash: '0'.repeat(64) };
  for (const actor of new Set(actors))
    for (let after: number | undefined = 0; after !== undefined;) {
      const { records, next }: Awaited<ReturnType<Accesses>> = await accesses({ actor, from, to, after, limit: PAGE });
      for (const { number, hash, subjects: seen } of records) {
        count += 1;
        for (const subject of seen) subjects.add(subject);
        if (number > last.number) last = { number, hash };
      }
      after = next;
    }
  return { actors, from, to, subjects: [...subjects].sort(), accesses: count, lastRecord: last };
};
