import { BSON } from 'mongodb';
import { Transaction } from './store.ts';
import type { Store } from './store.ts';
import { ServerError, isDocument, toNumber } from './values.ts';
import type { Doc } from './values.ts';

/** A session's latest number: of a transaction, or of a retryable write, whose statements' results are kept. */
interface Session {
  number: number;
  state: 'none' | 'open' | 'committed' | 'aborted';
  transaction?: Transaction;
  /** Ends a transaction that was left open for too long. */
  expiry?: NodeJS.Timeout;
  readonly results: Map<number, Doc>;
}

/** What a command belongs to. */
export interface Participation {
  readonly transaction?: Transaction;
  /** Results of statements by id, for a write that may come twice. */
  readonly results?: Map<number, Doc>;
  readonly inTransaction: boolean;
}

const noSuchTransaction = (number: number) =>
  new ServerError(
    251,
    'NoSuchTransaction',
    `Given transaction number ${number} does not match any in-progress transactions.`,
  );

export class Sessions {
  readonly #store: Store;
  readonly #sessions = new Map<string, Session>();

  readonly #lifetimeMs: number;

  constructor(store: Store, lifetimeMs = 60_000) {
    this.#store = store;
    this.#lifetimeMs = lifetimeMs;
  }

  #session(command: Doc): Session {
    const id = isDocument(command.lsid) ? command.lsid.id : undefined;
    if (!(id instanceof BSON.Binary))
      throw new ServerError(72, 'InvalidOptions', 'Transaction number requires a session ID to also be specified');
    const key = Buffer.from(id.value()).toString('hex');
    let session = this.#sessions.get(key);
    if (session === undefined) {
      session = { number: -1, state: 'none', results: new Map() };
      this.#sessions.set(key, session);
    }
    return session;
  }

  /** Finds or begins what the command takes part in. */
  join(command: Doc): Participation {
    if (command.txnNumber === undefined) {
      if (command.autocommit !== undefined || command.startTransaction !== undefined)
        throw new ServerError(72, 'InvalidOptions', `'autocommit' and 'startTransaction' need a transaction number`);
      return { inTransaction: false };
    }
    const number = toNumber(command.txnNumber);
    const session = this.#session(command);
    if (number < session.number)
      throw new ServerError(
        225,
        'TransactionTooOld',
        `Cannot start transaction ${number} because a newer transaction ${session.number} has already started on this session.`,
      );
    const begins = command.startTransaction === true;
    if (number > session.number) {
      if (command.autocommit === false && !begins) throw noSuchTransaction(number);
      this.#end(session);
      session.number = number;
      session.state = 'none';
      session.results.clear();
    }
    if (command.autocommit !== false) {
      if (session.state !== 'none')
        throw new ServerError(
          117,
          'ConflictingOperationInProgress',
          `Transaction ${number} is not one of retryable writes`,
        );
      return { results: session.results, inTransaction: false };
    }
    if (begins) {
      if (session.state === 'committed' || session.state === 'open' || session.results.size > 0)
        throw new ServerError(
          117,
          'ConflictingOperationInProgress',
          `Cannot start a transaction with number ${number}: it is in state ${session.state}`,
        );
      session.state = 'open';
      session.transaction = new Transaction(this.#store);
      session.expiry = setTimeout(() => this.#end(session), this.#lifetimeMs).unref();
    }
    const ends = command.commitTransaction !== undefined || command.abortTransaction !== undefined;
    if (session.state === 'open') return { transaction: session.transaction!, inTransaction: true };
    if (ends) return { inTransaction: true };
    if (session.state === 'committed')
      throw new ServerError(256, 'TransactionCommitted', `Transaction ${number} has been committed.`);
    throw noSuchTransaction(number);
  }

  commit(command: Doc): void {
    const session = this.#session(command);
    if (session.state === 'committed') return; // once more: its first answer was lost
    if (session.state !== 'open') throw noSuchTransaction(session.number);
    clearTimeout(session.expiry);
    session.transaction!.commit();
    delete session.transaction;
    session.state = 'committed';
  }

  abort(command: Doc): void {
    const session = this.#session(command);
    if (session.state === 'committed')
      throw new ServerError(256, 'TransactionCommitted', `Transaction ${session.number} has been committed.`);
    if (session.state !== 'open') throw noSuchTransaction(session.number);
    this.#end(session);
  }

  /** An error inside a transaction ends it. */
  fail(command: Doc): void {
    const session = this.#session(command);
    if (session.state === 'open') this.#end(session);
  }

  end(ids: readonly unknown[]): void {
    for (const id of ids) {
      const session = this.#session({ lsid: id });
      this.#end(session);
      session.state = session.state === 'committed' ? 'committed' : 'aborted';
    }
  }

  /** Killed, or lost with the primary. */
  endAll(): void {
    for (const session of this.#sessions.values()) this.#end(session);
  }

  #end(session: Session): void {
    if (session.transaction === undefined) return;
    clearTimeout(session.expiry);
    session.transaction.end();
    delete session.transaction;
    session.state = 'aborted';
  }
}
