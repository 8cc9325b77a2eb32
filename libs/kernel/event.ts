import type { Static, TObject, TSchema } from 'typebox';
import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';

/** How a fact came into the ledger. */
export type Origin = 'command' | 'import' | 'process' | 'policy';

/** What is recorded beside every event's data; stored as canonical JSON. */
export interface EventMetadata {
  readonly tenant: string;
  /** Whose history the event belongs to: a customer's id, or the aggregate's own id where no customer is known. */
  readonly subject: string;
  readonly commandId: string;
  /** A keyed hash of the canonical command, in hexadecimal: tells a repeat from another command under the same id. */
  readonly commandHash: string;
  readonly correlationId: string;
  /** Id of the command, event or timer that caused it. */
  readonly causationId: string;
  /** Id of the person, service or process that acted. */
  readonly actor: string;
  readonly team?: string;
  /** The approved purpose under which the actor worked. [G2] */
  readonly purpose?: string;
  readonly origin: Origin;
  /** When it happened in the world. */
  readonly occurredAt: Instant;
  /** When the application wrote it; never earlier than the event before it in the stream. */
  readonly recordedAt: Instant;
  readonly policyVersions?: { readonly [policy: string]: string };
  /** Import only: where in the source the fact stands, e.g. `incidents:17`. */
  readonly sourceRow?: string;
}

/** An event as deciders, projections and sagas see it: parsed, upcast, personal values still sealed. */
export interface LedgerEvent<Type extends string = string, Data = JsonObject> {
  readonly id: string;
  readonly type: Type;
  readonly stream: string;
  /** The id part of the stream's name: `service-case-<id>`. */
  readonly streamId: string;
  /** Number in the stream, from 0. */
  readonly revision: number;
  /** Place in the whole store; grows, need not be gapless. */
  readonly position: number;
  readonly subject: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly data: Data;
  readonly metadata: EventMetadata;
}

/** What a decider returns: a fact not yet written. `occurredAt` defaults to now. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
  readonly occurredAt?: Instant;
  readonly policyVersions?: { readonly [policy: string]: string };
  /** Import only: where in the source this fact stands, where that is finer than the command's own row. */
  readonly sourceRow?: string;
}

/** One kind of fact: its payload, its meaning for the catalogue, and its sentence for timelines. */
export interface EventDefinition<Data extends TSchema = TSchema> {
  /** What the event states, for the catalogue. */
  readonly meaning: string;
  /** The source of the rule, e.g. `[H5.1]`. */
  readonly source?: string;
  readonly data: Data;
  /**
   * The timeline sentence. `{field}` is replaced by the payload's field (dotted paths allowed), `{?field text}` is kept only
   * where the field has a value.
   */
  readonly says: { readonly en: string; readonly 'zh-CN': string };
}

/** Turns an event of a version that is no longer written into one that is. Pure. */
export type Upcaster = (
  data: JsonObject,
  metadata: EventMetadata,
) => { readonly type: string; readonly data: JsonObject };

export interface EventSet<Definitions extends Record<string, EventDefinition> = Record<string, EventDefinition>> {
  /** The streams' category: events of `service-case` stand in streams `service-case-<id>`. */
  readonly category: string;
  readonly definitions: Definitions;
  /** By the wire name of the old version. */
  readonly upcasters: { readonly [type: string]: Upcaster };
}

const WIRE_NAME = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\.v[1-9]\d*$/;

/** Declares a feature's events by wire name with version (`complaint.filed.v1`), never by class name. */
export const defineEvents = <const Definitions extends Record<string, EventDefinition<TObject>>>(
  category: string,
  definitions: Definitions,
  upcasters: { readonly [type: string]: Upcaster } = {},
): EventSet<Definitions> => {
  for (const type of [...Object.keys(definitions), ...Object.keys(upcasters)])
    if (!WIRE_NAME.test(type) || !type.startsWith(`${category}.`))
      throw new Error(`${type} is not a wire name of ${category}: expected ${category}.<fact>.v<number>`);
  return { category, definitions, upcasters };
};

/** The union of a set's events as they are read. */
export type EventOf<Set> =
  Set extends EventSet<infer D>
    ? { [T in keyof D & string]: LedgerEvent<T, Static<D[T]['data']>> }[keyof D & string]
    : never;

/** The union of a set's events as deciders write them. */
export type NewEventOf<Set> =
  Set extends EventSet<infer D>
    ? { [T in keyof D & string]: NewEvent<T, Static<D[T]['data']>> }[keyof D & string]
    : never;

export const streamOf = (category: string, id: string): string => `${category}-${id}`;
