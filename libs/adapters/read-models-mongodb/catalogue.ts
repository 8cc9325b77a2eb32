import { ObjectId } from 'mongodb';
import type { ClientSession, Collection, Db, IndexDescription, MongoClient } from 'mongodb';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { CollectionSpec } from '#libs/kernel/projection.ts';
import { UnknownCollection } from '#libs/ports/read-models.ts';
import { checkedPath } from '#libs/ports/checked-query.ts';
import type { Composites } from './documents.ts';
import { fieldOf } from './mongo-query.ts';
import type { StoredVersion } from './mongo-query.ts';

/** A physical collection, as the catalogue knows it. */
export interface Entry {
  /** The physical name: `service-cases@2`. */
  readonly _id: string;
  readonly logical: string;
  readonly kind: CollectionSpec['kind'];
  /** Canonical JSON. */
  readonly spec: string;
  readonly active: boolean;
  /** The MongoDB collection of its documents: a new one for each making, so that nothing of a dropped one comes back. */
  readonly storage: string;
  readonly made: ObjectId;
  readonly composites: Composites;
  /** Dropping has begun; it is finished at the next opening if it was interrupted. */
  readonly dropping?: true;
}

export interface CheckpointEntry {
  /** The projection, with its partition. */
  readonly _id: string;
  readonly position: number;
  readonly epoch: number;
  /** The batch that set it: tells a writer who lost the answer that it was its own. */
  readonly batch: string;
  /** The greatest position written, by collection. */
  readonly written: { readonly [collection: string]: number };
}

const isDuplicateKey = (error: unknown) => (error as { code?: unknown }).code === 11000;

/** A MongoDB collection's name for any physical name. */
const storageName = (physical: string, made: ObjectId): string =>
  `docs.${physical.replaceAll(/[^A-Za-z0-9_@-]/g, '_').slice(0, 60)}.${made.toHexString()}`;

const indexesOf = (physical: string, spec: CollectionSpec): IndexDescription[] => {
  const latest = { partialFilterExpression: { last: true } };
  const versioned = spec.kind === 'versioned';
  const indexes: IndexDescription[] = versioned
    ? [
        { key: { id: 1 }, name: 'latest', unique: true, ...latest },
        { key: { id: 1, from: -1 }, name: 'history' },
      ]
    : [{ key: { id: 1 }, name: 'id', unique: true }];
  for (const fields of spec.indexes) {
    if (fields.length === 0) continue;
    const names = fields.map((field) => fieldOf(checkedPath(field, `${physical} index`)));
    const key = Object.fromEntries([...names, 'id'].map((name) => [name, 1] as const));
    const name = Object.keys(key).join('+');
    if (name === 'id') continue;
    indexes.push({ key, name });
    // Lists of the present would otherwise wade through all past versions.
    if (versioned) indexes.push({ key, name: `${name} latest`, ...latest });
  }
  return indexes.filter((index, at) => indexes.findIndex((each) => each.name === index.name) === at);
};

/** Which collections there are, which of them are active, and how far their projections have come. */
export class Catalogue {
  readonly #client: MongoClient;
  readonly #database: Db;
  readonly entries: Collection<Entry>;
  readonly checkpoints: Collection<CheckpointEntry>;

  constructor(client: MongoClient, database: Db) {
    this.#client = client;
    this.#database = database;
    this.entries = database.collection<Entry>('collections');
    this.checkpoints = database.collection<CheckpointEntry>('checkpoints');
  }

  documents(entry: Pick<Entry, 'storage'>): Collection<StoredVersion> {
    return this.#database.collection<StoredVersion>(entry.storage);
  }

  /** Makes what every database has, and finishes what was interrupted. */
  async prepare(): Promise<void> {
    await this.entries.createIndex(
      { logical: 1 },
      { name: 'one active', unique: true, partialFilterExpression: { active: true } },
    );
    // A transaction can make neither on all servers.
    await this.#create('checkpoints');
    for (const entry of await this.entries.find({ dropping: true }).toArray()) await this.#finishDropping(entry);
  }

