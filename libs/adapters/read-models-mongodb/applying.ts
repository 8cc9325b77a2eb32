import { randomUUID } from 'node:crypto';
import { MongoError } from 'mongodb';
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { Batch, Checkpoint, DocumentWrite } from '#libs/ports/read-models.ts';
import type { Catalogue, CheckpointEntry, Entry } from './catalogue.ts';
import { addComposites, encode, escapeName, maxComposites } from './documents.ts';
import type { Stored } from './documents.ts';
import type { StoredVersion } from './mongo-query.ts';

interface PreparedWrite {
  readonly id: string;
  readonly versions: readonly { readonly position: number; readonly doc: Stored | undefined }[];
}
interface PreparedCollection {
  readonly writes: readonly PreparedWrite[];
  readonly lists: Set<string>;
  readonly objects: Set<string>;
}

const prepareWrite = ({ collection, id, versions }: DocumentWrite): PreparedWrite => {
  if (typeof id !== 'string' || id === '' || id.includes('\0') || !id.isWellFormed())
    throw new TypeError(`${collection}: ${JSON.stringify(id)} is not a document's id: a text that is not empty.`);
  return {
    id,
    versions: versions.map(({ position, document }) => {
      if (!Number.isSafeInteger(position) || position < 0)
        throw new TypeError(`${collection} ${id}: ${position} is not a position.`);
      return { position, doc: document === null ? undefined : encode(document) };
    }),
  };
};

/** The greatest position written, by collection. */
const newestIn = (writes: readonly DocumentWrite[]): { [collection: string]: number } => {
  const newest: { [collection: string]: number } = {};
  for (const { collection, versions } of writes) {
    const name = escapeName(collection);
    for (const { position } of versions) newest[name] = Math.max(newest[name] ?? 0, position);
    newest[name] ??= 0;
  }
  return newest;
};

/** All that can be done before the transaction, which may run more than once. */
const prepare = (writes: readonly DocumentWrite[]): Map<string, PreparedCollection> => {
  const collections = new Map<string, PreparedCollection>();
  for (const [physical, group] of Map.groupBy(writes, (write) => write.collection)) {
    const prepared = group.map(prepareWrite);
    const composites = { lists: new Set<string>(), objects: new Set<string>() };
    const versions = prepared.flatMap((write) => write.versions);
    for (const { doc } of versions) if (doc !== undefined) addComposites(doc, composites);
    collections.set(physical, { writes: prepared, ...composites });
  }
  return collections;
};

type Operation = AnyBulkWriteOperation<StoredVersion>;

const replaceCurrent = ({ writes }: PreparedCollection): Operation[] =>
  writes.flatMap(({ id, versions }): Operation[] => {
    const last = versions.at(-1);
    if (last === undefined) return [];
    const { position, doc } = last;
    if (doc === undefined) return [{ deleteOne: { filter: { _id: id } } }];
    const replacement = { id, from: position, to: Infinity, doc };
    return [{ replaceOne: { filter: { _id: id }, replacement, upsert: true } }];
  });

type Latest = Pick<StoredVersion, 'from' | 'to'> & { doc: Stored | undefined; known: boolean; changed: boolean };

/** The versions of one document that a batch makes and ends, given its latest so far. */
const appendVersions = (
  physical: string,
  { id, versions }: PreparedWrite,
  known: StoredVersion | undefined,
): { updates: Operation[]; inserts: Operation[] } => {
  const ended: Latest[] = [];
  let latest: Latest | undefined =
    known === undefined ? undefined : { ...known, doc: undefined, known: true, changed: false };
  for (const { position, doc } of versions) {
    const end = latest === undefined ? 0 : latest.to === Infinity ? latest.from : latest.to;
    if (position < end)
      throw new Error(
        `${physical} ${id}: a version at position ${position} comes after one at ${end}; versions go forward.`,
      );
    // What stands from a position to the same one was never to be seen; it keeps the place of what was there.
    if (latest !== undefined && position === latest.from)
      latest = { ...latest, to: doc === undefined ? position : Infinity, doc, changed: true };
    else {
      const closing: Latest | undefined = latest?.to === Infinity ? { ...latest, to: position } : latest;
      if (doc === undefined) latest = closing;
      else {
        if (closing !== undefined) ended.push(closing);
        latest = { from: position, to: Infinity, doc, known: false, changed: true };
      }
    }
  }
  const updates: Operation[] = [];
  const inserts: Operation[] = [];
  const save = (version: Latest, isLast: boolean) => {
    const { from, to, doc } = version;
    const _id = { id, from };
    const last = isLast ? { last: true as const } : {};
    const content = { id, from, to, ...last, ...(doc === undefined ? {} : { doc }) };
    if (!version.known) inserts.push({ insertOne: { document: { _id, ...content } } });
    else if (version.changed) updates.push({ replaceOne: { filter: { _id }, replacement: content } });
    else
      updates.push({
        updateOne: { filter: { _id }, update: { $set: { to }, ...(isLast ? {} : { $unset: { last: true } }) } },
      });
  };
  for (const version of ended) save(version, false);
  if (latest !== undefined) save(latest, true);
  return { updates, inserts };
};

