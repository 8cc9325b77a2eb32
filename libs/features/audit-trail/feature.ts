import type { EventSet } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { auditTrail } from './audit-trail.projection.ts';

/** Everything that happened, per customer and per case, in plain language. Handed the events of all features. */
export const auditTrailFeature = (eventSets: readonly EventSet[]): Feature => ({
  name: 'audit-trail',
  projections: [auditTrail(eventSets)],
});
