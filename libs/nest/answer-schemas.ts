import type { JsonSchema } from './command-schema.ts';

const text = (description: string, more: JsonSchema = {}): JsonSchema => ({ type: 'string', description, ...more });
const integer = (description: string): JsonSchema => ({ type: 'integer', minimum: 0, description });
const object = (properties: { readonly [name: string]: JsonSchema }, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const instant = (description: string): JsonSchema => text(description, { format: 'date-time' });

const position = integer('Place in the whole store; give it as minPosition to read what was written.');

/** The shapes of answers, by the names under which the OpenAPI document lists them. */
export const ANSWER_SCHEMAS: { readonly [name: string]: JsonSchema } = {
  Problem: object(
    {
      type: text('Names the kind of problem.', { format: 'uri' }),
      title: text('The status in words.'),
      status: { type: 'integer', description: 'The HTTP status.' },
      detail: text('For people: what, where, what next.'),
      code: text('For programs; stable.'),
      field: text('The parameter, header or field that is wrong.'),
      fields: list(
        object(
          {
            field: text('Dotted path.'),
            problems: list(text('What is wrong.')),
            allowed: { description: 'What is right.' },
          },
          ['allowed'],
        ),
      ),
      allowed: list(text('What would be accepted instead: commands, parameters, operators.')),
      actualRevision: integer('The revision that the stream is at.'),
      instance: text('The request, as the log names it.', { format: 'uri' }),
    },
    ['field', 'fields', 'allowed', 'actualRevision'],
  ),
  CommandAnswer: object({
    accepted: { const: true },
    id: text('The aggregate.'),
    stream: text('Its stream.'),
    revision: integer('Its revision now: the ETag.'),
    position,
    events: integer('How many facts were recorded; 0 when the command was already fulfilled.'),
    commandId: text('The Idempotency-Key, or the one that the server made: send it to repeat the command safely.'),
  }),
  DocumentAnswer: object({
    id: text('The document.'),
    position: integer('Position of the last event that it reflects.'),
    document: { type: 'object', description: 'Values that depend on now are computed when it is read.' },
  }),
  DocumentPage: object(
    {
      items: list(ref('DocumentAnswer')),
      position: integer('The position that this page and those after it show.'),
      next: text('Give as cursor for the following page; absent on the last one.'),
      total: integer('With count=true: how many documents the filter matches.'),
    },
    ['next', 'total'],
  ),
  CountAnswer: object({ count: integer('Documents that the filter matches.') }),
  GroupsAnswer: object({
    groups: list(object({ value: { description: 'A value of the field.' }, count: integer('Documents with it.') })),
  }),
  StateAnswer: object({
    id: text('The aggregate.'),
    stream: text('Its stream.'),
    revision: integer('Its revision: the ETag.'),
    state: { description: 'As folded from its events; personal values as the reader may see them.' },
    allowed: list(text('A command that this state accepts.')),
  }),
  HistoryEntry: object(
    {
      text: text('In plain language.'),
      actorName: text('Who acted, as they are called now; absent where no user of that id is known.'),
      event: { type: 'object', description: 'The fact as it was recorded.' },
    },
    ['actorName'],
  ),
  HistoryAnswer: object(
    {
      entries: list(ref('HistoryEntry')),
      next: integer('Give as after for the following page; absent on the last one.'),
    },
    ['next'],
  ),
  ProvenanceAnswer: object(
    {
      collection: text('The read model.'),
      id: text('The document.'),
      field: text('As it was asked for.'),
      value: { description: 'Absent where the document has no such field at that moment.' },
      setBy: ref('HistoryEntry'),
      policies: list(
        object(
          {
            policy: text('Its kind.'),
            version: text('The version that was applied.'),
            approverId: text('Who approved it; absent where it came with the product.'),
            approverName: text('As they are called now.'),
            decidedAt: instant('When it was approved.'),
          },
          ['approverId', 'approverName', 'decidedAt'],
        ),
      ),
      lines: list(text('All of this in plain language.')),
    },
    ['value', 'setBy'],
  ),
  AccessRecordsAnswer: object(
    {
      records: list(
        object(
          {
            number: integer('Place in the chain, from 1.'),
            at: instant('When the answer was ready to leave.'),
            actor: text('Who looked.'),
            roles: list(text('A role that they held.')),
            purpose: text('Why.'),
            what: object({
              kind: { enum: ['document', 'list', 'state', 'history', 'change', 'export'] },
              of: text('A document, a read model, a stream, or an id.'),
            }),
            subjects: list(text('Whose values were shown.')),
            values: integer('How many values were shown.'),
            classes: list({ enum: ['personal', 'sensitive'] }),
            previous: text('Hash of the record before.'),
            hash: text('SHA-256 over the RFC 8785 JSON of everything else in the record.'),
          },
          ['purpose'],
        ),
      ),
      next: integer('Give as after for the following page; absent on the last one.'),
    },
    ['next'],
  ),
  BulkAnswer: object({
    results: list(object({ status: { type: 'integer', description: 'As if the command had been sent alone.' } })),
  }),
  LagAnswer: object({
    readModels: list(
      object({
        projection: text('Physical collection.'),
        position,
        headPosition: position,
        events: integer('Events not yet reflected.'),
        seconds: { type: 'number', description: 'Age of the oldest of them.' },
      }),
    ),
  }),
  DeadLettersAnswer: object({
    deadLetters: list(
      object({
        projection: text('Who could not take it.'),
        subject: text('Whose events wait.'),
        position,
        stream: text('Where it stands.'),
        revision: integer('Its number there.'),
        type: text('Its wire name.'),
        reason: text('Why.'),
      }),
    ),
  }),
  StandingProcessesAnswer: object({
    processes: list(
      object({
        saga: text('Which kind of process.'),
        key: text('Which one of them.'),
        stream: text('Where it stands.'),
        inputs: integer('What waits, the one that could not be taken included.'),
        reason: text('Why.'),
      }),
    ),
    halted: list(text('A kind of process of which none goes on.')),
  }),
  RetryAnswer: object({ taken: integer('Went through.'), parked: integer('Stay parked.') }),
  RebuildAnswer: object({
    rebuilt: list(
      object({
        collection: text('Read model.'),
        events: integer('Folded.'),
        documents: integer('Built.'),
        different: integer('Documents that differ from the version replaced: more than 0 is an alarm.'),
        seconds: { type: 'number' },
      }),
    ),
  }),
  HealthAnswer: object({ status: { enum: ['live', 'ready'] } }),
};
