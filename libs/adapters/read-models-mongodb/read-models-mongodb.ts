import { createHash } from 'node:crypto';
import type { ClientSession, MongoClient } from 'mongodb';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { CollectionSpec, Document } from '#libs/kernel/projection.ts';
import { InvalidQuery } from '#libs/ports/read-models.ts';
import type {
  Batch,
  Checkpoint,
  Filter,
  Page,
  Query,
  ReadModels,
  Sort,
  StoredDocument,
} from '#libs/ports/read-models.ts';
import { Applier, toCheckpoint } from './applying.ts';
import { Catalogue } from './catalogue.ts';
import type { Entry } from './catalogue.ts';
import {
  checkKeys,
  checkedFilter,
  checkedId,
  checkedLimit,
  checkedPath,
  checkedPosition,
  checkedSort,
} from '#libs/ports/checked-query.ts';
import { readCursor, writeCursor } from '#libs/ports/list-cursor.ts';
import { compareValues, valueAt } from '#libs/ports/value-order.ts';
import { decode, escapeName, sortsPlainly } from './documents.ts';
import { afterWhere, both, fieldOf, stepsOf, toMongoSort, toWhere, visible } from './mongo-query.ts';
import type { StoredVersion, Where } from './mongo-query.ts';
import { connected, explained } from './opening.ts';
import type { OpenOptions } from './opening.ts';

const scanSize = 500;

type AsOf = { readonly asOfPosition?: number };

const revive = ({ id, from, doc }: StoredVersion): StoredDocument => ({
  id,
  position: from,
  document: decode(doc) as Document,
});

const sortValues = (sort: Sort, { id, document }: StoredDocument): JsonValue[] =>
  sort.map(({ field }) => (field === '_id' ? id : (valueAt(document as JsonValue, field) ?? null)));

const compareBy = (sort: Sort, a: readonly JsonValue[], b: readonly JsonValue[]): number => {
  for (const [index, { direction }] of sort.entries()) {
    const difference = compareValues(a[index] ?? null, b[index] ?? null);
    if (difference !== 0) return direction === 'asc' ? difference : -difference;
  }
  return 0;
};

const askedPosition = (entry: Entry, asOfPosition: number | undefined): number | undefined => {
  if (asOfPosition === undefined) return undefined;
  if (entry.kind === 'current')
    throw new InvalidQuery(
      `asOfPosition: ${entry._id} keeps current documents only. Leave it out; only versioned collections show the past.`,
    );
  return checkedPosition(asOfPosition, 'asOfPosition');
};

class MongoReadModels implements ReadModels {
  readonly #client: MongoClient;
  readonly #catalogue: Catalogue;
  readonly #applier: Applier;
  readonly #secret: string;
  readonly #url: string;
  #closed = false;

  constructor(client: MongoClient, catalogue: Catalogue, secret: string, options: OpenOptions) {
    this.#client = client;
    this.#catalogue = catalogue;
    this.#applier = new Applier(catalogue, options.applyTimeoutMs ?? 60_000);
    this.#secret = secret;
    this.#url = options.url;
  }

