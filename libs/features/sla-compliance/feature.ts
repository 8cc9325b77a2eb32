import type { Feature } from '#libs/kernel/feature.ts';
import { slaCompliance } from './sla-compliance.projection.ts';
import { slaComplianceTerms } from './terms.ts';

/** How many promises were kept and how many broken. */
export const slaComplianceFeature: Feature = {
  name: 'sla-compliance',
  projections: [slaCompliance],
  terms: slaComplianceTerms,
};
