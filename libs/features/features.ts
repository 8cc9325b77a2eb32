import type { EventSet } from '#libs/kernel/event.ts';
import { glossariesOf } from '#libs/kernel/feature.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { auditTrailFeature } from './audit-trail/feature.ts';
import { breachFeature } from './breach/feature.ts';
import { complaintFeature } from './complaint/feature.ts';
import { customerFeature } from './customer/feature.ts';
import { disclosureFeature } from './disclosure/feature.ts';
import { erasureFeature } from './erasure/feature.ts';
import { escalationFeature } from './escalation/feature.ts';
import { governanceFeature } from './governance/feature.ts';
import { individualRightsFeature } from './individual-rights/feature.ts';
import { noticesFeature } from './notices/feature.ts';
import { policyFeature } from './policy/feature.ts';
import { serviceCaseFeature } from './service-case/feature.ts';
import { slaFeature } from './sla/feature.ts';
import { slaBoardFeature } from './sla-board/feature.ts';
import { slaComplianceFeature } from './sla-compliance/feature.ts';
import { slaStatusFeature } from './sla-status/feature.ts';
import { staffFeature } from './staff/feature.ts';
import { tieringFeature } from './tiering/feature.ts';

const own: readonly Feature[] = [
  staffFeature,
  governanceFeature,
  breachFeature,
  individualRightsFeature,
  tieringFeature,
  policyFeature,
  customerFeature,
  complaintFeature,
  serviceCaseFeature,
  slaFeature,
  slaStatusFeature,
  slaBoardFeature,
  slaComplianceFeature,
  noticesFeature,
  escalationFeature,
  disclosureFeature,
  erasureFeature,
];

const eventsOf = (feature: Feature): readonly EventSet[] => [
  ...(feature.events ?? []),
  ...(feature.aggregates ?? []).map((aggregate) => aggregate.events),
];

/** What the product does: one line a feature, and the trail that shows the events of all. */
export const features: readonly Feature[] = [
  ...own,
  auditTrailFeature([...new Set(own.flatMap(eventsOf))], glossariesOf(own)),
];
