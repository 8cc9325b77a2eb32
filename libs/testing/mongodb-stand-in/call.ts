import { letVariables } from './expressions.ts';
import type { MatchOptions } from './matching.ts';
import { Blocked } from './store.ts';
import type { Collection, Store, Transaction, View } from './store.ts';
import { ServerError, badValue, collatorOf, equal, isDocument } from './values.ts';
import type { Doc } from './values.ts';

/** One command under way. */
export interface Call {
  readonly name: string;
  readonly command: Doc;
  readonly database: string;
  readonly store: Store;
  readonly view: View;
  readonly transaction: Transaction | undefined;
  /** Results of a retryable write's statements, from when it came before. */
  readonly results: Map<number, Doc> | undefined;
  /** When maxTimeMS is over, in milliseconds of Date.now(). */
  readonly deadline: number;
  readonly cursors: Cursors;
}
export type Handler = (call: Call) => Doc | Promise<Doc>;

/** The collection that a command names in its first field. */
export const collectionName = (call: Call): string => {
  const name = call.command[call.name];
  if (typeof name !== 'string') throw badValue(`collection name has invalid type ${typeof name}`);
  return checkedName(name);
};

export const checkedName = (name: string): string => {
  if (name === '' || name.includes('\0') || name.startsWith('.') || name.endsWith('.') || name.includes('$'))
    throw new ServerError(73, 'InvalidNamespace', `Invalid namespace specified '${name}'`);
  return name;
};

export const documentOf = (value: unknown, field: string): Doc => {
  if (value === undefined || value === null) return {};
  if (!isDocument(value))
    throw new ServerError(14, 'TypeMismatch', `BSON field '${field}' is the wrong type, expected type 'object'`);
  return value;
};

export const matchOptions = (call: Call, collation: unknown): MatchOptions => ({
  collator: collatorOf(collation),
  variables: letVariables(call.command.let),
});

/** A hint must name an index that is there. */
export const checkHint = (hint: unknown, collection: Collection | undefined): void => {
  if (hint === undefined || (isDocument(hint) && (Object.keys(hint).length === 0 || hint.$natural !== undefined)))
    return;
  if (hint === '' || (!isDocument(hint) && typeof hint !== 'string'))
    throw new ServerError(9, 'FailedToParse', 'Hint must be a string or an object');
  const known = [{ name: '_id_', key: { _id: 1 } }, ...(collection?.indexes ?? [])];
  if (!known.some((index) => index.name === hint || equal(index.key, hint)))
    throw badValue(
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
};

/** Does a write once no open transaction holds what it writes. */
export const whenFree = async <T>(call: Call, write: () => T): Promise<T> => {
  for (;;) {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        if (call.deadline !== Infinity) timer = setTimeout(resolve, call.deadline - Date.now());
      });
      await Promise.race([error.by.done, over]);
      clearTimeout(timer);
      if (Date.now() >= call.deadline) throw new ServerError(50, 'MaxTimeMSExpired', 'operation exceeded time limit');
    }
  }
};

/** Open cursors: what of their results was not sent yet. */
export class Cursors {
  readonly #open = new Map<string, { readonly namespace: string; rest: Doc[]; readonly batchSize: number }>();
  #last = 7_000;

  /** Keeps what the first batch leaves; 0: nothing is left. */
  keep(namespace: string, rest: Doc[], batchSize: number): number {
    if (rest.length === 0) return 0;
    this.#last += 1;
    this.#open.set(String(this.#last), { namespace, rest, batchSize });
    return this.#last;
  }
  take(id: unknown, batchSize: number): { documents: Doc[]; left: boolean } {
    const cursor = this.#open.get(String(id));
    if (cursor === undefined) throw new ServerError(43, 'CursorNotFound', `cursor id ${String(id)} not found`);
    const documents = cursor.rest.splice(0, batchSize || cursor.rest.length);
    const left = cursor.rest.length > 0;
    if (!left) this.#open.delete(String(id));
    return { documents, left };
  }
  kill(id: unknown): boolean {
    return this.#open.delete(String(id));
  }
}
