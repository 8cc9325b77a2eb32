import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LogController, fastify } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Feature } from '#libs/kernel/feature.ts';
import { ApiModule } from '#libs/nest/api.module.ts';
import { apiSurfaceOf } from '#libs/nest/api-surface.ts';
import { authenticateRequests } from '#libs/nest/authentication.ts';
import type { RateLimit } from '#libs/nest/authentication.ts';
import { acceptJsonOnly } from '#libs/nest/json-body.ts';
import { LIVE_LIMITS } from '#libs/nest/live-stream.ts';
import type { LiveLimits } from '#libs/nest/live-stream.ts';
import { LiveStreams } from '#libs/nest/live-streams.ts';
import { makeMetrics } from '#libs/nest/metrics.ts';
import { openApiOf } from '#libs/nest/open-api.ts';
import { Problem, problemBody, problemOf, unexpected } from '#libs/nest/problem.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { followConnections } from './connections.ts';
import { makeLogger } from './log.ts';
import { tokenVerifier } from './tokens.ts';
import type { TokenTrust } from './tokens.ts';

export interface ServerOptions {
  readonly ledger: Ledger;
  /** 0: any free one. Default 8080. */
  readonly port?: number;
  /** Default 127.0.0.1: reachable from this machine only. */
  readonly host?: string;
  /** Whose tokens are believed; the tenant is the ledger's. */
  readonly auth: Omit<TokenTrust, 'tenant'>;
  readonly logger?: Logger;
  readonly rateLimit?: RateLimit;
  readonly live?: Partial<LiveLimits>;
  readonly bodyLimitBytes?: number;
  readonly readYourWritesTimeoutMs?: number;
}

export interface Server {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The OpenAPI document that it serves. */
  readonly openApi: object;
  /** Ends live streams, lets requests finish, and stops listening. The ledger stays open. */
  close(): Promise<void>;
}

const ANONYMOUS: ReadonlySet<string> = new Set(['/health/live', '/health/ready']);
const BODY_LIMIT_BYTES = 256 * 1024;
const HEADER_LIMIT_BYTES = 16 * 1024;
const MAX_PATH_PART = 200;
const REQUESTS_PER_MINUTE = 60_000;

/** Errors keep their codes on the way to the one filter that answers them. */
class CareLedgerAdapter extends FastifyAdapter {
  // Nest middleware is not used, and its bridge costs time on each request.
  override async init(): Promise<void> {}

  override mapException(error: unknown): unknown {
    return error;
  }
}

const sendProblem = (problem: Problem, request: FastifyRequest, reply: FastifyReply): void =>
  void reply
    .status(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem, request.id)));

/** What is not even HTTP gets a short answer and no connection. */
const refuseConnection = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Problem(431, 'request.headers-too-large', `Headers may hold ${HEADER_LIMIT_BYTES} bytes in all.`)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new Problem(408, 'request.timeout', 'The request took too long to arrive.')
        : new Problem(400, 'request.malformed', 'This is not a valid HTTP request.');
  const body = JSON.stringify(problemBody(problem, randomUUID()));
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};

const makeFastify = (loggerInstance: FastifyBaseLogger, bodyLimit: number): FastifyInstance =>
  fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    http: { maxHeaderSize: HEADER_LIMIT_BYTES },
    routerOptions: { maxParamLength: MAX_PATH_PART },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) =>
      sendProblem(problemOf(error) ?? unexpected(request.id), request as FastifyRequest, reply as FastifyReply),
  });

const logRequests = (instance: FastifyInstance): void => {
  instance.addHook('onRequest', async (request, reply) => {
    void reply.header('X-Request-Id', request.id).header('Cache-Control', 'no-store');
  });
  instance.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(request.viewer === undefined ? {} : { actor: request.viewer.actor.id }),
      },
      'answered',
    );
  });
};

const makeApp = async (options: ServerOptions, logger: Logger) => {
  const instance = makeFastify(logger, options.bodyLimitBytes ?? BODY_LIMIT_BYTES);
  const { ledger } = options;
  const surface = await apiSurfaceOf(ledger.features);
  const streams = (): LiveStreams => app.get(LiveStreams);
  const metrics = makeMetrics(ledger, () => streams().count);
  let document: object = {};
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.of({
      ledger,
      surface,
      metrics,
      live: { ...LIVE_LIMITS, ...options.live },
      readYourWritesTimeoutMs: options.readYourWritesTimeoutMs ?? 10_000,
      streams,
      openApi: () => document,
    }),
    new CareLedgerAdapter(instance as never),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  const openApi = openApiOf(app, surface);
  document = openApi;
  return { app, instance, metrics, openApi };
};

/** The OpenAPI document of features, without a ledger or a server. */
export const describeApi = async (features: readonly Feature[]): Promise<object> => {
  // Describing asks the ledger nothing but what its features are.
  const ledger = { tenant: '', features } as unknown as Ledger;
  const { app, openApi } = await makeApp({ ledger, auth: {} }, makeLogger('silent'));
  await app.close();
  return openApi;
};

/** Serves a ledger over HTTP. Rejects when the port is taken. */
export const createServer = async (options: ServerOptions): Promise<Server> => {
  const { ledger, port = 8080, host = '127.0.0.1' } = options;
  const { app, instance, metrics, openApi } = await makeApp(options, options.logger ?? makeLogger('info'));
  const connections = followConnections(instance);
  acceptJsonOnly(instance);
  await instance.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] },
    },
  });
  await instance.register(fastifyRateLimit, { global: false });
  logRequests(instance);
  metrics.observeRequests(instance);
  authenticateRequests(instance, {
    authenticate: tokenVerifier({ ...options.auth, tenant: ledger.tenant }),
    anonymous: ANONYMOUS,
    limit: options.rateLimit ?? { perMinute: REQUESTS_PER_MINUTE },
  });
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      ? new Error(`Port ${port} on ${host} is in use: stop what uses it, or choose another port.`, { cause: error })
      : error;
  }
  const { address, port: actual, family } = instance.server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    openApi,
    close: () => connections.close(() => app.close()),
  };
};
