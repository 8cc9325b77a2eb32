import { canonicalJson } from '#libs/kernel/json.ts';
import type { ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import type { Exclusive } from './exclusive.ts';

const textOf = ({ document, position }: StoredDocument): string => canonicalJson({ document, position });

const differentByStore = async (
  compare: NonNullable<ReadModels['compare']>,
  built: string,
  before: string,
  still: Exclusive,
): Promise<number> => {
  let different = 0;
  for (let from: number | undefined = 0; from !== undefined;) {
    const part = await still.run(() => compare(built, before, from));
    different += part.different;
    from = part.next;
  }
  return different;
};

const differentByReading = async (
  models: ReadModels,
  built: string,
  before: string,
  still: Exclusive,
): Promise<number> => {
  let different = 0;
  for await (const page of models.scan(built)) {
    const ids = page.map((each) => each.id);
    const [left, right] = await still.run(() => Promise.all([models.getMany(built, ids), models.getMany(before, ids)]));
    const others = new Map(right.map((each) => [each.id, textOf(each)]));
    different += left.filter((each) => others.get(each.id) !== textOf(each)).length;
  }
  return different;
};

/**
 * How many documents of the new collection are not as in the one before, and how many are missing. A part at a time under `still`,
 * while nothing is written to either: both stand at the same position whenever they are looked at.
 */
export const differenceBetween = async (
  models: ReadModels,
  built: string,
  before: string,
  still: Exclusive,
): Promise<number> => {
  const different = await (models.compare === undefined
    ? differentByReading(models, built, before, still)
    : differentByStore((...args) => models.compare!(...args), built, before, still));
  const lost = await still.run(async () => (await models.count(before, {})) - (await models.count(built, {})));
  return different + Math.max(0, lost);
};
