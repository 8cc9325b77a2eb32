import type { CollectionSpec, Document } from '#libs/kernel/projection.ts';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import type { DeadLetter } from './ledger.ts';
import { collectionIn } from './partitions.ts';

/** Where events wait that a read model could not take. Written in the same transaction as the checkpoint that passes them. */
export const DEAD_LETTERS: CollectionSpec = { name: 'dead-letters', kind: 'current', indexes: [['projection']] };
export const DEAD_LETTERS_PHYSICAL = 'dead-letters@1';

/** Text order is store order. */
export const deadLetterId = (projection: string, position: number): string =>
  `${projection}/${String(position).padStart(16, '0')}`;

export const deadLetterOf = (document: Document): DeadLetter => document as unknown as DeadLetter;

export const deadLettersIn = async (models: ReadModels): Promise<readonly DeadLetter[]> => {
  const letters: DeadLetter[] = [];
  if (!(await models.collections()).some((each) => each.physical === DEAD_LETTERS_PHYSICAL)) return letters;
  for await (const page of models.scan(DEAD_LETTERS_PHYSICAL))
    letters.push(...page.map((each) => deadLetterOf(each.document)));
  return letters;
};

/** The letters of a physical collection, whatever its partitions, would wait for ever once it is replaced. */
export const forgetLettersOf = async (models: ReadModels, physical: string): Promise<void> => {
  const letters = (await deadLettersIn(models)).filter(({ projection }) => collectionIn(projection) === physical);
  if (letters.length === 0) return;
  for (let attempt = 1; ; attempt += 1) {
    const before = await models.checkpoint(DEAD_LETTERS_PHYSICAL);
    try {
      return await models.apply({
        projection: DEAD_LETTERS_PHYSICAL,
        expected: before,
        next: { position: (before?.position ?? 0) + 1, epoch: 1 },
        writes: letters.map(({ projection, position }) => ({
          collection: DEAD_LETTERS_PHYSICAL,
          id: deadLetterId(projection, position),
          versions: [{ position, document: null }],
        })),
      });
    } catch (error) {
      // Another worker forgot letters of its own at the same moment.
      if (!(error instanceof CheckpointMismatch) || attempt === 20) throw error;
    }
  }
};
