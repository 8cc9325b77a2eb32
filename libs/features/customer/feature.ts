import type { Feature } from '#libs/kernel/feature.ts';
import { customer } from './customer.ts';
import { customers } from './customers.projection.ts';
import { duplicatesSaga } from './duplicates.saga.ts';
import { mergerSaga } from './merger.saga.ts';
import { customerTerms } from './terms.ts';

/** Customers: profile, admission, contracts, lifecycle, tags, class, identity. [A1–A6, A13] */
export const customerFeature: Feature = {
  name: 'customer',
  aggregates: [customer],
  projections: [customers],
  sagas: [mergerSaga, duplicatesSaga],
  terms: customerTerms,
  edge: async () => ({
    commands: (await import('./customer.commands.ts')).customerCommands,
    controllers: [(await import('./customer.http.ts')).tierExplanations],
  }),
};