/** Applies batches: a checkpoint's compare-and-set and the documents, in one transaction. */
export class Applier {
  readonly #catalogue: Catalogue;
  readonly #timeoutMs: number;

  constructor(catalogue: Catalogue, timeoutMs: number) {
    this.#catalogue = catalogue;
    this.#timeoutMs = timeoutMs;
  }

  /** All of them or none. */
  async apply(given: readonly Batch[]): Promise<void> {
    for (const { projection, next } of given)
      if (!Number.isSafeInteger(next.position) || !Number.isSafeInteger(next.epoch))
        throw new TypeError(`${projection}: a checkpoint is a whole position and a whole epoch.`);
    const [first] = given;
    if (first === undefined) return;
    const collections = prepare(given.flatMap((each) => each.writes));
    const batch = randomUUID();
    const deadline = Date.now() + this.#timeoutMs;
    try {
      await this.#catalogue.transaction(async (session) => {
        if (Date.now() > deadline) throw new GivenUp(first.projection, this.#timeoutMs);
        await this.#advance(session, given, batch);
        for (const [physical, prepared] of collections) {
          const entry = await this.#catalogue.lookUp(physical, session);
          if (entry === undefined) throw await this.#catalogue.unknown(physical, {}, '_id');
          await this.#recordComposites(session, entry, prepared);
          await this.#write(session, entry, prepared);
        }
      });
    } catch (error) {
      if (!(error instanceof MongoError)) throw error;
      const ids = given.map((each) => each.projection);
      const found = await this.#catalogue.checkpoints.find({ _id: { $in: ids } }).toArray();
      // The commit's answer may have been lost, and a retry then finds the checkpoints moved: by this very batch.
      if (found.some((each) => each.batch === batch)) return;
      for (const { projection, expected } of given) {
        const actual = found.find((each) => each._id === projection);
        if (actual?.position !== expected?.position || actual?.epoch !== expected?.epoch)
          throw new CheckpointMismatch(projection, expected, actual);
      }
      throw error;
    }
  }

  async #advance(session: ClientSession, given: readonly Batch[], batch: string): Promise<void> {
    const operations = given.map(({ projection, expected, next, writes }): AnyBulkWriteOperation<CheckpointEntry> => {
      const { position, epoch } = next;
      const written = newestIn(writes);
      // A duplicate ends the transaction; who was first is read after it.
      if (expected === undefined)
        return { insertOne: { document: { _id: projection, position, epoch, batch, written } } };
      const greatest = Object.fromEntries(Object.entries(written).map(([name, newest]) => [`written.${name}`, newest]));
      return {
        updateOne: {
          filter: { _id: projection, position: expected.position, epoch: expected.epoch },
          update: { $set: { position, epoch, batch }, ...(writes.length === 0 ? {} : { $max: greatest }) },
        },
      };
    });
    const { matchedCount, insertedCount } = await this.#catalogue.checkpoints.bulkWrite(operations, { session });
    if (matchedCount + insertedCount !== given.length) throw new Moved();
  }

  async #recordComposites(session: ClientSession, entry: Entry, prepared: PreparedCollection): Promise<void> {
    const { lists, objects, anywhere } = entry.composites;
    if (anywhere === true) return;
    const newLists = [...prepared.lists].filter((path) => !lists.includes(path));
    const newObjects = [...prepared.objects].filter((path) => !objects.includes(path));
    const added = newLists.length + newObjects.length;
    if (added === 0) return;
    const composites =
      lists.length + objects.length + added > maxComposites
        ? { lists: [], objects: [], anywhere: true }
        : { lists: [...lists, ...newLists], objects: [...objects, ...newObjects] };
    await this.#catalogue.entries.updateOne({ _id: entry._id }, { $set: { composites } }, { session });
  }

  async #write(session: ClientSession, entry: Entry, prepared: PreparedCollection): Promise<void> {
    const documents = this.#catalogue.documents(entry);
    let operations: Operation[];
    if (entry.kind === 'current') operations = replaceCurrent(prepared);
    else {
      const ids = prepared.writes.map((write) => write.id);
      const known = await documents
        .find({ id: { $in: ids }, last: true }, { session, projection: { doc: 0 } })
        .toArray();
      const latest = new Map(known.map((version) => [version.id, version]));
      const changes = prepared.writes.map((write) => appendVersions(entry._id, write, latest.get(write.id)));
      // What was the latest gives way before its successor comes: there is one for each id.
      operations = [...changes.flatMap((each) => each.updates), ...changes.flatMap((each) => each.inserts)];
    }
    if (operations.length > 0) await documents.bulkWrite(operations, { session, ordered: true });
  }
}

// Errors of the driver's kind: after them, too, it must be looked up whether the batch took.

class Moved extends MongoError {
  constructor() {
    super('the checkpoint is not the expected one');
  }
}

class GivenUp extends MongoError {
  constructor(projection: string, afterMs: number) {
    super(`${projection}: the batch could not be written within ${afterMs} ms. Nothing of it was; try again`);
  }
}

export const toCheckpoint = ({ position, epoch }: CheckpointEntry): Checkpoint => ({ position, epoch });
