import type { Feature } from '#libs/kernel/feature.ts';
import { tieringTerms } from './terms.ts';
import { tierPolicy } from './tier-policy.ts';

/** By which rules customers are classified. */
export const tieringFeature: Feature = { name: 'tiering', aggregates: [tierPolicy], terms: tieringTerms };
