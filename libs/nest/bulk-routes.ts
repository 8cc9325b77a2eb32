import { randomUUID } from 'node:crypto';
import { mayAct } from '#libs/kernel/actor.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { ref } from './answer-schemas.ts';
import type { ApiSurface } from './api-surface.ts';
import { answerOf, commandRequest, outcomeName, stateLocation } from './command-routes.ts';
import type { CountOutcome } from './command-routes.ts';
import { idempotencyKeyOf } from './preconditions.ts';
import { Problem, problemBody, problemOf, problemOfRejection, unexpected } from './problem.ts';
import { framesOf } from './problem.filter.ts';
import { idempotencyKey } from './route-parameters.ts';
import type { Call, Route } from './route.ts';

const MAX_COMMANDS = 100;

interface Item {
  readonly command: string;
  readonly id?: string;
  readonly body: JsonObject;
  readonly idempotencyKey?: string;
  readonly expectedRevision?: number;
}

const ITEM_SCHEMA = {
  type: 'object',
  properties: {
    command: { type: 'string', description: 'Wire name, e.g. service-case.assign.' },
    id: { type: 'string', description: 'The aggregate; not for a command that makes one.' },
    body: { type: 'object', description: 'As the command’s own route takes it.' },
    idempotencyKey: { type: 'string', description: 'Default: the header’s, with /0, /1, … for the place in the list.' },
    expectedRevision: { type: 'integer', minimum: 0 },
  },
  required: ['command'],
  additionalProperties: false,
} as const;

const wrong = (field: string, detail: string): Problem =>
  new Problem(422, 'bulk.invalid-item', detail, { field, allowed: Object.keys(ITEM_SCHEMA.properties) });

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const itemOf = (value: JsonValue): Item => {
  if (!isObject(value)) throw wrong('commands', 'Each command must be an object.');
  const { command, id, body = {}, idempotencyKey: key, expectedRevision, ...unknown } = value;
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw wrong(other, `${JSON.stringify(other)} is not known here: remove it.`);
  if (typeof command !== 'string') throw wrong('command', 'command must be the wire name of a command.');
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > 200))
    throw wrong('id', 'id must be a text of 1 to 200 characters.');
  if (!isObject(body)) throw wrong('body', 'body must be an object.');
  if (key !== undefined && typeof key !== 'string') throw wrong('idempotencyKey', 'idempotencyKey must be a text.');
  if (expectedRevision !== undefined && !(Number.isSafeInteger(expectedRevision) && Number(expectedRevision) >= 0))
    throw wrong('expectedRevision', 'expectedRevision must be a whole number from 0.');
  return {
    command,
    body,
    ...(id === undefined ? {} : { id }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(expectedRevision === undefined ? {} : { expectedRevision: expectedRevision as number }),
  };
};

const carryOut = async (surface: ApiSurface, value: JsonValue, index: number, call: Call, count: CountOutcome) => {
  const item = itemOf(value);
  const command = surface.commands.get(item.command);
  if (command === undefined) throw new Problem(404, 'command.unknown', `There is no command ${item.command}.`);
  const creates = command.definition.creates === true;
  if (creates && item.id !== undefined) throw wrong('id', `${item.command} makes something new: leave the id out.`);
  if (!creates && item.id === undefined) throw wrong('id', `${item.command} needs the id of what it is meant for.`);
  if (!mayAct(call.viewer.actor, command.definition.roles, undefined))
    throw new Problem(
      403,
      'access.role',
      `Your token grants none of the roles that may ${item.command}: ${command.definition.roles.join(', ')}.`,
    );
  const whole = idempotencyKeyOf(call.request.headers);
  const key = item.idempotencyKey ?? (whole === undefined ? undefined : `${whole}/${index}`);
  const commandId = idempotencyKeyOf(key === undefined ? {} : { 'idempotency-key': key }) ?? randomUUID();
  const outcome = await call.execute(
    await commandRequest(command, item.body, call.viewer, {
      commandId,
      ...(item.id === undefined ? {} : { id: item.id }),
      ...(item.expectedRevision === undefined ? {} : { expectedRevision: item.expectedRevision }),
    }),
  );
  count(command.name, outcomeName(outcome));
  if (!outcome.accepted) throw problemOfRejection(outcome);
  return {
    status: creates ? 201 : 200,
    ...answerOf(outcome, commandId),
    ...(outcome.repeated === true ? { repeated: true } : {}),
    ...(creates ? { location: stateLocation(command.aggregate.collection, outcome.id) } : {}),
  };
};

const handle = async (surface: ApiSurface, call: Call, count: CountOutcome): Promise<unknown> => {
  const { commands, ...unknown } = (call.request.body ?? {}) as JsonObject;
  if (!Array.isArray(commands) || Object.keys(unknown).length > 0)
    throw new Problem(422, 'bulk.invalid-body', 'The body must be {"commands": […]} and nothing else.');
  if (commands.length === 0 || commands.length > MAX_COMMANDS)
    throw new Problem(422, 'bulk.size', `Send 1 to ${MAX_COMMANDS} commands; these are ${commands.length}.`, {
      field: 'commands',
    });
  const { id: requestId, log } = call.request;
  const answered = async (value: JsonValue, index: number): Promise<object> => {
    try {
      return await carryOut(surface, value, index, call, count);
    } catch (error) {
      const problem = problemOf(error) ?? unexpected(requestId);
      if (problem.status >= 500) log.error({ item: index, ...framesOf(error) }, problem.code);
      return { status: problem.status, problem: problemBody(problem, requestId) };
    }
  };
  // In the order of the list where they concern the same aggregate; side by side otherwise.
  const last = new Map<string, Promise<object>>();
  const results = (commands as readonly JsonValue[]).map((value, index) => {
    const id = isObject(value) && typeof value.id === 'string' ? value.id : `new ${index}`;
    const result = (last.get(id) ?? Promise.resolve({})).then(() => answered(value, index));
    last.set(id, result);
    return result;
  });
  return { results: await Promise.all(results) };
};

/** Several commands in one request, each answered for itself: one that is refused does not stop the others. */
export const bulkRoutes = (surface: ApiSurface, count: CountOutcome): Route[] => [
  {
    method: 'post',
    path: 'bulk',
    operation: 'bulk',
    summary: 'Send up to 100 commands; each is answered for itself.',
    description: 'Commands on the same aggregate are carried out in the order of the list. It is no transaction.',
    access: 'any role',
    parameters: [idempotencyKey],
    body: {
      type: 'object',
      properties: { commands: { type: 'array', minItems: 1, maxItems: MAX_COMMANDS, items: ITEM_SCHEMA } },
      required: ['commands'],
      additionalProperties: false,
    },
    answer: { description: 'In the order of the list.', schema: ref('BulkAnswer') },
    problems: [413, 415, 422],
    handle: (call) => handle(surface, call, count),
  },
];
