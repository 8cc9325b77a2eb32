import type { Feature } from '#libs/kernel/feature.ts';
import { erasure } from './erasure.ts';
import { erasures, legalHolds } from './erasures.projection.ts';
import { legalHold } from './legal-hold.ts';
import { erasureTerms } from './terms.ts';

/** The proven destruction of personal data, and what forbids it. [G4] */
export const erasureFeature: Feature = {
  name: 'erasure',
  aggregates: [erasure, legalHold],
  projections: [erasures, legalHolds],
  terms: erasureTerms,
  edge: async () => ({ commands: (await import('./erasure.commands.ts')).erasureCommands }),
};
