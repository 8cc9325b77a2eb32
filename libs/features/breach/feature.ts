import type { Feature } from '#libs/kernel/feature.ts';
import { breach } from './breach.ts';
import { breaches } from './breaches.projection.ts';
import { breachTerms } from './terms.ts';

/** What is done when personal data was seen or taken by somebody who may not. [G5] */
export const breachFeature: Feature = {
  name: 'breach',
  aggregates: [breach],
  projections: [breaches],
  terms: breachTerms,
  edge: async () => {
    const [{ breachCommands }, { affectedRoute }] = await Promise.all([
      import('./breach.commands.ts'),
      import('./breach.http.ts'),
    ]);
    return { commands: breachCommands, controllers: [affectedRoute] };
  },
};
