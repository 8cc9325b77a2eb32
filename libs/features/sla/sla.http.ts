import { Problem } from '#libs/nest/problem.ts';
import { controllerOf } from '#libs/nest/route.ts';
import { asAt, asOf, momentsOf } from '#libs/nest/route-parameters.ts';
import { HISTORY_READERS } from '#libs/runtime/access.ts';
import { explainDeadlines } from './deadlines-explained.ts';

const instant = { type: 'string', format: 'date-time' } as const;
const lines = { type: 'array', items: { type: 'string' } } as const;

/** Why a deadline is when it is. [SLA 15] */
export const deadlineExplanations = controllerOf('v1/deadlines', 'sla-status', [
  {
    method: 'get',
    path: ':stream',
    operation: 'explainDeadlines',
    summary: 'Every deadline of a case or complaint, and how each comes about.',
    description:
      'Policy and calendar versions, start, target, the stretches that count and those that do not, pauses, arithmetic; in numbers and in plain language.',
    access: HISTORY_READERS,
    parameters: [
      {
        in: 'path',
        name: 'stream',
        description: '`service-case-<id>` or `complaint-<id>`.',
        required: true,
        schema: { type: 'string', minLength: 1, maxLength: 300 },
      },
      asOf,
      asAt,
    ],
    answer: {
      description: 'The deadlines, in the order in which their clocks started.',
      schema: {
        type: 'object',
        required: ['stream', 'reference', 'deadlines'],
        properties: {
          stream: { type: 'string' },
          reference: { type: 'string' },
          deadlines: {
            type: 'array',
            items: {
              type: 'object',
              required: ['explanation', 'reading'],
              properties: {
                stoppedAt: instant,
                reading: { type: 'object', additionalProperties: true },
                explanation: {
                  type: 'object',
                  additionalProperties: true,
                  required: ['clock', 'cycle', 'startedAt', 'dueAt', 'segments', 'lines'],
                  properties: {
                    clock: { type: 'string' },
                    cycle: { type: 'integer' },
                    startedAt: instant,
                    dueAt: instant,
                    segments: { type: 'array', items: { type: 'object', additionalProperties: true } },
                    lines: { type: 'object', properties: { en: lines, 'zh-CN': lines } },
                  },
                },
              },
            },
          },
        },
      },
    },
    problems: [404],
    handle: async (call) => {
      const stream = call.pathId('stream');
      const moment = momentsOf(call.parameters);
      const found = await call.ask((ledger) => explainDeadlines(ledger, stream, call.viewer, moment));
      if (found === undefined)
        throw new Problem(
          404,
          'deadlines.unknown',
          `There is no case or complaint ${stream}: check the stream's name.`,
        );
      return found;
    },
  },
]);
