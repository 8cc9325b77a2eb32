import type { Instant } from '#libs/kernel/instant.ts';
import type {
  Appended,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  StoredEvent,
  SubscribeOptions,
  SubscriptionSignal,
} from '#libs/ports/event-store.ts';
import { append } from './appending.ts';
import { AsOfIndex, lastRecordedBy } from './as-of-index.ts';
import { Connection, checkConnectionString } from './connection.ts';
import { examine } from './doctor.ts';
import type { Finding } from './doctor.ts';
import { greet } from './greeting.ts';
import { readAll, readStream } from './reading.ts';
import { isClosed } from './session.ts';
import type { Patience, Session } from './session.ts';
import { subscribe } from './subscribing.ts';

export interface EsdbOptions {
  /**
   * `esdb://user:password@host:2113?tlsCAFile=…` for one node or a list of nodes, `esdb+discover://host:2113` for a cluster found
   * through one name. Credentials belong here and nowhere else. TLS unless `tls=false`.
   */
  readonly connectionString: string;
  readonly patience?: Partial<Patience>;
  /** Called with one sentence whenever something failed and is tried again; default: a process warning. */
  readonly alarm?: (message: string) => void;
}

export interface EsdbEventStore extends EventStore {
  /** What on the server endangers the ledger; empty when all is well. */
  doctor(): Promise<readonly Finding[]>;
}

const usualPatience: Patience = {
  appendDeadlineMs: 5_000,
  silenceMs: 15_000,
  giveUpAfterMs: 30_000,
  longestPauseMs: 2_000,
  probeMs: 500,
};

class EventStoreDb implements EsdbEventStore {
  readonly #session: Session;
  readonly #closing: AbortController;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #asOf = new AsOfIndex();
  #refusing = false;

  constructor(session: Session, closing: AbortController) {
    this.#session = session;
    this.#closing = closing;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly EventToAppend[]): Promise<Appended> {
    this.#checkOpen();
    const appending = append(this.#session, stream, expected, events);
    this.#underWay.add(appending);
    try {
      return await appending;
    } finally {
      this.#underWay.delete(appending);
    }
  }

  async *readStream(stream: string, options?: ReadStreamOptions): AsyncGenerator<readonly StoredEvent[]> {
    this.#checkOpen();
    yield* readStream(this.#session, stream, options);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<readonly StoredEvent[]> {
    this.#checkOpen();
    let { after = 0 } = options;
    const inOrder = options.direction !== 'backwards' && options.filter === undefined;
    for await (const page of readAll(this.#session, options)) {
      if (inOrder) this.#asOf.extend(after, page);
      after = page.at(-1)!.position;
      yield page;
    }
  }

  async *subscribe(options: SubscribeOptions): AsyncGenerator<SubscriptionSignal> {
    this.#checkOpen();
    let { after } = options;
    for await (const signal of subscribe(this.#session, options)) {
      if (signal.kind === 'events') {
        if (options.filter === undefined) this.#asOf.extend(after, signal.events);
        after = signal.events.at(-1)!.position;
      }
      yield signal;
    }
  }

  async head(): Promise<number> {
    this.#checkOpen();
    for await (const [event] of readAll(this.#session, { direction: 'backwards', limit: 1 })) return event!.position;
    return 0;
  }

  async positionAsOf(recordedAt: Instant): Promise<number> {
    this.#checkOpen();
    for (;;) {
      const found = this.#asOf.search(recordedAt);
      if ('settled' in found) return found.settled;
      if ('between' in found) {
        const [after, upTo] = found.between;
        let last = after;
        for await (const page of readAll(this.#session, { after, upTo })) {
          const reached = lastRecordedBy(recordedAt, page, last);
          if (reached !== page.at(-1)!.position) return reached;
          last = reached;
        }
        return last;
      }
      const known = this.#asOf.end;
      for await (const page of this.readAll({ after: known }))
        if (this.#asOf.latest > recordedAt && page.length > 0) break;
      if (this.#asOf.end === known) return found.beyond;
    }
  }

  async doctor(): Promise<readonly Finding[]> {
    this.#checkOpen();
    return examine(this.#session);
  }

  async close(): Promise<void> {
    this.#refusing = true;
    // Appends that are under way get their answers; what gets none in time is refused as unavailable.
    if (this.#underWay.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise((resolve) => (timer = setTimeout(resolve, this.#session.patience.appendDeadlineMs)));
      await Promise.race([Promise.allSettled(this.#underWay), enough]);
      clearTimeout(timer);
    }
    this.#closing.abort();
    await this.#session.commands.close();
  }

  #checkOpen(): void {
    if (this.#refusing) throw isClosed();
  }
}

/**
 * The event store on an EventStoreDB server (23.10 or later) or cluster. Rejects with what is wrong, where, and what to do: server
 * unreachable, certificate not trusted, credentials refused, server too old.
 *
 * Positions are the server's commit positions. A stream that was tombstoned, or cut short by deletion or a retention rule, is
 * reported as StreamDeleted. `positionAsOf` reads the store once in order, in as far as nothing else of this process has (see
 * AsOfIndex). An append that fails as Unavailable may or may not be stored: the same append can be made again.
 */
export const openEsdbEventStore = async (options: EsdbOptions): Promise<EsdbEventStore> => {
  checkConnectionString(options.connectionString);
  const closing = new AbortController();
  const session: Session = {
    connectionString: options.connectionString,
    commands: new Connection(options.connectionString),
    patience: { ...usualPatience, ...options.patience },
    closing: closing.signal,
    alarm: options.alarm ?? ((message) => process.emitWarning(message, 'EventStoreDB')),
  };
  try {
    await greet(session);
  } catch (error) {
    closing.abort();
    await session.commands.close();
    throw error;
  }
  return new EventStoreDb(session, closing);
};
