import type { Feature } from '#libs/kernel/feature.ts';
import { disclosure } from './disclosure.ts';
import { disclosures } from './disclosures.projection.ts';

/** Evidence that left the ledger: the register of exports. [G2] */
export const disclosureFeature: Feature = {
  name: 'disclosure',
  aggregates: [disclosure],
  projections: [disclosures],
};
