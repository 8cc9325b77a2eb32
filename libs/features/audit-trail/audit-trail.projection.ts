import type { Role } from '#libs/kernel/actor.ts';
import type { EventDefinition, EventSet, LedgerEvent, Origin } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import { fieldsOfSentence } from '#libs/kernel/sentence.ts';
import { tell } from '#libs/kernel/terms.ts';
import type { Terms } from '#libs/kernel/terms.ts';

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
  readonly definition: EventDefinition;
  readonly fields: readonly string[];
}

const sentencesOf = (eventSets: readonly EventSet[]): ReadonlyMap<string, Sentence> =>
  new Map(
    eventSets.flatMap(({ category, definitions }) =>
      Object.entries(definitions).map(([type, definition]) => {
        const { says } = definition;
        const fields = [...new Set([...fieldsOfSentence(says.en), ...fieldsOfSentence(says['zh-CN'])])];
        return [type, { category, definition, fields }];
      }),
    ),
  );

const rowOf = (event: LedgerEvent, { category, definition, fields }: Sentence): AuditRow => {
  const { position, subject, stream, streamId, revision, type, occurredAt, recordedAt, data, metadata } = event;
  const { actor, team, purpose, origin, commandId, correlationId, causationId, sourceRow, policyVersions } = metadata;
  return {
    ...{ position, subject, stream, aggregate: category, aggregateId: streamId, revision, type },
    ...{ actor, team, purpose, origin, occurredAt, recordedAt, commandId, correlationId, causationId, sourceRow },
    ...{ rule: definition.source, policyVersions },
    facts: Object.fromEntries(fields.filter((name) => data[name] !== undefined).map((name) => [name, data[name]!])),
  };
};

/**
 * The audit trail of every feature whose events are given: one document per event, told in plain language when it is read
 * (`text`), so that a better sentence or word needs no rebuild. The glossaries are by the events' category; ids stay, for
 * names are other documents'. Built by hand and not by `projection()`: it takes every fact alike.
 */
export const auditTrail = (
  eventSets: readonly EventSet[],
  glossaries: ReadonlyMap<string, Terms> = new Map(),
): Projection<AuditRow & Document> => {
  const sentences = sentencesOf(eventSets);
  const textOf = ({ type, facts }: AuditRow) => {
    const sentence = sentences.get(type);
    if (sentence === undefined) return { en: type, 'zh-CN': type };
    const terms = glossaries.get(sentence.category) ?? {};
    const told = (language: 'en' | 'zh-CN') => tell(sentence.definition, facts, { language, terms });
    return { en: told('en'), 'zh-CN': told('zh-CN') };
  };
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
    onRead: (row) => ({ ...row, text: textOf(row) }),
  };
};
