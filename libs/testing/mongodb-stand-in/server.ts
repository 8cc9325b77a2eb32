import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BSON } from 'mongodb';
import { adminCommands } from './admin.ts';
import { Cursors } from './call.ts';
import type { Handler } from './call.ts';
import { Faults, faultError, labelsOf } from './faults.ts';
import type { Fault } from './faults.ts';
import { readCommands } from './reads.ts';
import { Sessions } from './sessions.ts';
import type { Participation } from './sessions.ts';
import { Store } from './store.ts';
import { ServerError, isDocument, isNumeric, toNumber } from './values.ts';
import type { Doc } from './values.ts';
import { MessageReader, writeReply } from './wire.ts';
import type { Request } from './wire.ts';
import { writeCommands } from './writes.ts';

export interface StandInOptions {
  /** Default: a replica set of one, which is primary. */
  readonly topology?: 'replica set' | 'standalone';
  /** A secondary without a primary: nothing can be written. */
  readonly readOnly?: boolean;
  /** Default 25: MongoDB 8.0. */
  readonly wireVersion?: number;
  /** Refuses every credential, and every command without one. */
  readonly refusesCredentials?: boolean;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** `transactionLifetimeLimitSeconds`, in milliseconds; default 60 000. */
  readonly transactionLifetimeMs?: number;
}

/**
 * A MongoDB server in memory on 127.0.0.1, for tests of what talks to one: it speaks the wire protocol, takes the commands of
 * CRUD, indexes, sessions, transactions and retryable writes, and misbehaves on demand. It proves a client's handling, not
 * MongoDB's transactions.
 */
export interface MongoStandIn {
  /** `mongodb://127.0.0.1:…/?replicaSet=standin` */
  readonly url: string;
  readonly port: number;
  /** Lets the coming commands fail. */
  failNext(fault: Fault): void;
  clearFaults(): void;
  /** How often a fault has struck. */
  readonly faultsStruck: number;
  /** The primary steps down: transactions are lost, writes refused with NotWritablePrimary, connections closed. */
  stepDown(): void;
  stepUp(): void;
  /** Commands by name since the start. */
  readonly commands: readonly string[];
  close(): Promise<void>;
}

const setName = 'standin';
const handlers: { readonly [name: string]: Handler } = { ...readCommands, ...writeCommands, ...adminCommands };
const writes = new Set([
  ...Object.keys(writeCommands),
  'create',
  'createIndexes',
  'dropIndexes',
  'drop',
  'dropDatabase',
  'renameCollection',
  'collMod',
  'commitTransaction',
  'abortTransaction',
]);
const inTransactions = new Set([
  'find',
  'getMore',
  'killCursors',
  'aggregate',
  'distinct',
  'count',
  'insert',
  'update',
  'delete',
  'findAndModify',
  'findandmodify',
  'bulkWrite',
  'create',
  'createIndexes',
]);
const withoutCredentials = new Set([
  'hello',
  'isMaster',
  'ismaster',
  'saslStart',
  'saslContinue',
  'ping',
  'endSessions',
  'buildInfo',
]);

interface Connection {
  readonly socket: Socket;
  readonly id: number;
  appName?: string;
}

