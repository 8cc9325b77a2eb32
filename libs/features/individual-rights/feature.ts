import type { Feature } from '#libs/kernel/feature.ts';
import { consent } from './consent.ts';
import { impactAssessment } from './impact-assessment.ts';
import { consents, impactAssessments, rightsRequests } from './individual-rights.projection.ts';
import { retentionSaga } from './retention.saga.ts';
import { rightsRequest } from './rights-request.ts';
import { individualRightsTerms } from './terms.ts';

/** What people agreed to, what they ask for by right, and what their data's use means for them. [G6] */
export const individualRightsFeature: Feature = {
  name: 'individual-rights',
  aggregates: [consent, rightsRequest, impactAssessment],
  projections: [consents, rightsRequests, impactAssessments],
  sagas: [retentionSaga],
  terms: individualRightsTerms,
  edge: async () => ({ commands: (await import('./individual-rights.commands.ts')).individualRightsCommands }),
};
