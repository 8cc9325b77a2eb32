import type { Feature } from '#libs/kernel/feature.ts';
import { serviceCase } from './service-case.ts';
import { serviceCases } from './service-cases.projection.ts';
import { serviceCaseTerms } from './terms.ts';

/** Requests for service: consultations, technical support, after-sales, visits. */
export const serviceCaseFeature: Feature = {
  name: 'service-case',
  aggregates: [serviceCase],
  projections: [serviceCases],
  terms: serviceCaseTerms,
  edge: async () => {
    const { serviceCaseCommands } = await import('./service-case.commands.ts');
    return { commands: serviceCaseCommands };
  },
};
