import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBody,
  ApiExtension,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandOutcome, CommandRequest, Ledger } from '#libs/runtime/ledger.ts';
import type { JsonSchema } from './command-schema.ts';
import { LedgerCommand, LedgerQuery } from './ledger-messages.ts';
import { Parameters } from './parameters.ts';
import type { AuthenticatedViewer } from './authentication.ts';
import { Access } from './roles.guard.ts';
import type { RouteAccess } from './roles.guard.ts';

/** A parameter of a route: where it stands, what it means. */
export interface RouteParameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly description: string;
  readonly required?: true;
  readonly schema: JsonSchema;
}

/** One request to a route, with what it needs to be answered. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Absent on anonymous routes only. */
  readonly viewer: AuthenticatedViewer;
  /** The query parameters that the route declares; others were refused. */
  readonly parameters: Parameters;
  readonly execute: (request: CommandRequest) => Promise<CommandOutcome>;
  readonly ask: <Answer>(question: (ledger: Ledger) => Promise<Answer>) => Promise<Answer>;
  pathId(name?: string): string;
}

/** One line of the API. Access is part of it: a route that does not say who may use it does not compile. */
export interface Route {
  readonly method: 'get' | 'post';
  /** Below the controller's path; `:id` marks a parameter. */
  readonly path: string;
  /** Unique; becomes the operation's id. */
  readonly operation: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: RouteAccess;
  readonly status?: number;
  readonly parameters?: readonly RouteParameter[];
  readonly body?: JsonSchema;
  readonly answer: { readonly description: string; readonly schema?: JsonSchema; readonly type?: string };
  /** The statuses of the problems that are particular to it. */
  readonly problems?: readonly number[];
  /** It sends its own answer, piece by piece. */
  readonly streams?: true;
  readonly handle: (call: Call) => Promise<unknown>;
}

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const queryNames = ({ parameters = [] }: Route): string[] =>
  parameters.filter((each) => each.in === 'query').map((each) => each.name.replace(/\[.*/, ''));

/** Read-your-writes, on every question: a parameter or a header. */
const minPositionOf = (parameters: Parameters, request: FastifyRequest): number | undefined => {
  const header = request.headers['x-min-position'];
  if (header === undefined) return parameters.integer('minPosition', 0, Number.MAX_SAFE_INTEGER);
  const raw = { query: { minPosition: header } } as unknown as FastifyRequest;
  return new Parameters(raw, ['minPosition']).integer('minPosition', 0, Number.MAX_SAFE_INTEGER);
};

/** So that an answer says why values in it are masked that the roles would see. [G1] */
const tellingMasks = (viewer: AuthenticatedViewer | undefined, reply: FastifyReply): AuthenticatedViewer | undefined =>
  viewer && {
    ...viewer,
    // A stream has sent its headers by then.
    onMasked: (why) => void (reply.raw.headersSent || reply.header('Care-Masked', why)),
  };

abstract class Routes {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(@Inject(CommandBus) commands: CommandBus, @Inject(QueryBus) queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }
  protected answer(route: Route, known: readonly string[], request: FastifyRequest, reply: FastifyReply) {
    const parameters = new Parameters(request, known);
    const minPosition = known.includes('minPosition') ? minPositionOf(parameters, request) : undefined;
    return route.handle({
      request,
      reply,
      viewer: tellingMasks(request.viewer, reply)!,
      parameters,
      execute: (command) => this.#commands.execute(new LedgerCommand(command)),
      ask: (question) => this.#queries.execute(new LedgerQuery(question, minPosition)),
      pathId: (name = 'id') => (request.params as { readonly [name: string]: string })[name]!,
    });
  }
}

const decorate = (
  prototype: object,
  name: string,
  decorators: readonly (MethodDecorator | (MethodDecorator & ClassDecorator))[],
): void => {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  for (const decorator of decorators) decorator(prototype, name, descriptor);
};

const documentation = (route: Route): MethodDecorator[] => {
  const { answer, parameters = [], access } = route;
  const problems = [
    ...new Set([400, ...(access === 'anonymous' ? [] : [401, 403, 429]), ...(route.problems ?? []), 500, 503]),
  ].sort();
  return [
    ApiOperation({
      operationId: route.operation,
      summary: route.summary,
      ...(route.description === undefined ? {} : { description: route.description }),
    }),
    ApiExtension('x-roles', access),
    ...(access === 'anonymous' ? [] : [ApiSecurity('token')]),
    ...parameters.map(({ in: place, schema, ...rest }) =>
      place === 'path'
        ? ApiParam({ ...rest, schema })
        : place === 'query'
          ? ApiQuery({ ...rest, required: rest.required ?? false, schema })
          : ApiHeader({ ...rest, required: rest.required ?? false, schema }),
    ),
    ...(route.body === undefined ? [] : [ApiBody({ schema: route.body })]),
    ApiResponse({
      status: route.status ?? 200,
      description: answer.description,
      ...(answer.schema === undefined
        ? {}
        : { content: { [answer.type ?? 'application/json']: { schema: answer.schema } } }),
    }),
    ...problems.map((status) =>
      ApiResponse({
        status,
        description: 'Problem details (RFC 9457)',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      }),
    ),
  ];
};

/** A Nest controller that answers the routes. */
export const controllerOf = (path: string, tag: string, routes: readonly Route[]): Type => {
  class RouteController extends Routes {}
  Controller(path)(RouteController);
  ApiTags(tag)(RouteController);
  Inject(CommandBus)(RouteController, undefined, 0);
  Inject(QueryBus)(RouteController, undefined, 1);
  const prototype = RouteController.prototype as unknown as { [name: string]: unknown };
  for (const route of routes) {
    const known = queryNames(route);
    const handle = function (this: Routes, request: FastifyRequest, reply: FastifyReply) {
      return this['answer'](route, known, request, reply);
    };
    Object.defineProperty(prototype, route.operation, { value: handle, configurable: true, writable: true });
    Req()(prototype, route.operation, 0);
    Res({ passthrough: route.streams !== true })(prototype, route.operation, 1);
    Reflect.defineMetadata('design:paramtypes', [Object, Object], prototype, route.operation);
    decorate(prototype, route.operation, [
      route.method === 'get' ? Get(route.path) : Post(route.path),
      HttpCode(route.status ?? 200),
      Access(route.access),
      ...documentation(route),
    ]);
  }
  return RouteController;
};
