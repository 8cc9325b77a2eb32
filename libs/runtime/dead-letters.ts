import type { CollectionSpec, Document } from '#libs/kernel/projection.ts';
import type { DeadLetter } from './ledger.ts';

/** Where events wait that a read model could not take. Written in the same transaction as the checkpoint that passes them. */
export const DEAD_LETTERS: CollectionSpec = { name: 'dead-letters', kind: 'current', indexes: [['projection']] };
export const DEAD_LETTERS_PHYSICAL = 'dead-letters@1';

/** Text order is store order. */
export const deadLetterId = (physical: string, position: number): string =>
  `${physical}/${String(position).padStart(16, '0')}`;

export const deadLetterOf = (document: Document): DeadLetter => document as unknown as DeadLetter;
