import type { EventSet } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import type { Terms } from '#libs/kernel/terms.ts';
import { auditTrail } from './audit-trail.projection.ts';

/** Everything that happened, per customer and per case, in plain language. Handed the events of all features, and their glossaries. */
export const auditTrailFeature = (
  eventSets: readonly EventSet[],
  glossaries?: ReadonlyMap<string, Terms>,
): Feature => ({
  name: 'audit-trail',
  projections: [auditTrail(eventSets, glossaries)],
});
