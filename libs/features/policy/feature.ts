import type { Feature } from '#libs/kernel/feature.ts';
import { policies } from './policies.projection.ts';
import { policyCalendarSaga } from './policy-calendar.saga.ts';
import { policy } from './policy.ts';
import { policyTerms } from './terms.ts';

/** By which service times, calendars and ladders the company works, and how such rules come about. [H1, H2] */
export const policyFeature: Feature = {
  name: 'policy',
  aggregates: [policy],
  projections: [policies],
  sagas: [policyCalendarSaga],
  terms: policyTerms,
  edge: async () => {
    const [{ policyCommands }, { policySchemas }] = await Promise.all([
      import('./policy.commands.ts'),
      import('./policy.http.ts'),
    ]);
    return { commands: policyCommands, controllers: [policySchemas] };
  },
};