  ensure(physical: string, spec: CollectionSpec): Promise<void> {
    return this.#run(async () => {
      if (typeof physical !== 'string' || physical === '' || physical.includes('#') || physical.includes('\0'))
        throw new TypeError(`${JSON.stringify(physical)} is not a collection's name: service-cases@2.`);
      if (spec.kind !== 'current' && spec.kind !== 'versioned')
        throw new TypeError(`${physical}: kind is current or versioned, not ${String(spec.kind)}.`);
      await this.#catalogue.ensure(physical, spec);
    });
  }
  activate(logical: string, physical: string): Promise<void> {
    return this.#run(() => this.#catalogue.activate(logical, physical));
  }
  collections(): Promise<readonly { readonly logical: string; readonly physical: string; readonly active: boolean }[]> {
    return this.#run(() => this.#catalogue.list());
  }
  drop(physical: string): Promise<void> {
    return this.#run(() => this.#catalogue.drop(physical));
  }

  get(collection: string, id: string, options: AsOf = {}): Promise<StoredDocument | undefined> {
    return this.#run(async () => (await this.#byId(collection, [id], options.asOfPosition))[0]);
  }
  getMany(collection: string, ids: readonly string[]): Promise<readonly StoredDocument[]> {
    return this.#run(() => this.#byId(collection, ids, undefined));
  }

  async #byId(name: string, ids: readonly string[], asOfPosition: number | undefined): Promise<StoredDocument[]> {
    const wanted = [...new Set(ids.map(checkedId))].filter((id) => id.isWellFormed());
    const entry = await this.#catalogue.resolve(name);
    const where = both({ id: { $in: wanted } }, visible(entry.kind, askedPosition(entry, asOfPosition)));
    const found = await this.#catalogue.documents(entry).find(where).toArray();
    const byId = new Map(found.map((version) => [version.id, revive(version)]));
    return wanted.flatMap((id) => byId.get(id) ?? []);
  }

  find(name: string, query: Query): Promise<Page> {
    return this.#run(async () => {
      checkKeys(query);
      const { filter = {}, sort = [], limit = 50, cursor: cursorText, asOfPosition } = query;
      checkedLimit(limit);
      const fields = checkedSort(sort);
      const cursor = cursorText === undefined ? undefined : readCursor(cursorText, this.#secret);
      const where = toWhere(checkedFilter(filter));
      const digest = createHash('sha256')
        .update(canonicalJson([name, filter, fields]))
        .digest('base64url');
      return this.#catalogue.snapshot(async (session) => {
        const named = await this.#catalogue.resolve(name, session);
        if (cursor !== undefined && cursor.query !== digest)
          throw new InvalidQuery(
            'cursor: belongs to another collection, filter or sort. Send the same ones with it, or leave it out.',
          );
        if (cursor !== undefined && asOfPosition !== undefined && cursor.asked !== asOfPosition)
          throw new InvalidQuery(
            `cursor: belongs to a list as of ${cursor.asked ?? 'now'}. Leave asOfPosition out or the same.`,
          );
        const entry = cursor === undefined ? named : await this.#catalogue.lookUp(cursor.physical, session);
        if (entry === undefined)
          throw new InvalidQuery('cursor: its version of the collection is gone. Start again without it.');

        const asked = askedPosition(entry, asOfPosition);
        const { reached, newest } = await this.#progress(entry, session);
        const position = cursor?.position ?? Math.min(asked ?? reached, reached);
        const shown = both(visible(entry.kind, position >= newest ? undefined : position), where);
        const documents = await this.#sorted(entry, shown, fields, cursor?.after, limit + 1, session);
        if (documents.length <= limit) return { documents, position };

        documents.pop();
        const next = writeCursor(
          {
            physical: entry._id,
            query: digest,
            position: entry.kind === 'versioned' ? position : null,
            asked: cursor?.asked ?? asOfPosition ?? null,
            after: sortValues(fields, documents.at(-1)!),
          },
          this.#secret,
        );
        return { documents, next, position };
      });
    });
  }

  async #sorted(
    entry: Entry,
    where: Where,
    sort: Sort,
    after: readonly JsonValue[] | undefined,
    limit: number,
    session: ClientSession,
  ): Promise<StoredDocument[]> {
    const documents = this.#catalogue.documents(entry);
    if (sort.every(({ field }) => sortsPlainly(field, entry.composites))) {
      const rest = after === undefined ? where : both(where, afterWhere(sort, after));
      const found = await documents
        .find(rest, { session, sort: toMongoSort(sort), limit, allowDiskUse: true })
        .toArray();
      return found.map(revive);
    }
    // Lists and objects: the order is by their JSON text, which MongoDB has not; the best so far are kept here.
    let best: { readonly values: readonly JsonValue[]; readonly stored: StoredDocument }[] = [];
    const cut = () => {
      best = best.sort((a, b) => compareBy(sort, a.values, b.values)).slice(0, limit);
    };
    for await (const version of documents.find(where, { session })) {
      const stored = revive(version);
      const values = sortValues(sort, stored);
      if (after !== undefined && compareBy(sort, values, after) <= 0) continue;
      best.push({ values, stored });
      if (best.length >= 4 * limit) cut();
    }
    cut();
    return best.map((each) => each.stored);
  }

  /** `reached`: the projection's checkpoint or, with partitions, that of the slowest. `newest`: the greatest position written. */
  async #progress({ _id: physical }: Entry, session?: ClientSession): Promise<{ reached: number; newest: number }> {
    const written = escapeName(physical);
    const checkpoints = await this.#catalogue.checkpoints
      .find(
        {
          $or: [
            { _id: physical },
            { _id: { $gte: `${physical}#`, $lt: `${physical}$` } },
            { [`written.${written}`]: { $exists: true } },
          ],
        },
        session === undefined ? {} : { session },
      )
      .toArray();
    const own = checkpoints.find((each) => each._id === physical);
    const partitions = checkpoints.filter((each) => each._id.startsWith(`${physical}#`));
    return {
      reached: own?.position ?? (partitions.length === 0 ? 0 : Math.min(...partitions.map((each) => each.position))),
      newest: Math.max(0, ...checkpoints.map((each) => each.written[written] ?? 0)),
    };
  }

  async #matching(
    name: string,
    filter: Filter,
    asOfPosition: number | undefined,
  ): Promise<{ entry: Entry; where: Where }> {
    const where = toWhere(checkedFilter(filter));
    const entry = await this.#catalogue.resolve(name);
    return { entry, where: both(visible(entry.kind, askedPosition(entry, asOfPosition)), where) };
  }

  count(name: string, filter: Filter, options: AsOf = {}): Promise<number> {
    return this.#run(async () => {
      const { entry, where } = await this.#matching(name, filter, options.asOfPosition);
      return this.#catalogue.snapshot((session) => this.#catalogue.documents(entry).countDocuments(where, { session }));
    });
  }

  groupCounts(name: string, filter: Filter, by: string, options: AsOf = {}) {
    return this.#run(async () => {
      const path = checkedPath(by, 'by');
      const { entry, where } = await this.#matching(name, filter, options.asOfPosition);
      const steps = stepsOf(path).map((step) => ({ $isArray: [`$${step}`] }));
      const value = steps.length === 0 ? `$${fieldOf(path)}` : { $cond: [{ $or: steps }, null, `$${fieldOf(path)}`] };
      const pipeline = [{ $match: where }, { $group: { _id: { $ifNull: [value, null] }, count: { $sum: 1 } } }];
      const groups = await this.#catalogue.snapshot((session) =>
        this.#catalogue
          .documents(entry)
          .aggregate<{ _id: unknown; count: number }>(pipeline, { session, allowDiskUse: true })
          .toArray(),
      );
      return groups
        .map(({ _id, count }) => ({ value: decode(_id), count }))
        .sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
    });
  }

  async *scan(name: string): AsyncIterable<readonly StoredDocument[]> {
    const entry = await this.#run(() => this.#catalogue.resolve(name));
    const { newest } = await this.#run(() => this.#progress(entry));
    const shown = visible(entry.kind, newest);
    let after: string | undefined;
    for (;;) {
      const where = both(shown, after === undefined ? {} : { id: { $gt: after } });
      const page = await this.#run(() =>
        this.#catalogue
          .documents(entry)
          .find(where, { sort: { id: 1 }, limit: scanSize })
          .toArray(),
      );
      const last = page.at(-1);
      if (last === undefined) return;
      yield page.map(revive);
      if (page.length < scanSize) return;
      after = last.id;
    }
  }

  apply(batch: Batch): Promise<void> {
    return this.applyAll([batch]);
  }
  applyAll(batches: readonly Batch[]): Promise<void> {
    return this.#run(() => this.#applier.apply(batches));
  }
  checkpoint(projection: string): Promise<Checkpoint | undefined> {
    return this.#run(async () => {
      const found = await this.#catalogue.checkpoints.findOne({ _id: { $eq: projection } });
      return found === null ? undefined : toCheckpoint(found);
    });
  }
  checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    return this.#run(async () => {
      const found = await this.#catalogue.checkpoints.find({}, { sort: { _id: 1 } }).toArray();
      return new Map(found.map((each) => [each._id, toCheckpoint(each)]));
    });
  }
  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close();
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('The read models are closed.');
    try {
      return await work();
    } catch (error) {
      if (this.#closed) throw new Error('The read models are closed.', { cause: error });
      throw explained(error, this.#url);
    }
  }
}

/**
 * Read models in one MongoDB database, on a replica set or a sharded cluster of MongoDB 6.0 or newer. Each physical collection
 * is a MongoDB collection; its documents' fields lie under `doc`. A batch is one transaction. A dotted path goes through
 * objects; on an array, each operator but $exists looks at the elements too. Sorts by lists or objects are made here, not
 * by the server, and read all documents that match.
 *
 * Rejects with an Error that says what is wrong when the server cannot be reached, refuses the credentials or the
 * certificate is refused, is too old, standalone or a secondary, or the database comes from a newer CareLedger.
 */
export const openMongoReadModels = async (options: OpenOptions): Promise<ReadModels> => {
  const { client, database, cursorSecret } = await connected(options);
  try {
    const catalogue = new Catalogue(client, database);
    await catalogue.prepare();
    return new MongoReadModels(client, catalogue, cursorSecret, options);
  } catch (error) {
    await client.close();
    throw explained(error, options.url);
  }
};
