import { defineEvents } from '#libs/kernel/event.ts';
import type { EventOf, NewEventOf } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import { HOLD_REASONS } from './vocabulary.ts';

/** One stream for each customer; its id is the customer's. */
export const legalHoldEvents = defineEvents('legal-hold', {
  'legal-hold.placed.v1': {
    meaning: 'The customer’s data must be kept: nothing of it is destroyed, and it is used for nothing else meanwhile.',
    source: 'G4',
    data: Type.Object({
      reason: Type.Enum([...HOLD_REASONS]),
      /** The matter’s number at the court, regulator or insurer. */
      fileNumber: field.text(100),
      placedBy: field.id(),
    }),
    says: {
      en: '{placedBy} placed a legal hold ({reason}, {fileNumber}): nothing is destroyed, and processing is restricted.',
      'zh-CN': '{placedBy}设置了法律保全（{reason}，{fileNumber}）：不得销毁，并限制处理。',
    },
  },
  'legal-hold.released.v1': {
    meaning: 'The data need no longer be kept for that matter; the restriction ends.',
    source: 'G4',
    data: Type.Object({ releasedBy: field.id() }),
    says: { en: '{releasedBy} released the legal hold.', 'zh-CN': '{releasedBy}解除了法律保全。' },
  },
});
export type LegalHoldEvent = EventOf<typeof legalHoldEvents>;
export type NewLegalHoldEvent = NewEventOf<typeof legalHoldEvents>;