  async #create(name: string): Promise<void> {
    try {
      await this.#database.createCollection(name);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 48) throw error; // it exists
    }
  }

  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.#client.withSession((session) =>
      session.withTransaction(() => work(session), {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
        readPreference: 'primary',
      }),
    );
  }

  /** All reads of `work` see one moment. */
  async snapshot<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#client.withSession({ snapshot: true }, work);
      } catch (error) {
        // SnapshotUnavailable: a collection or an index was made just now.
        if ((error as { code?: unknown }).code !== 246 || attempt === 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10 * attempt));
      }
    }
  }

  async ensure(physical: string, spec: CollectionSpec): Promise<void> {
    const indexes = indexesOf(physical, spec);
    const text = canonicalJson(spec);
    for (;;) {
      const known = await this.entries.findOne({ _id: physical });
      if (known?.dropping) {
        await this.#finishDropping(known);
        continue;
      }
      if (known !== null) {
        if (known.kind !== spec.kind || known.logical !== spec.name)
          throw new Error(
            `${physical} exists as ${known.kind} collection ${known.logical}: another kind or name needs another version.`,
          );
        await this.documents(known).createIndexes(indexes);
        if (known.spec !== text) await this.entries.updateOne({ _id: physical }, { $set: { spec: text } });
        return;
      }
      const made = new ObjectId();
      const storage = storageName(physical, made);
      await this.#create(storage);
      await this.documents({ storage }).createIndexes(indexes);
      const entry: Entry = {
        _id: physical,
        logical: spec.name,
        kind: spec.kind,
        spec: text,
        active: (await this.entries.findOne({ logical: spec.name, dropping: { $exists: false } })) === null,
        storage,
        made,
        composites: { lists: [], objects: [] },
      };
      try {
        await this.entries.insertOne(entry);
        return;
      } catch (error) {
        await this.documents({ storage }).drop();
        if (!isDuplicateKey(error)) throw error; // somebody else was first: look again
      }
    }
  }

  async activate(logical: string, physical: string): Promise<void> {
    await this.transaction(async (session) => {
      await this.entries.updateMany(
        { logical, active: true, _id: { $ne: physical } },
        { $set: { active: false } },
        { session },
      );
      const { matchedCount } = await this.entries.updateOne(
        { _id: physical, logical, dropping: { $exists: false } },
        { $set: { active: true } },
        { session },
      );
      if (matchedCount === 0) throw await this.unknown(physical, { logical }, '_id');
    });
  }

  async list(): Promise<{ logical: string; physical: string; active: boolean }[]> {
    const entries = await this.entries
      .find({ dropping: { $exists: false } })
      .sort({ logical: 1, made: 1 })
      .toArray();
    return entries.map(({ _id, logical, active }) => ({ logical, physical: _id, active }));
  }

  async drop(physical: string): Promise<void> {
    const entry = await this.transaction(async (session) => {
      const found = await this.entries.findOne({ _id: physical, dropping: { $exists: false } }, { session });
      if (found === null) throw await this.unknown(physical, {}, '_id');
      if (found.active)
        throw new Error(
          `${physical} is the active version of ${found.logical}: activate another one before dropping it.`,
        );
      // Written, not only read: a switch to it at the same moment must lose or win.
      await this.entries.updateOne({ _id: physical }, { $set: { dropping: true } }, { session });
      await this.checkpoints.deleteMany(
        { $or: [{ _id: physical }, { _id: { $gte: `${physical}#`, $lt: `${physical}$` } }] },
        { session },
      );
      return found;
    });
    await this.#finishDropping(entry);
  }

  async #finishDropping(entry: Entry): Promise<void> {
    await this.documents(entry).drop();
    await this.entries.deleteOne({ _id: entry._id, dropping: true });
  }

  /** By physical name, or by logical name the active one. */
  async resolve(name: string, session?: ClientSession): Promise<Entry> {
    const found = await this.entries
      .find(
        { $or: [{ _id: name }, { logical: name, active: true }], dropping: { $exists: false } },
        session === undefined ? {} : { session },
      )
      .toArray();
    const entry = found.find((each) => each._id === name) ?? found[0];
    if (entry === undefined) throw await this.unknown(name, {}, 'logical');
    return entry;
  }

  async lookUp(physical: string, session: ClientSession): Promise<Entry | undefined> {
    return (await this.entries.findOne({ _id: physical, dropping: { $exists: false } }, { session })) ?? undefined;
  }

  async unknown(name: string, among: { logical?: string }, by: '_id' | 'logical'): Promise<UnknownCollection> {
    const entries = await this.entries.find({ ...among, dropping: { $exists: false } }).toArray();
    return new UnknownCollection(name, [...new Set(entries.map((each) => each[by]))].sort());
  }
}
