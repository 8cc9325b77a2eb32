import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#libs/kernel/json.ts';
import { answerOf } from '#libs/nest/command-routes.ts';
import { problemOfRejection } from '#libs/nest/problem.ts';
import { controllerOf } from '#libs/nest/route.ts';
import { idParameter } from '#libs/nest/route-parameters.ts';
import { validateBody } from '#libs/nest/validate-body.ts';
import { affectedBy } from './affected.ts';
import { DetermineAffectedBy } from './breach.commands.ts';

const moment = { type: 'string', format: 'date-time' } as const;

/** Who is affected is computed where the access records are: nobody can leave somebody out. [G5] */
export const affectedRoute = controllerOf('v1/breaches', 'breach', [
  {
    method: 'post',
    path: ':id/determine-affected',
    operation: 'breachDetermineAffected',
    summary: 'Compute from the access records whose values some actors saw in some time, and record it.',
    description: 'Command `breach.determine-affected`. For a stolen token: the user whose token it was. [G5]',
    access: ['privacy-officer'],
    parameters: [idParameter('The breach.')],
    body: {
      type: 'object',
      additionalProperties: false,
      required: ['actors', 'from', 'to'],
      properties: {
        actors: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'string' } },
        from: { ...moment, description: 'Inclusive' },
        to: { ...moment, description: 'Exclusive' },
      },
    },
    answer: { description: 'Recorded, and durable.', schema: { $ref: '#/components/schemas/CommandAnswer' } },
    problems: [404, 409, 415, 422],
    handle: async (call) => {
      const body = (call.request.body ?? {}) as JsonObject;
      await validateBody(DetermineAffectedBy, body);
      const asked = body as unknown as DetermineAffectedBy;
      const found = await call.ask((ledger) => affectedBy((query) => ledger.accesses(query, call.viewer), asked));
      const commandId = randomUUID();
      const outcome = await call.execute({
        name: 'breach.determine-affected',
        id: call.pathId(),
        body: found as unknown as JsonObject,
        commandId,
        actor: call.viewer.actor,
      });
      if (!outcome.accepted) throw problemOfRejection(outcome);
      return answerOf(outcome, commandId);
    },
  },
]);