class Node {
  readonly #options: StandInOptions;
  readonly faults = new Faults();
  readonly commands: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly #store = new Store();
  readonly #sessions: Sessions;
  readonly #cursors = new Cursors();
  /** Commits by the second since the start, as cluster times must grow. */
  readonly #start = Math.floor(Date.now() / 1_000);
  readonly #electionId = new BSON.ObjectId();
  #connections = 0;
  isPrimary: boolean;
  address = '';

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#sessions = new Sessions(this.#store, options.transactionLifetimeMs);
    this.isPrimary = options.readOnly !== true;
  }

  get isStandalone(): boolean {
    return this.#options.topology === 'standalone';
  }

  accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    const connection: Connection = { socket, id: ++this.#connections };
    const reader = new MessageReader();
    let last = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const request of reader.read(chunk))
          last = last.then(() => this.#answer(connection, request)).catch(() => void socket.destroy());
      } catch {
        socket.destroy();
      }
    });
  }

  stepDown(): void {
    this.isPrimary = false;
    this.#sessions.endAll();
    for (const socket of this.sockets) socket.destroy();
  }

  async #answer(connection: Connection, request: Request): Promise<void> {
    const { command } = request;
    const name = Object.keys(command)[0] ?? '';
    this.commands.push(name);
    const fault =
      this.faults.take(name, connection.appName) ??
      (command.txnNumber !== undefined && command.autocommit === undefined
        ? this.faults.take(name, connection.appName, 'onPrimaryTransactionalWrite')
        : undefined);
    let reply: Doc;
    try {
      if (fault !== undefined && (await this.#strike(connection, command, fault))) return;
      reply = await this.#execute(connection, name, command);
    } catch (error) {
      reply = this.#errorReply(error, command, fault);
    }
    if (fault?.writeConcernError !== undefined && reply.ok === 1) {
      const labels = fault.errorLabels ?? labelsOf(toNumber(fault.writeConcernError.code ?? 0), this.#part(command));
      reply = {
        ...reply,
        writeConcernError: { errmsg: 'failCommand', ...fault.writeConcernError },
        ...(labels.length > 0 ? { errorLabels: labels } : {}),
      };
    }
    if (fault?.answerLost === true) connection.socket.destroy();
    else if (!request.unanswered) connection.socket.write(writeReply(request, this.#stamped(reply)));
  }

  /** True: the connection is gone. */
  async #strike(connection: Connection, command: Doc, fault: Fault): Promise<boolean> {
    if (fault.blockMs !== undefined) {
      const limit = command.maxTimeMS === undefined ? Infinity : toNumber(command.maxTimeMS);
      await new Promise((resolve) => setTimeout(resolve, Math.min(limit, fault.blockMs!)).unref());
      if (limit < fault.blockMs) throw faultError(50);
    }
    if (fault.closeConnection === true && fault.answerLost !== true) {
      connection.socket.destroy();
      return true;
    }
    if (fault.errorCode !== undefined) {
      const error = faultError(fault.errorCode);
      // An error ends a transaction; a commit that fails may have another try, unless the transaction is said to be gone.
      const ends = command.commitTransaction === undefined || fault.errorCode === 251;
      if (command.txnNumber !== undefined && command.autocommit === false && ends) this.#sessions.fail(command);
      throw error;
    }
    return false;
  }

  #part(command: Doc) {
    const inTransaction = command.autocommit === false;
    return {
      inTransaction,
      ends: inTransaction && (command.commitTransaction !== undefined || command.abortTransaction !== undefined),
      retryableWrite: command.txnNumber !== undefined && !inTransaction,
    };
  }

  #errorReply(error: unknown, command: Doc, fault: Fault | undefined): Doc {
    if (!(error instanceof ServerError)) {
      // A fault of the stand-in itself: shown as such.
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { ok: 0, errmsg: `stand-in: ${message}`, code: 1, codeName: 'InternalError' };
    }
    const labels =
      fault?.errorCode === error.code && fault.errorLabels !== undefined
        ? [...fault.errorLabels]
        : labelsOf(error.code, this.#part(command));
    return {
      ok: 0,
      errmsg: error.message,
      code: error.code,
      codeName: error.codeName,
      ...(labels.length > 0 ? { errorLabels: labels } : {}),
      ...error.details,
    };
  }

  #timestamp(at: number) {
    return new BSON.Timestamp({ t: this.#start, i: at });
  }

  #stamped(reply: Doc): Doc {
    const time = this.#timestamp(this.#store.now);
    const ok = { ...reply, ok: reply.ok ?? 1 };
    if (this.isStandalone) return ok;
    const signature = { hash: new BSON.Binary(Buffer.alloc(20)), keyId: BSON.Long.ZERO };
    return { ...ok, operationTime: time, $clusterTime: { clusterTime: time, signature } };
  }

  async #execute(connection: Connection, name: string, command: Doc): Promise<Doc> {
    if (name === 'hello' || name === 'isMaster' || name === 'ismaster') return this.#hello(connection, command);
    if (this.#options.refusesCredentials === true) {
      if (name === 'saslStart' || name === 'saslContinue')
        throw new ServerError(18, 'AuthenticationFailed', 'Authentication failed.');
      if (!withoutCredentials.has(name))
        throw new ServerError(13, 'Unauthorized', `Command ${name} requires authentication`);
    } else if (name === 'saslStart') throw new ServerError(18, 'AuthenticationFailed', 'Authentication failed.');
    if (name === 'configureFailPoint') {
      this.faults.configure(command);
      return { ok: 1 };
    }
    if (name === 'endSessions' || name === 'killSessions') {
      this.#sessions.end(command[name] as unknown[]);
      return { ok: 1 };
    }
    if (name === 'killAllSessions' || name === 'killAllSessionsByPattern') {
      this.#sessions.endAll();
      return { ok: 1 };
    }
    if (writes.has(name) && !this.isPrimary) throw new ServerError(10107, 'NotWritablePrimary', 'not primary');
    if (!this.isPrimary && Object.hasOwn(readCommands, name) && !this.#readsSecondary(command))
      throw new ServerError(13435, 'NotPrimaryNoSecondaryOk', 'not primary and secondaryOk=false');
    if (this.isStandalone && command.txnNumber !== undefined)
      throw new ServerError(
        20,
        'IllegalOperation',
        'Transaction numbers are only allowed on a replica set member or mongos',
      );
    this.#checkConcerns(name, command);
    const part = this.#sessions.join(command);
    if (name === 'commitTransaction' || name === 'abortTransaction') {
      if (name === 'commitTransaction') this.#sessions.commit(command);
      else this.#sessions.abort(command);
      return { ok: 1, ...this.#writeConcernError(command) };
    }
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined) throw new ServerError(59, 'CommandNotFound', `no such command: '${name}'`);
    return this.#handle(handler, name, command, part);
  }

  async #handle(handler: Handler, name: string, command: Doc, part: Participation): Promise<Doc> {
    try {
      if (part.inTransaction && !inTransactions.has(name))
        throw new ServerError(
          263,
          'OperationNotSupportedInTransaction',
          `Cannot run '${name}' in a multi-document transaction.`,
        );
      const snapshot = isDocument(command.readConcern) ? command.readConcern : {};
      const asked = snapshot.atClusterTime instanceof BSON.Timestamp ? snapshot.atClusterTime.i : this.#store.now;
      const view =
        part.transaction === undefined
          ? { at: asked }
          : { at: part.transaction.snapshot, transaction: part.transaction };
      const reply = await handler({
        name,
        command,
        database: String(command.$db),
        store: this.#store,
        view,
        transaction: part.transaction,
        results: part.results,
        deadline: command.maxTimeMS === undefined ? Infinity : Date.now() + toNumber(command.maxTimeMS),
        cursors: this.#cursors,
      });
      if (snapshot.level === 'snapshot' && !part.inTransaction) {
        const time = this.#timestamp(asked);
        if (isDocument(reply.cursor)) reply.cursor = { ...reply.cursor, atClusterTime: time };
        else reply.atClusterTime = time;
      }
      const failed = reply.writeErrors !== undefined || (name === 'bulkWrite' && reply.nErrors !== 0);
      if (part.inTransaction && failed) this.#sessions.fail(command);
      return { ok: 1, ...reply, ...(writes.has(name) ? this.#writeConcernError(command) : {}) };
    } catch (error) {
      if (part.inTransaction) this.#sessions.fail(command);
      throw error;
    }
  }

  #readsSecondary(command: Doc): boolean {
    const preference = command.$readPreference;
    return isDocument(preference) && preference.mode !== 'primary';
  }

  #checkConcerns(name: string, command: Doc): void {
    const inTransaction = command.autocommit === false;
    const { readConcern, writeConcern } = command;
    if (readConcern !== undefined) {
      const level = isDocument(readConcern) ? readConcern.level : null;
      if (![undefined, 'local', 'available', 'majority', 'linearizable', 'snapshot'].includes(level as string))
        throw new ServerError(
          9,
          'FailedToParse',
          `Enumeration value '${String(level)}' for field 'level' is not a valid value.`,
        );
      if (inTransaction && command.startTransaction !== true)
        throw new ServerError(
          72,
          'InvalidOptions',
          'Only the first command in a transaction may specify a readConcern',
        );
    }
    if (writeConcern !== undefined && inTransaction && name !== 'commitTransaction' && name !== 'abortTransaction')
      throw new ServerError(72, 'InvalidOptions', 'writeConcern is not allowed within a multi-statement transaction');
    if (isDocument(writeConcern) && this.isStandalone && isNumeric(writeConcern.w) && toNumber(writeConcern.w) > 1)
      throw new ServerError(2, 'BadValue', `cannot use 'w' > 1 when a host is not replicated`);
  }

  #writeConcernError(command: Doc): Doc {
    const w = isDocument(command.writeConcern) ? command.writeConcern.w : undefined;
    if (isNumeric(w) && toNumber(w) > 1)
      return {
        writeConcernError: {
          code: 100,
          codeName: 'UnsatisfiableWriteConcern',
          errmsg: 'Not enough data-bearing nodes',
          errInfo: { writeConcern: command.writeConcern },
        },
      };
    if (typeof w === 'string' && w !== 'majority')
      return {
        writeConcernError: {
          code: 79,
          codeName: 'UnknownReplWriteConcern',
          errmsg: `No write concern mode named '${w}' found in replica set configuration`,
        },
      };
    return {};
  }

  #hello(connection: Connection, command: Doc): Doc {
    const client = command.client;
    if (isDocument(client) && isDocument(client.application)) connection.appName = String(client.application.name);
    return {
      ok: 1,
      helloOk: true,
      ...(this.isStandalone
        ? { isWritablePrimary: true, ismaster: true }
        : {
            isWritablePrimary: this.isPrimary,
            ismaster: this.isPrimary,
            secondary: !this.isPrimary,
            setName,
            setVersion: 1,
            hosts: [this.address],
            me: this.address,
            ...(this.isPrimary ? { primary: this.address, electionId: this.#electionId } : {}),
            lastWrite: { opTime: { ts: this.#timestamp(this.#store.now), t: 1 }, lastWriteDate: new Date() },
          }),
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId: connection.id,
      minWireVersion: 0,
      maxWireVersion: this.#options.wireVersion ?? 25,
      readOnly: false,
      ...(command.saslSupportedMechs === undefined ? {} : { saslSupportedMechs: ['SCRAM-SHA-256'] }),
    };
  }
}

/** Starts a stand-in on a free port; several may run at once. */
export const startMongoStandIn = async (options: StandInOptions = {}): Promise<MongoStandIn> => {
  const node = new Node(options);
  const accept = (socket: Socket) => node.accept(socket);
  const server: Server = options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  node.address = `127.0.0.1:${port}`;
  const parameters = [
    ...(node.isStandalone ? [] : [`replicaSet=${setName}`]),
    ...(options.tls === undefined ? [] : ['tls=true']),
  ];
  return {
    url: `mongodb://${node.address}/${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`,
    port,
    failNext: (fault) => node.faults.arm(fault),
    clearFaults: () => node.faults.clear(),
    get faultsStruck() {
      return node.faults.struck;
    },
    stepDown: () => node.stepDown(),
    stepUp: () => {
      node.isPrimary = true;
    },
    commands: node.commands,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of node.sockets) socket.destroy();
      await closed;
    },
  };
};
