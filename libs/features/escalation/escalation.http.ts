import { Problem } from '#libs/nest/problem.ts';
import { controllerOf } from '#libs/nest/route.ts';
import { asAt, asOf, idParameter, momentsOf } from '#libs/nest/route-parameters.ts';
import { explainEscalation } from './escalation-explained.ts';
import { escalations } from './escalations.projection.ts';

const lines = { type: 'array', items: { type: 'string' } } as const;

/** Why these people were called, and when. [SLA 10, 11] */
export const escalationExplanations = controllerOf('v1/escalations', 'escalations', [
  {
    method: 'get',
    path: ':id/explanation',
    operation: 'explainEscalation',
    summary: 'Why each person was called by an escalation, and when.',
    description:
      'For each level: what brought it about, whom each rule of the ladder meant, who was reached in whose place.',
    access: escalations.access.roles,
    parameters: [idParameter('The escalation.'), asOf, asAt],
    answer: {
      description: 'Its levels so far, in numbers and in words.',
      schema: {
        type: 'object',
        required: ['escalationId', 'reference', 'calls', 'lines'],
        properties: {
          escalationId: { type: 'string' },
          reference: { type: 'string' },
          calls: { type: 'array', items: { type: 'object', additionalProperties: true } },
          lines: { type: 'object', properties: { en: lines, 'zh-CN': lines } },
        },
      },
    },
    problems: [404, 422],
    handle: async (call) => {
      const moment = momentsOf(call.parameters);
      const found = await call.ask((ledger) => explainEscalation(ledger, call.pathId(), call.viewer, moment));
      if (found === undefined)
        throw new Problem(404, 'escalation.unknown', 'There is no such escalation then: check the id and the moment.');
      return found;
    },
  },
]);
