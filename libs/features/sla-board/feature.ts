import type { Feature } from '#libs/kernel/feature.ts';
import { slaBoard } from './sla-board.projection.ts';
import { slaBoardTerms } from './terms.ts';

/** What is due next, by team, person and tier. */
export const slaBoardFeature: Feature = { name: 'sla-board', projections: [slaBoard], terms: slaBoardTerms };
