import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { CommandOutcome, CommandRequest, Viewer } from '#libs/runtime/ledger.ts';
import { ref } from './answer-schemas.ts';
import { pascalCase } from './api-surface.ts';
import type { OfferedCommand } from './api-surface.ts';
import { correlationIdOf, etagOf, expectedRevisionOf, idempotencyKeyOf } from './preconditions.ts';
import { Problem, problemOfRejection } from './problem.ts';
import { correlationId, idParameter, idempotencyKey, ifMatch } from './route-parameters.ts';
import type { Call, Route } from './route.ts';
import { validateBody } from './validate-body.ts';

/** Answers of commands, for metrics. */
export type CountOutcome = (command: string, outcome: 'accepted' | 'repeated' | 'refused') => void;

/** The request of a valid command. Rejects with a Problem that lists what is wrong with the body. */
export const commandRequest = async (
  { name, type }: OfferedCommand,
  body: JsonObject,
  { actor, purpose }: Viewer,
  rest: Pick<CommandRequest, 'id' | 'commandId' | 'expectedRevision' | 'correlationId'>,
): Promise<CommandRequest> => {
  await validateBody(type, body);
  return { name, body, actor, origin: 'command', ...(purpose === undefined ? {} : { purpose }), ...rest };
};

/** Where a new aggregate's state is found at once, however far the read models are. */
export const stateLocation = (collection: string, id: string): string =>
  `/v1/${collection}/${encodeURIComponent(id)}/state`;

/** The body of a command's answer. */
export const answerOf = (outcome: CommandOutcome & { readonly accepted: true }, commandId: string): object => {
  const { accepted, id, stream, revision, position, events } = outcome;
  return { accepted, id, stream, revision, position, events, commandId };
};

export const outcomeName = (outcome: CommandOutcome): 'accepted' | 'repeated' | 'refused' =>
  outcome.repeated === true ? 'repeated' : outcome.accepted ? 'accepted' : 'refused';

const handle = async (command: OfferedCommand, call: Call, count: CountOutcome): Promise<unknown> => {
  const { request, reply } = call;
  const { headers } = request;
  const creates = command.definition.creates === true;
  const commandId = idempotencyKeyOf(headers) ?? randomUUID();
  const expectedRevision = expectedRevisionOf(headers);
  if (creates && expectedRevision !== undefined)
    throw new Problem(400, 'request.if-match', `${command.name} makes something new: there is no revision to match.`, {
      field: 'If-Match',
    });
  const correlation = correlationIdOf(headers);
  const outcome = await call.execute(
    await commandRequest(command, (request.body ?? {}) as JsonObject, call.viewer, {
      commandId,
      ...(creates ? {} : { id: call.pathId() }),
      ...(expectedRevision === undefined ? {} : { expectedRevision }),
      ...(correlation === undefined ? {} : { correlationId: correlation }),
    }),
  );
  count(command.name, outcomeName(outcome));
  if (outcome.repeated === true) void reply.header('Idempotent-Replayed', 'true');
  if (!outcome.accepted) throw problemOfRejection(outcome);
  void reply.header('ETag', etagOf(outcome.revision));
  if (creates) void reply.header('Location', stateLocation(command.aggregate.collection, outcome.id));
  return answerOf(outcome, commandId);
};

/** One route per command: those that create stand on the collection, the others on one of its members. */
export const commandRoutes = (commands: readonly OfferedCommand[], count: CountOutcome): Route[] =>
  commands.map((command) => {
    const { name, shortName, definition } = command;
    const creates = definition.creates === true;
    const source = definition.source === undefined ? '' : ` ${definition.source}`;
    return {
      method: 'post',
      path: creates ? '' : `:id/${shortName}`,
      operation: name.replace(/[.-]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      summary: definition.summary,
      description: `Command \`${name}\`.${source}`,
      access: definition.roles,
      status: creates ? 201 : 200,
      parameters: [
        ...(creates ? [] : [idParameter(`The ${command.aggregate.name}.`), ifMatch]),
        idempotencyKey,
        correlationId,
      ],
      body: ref(pascalCase(name)),
      answer: { description: 'Carried out, and durable.', schema: ref('CommandAnswer') },
      problems: [404, 409, 412, 413, 415, 422],
      handle: (call) => handle(command, call, count),
    };
  });
