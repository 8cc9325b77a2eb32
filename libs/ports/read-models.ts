import type { JsonValue } from '#libs/kernel/json.ts';
import type { CollectionSpec, Document } from '#libs/kernel/projection.ts';

/**
 * A condition on documents: a subset of MongoDB's query language. Field names are dotted paths; `_id` is the document's id.
 *
 * - `{ status: 'open' }` equality; `null` matches a missing field too; on an array field: an element equals
 * - `{ tier: { $in: ['A', 'B'] } }`, `{ dueAt: { $gt | $gte | $lt | $lte: '2026-…' } }` (same type only, as MongoDB does)
 * - `{ closedAt: { $exists: false } }`, `{ reference: { $prefix: 'INC00' } }` (a text's beginning, case-sensitive)
 * - `{ status: { $ne: 'closed' } }`
 * - `{ $and: [ … ] }`, `{ $or: [ … ] }`; several fields, or several operators on one, mean `$and`
 *
 * Any other `$` operator, and a `$` inside a field name, is refused with InvalidQuery.
 */
export type Filter = { readonly [field: string]: JsonValue };

/** Fields in order; ties are broken by `_id` ascending. Missing sorts as null, first in ascending order. */
export type Sort = readonly { readonly field: string; readonly direction: 'asc' | 'desc' }[];

export interface Query {
  readonly filter?: Filter;
  readonly sort?: Sort;
  /** 1 to 1 000; default 50. */
  readonly limit?: number;
  /** From the page before. It pins the position: later pages of a versioned collection show the state of the first. */
  readonly cursor?: string;
  /** Versioned collections only: the documents as they stood after the event at this position. */
  readonly asOfPosition?: number;
}

export interface StoredDocument {
  readonly id: string;
  /** Position of the last event that the document reflects. */
  readonly position: number;
  readonly document: Document;
}

export interface Page {
  readonly documents: readonly StoredDocument[];
  /** Absent on the last page. */
  readonly next?: string;
  /** The position that this page and its followers show. */
  readonly position: number;
}

/** How far a projection has come. `epoch` grows when another worker takes over: the earlier one is fenced. */
export interface Checkpoint {
  readonly position: number;
  readonly epoch: number;
}

/** The versions that one batch gives one document, oldest first; a `current` collection keeps the last only. */
export interface DocumentWrite {
  /** The physical collection: `service-cases@2`. */
  readonly collection: string;
  readonly id: string;
  readonly versions: readonly { readonly position: number; readonly document: Document | null }[];
}

export interface Batch {
  /** `service-cases@2`, or `service-cases@2#3` for a partition. */
  readonly projection: string;
  /** What the writer believes the checkpoint is; undefined: there is none yet. */
  readonly expected: Checkpoint | undefined;
  readonly next: Checkpoint;
  readonly writes: readonly DocumentWrite[];
}

/**
 * Collections of documents folded from events. A physical collection is named by projection and version
 * (`service-cases@2`); readers use the logical name (`service-cases`), which points at the active version.
 */
export interface ReadModels {
  /**
   * Creates what is missing (tables, indexes); idempotent. The first version of a logical collection becomes active. With
   * `indexes: 'later'` a store may leave out indexes until it is called again without: a collection is filled faster so.
   */
  ensure(physical: string, spec: CollectionSpec, options?: { readonly indexes?: 'later' }): Promise<void>;
  /** Points the logical name at a physical collection, atomically. */
  activate(logical: string, physical: string): Promise<void>;
  /** Physical collections by logical name, with the active one. */
  collections(): Promise<readonly { readonly logical: string; readonly physical: string; readonly active: boolean }[]>;
  /** Deletes a physical collection and its checkpoints. Refused for the active one. */
  drop(physical: string): Promise<void>;

  /** By logical or physical name. */
  get(
    collection: string,
    id: string,
    options?: { readonly asOfPosition?: number },
  ): Promise<StoredDocument | undefined>;
  getMany(collection: string, ids: readonly string[]): Promise<readonly StoredDocument[]>;
  find(collection: string, query: Query): Promise<Page>;
  count(collection: string, filter: Filter, options?: { readonly asOfPosition?: number }): Promise<number>;
  /** Documents per value of a field, largest first; a missing field counts under null. */
  groupCounts(
    collection: string,
    filter: Filter,
    by: string,
    options?: { readonly asOfPosition?: number },
  ): Promise<readonly { readonly value: JsonValue; readonly count: number }[]>;
  /** All documents in order of id, page by page; for comparing and copying. */
  scan(collection: string): AsyncIterable<readonly StoredDocument[]>;

  /**
   * Compares and sets the checkpoint, then writes the documents, in one transaction.
   * Rejects with CheckpointMismatch when the checkpoint is not the expected one: nothing is written.
   */
  apply(batch: Batch): Promise<void>;
  /** `apply` for batches of several projections, in one transaction: all of them are written, or none. */
  applyAll(batches: readonly Batch[]): Promise<void>;
  /**
   * How many of one collection's present documents are missing or different (content or position) in another, a part at a time:
   * `next` is where to go on, absent at the end.
   */
  compare?(
    physical: string,
    other: string,
    from?: number,
  ): Promise<{ readonly different: number; readonly next?: number }>;
  checkpoint(projection: string): Promise<Checkpoint | undefined>;
  checkpoints(): Promise<ReadonlyMap<string, Checkpoint>>;
  close(): Promise<void>;
}

/** Another worker moved the projection on: stop. */
export class CheckpointMismatch extends Error {
  override readonly name = 'CheckpointMismatch';
  constructor(projection: string, expected: Checkpoint | undefined, actual: Checkpoint | undefined) {
    const at = (checkpoint: Checkpoint | undefined) =>
      checkpoint === undefined ? 'nothing' : `position ${checkpoint.position}, epoch ${checkpoint.epoch}`;
    super(`${projection} is at ${at(actual)}, expected ${at(expected)}: another worker took over, this one stops.`);
  }
}

/** The filter, sort, limit or cursor cannot be understood. The message says what, where and what is allowed. */
export class InvalidQuery extends Error {
  override readonly name = 'InvalidQuery';
}

export class UnknownCollection extends Error {
  override readonly name = 'UnknownCollection';
  constructor(collection: string, known: readonly string[]) {
    super(`There is no read model ${collection}. Known: ${known.join(', ') || 'none yet'}.`);
  }
}
