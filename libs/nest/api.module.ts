import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { Ledger } from '#libs/runtime/ledger.ts';
import type { ApiSurface } from './api-surface.ts';
import { accessRoutes } from './access-routes.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { commandRoutes } from './command-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { historyRoutes, stateRoute } from './history-routes.ts';
import {
  AppliedFeed,
  LEDGER,
  LedgerCommandHandler,
  LedgerQueryHandler,
  READ_YOUR_WRITES_TIMEOUT,
} from './ledger-messages.ts';
import type { LiveLimits } from './live-stream.ts';
import { LIVE, LiveStreams, liveRoute } from './live-streams.ts';
import type { Metrics } from './metrics.ts';
import { healthRoutes, metricsRoutes, operationsRoutes } from './operations-routes.ts';
import { ProblemFilter } from './problem.filter.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { logRoutes } from './log-routes.ts';
import { readModelRoutes } from './read-model-routes.ts';
import { RolesGuard } from './roles.guard.ts';
import { controllerOf } from './route.ts';

export interface ApiOptions {
  readonly ledger: Ledger;
  readonly surface: ApiSurface;
  readonly metrics: Metrics;
  readonly live: LiveLimits;
  readonly readYourWritesTimeoutMs: number;
  /** The server's own streams; known once it is up. */
  readonly streams: () => LiveStreams;
  /** The OpenAPI document; made once the server is up. */
  readonly openApi: () => object;
}

const controllersOf = ({ ledger, surface, metrics, streams, openApi }: ApiOptions): Type[] => [
  ...surface.aggregates.map(({ aggregate, commands }) =>
    controllerOf(`v1/${aggregate.collection}`, aggregate.name, [
      ...commandRoutes(commands, metrics.countOutcome),
      stateRoute(aggregate),
    ]),
  ),
  ...surface.projections.map((projection) =>
    controllerOf(`v1/${projection.collection.name}`, projection.collection.name, [
      ...readModelRoutes(projection),
      liveRoute(projection, streams),
    ]),
  ),
  controllerOf('v1', 'history', historyRoutes),
  controllerOf('v1', 'governance', accessRoutes),
  controllerOf('v1/log', 'proof', logRoutes),
  controllerOf('v1/evidence', 'proof', evidenceRoutes),
  controllerOf('v1', 'bulk', bulkRoutes(surface, metrics.countOutcome)),
  controllerOf(
    'v1/operations',
    'operations',
    operationsRoutes(surface.projections.map((each) => each.collection.name).sort()),
  ),
  controllerOf('health', 'operations', healthRoutes(ledger)),
  controllerOf('', 'operations', metricsRoutes(metrics.registry)),
  controllerOf('', 'documentation', documentRoutes(openApi)),
  ...(surface.controllers as readonly Type[]),
];

/** The HTTP API of a ledger: generated from what its features declare. */
@Module({})
export class ApiModule {
  static of(options: ApiOptions): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: controllersOf(options),
      providers: [
        { provide: LEDGER, useValue: options.ledger },
        { provide: LIVE, useValue: options.live },
        { provide: READ_YOUR_WRITES_TIMEOUT, useValue: options.readYourWritesTimeoutMs },
        { provide: APP_GUARD, useClass: RolesGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        LedgerCommandHandler,
        LedgerQueryHandler,
        AppliedFeed,
        LiveStreams,
      ],
      exports: [LEDGER],
    };
  }
}
