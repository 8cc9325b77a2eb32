import type { Feature } from '#libs/kernel/feature.ts';
import { escalationCallsSaga } from './escalation-calls.saga.ts';
import { escalation } from './escalation.ts';
import { escalationsSaga } from './escalations.saga.ts';
import { escalations } from './escalations.projection.ts';
import { escalationTerms } from './terms.ts';

/** Who is called when a promise is broken, level after level, until somebody takes it on; and in a crisis at once. [SLA 9–11, E1] */
export const escalationFeature: Feature = {
  name: 'escalation',
  aggregates: [escalation],
  projections: [escalations],
  sagas: [escalationsSaga, escalationCallsSaga],
  terms: escalationTerms,
  edge: async () => ({
    commands: (await import('./escalation.commands.ts')).escalationCommands,
    controllers: [(await import('./escalation.http.ts')).escalationExplanations],
  }),
};
