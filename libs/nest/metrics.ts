import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Ledger } from '#libs/runtime/ledger.ts';
import type { CountOutcome } from './command-routes.ts';

export interface Metrics {
  readonly registry: Registry;
  readonly countOutcome: CountOutcome;
  observeRequests(instance: FastifyInstance): void;
}

/** Figures for Prometheus, in a registry of their own: several servers may run in one process. */
export const makeMetrics = (ledger: Pick<Ledger, 'lag' | 'deadLetters'>, liveStreams: () => number): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const commands = new Counter({
    name: 'careledger_commands_total',
    help: 'Commands that reached the ledger, by what came of them.',
    labelNames: ['command', 'outcome'],
    registers,
  });
  const requests = new Histogram({
    name: 'careledger_http_request_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const seconds = new Gauge({
    name: 'careledger_projection_lag_seconds',
    help: 'Age of the oldest event that a read model does not reflect.',
    labelNames: ['projection'],
    registers,
  });
  new Gauge({
    name: 'careledger_projection_lag_events',
    help: 'Events that a read model does not reflect.',
    labelNames: ['projection'],
    registers,
    async collect() {
      this.reset();
      seconds.reset();
      for (const lag of await ledger.lag()) {
        this.set({ projection: lag.projection }, lag.events);
        seconds.set({ projection: lag.projection }, lag.seconds);
      }
    },
  });
  new Gauge({
    name: 'careledger_dead_letters',
    help: 'Parked events, those waiting behind another included.',
    registers,
    async collect() {
      this.set((await ledger.deadLetters()).length);
    },
  });
  new Gauge({
    name: 'careledger_live_streams',
    help: 'Open live streams.',
    registers,
    collect() {
      this.set(liveStreams());
    },
  });
  return {
    registry,
    countOutcome: (command, outcome) => commands.inc({ command, outcome }),
    observeRequests: (instance) =>
      void instance.addHook('onResponse', async (request, reply) => {
        const route = request.routeOptions.url ?? 'none';
        // A stream's length says nothing about how quick the server is.
        if (!route.endsWith('/changes'))
          requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
      }),
  };
};
