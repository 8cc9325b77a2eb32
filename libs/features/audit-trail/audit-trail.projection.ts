import type { Role } from '#libs/kernel/actor.ts';
import type { EventSet, LedgerEvent, Origin } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import { fieldsOfSentence, renderSentence } from '#libs/kernel/sentence.ts';

/** One recorded fact, for people: who, what, when, why. The key is the event's id. */
export type AuditRow = {
  readonly position: number;
  /** Whose history it belongs to. */
  readonly subject: string;
  readonly stream: string;
  /** `service-case`. */
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly revision: number;
  readonly type: string;
  readonly actor: string;
  readonly team?: string;
  readonly purpose?: string;
  readonly origin: Origin;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly sourceRow?: string;
  /** The source of the rule, `[H5.2]`. */
  readonly rule?: string;
  readonly policyVersions?: { readonly [policy: string]: string };
  /** What the sentence speaks of; personal values are sealed. */
  readonly facts: JsonObject;
};

const READERS: readonly Role[] = [
  'agent',
  'account-manager',
  'supervisor',
  'department-head',
  'committee',
  'auditor',
  'privacy-officer',
  'operator',
  'service',
];

interface Sentence {
  readonly category: string;
  readonly source?: string;
  readonly says: { readonly en: string; readonly 'zh-CN': string };
  readonly fields: readonly string[];
}

const sentencesOf = (eventSets: readonly EventSet[]): ReadonlyMap<string, Sentence> =>
  new Map(
    eventSets.flatMap(({ category, definitions }) =>
      Object.entries(definitions).map(([type, { says, source }]) => [
        type,
        {
          ...{ category, says, ...(source === undefined ? {} : { source }) },
          fields: [...new Set([...fieldsOfSentence(says.en), ...fieldsOfSentence(says['zh-CN'])])],
        },
      ]),
    ),
  );

const rowOf = (event: LedgerEvent, { category, source, fields }: Sentence): AuditRow => {
  const { position, subject, stream, streamId, revision, type, occurredAt, recordedAt, data, metadata } = event;
  const { actor, team, purpose, origin, commandId, correlationId, causationId, sourceRow, policyVersions } = metadata;
  return {
    ...{ position, subject, stream, aggregate: category, aggregateId: streamId, revision, type },
    ...{ actor, team, purpose, origin, occurredAt, recordedAt, commandId, correlationId, causationId, sourceRow },
    ...{ rule: source, policyVersions },
    facts: Object.fromEntries(fields.filter((name) => data[name] !== undefined).map((name) => [name, data[name]!])),
  };
};

/**
 * The audit trail of every feature whose events are given: one document per event, told in plain language when it is read
 * (`text`), so that a better sentence needs no rebuild. Built by hand and not by `projection()`: it takes every fact alike.
 */
export const auditTrail = (eventSets: readonly EventSet[]): Projection<AuditRow & Document> => {
  const sentences = sentencesOf(eventSets);
  return {
    name: 'audit-trail@1',
    collection: {
      name: 'audit-trail',
      kind: 'current',
      indexes: [
        ['subject', 'position'],
        ['aggregateId', 'position'],
      ],
    },
    access: { roles: READERS, teamField: 'team' },
    reads: eventSets,
    keysOf: (event: LedgerEvent) => [event.id],
    on: Object.fromEntries(
      [...sentences].map(([type, sentence]) => [
        type,
        (_row: AuditRow | undefined, event: LedgerEvent) => rowOf(event, sentence),
      ]),
    ),
    ignores: [],
    onRead: (row) => {
      const says = sentences.get(row.type)?.says ?? { en: row.type, 'zh-CN': row.type };
      return {
        ...row,
        text: { en: renderSentence(says.en, row.facts), 'zh-CN': renderSentence(says['zh-CN'], row.facts) },
      };
    },
  };
};
