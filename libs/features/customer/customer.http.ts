import { Problem } from '#libs/nest/problem.ts';
import { controllerOf } from '#libs/nest/route.ts';
import { asAt, asOf, idParameter, momentsOf } from '#libs/nest/route-parameters.ts';
import { HISTORY_READERS } from '#libs/runtime/access.ts';
import { explainTier } from './tier-explained.ts';

const lines = { type: 'array', items: { type: 'string' } } as const;

/** Why a customer has the class it has. [A7] */
export const tierExplanations = controllerOf('v1/customers', 'customers', [
  {
    method: 'get',
    path: ':id/tier-explanation',
    operation: 'explainTier',
    summary: 'A customer’s class, and how it comes about.',
    description:
      'Inputs, thresholds, rule, policy version and arithmetic, as they stand in the decision; in numbers and in words.',
    access: HISTORY_READERS,
    parameters: [idParameter('The customer.'), asOf, asAt],
    answer: {
      description: 'The class and what decided it.',
      schema: {
        type: 'object',
        required: ['customerId', 'tier', 'needsReview', 'reason', 'lines'],
        properties: {
          customerId: { type: 'string' },
          tier: { enum: ['A', 'B', 'C', 'undetermined'] },
          needsReview: { type: 'boolean' },
          reason: { type: 'object', additionalProperties: true },
          lines: { type: 'object', properties: { en: lines, 'zh-CN': lines } },
        },
      },
    },
    problems: [404, 422],
    handle: async (call) => {
      const moment = momentsOf(call.parameters);
      const found = await call.ask((ledger) => explainTier(ledger, call.pathId(), call.viewer, moment));
      if (found === undefined)
        throw new Problem(
          404,
          'customer.no-tier',
          'There is no such customer, or nothing was decided about its class by then: check the id and the moment.',
        );
      return found;
    },
  },
]);
