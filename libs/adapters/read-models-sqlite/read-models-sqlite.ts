import { Worker } from 'node:worker_threads';
import type { CollectionSpec, Document } from '#libs/kernel/projection.ts';
import { InvalidQuery } from '#libs/ports/read-models.ts';
import type { Batch, Checkpoint, Filter, Page, Query, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';
import { fromMessage } from './protocol.ts';
import type { Method, Response } from './protocol.ts';
import { SqliteCollections } from './sqlite-collections.ts';
import type { OpenOptions, Row } from './sqlite-collections.ts';

const scanSize = 500;

const revive = ({ id, position, json }: Row): StoredDocument => ({
  id,
  position,
  document: JSON.parse(json) as Document,
});

type Result<M extends Method> = ReturnType<SqliteCollections[M]>;

/** Where the collections are: in a worker thread, or on this one. */
interface Calls {
  call<M extends Method>(method: M, ...args: Parameters<SqliteCollections[M]>): Promise<Result<M>>;
  close(): Promise<void>;
}

/** For a thread that has nothing else to do, such as the projector's: no messages between threads. */
class InlineCalls implements Calls {
  readonly #collections: SqliteCollections;
  #closed = false;

  constructor(collections: SqliteCollections) {
    this.#collections = collections;
  }

  async call<M extends Method>(method: M, ...args: Parameters<SqliteCollections[M]>): Promise<Result<M>> {
    if (this.#closed) throw new Error('The read models are closed.');
    return (this.#collections[method] as (...args: Parameters<SqliteCollections[M]>) => Result<M>)(...args);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#collections.close();
  }
}

/** The worker's side of the conversation: calls are answered in order. */
class WorkerCalls implements Calls {
  readonly #worker: Worker;
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #exited: Promise<void>;
  #last = 0;
  #gone: Error | undefined;

  constructor(options: OpenOptions) {
    const file = import.meta.url.endsWith('.ts') ? './read-models.worker.ts' : './read-models.worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: options });
    this.#worker.on('message', (response: Response) => {
      const call = this.#pending.get(response.call);
      this.#pending.delete(response.call);
      if ('error' in response) call?.reject(fromMessage(response.error));
      else call?.resolve(response.value as never);
    });
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end(new Error('The read models are closed.'));
        resolve();
      });
    });
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => this.#pending.set(0, { resolve, reject }));
  }

  call<M extends Method>(method: M, ...args: Parameters<SqliteCollections[M]>): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone);
      const call = ++this.#last;
      this.#pending.set(call, { resolve, reject });
      try {
        this.#worker.postMessage({ call, method, args });
      } catch (error) {
        this.#pending.delete(call);
        const reason = `${method}: ${(error as Error).message}`;
        reject(
          method === 'find' || method === 'count' || method === 'groupCounts'
            ? new InvalidQuery(reason)
            : new TypeError(reason),
        );
      }
    });
  }

  /** After the calls that are under way. */
  async close(): Promise<void> {
    if (this.#gone === undefined) {
      const closed = this.call('close');
      this.#gone = new Error('The read models are closed.');
      await closed;
    }
    await this.#exited;
  }

  #end(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

class SqliteReadModels implements ReadModels {
  readonly #calls: Calls;
  /** Looks up by id on the caller's own connection, past lists that keep the worker busy. */
  readonly #reader: SqliteCollections;
  #closed = false;

  constructor(calls: Calls, reader: SqliteCollections) {
    this.#calls = calls;
    this.#reader = reader;
  }

  ensure(physical: string, spec: CollectionSpec, options: { readonly indexes?: 'later' } = {}): Promise<void> {
    return this.#calls.call('ensure', physical, spec, options);
  }
  activate(logical: string, physical: string): Promise<void> {
    return this.#calls.call('activate', logical, physical);
  }
  collections(): Promise<readonly { readonly logical: string; readonly physical: string; readonly active: boolean }[]> {
    return this.#calls.call('collections');
  }
  drop(physical: string): Promise<void> {
    return this.#calls.call('drop', physical);
  }

  async get(
    collection: string,
    id: string,
    options: { readonly asOfPosition?: number } = {},
  ): Promise<StoredDocument | undefined> {
    return this.#own().getMany(collection, [id], options.asOfPosition).map(revive)[0];
  }
  async getMany(collection: string, ids: readonly string[]): Promise<readonly StoredDocument[]> {
    return this.#own().getMany(collection, ids).map(revive);
  }
  async find(collection: string, query: Query): Promise<Page> {
    const { rows, ...page } = await this.#calls.call('find', collection, query);
    return { documents: rows.map(revive), ...page };
  }
  count(collection: string, filter: Filter, options: { readonly asOfPosition?: number } = {}): Promise<number> {
    return this.#calls.call('count', collection, filter, options.asOfPosition);
  }
  groupCounts(collection: string, filter: Filter, by: string, options: { readonly asOfPosition?: number } = {}) {
    return this.#calls.call('groupCounts', collection, filter, by, options.asOfPosition);
  }
  async *scan(collection: string): AsyncIterable<readonly StoredDocument[]> {
    let after: { physical: string; position: number; id: string } | undefined;
    for (;;) {
      const page: Result<'scanPage'> = await this.#calls.call('scanPage', collection, after, scanSize);
      const last = page.rows.at(-1);
      if (last === undefined) return;
      yield page.rows.map(revive);
      if (page.rows.length < scanSize) return;
      after = { physical: page.physical, position: page.position, id: last.id };
    }
  }

  apply(batch: Batch): Promise<void> {
    return this.#calls.call('apply', batch);
  }
  applyAll(batches: readonly Batch[]): Promise<void> {
    return this.#calls.call('applyAll', batches);
  }
  compare(
    physical: string,
    other: string,
    from?: number,
  ): Promise<{ readonly different: number; readonly next?: number }> {
    return this.#calls.call('compare', physical, other, from);
  }
  checkpoint(projection: string): Promise<Checkpoint | undefined> {
    return this.#calls.call('checkpoint', projection);
  }
  checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    return this.#calls.call('checkpoints');
  }
  async close(): Promise<void> {
    if (!this.#closed) this.#reader.close();
    this.#closed = true;
    await this.#calls.close();
  }

  #own(): SqliteCollections {
    if (this.#closed) throw new Error('The read models are closed.');
    return this.#reader;
  }
}

/**
 * Read models in one SQLite file. Lists and writes run in one worker thread; documents by id are read on the caller's own
 * connection. A dotted path goes through objects; on an array, each operator but $exists looks at the elements too, as
 * MongoDB does.
 */
export const openSqliteReadModels = async ({
  inline = false,
  ...options
}: {
  readonly file: string;
  readonly readOnly?: boolean;
  readonly cursorSecret?: string;
  /** Everything on the calling thread: for a worker thread of its own. */
  readonly inline?: boolean;
}): Promise<ReadModels> => {
  if (inline) {
    const collections = new SqliteCollections(options);
    return new SqliteReadModels(new InlineCalls(collections), collections);
  }
  const calls = new WorkerCalls(options);
  await calls.opened();
  try {
    return new SqliteReadModels(calls, new SqliteCollections({ file: options.file, readOnly: true }));
  } catch (error) {
    await calls.close();
    throw error;
  }
};
