import type { EventDefinition, EventSet } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';

const eventSetsOf = (features: readonly Feature[]): EventSet[] => [
  ...new Set(
    features.flatMap((feature) => [
      ...(feature.events ?? []),
      ...(feature.aggregates ?? []).map((aggregate) => aggregate.events),
    ]),
  ),
];

const text = (description: string) => ({ type: 'string', description });

/** What stands beside every event's data. */
const METADATA = {
  type: 'object',
  properties: {
    tenant: text('Whose ledger.'),
    subject: text('Whose history: a customer, or the aggregate itself.'),
    commandId: text('The command that recorded it.'),
    commandHash: text('A keyed hash of that command, hexadecimal.'),
    correlationId: text('What it belongs to.'),
    causationId: text('The command, event or timer that caused it.'),
    actor: text('Who acted.'),
    team: text('The owning team.'),
    purpose: text('The approved purpose.'),
    origin: { enum: ['command', 'import', 'process', 'policy'] },
    occurredAt: { type: 'string', format: 'date-time', description: 'When it happened in the world.' },
    recordedAt: { type: 'string', format: 'date-time', description: 'When it was written.' },
    policyVersions: { type: 'object', additionalProperties: { type: 'string' } },
    sourceRow: text('Imports only: where in the source.'),
  },
  required: [
    'tenant',
    'subject',
    'commandId',
    'commandHash',
    'correlationId',
    'causationId',
    'actor',
    'origin',
    'occurredAt',
    'recordedAt',
  ],
} as const;

const messageOf = (type: string, { meaning, source, says, data }: EventDefinition): object => ({
  name: type,
  title: type,
  summary: meaning,
  description: `en: ${says.en}\nzh-CN: ${says['zh-CN']}`,
  contentType: 'application/json',
  headers: { $ref: '#/components/schemas/EventMetadata' },
  payload: data,
  ...(source === undefined ? {} : { 'x-source': source }),
});

const byName = <T>(entries: readonly (readonly [string, T])[]): { [name: string]: T } =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The event catalogue as AsyncAPI 3: one channel per category of streams, one message per event that is written. Fields
 * marked `x-data-class` personal or sensitive are encrypted where they are kept.
 */
export const asyncApiOf = (features: readonly Feature[]): object => {
  const sets = eventSetsOf(features);
  const channels = sets.map(
    ({ category, definitions, upcasters }) =>
      [
        category,
        {
          address: `${category}-{id}`,
          parameters: { id: { description: 'The aggregate.' } },
          messages: byName(
            Object.keys(definitions).map((type) => [type, { $ref: `#/components/messages/${type}` }] as const),
          ),
          ...(Object.keys(upcasters).length === 0 ? {} : { 'x-read-as-newer': Object.keys(upcasters).sort() }),
        },
      ] as const,
  );
  const operations = sets.map(
    ({ category }) =>
      [
        `record-${category}`,
        { action: 'send', channel: { $ref: `#/channels/${category}` }, summary: `Facts of ${category}.` },
      ] as const,
  );
  const messages = sets.flatMap(({ definitions }) =>
    Object.entries(definitions).map(([type, definition]) => [type, messageOf(type, definition)] as const),
  );
  return {
    asyncapi: '3.0.0',
    info: { title: 'CareLedger events', version: '1', description: 'Every fact that the ledger records.' },
    defaultContentType: 'application/json',
    channels: byName(channels),
    operations: byName(operations),
    components: { messages: byName(messages), schemas: { EventMetadata: METADATA } },
  };
};
