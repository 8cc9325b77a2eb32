import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';

/** Where the knowledge behind a change of a profile came from. [A1] */
export const SOURCES = ['customer', 'staff', 'public-register', 'third-party', 'source-system'] as const;
export type Source = (typeof SOURCES)[number];

/** What every change of a profile says besides its content; by whom stands in the envelope. [A1, M1.2] */
export const provenance = {
  /** The names of the fields that this event sets. */
  changed: Type.Array(field.text(100)),
  source: Type.Enum([...SOURCES]),
  why: Type.Optional(field.personal({ maxLength: 1_000 })),
};
