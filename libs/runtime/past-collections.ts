import type { LedgerEvent } from '#libs/kernel/event.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Projection } from '#libs/kernel/projection.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { Unavailable } from '#libs/ports/event-store.ts';
import { UnknownCollection } from '#libs/ports/read-models.ts';
import type { Filter, Page, Query, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import { prefixesOf } from './codec.ts';
import type { Decode } from './codec.ts';
import { DEAD_LETTERS, DEAD_LETTERS_PHYSICAL } from './dead-letters.ts';
import { Exclusive } from './exclusive.ts';
import { largeBatch } from './fold-runs.ts';
import { PastTooLong } from './ledger.ts';
import { ProjectionRun } from './projection-run.ts';
import type { Registry } from './registry.ts';
import { documentFromLog, originOf, passingOver, within } from './replay.ts';
import type { EventReads, FieldOrigin, Past } from './replay.ts';

/** One collection at one moment in the past. */
export interface PastOf extends Past {
  readonly collection: string;
}

/**
 * Collections as they were at moments that no read model keeps: folded from the log when they are asked for. All reject with PastTooLong
 * where that takes longer than it may, with Unavailable where too many wait, and as `ReadModels` does.
 */
export interface PastCollections {
  find(past: PastOf, query: Omit<Query, 'asOfPosition'>): Promise<Page>;
  count(past: PastOf, filter: Filter): Promise<number>;
  groupCounts(
    past: PastOf,
    filter: Filter,
    by: string,
  ): Promise<readonly { readonly value: JsonValue; readonly count: number }[]>;
  document(past: PastOf, id: string): Promise<StoredDocument | undefined>;
  /** The document, and the event that set the field last. */
  origin(past: PastOf, id: string, field: string): Promise<FieldOrigin | undefined>;
  close(): Promise<void>;
}

export interface PastLimits {
  /** How long folding one collection may take, in milliseconds. Default: as long as it takes. */
  readonly foldMs?: number;
  /** Folded collections kept for further questions and pages. Default 4. */
  readonly kept?: number;
  /** Questions that may wait for their turn. Default 16. */
  readonly waiting?: number;
}

interface Parts {
  readonly store: EventStore;
  readonly decode: Decode;
  readonly registry: Pick<Registry, 'projections'>;
  /** An empty place for one collection, which goes when it is closed. */
  readonly openModels: () => Promise<ReadModels>;
  readonly limits?: PastLimits;
}

/** One after the other, so that any number of questions holds up no more than one thread and little memory. */
export class PastFolds implements PastCollections {
  readonly #parts: Parts;
  readonly #turns = new Exclusive();
  /** By collection and moment, the longest unused first. */
  readonly #kept = new Map<string, ReadModels>();
  #waiting = 0;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  find(past: PastOf, query: Omit<Query, 'asOfPosition'>): Promise<Page> {
    return this.#asking(past, (models) => models.find(past.collection, query));
  }

  count(past: PastOf, filter: Filter): Promise<number> {
    return this.#asking(past, (models) => models.count(past.collection, filter));
  }

  groupCounts(past: PastOf, filter: Filter, by: string) {
    return this.#asking(past, (models) => models.groupCounts(past.collection, filter, by));
  }

  document(past: PastOf, id: string): Promise<StoredDocument | undefined> {
    return this.#inTurn(async () => {
      const folded = this.#kept.get(nameOf(past));
      if (folded !== undefined) return folded.get(past.collection, id);
      const { store, decode } = this.#parts;
      return documentFromLog(watched(store, this.#limit(past)), decode, this.#projectionOf(past), id, past);
    });
  }

  origin(past: PastOf, id: string, field: string): Promise<FieldOrigin | undefined> {
    return this.#inTurn(() => {
      const { store, decode } = this.#parts;
      return originOf(watched(store, this.#limit(past)), decode, this.#projectionOf(past), { id, field, past });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turns.run(async () => {
      for (const models of this.#kept.values()) await models.close();
      this.#kept.clear();
    });
  }

  #asking<Answer>(past: PastOf, ask: (models: ReadModels) => Promise<Answer>): Promise<Answer> {
    return this.#inTurn(async () => ask(await this.#folded(past)));
  }

  async #inTurn<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
    const { waiting = 16 } = this.#parts.limits ?? {};
    if (this.#waiting >= waiting)
      throw new Unavailable(`${waiting} questions about the past are waiting already: ask again in a moment.`, {
        retryable: true,
      });
    this.#waiting += 1;
    try {
      return await this.#turns.run(() => {
        if (this.#closed) throw new Error('The ledger is closed: it answers no more questions about the past.');
        return answer();
      });
    } finally {
      this.#waiting -= 1;
    }
  }

  #projectionOf({ collection }: PastOf): Projection {
    const { projections } = this.#parts.registry;
    const projection = projections.get(collection);
    if (projection === undefined) throw new UnknownCollection(collection, [...projections.keys()].sort());
    return projection;
  }

  /** Throws when the time for one answer is over. */
  #limit({ collection }: PastOf): () => void {
    const { foldMs } = this.#parts.limits ?? {};
    const until = performance.now() + (foldMs ?? Infinity);
    return () => {
      if (performance.now() > until) throw new PastTooLong(collection, foldMs!);
    };
  }

  async #folded(past: PastOf): Promise<ReadModels> {
    const name = nameOf(past);
    const known = this.#kept.get(name);
    if (known !== undefined) {
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return known;
    }
    const models = await this.#parts.openModels();
    try {
      await this.#fold(past, name, models);
    } catch (error) {
      await models.close();
      throw error;
    }
    this.#kept.set(name, models);
    const { kept = 4 } = this.#parts.limits ?? {};
    for (const [oldest, unused] of this.#kept) {
      if (this.#kept.size <= kept) break;
      this.#kept.delete(oldest);
      await unused.close();
    }
    return models;
  }

  async #fold(past: PastOf, name: string, models: ReadModels): Promise<void> {
    const { store, decode } = this.#parts;
    const projection = this.#projectionOf(past);
    const tooLong = this.#limit(past);
    const isWithin = within(past);
    await models.ensure(DEAD_LETTERS_PHYSICAL, DEAD_LETTERS);
    const folds = past.asAt === undefined ? projection : passingOver(projection);
    // One moment needs no versions.
    const current = { ...folds, collection: { ...projection.collection, kind: 'current' as const } };
    const run = await ProjectionRun.open(current, name, models);
    const filter = { streamPrefixes: prefixesOf(projection.reads) };
    let batch: LedgerEvent[] = [];
    const take = async (upTo: number) => {
      const [outcome] = await ProjectionRun.takeAll(models, [run], batch, upTo);
      if (outcome?.status === 'rejected') throw outcome.reason;
      batch = [];
    };
    if (past.upTo > 0)
      for await (const page of watched(store, tooLong).readAll({ upTo: past.upTo, filter })) {
        batch.push(...page.map(decode).filter(isWithin));
        if (batch.length >= largeBatch) await take(batch.at(-1)!.position);
      }
    await take(past.upTo);
    await run.complete();
  }
}

/** Also the name of the physical collection: a cursor of one moment is none of another. */
const nameOf = ({ collection, upTo, asAt }: PastOf): string =>
  `${collection}@past-${upTo}${asAt === undefined ? '' : `-${asAt}`}`;

/** The store, read only as long as the check lets it. */
const watched = (store: EventStore, check: () => void): EventReads => ({
  readStream: (...args) => store.readStream(...args),
  async *readAll(options) {
    for await (const page of store.readAll(options)) {
      check();
      yield page;
    }
  },
});
