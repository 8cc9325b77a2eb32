import type { Role } from './actor.ts';
import type { Consulted, PublicView } from './aggregate.ts';
import type { EventOf, EventSet, LedgerEvent } from './event.ts';
import type { JsonObject, JsonValue } from './json.ts';

/**
 * A read-model document. It holds no value that depends on now; what does (remaining time) is computed on read.
 */
export type Document = { readonly [field: string]: JsonValue | undefined };

/** The answer of a projection to content it cannot take: the event and all later ones of its subject are parked. */
export interface Unprojectable {
  readonly unprojectable: string;
}
export const unprojectable = (reason: string): Unprojectable => ({ unprojectable: reason });
export const isUnprojectable = (value: unknown): value is Unprojectable =>
  typeof value === 'object' && value !== null && typeof (value as Unprojectable).unprojectable === 'string';

/** The document after the event; undefined: there is none (any more). */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Fold<Doc, Event extends LedgerEvent<string, any>> = (
  document: Doc | undefined,
  event: Event,
  key: string,
) => Doc | undefined | Unprojectable;

/** A collection of documents as the read-model store must keep it. */
export interface CollectionSpec {
  /** `service-cases`. */
  readonly name: string;
  /** `versioned` keeps every version of every document, so that lists can be asked as of the past. */
  readonly kind: 'current' | 'versioned';
  /** Each index: the fields (dotted paths), in order. Filters and sorts that should be quick have one. */
  readonly indexes: readonly (readonly string[])[];
}

/** Who may read a collection's documents. */
export interface ReadAccess {
  readonly roles: readonly Role[];
  /** The field with the owning team: a role granted in one team shows that team's documents and those without a team. */
  readonly teamField?: string;
  /** The field with whom a document is for: a user's id, or `role:operator` for all who hold that role. Nobody else sees it. */
  readonly ownerField?: string;
}

/** How one collection of documents is folded from events. */
export interface Projection<Doc extends Document = Document> {
  /** `service-cases@2`: the collection's name and the version of the fold. A change of the fold is a new version. */
  readonly name: string;
  readonly collection: CollectionSpec;
  readonly access: ReadAccess;
  readonly reads: readonly EventSet[];
  /** The documents that an event concerns. None: the event is skipped. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly keysOf: (event: any) => readonly string[];
  /** By wire name. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly on: { readonly [type: string]: Fold<Doc, any> };
  readonly ignores: readonly string[];
  /**
   * Values that depend on now, added to a document when it is read; `now` is the as-of moment in a question about the past.
   * `consulted`: what `readWith` names. Pure.
   */
  readonly onRead?: (document: Doc, now: string, consulted: Consulted) => Document;
  readonly readWith?: readonly ReadWith[];
  /** The streams that the document of this key is folded from, where the key tells: it is then shown in the past without a look at others. */
  readonly streamsOf?: (key: string) => readonly string[];
}

/** What reading a collection's documents needs besides them: the view of one aggregate, the same for all documents. */
export interface ReadWith {
  /** Its name in `consulted`. */
  readonly as: string;
  readonly view: PublicView;
  readonly id: string;
}

type Events<Sets extends readonly EventSet[]> = EventOf<Sets[number]>;
type TypeOf<Event> = Event extends { readonly type: infer T extends string } ? T : never;
// A condition rather than an intersection with any event: `data & any` would be any.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type FoldOf<Doc, Event> = Event extends LedgerEvent<string, any> ? Fold<Doc, Event> : never;
type OfType<Event, T extends string> = Extract<Event, { readonly type: T }>;

interface Declaration<Doc extends Document, Sets extends readonly EventSet[], Ignored extends TypeOf<Events<Sets>>> {
  readonly collection: Omit<CollectionSpec, 'name'> & { readonly name?: string };
  readonly access: ReadAccess;
  readonly reads: Sets;
  /** One key, several, or none. */
  readonly keyOf: (event: Events<Sets>) => string | readonly string[] | undefined;
  readonly on: {
    readonly [T in Exclude<TypeOf<Events<Sets>>, Ignored>]: FoldOf<Doc, OfType<Events<Sets>, T>>;
  };
  readonly ignores: readonly Ignored[];
  /** See `Projection`: all streams with an event of which `keyOf` gives this key. */
  readonly streamsOf?: (key: string) => readonly string[];
  readonly readWith?: readonly ReadWith[];
  readonly onRead?: (document: Doc, now: string, consulted: Consulted) => Document;
}

/**
 * Declares a projection: `projection<CaseRow>()('service-cases@1', { … })`. It names the features it reads; each of their
 * events must be handled in `on` or named in `ignores`, or it does not compile.
 */
export const projection =
  <Doc extends Document>() =>
  <const Sets extends readonly EventSet[], const Ignored extends TypeOf<Events<Sets>> = never>(
    name: `${string}@${number}`,
    declaration: Declaration<Doc, Sets, Ignored>,
  ): Projection<Doc> => ({
    name,
    collection: { name: collectionOf(name), ...declaration.collection },
    access: declaration.access,
    reads: declaration.reads,
    keysOf: (event: Events<Sets>) => {
      const keys = declaration.keyOf(event);
      return keys === undefined ? [] : typeof keys === 'string' ? [keys] : keys;
    },
    on: declaration.on,
    ignores: declaration.ignores,
    ...(declaration.onRead === undefined ? {} : { onRead: declaration.onRead }),
    ...(declaration.readWith === undefined ? {} : { readWith: declaration.readWith }),
    ...(declaration.streamsOf === undefined ? {} : { streamsOf: declaration.streamsOf }),
  });

/** `service-cases@2` → `service-cases`. */
export const collectionOf = (projectionName: string): string =>
  projectionName.slice(0, projectionName.lastIndexOf('@'));

/** Applies one event to one document; events that the projection does not handle leave it as it is. */
export const foldEvent = <Doc extends Document>(
  of: Projection<Doc>,
  document: Doc | undefined,
  event: LedgerEvent,
  key: string,
): Doc | undefined | Unprojectable => {
  const fold = of.on[event.type] as Fold<Doc, LedgerEvent<string, JsonObject>> | undefined;
  return fold === undefined ? document : fold(document, event, key);
};
