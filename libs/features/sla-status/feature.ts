import type { Feature } from '#libs/kernel/feature.ts';
import { slaStatus } from './sla-status.projection.ts';
import { slaStatusTerms } from './terms.ts';

/** How each case stands against the agreed times. */
export const slaStatusFeature: Feature = { name: 'sla-status', projections: [slaStatus], terms: slaStatusTerms };
