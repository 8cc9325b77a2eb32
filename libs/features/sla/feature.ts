import type { Feature } from '#libs/kernel/feature.ts';
import { deadlinesSaga } from './deadlines.saga.ts';
import { policyChangesSaga } from './policy-changes.saga.ts';
import { tierChangesSaga } from './tier-changes.saga.ts';

/** The clocks of cases and complaints: what is promised by when, and what comes of it. They stand in those features' events. */
export const slaFeature: Feature = {
  name: 'sla',
  sagas: [deadlinesSaga, policyChangesSaga, tierChangesSaga],
  edge: async () => ({ controllers: [(await import('./sla.http.ts')).deadlineExplanations] }),
};
