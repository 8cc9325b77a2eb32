import type { Registry } from 'prom-client';
import type { JsonObject } from '#libs/kernel/json.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import { UnknownCollection } from '#libs/ports/read-models.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { ProcessesElsewhere, retryProcesses, standingProcesses } from '#libs/runtime/standing-processes.ts';
import { ref } from './answer-schemas.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const operators = { access: ['operator'] as const };

/** Rebuilding everything twice at once would only take longer. */
const oneAtATime = (known: readonly string[]) => {
  let running = false;
  return async (call: Call): Promise<unknown> => {
    const { collection, ...unknown } = (call.request.body ?? {}) as JsonObject;
    if (Object.keys(unknown).length > 0 || (collection !== undefined && typeof collection !== 'string'))
      throw new Problem(
        422,
        'rebuild.invalid-body',
        'The body may hold {"collection": "<read model>"} and nothing else.',
      );
    if (collection !== undefined && !known.includes(collection)) throw new UnknownCollection(collection, known);
    if (running)
      throw new Problem(
        409,
        'rebuild.running',
        'A rebuild is running already: wait for it.',
        {},
        { 'retry-after': '10' },
      );
    running = true;
    try {
      return { rebuilt: await call.ask((ledger) => ledger.rebuild(collection)) };
    } finally {
      running = false;
    }
  };
};

/** How far behind, what is stuck, and what to do about it. */
export const operationsRoutes = (readModels: readonly string[]): Route[] => [
  {
    ...operators,
    method: 'get',
    path: 'lag',
    operation: 'lag',
    summary: 'How far each read model is behind the store.',
    answer: { description: 'Per read model.', schema: ref('LagAnswer') },
    handle: async (call) => ({ readModels: await call.ask((ledger) => ledger.lag()) }),
  },
  {
    ...operators,
    method: 'get',
    path: 'dead-letters',
    operation: 'deadLetters',
    summary: 'Events that a read model could not take, and those that wait behind them.',
    answer: { description: 'In order of position.', schema: ref('DeadLettersAnswer') },
    handle: async (call) => ({ deadLetters: await call.ask((ledger) => ledger.deadLetters()) }),
  },
  {
    ...operators,
    method: 'post',
    path: 'dead-letters/retry',
    operation: 'retryDeadLetters',
    summary: 'Take parked events again, in order per subject.',
    answer: { description: 'What went through and what stays.', schema: ref('RetryAnswer') },
    problems: [415],
    handle: (call) => call.ask((ledger) => ledger.retryDeadLetters()),
  },
  {
    ...operators,
    method: 'get',
    path: 'processes',
    operation: 'standingProcesses',
    summary: 'Processes that stand still: with an event or timer that they could not take, or as a whole.',
    answer: { description: 'In order of stream.', schema: ref('StandingProcessesAnswer') },
    handle: (call) => call.ask(standingProcesses),
  },
  {
    ...operators,
    method: 'post',
    path: 'processes/retry',
    operation: 'retryProcesses',
    summary: 'Take what parked processes could not take again, in order per process.',
    answer: { description: 'What went through and what stays.', schema: ref('RetryAnswer') },
    problems: [409, 415],
    handle: (call) =>
      call.ask(retryProcesses).catch((error: unknown) => {
        if (error instanceof ProcessesElsewhere) throw new Problem(409, 'processes.elsewhere', error.message);
        throw error;
      }),
  },
  {
    ...operators,
    method: 'post',
    path: 'rebuild',
    operation: 'rebuild',
    summary: 'Build every read model (or one) anew beside the old, compare, and switch over; answers when done.',
    body: { type: 'object', properties: { collection: { type: 'string' } }, additionalProperties: false },
    answer: { description: 'Per read model.', schema: ref('RebuildAnswer') },
    problems: [404, 409, 415, 422],
    handle: oneAtATime(readModels),
  },
];

/** The only routes that answer without a token; they tell nothing but their status. */
export const healthRoutes = (ledger: Pick<Ledger, 'lag'>): Route[] => {
  let checked: { readonly at: number; readonly answer: Promise<unknown> } | undefined;
  return [
    {
      method: 'get',
      path: 'live',
      operation: 'live',
      summary: 'The process answers.',
      access: 'anonymous',
      answer: { description: 'Live.', schema: ref('HealthAnswer') },
      handle: async () => ({ status: 'live' }),
    },
    {
      method: 'get',
      path: 'ready',
      operation: 'ready',
      summary: 'Commands and questions can be answered; 503 when not.',
      access: 'anonymous',
      answer: { description: 'Ready.', schema: ref('HealthAnswer') },
      handle: async () => {
        // Anybody may ask, so the stores are asked once a second at most.
        const now = performance.now();
        if (checked === undefined || now - checked.at > 1_000) checked = { at: now, answer: ledger.lag() };
        try {
          await checked.answer;
        } catch (cause) {
          throw new Unavailable('The ledger does not answer.', { retryable: true, cause });
        }
        return { status: 'ready' };
      },
    },
  ];
};

export const metricsRoutes = (registry: Registry): Route[] => [
  {
    ...operators,
    method: 'get',
    path: 'metrics',
    operation: 'metrics',
    summary: 'Figures for Prometheus.',
    answer: { description: 'Prometheus text format.', schema: { type: 'string' }, type: 'text/plain' },
    handle: async (call) => {
      void call.reply.type(registry.contentType);
      return registry.metrics();
    },
  },
];
