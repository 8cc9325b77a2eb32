import { controllerOf } from '#libs/nest/route.ts';
import { Problem } from '#libs/nest/problem.ts';
import { isPolicyKind, jsonSchemaOf, KIND_NAMES } from './policy.events.ts';

/** What the documents of policies look like, for editors and other programs. [H1] */
export const policySchemas = controllerOf('v1/policy-schemas', 'policy', [
  {
    method: 'get',
    path: ':kind',
    operation: 'policySchema',
    summary: 'The schema of a kind’s documents',
    description: 'What `policy.apply` takes as `document`.',
    access: 'any role',
    parameters: [
      {
        in: 'path',
        name: 'kind',
        description: 'The kind of policy.',
        required: true,
        schema: { type: 'string', enum: KIND_NAMES },
      },
    ],
    answer: { description: 'JSON Schema (2020-12).', schema: { type: 'object' }, type: 'application/schema+json' },
    problems: [404],
    handle: async (call) => {
      const kind = call.pathId('kind');
      if (!isPolicyKind(kind))
        throw new Problem(404, 'policy.unknown-kind', `There is no kind of policy ${kind}.`, { allowed: KIND_NAMES });
      void call.reply.type('application/schema+json; charset=utf-8');
      return JSON.stringify(jsonSchemaOf(kind));
    },
  },
]);
