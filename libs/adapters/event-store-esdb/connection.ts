import { EventStoreDBClient } from '@eventstore/db-client';

/** The part of a gRPC call that the client writes appends to. */
interface AppendCall {
  on(event: string, listener: (argument: unknown) => void): this;
  write(message: unknown): boolean;
}

/** What the client keeps to itself, of version 6.2.1 (the version is pinned). */
interface ClientInternals {
  getChannel: () => Promise<{ close(): void }>;
  getGRPCClient: (constructor: unknown, name: string) => Promise<{ batchAppend?: (...args: unknown[]) => AppendCall }>;
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
}

const internalsOf = (client: EventStoreDBClient): ClientInternals => client as unknown as ClientInternals;

/**
 * Two faults of the client would end the process, and both show when a server fails under load:
 * - An answer that nobody waits for throws inside the call's `data` handler. It comes when the server answers twice, and after
 *   another client's failure has made this client forget its appends (their register is shared by the whole process).
 * - A call that breaks while appends queue for its buffer rejects promises that nobody holds. So no append is made to queue:
 *   what is under way is bounded by the callers, who wait for their answers.
 */
const guard = (call: AppendCall, heard: () => void): AppendCall => {
  const on = call.on.bind(call);
  const write = call.write.bind(call);
  call.on = (event, listener) =>
    on(
      event,
      event !== 'data'
        ? listener
        : (answer) => {
            heard();
            try {
              listener(answer);
            } catch {
              // Its append was given up long ago, and is read back.
            }
          },
    );
  call.write = (message) => {
    write(message);
    return true;
  };
  return call;
};

/** One client with its own channel; replaced by `renew` when it failed. */
export class Connection {
  readonly #connectionString: string;
  #client: EventStoreDBClient;
  #channel: Promise<{ close(): void }> | undefined;
  readonly #retired: Promise<void>[] = [];
  #heardAt = 0;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
    this.#client = this.#open();
  }

  get client(): EventStoreDBClient {
    return this.#client;
  }

  /** The server's version, e.g. `23.10.6`; `unknown` from one too old to say. */
  async serverVersion(): Promise<string> {
    return (await internalsOf(this.#client).capabilities).serverVersion;
  }

  /** The server answered something. */
  heard(): void {
    this.#heardAt = Date.now();
  }

  /** Under load one answer may be late while others come: that is no reason to break off all of them. */
  heardWithin(ms: number): boolean {
    return Date.now() - this.#heardAt < ms;
  }

  /** Goes on with a new client unless somebody who saw the same failure did so before. */
  renew(failed: EventStoreDBClient): void {
    if (failed !== this.#client) return;
    const channel = this.#channel;
    this.#client = this.#open();
    this.#retired.push(shut(failed, channel));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#retired, shut(this.#client, this.#channel)]);
  }

  #open(): EventStoreDBClient {
    const client = EventStoreDBClient.connectionString(this.#connectionString);
    this.#channel = undefined;
    const internals = internalsOf(client);
    const { getChannel, getGRPCClient } = internals;
    internals.getChannel = () => {
      const channel = getChannel();
      if (client === this.#client) this.#channel = channel;
      return channel;
    };
    const guarded = new WeakSet();
    internals.getGRPCClient = async (constructor, name) => {
      const grpc = await getGRPCClient(constructor, name);
      const { batchAppend } = grpc;
      if (batchAppend !== undefined && !guarded.has(grpc)) {
        guarded.add(grpc);
        grpc.batchAppend = (...args) => guard(batchAppend.apply(grpc, args), () => this.heard());
      }
      return grpc;
    };
    return client;
  }
}

/** Ends the client's calls and closes its channel, which `dispose` alone leaves open. */
const shut = async (client: EventStoreDBClient, channel: Promise<{ close(): void }> | undefined): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([client.dispose(), new Promise((resolve) => (timer = setTimeout(resolve, 1_000)))]);
  clearTimeout(timer);
  try {
    (await channel)?.close();
  } catch {
    // It was never opened, or its failure closed it.
  }
};

/** The connection string as it may be shown: without user and password. */
export const withoutSecrets = (connectionString: string): string => connectionString.replace(/:\/\/[^/?]*@/, '://…@');

/** Throws with what is allowed where the connection string is not one that the ledger can work with. */
export const checkConnectionString = (connectionString: string): void => {
  const shown = withoutSecrets(connectionString);
  if (!/^esdb(\+discover)?:\/\//.test(connectionString))
    throw new Error(
      `${shown} is no EventStoreDB connection string: write esdb://host:2113 or, for a cluster, esdb+discover://host:2113, ` +
        'with ?tls=false only where the server has no TLS.',
    );
  // With it off, the client reports wrong revisions of refused appends.
  if (/[?&]throw[-_]?on[-_]?append[-_]?failure=false/i.test(connectionString))
    throw new Error(`${shown} sets throwOnAppendFailure=false: remove it, the ledger needs refused appends to fail.`);
  try {
    EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    throw new Error(`The EventStoreDB connection string ${shown} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
};
