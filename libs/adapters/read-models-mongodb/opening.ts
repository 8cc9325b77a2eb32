import { randomBytes } from 'node:crypto';
import { MongoClient, MongoError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import type { Db, Document } from 'mongodb';

/** The number in the database's schema document. A database with a greater one comes from newer code and is not touched. */
export const schemaVersion = 1;
/** MongoDB 6.0: several partial indexes on the same fields, snapshot reads outside transactions. */
const leastWireVersion = 17;

export interface OpenOptions {
  /** `mongodb://user:password@host:27017,…/database?replicaSet=…`, with `tls=true&tlsCAFile=…` where TLS is used. */
  readonly url: string;
  /** Default: the URL's own, or `careledger`. */
  readonly database?: string;
  /** How long to look for a server before giving up, in milliseconds; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** How long one command may go without an answer, in milliseconds; default 120 000. */
  readonly answerTimeoutMs?: number;
  /** How long a batch is tried again for, in milliseconds; default 60 000. */
  readonly applyTimeoutMs?: number;
}

/** The servers of a connection string, without its credentials. */
const hostsOf = (url: string): string =>
  /^mongodb(?:\+srv)?:\/\/(?:[^/?]*@)?([^/?]*)/.exec(url)?.[1] ?? 'the given URL';

const databaseOf = (url: string): string | undefined => {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]*)/.exec(url)?.[1];
  return name === undefined || name === '' ? undefined : decodeURIComponent(name);
};

const reasons: { readonly [code: number]: string } = {
  13: 'the user may not do this. Grant it readWrite and dbAdmin on the database',
  18: 'the credentials are wrong. Check user, password and authSource in the URL',
  20: 'it is a standalone server, without transactions. Make it a replica set: start it with --replSet and run rs.initiate()',
  112: 'other writers kept changing the same documents. Try again',
  171: 'an index covers two fields that both hold lists in one document, which MongoDB cannot. Declare an index for each',
  10107: 'there is no primary to write to. Wait for the election to end, or check the replica set (rs.status())',
  10334: 'a document is over 16 MiB, more than MongoDB takes',
  13435: 'there is no primary to read from. Wait for the election to end, or check the replica set (rs.status())',
  14031: 'its disk is full. Free space there; nothing of the batch was written, it will be tried again',
};

const certificateSigns = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO|certificate/;

interface Cause {
  readonly code?: unknown;
  readonly message?: string;
  readonly cause?: unknown;
}
/** An error and its reasons, outermost first: the driver wraps them several times. */
const causesOf = (error: unknown): Cause[] => {
  const causes: Cause[] = [];
  for (let each = error; typeof each === 'object' && each !== null && causes.length < 10; each = (each as Cause).cause)
    causes.push(each);
  return causes;
};

const isTooOld = (causes: readonly Cause[]) => causes.some((each) => /wire version/.test(each.message ?? ''));
const isStandalone = (hello: Document) => hello.setName === undefined && hello.msg !== 'isdbgrid';
const tooOld = 'it is too old. MongoDB 6.0 or newer is needed';

/** The driver forgets servers that do not fit the URL; `hellos` are the last answers of all. */
const selectionReason = (error: MongoServerSelectionError, hellos: readonly Document[]): string => {
  const { reason } = error;
  const servers = reason === undefined ? [] : [...reason.servers.values()];
  if (servers.some((server) => server.type === 'Standalone') || hellos.some(isStandalone)) return reasons[20]!;
  const causes = servers.flatMap((server) => causesOf(server.error));
  if (isTooOld(causes) || reason?.compatible === false) return tooOld;
  const certificate = causes.find((each) => certificateSigns.test(`${String(each.code)} ${each.message}`));
  if (certificate !== undefined)
    return `its certificate is not accepted (${certificate.message}). Name the authority with tlsCAFile, and the server as the certificate does`;
  const other = hellos.find((hello) => hello.setName !== reason?.setName);
  if (other !== undefined && reason?.setName != null)
    return `it belongs to the replica set ${String(other.setName)}, not ${reason.setName}. Set replicaSet in the URL to the server's`;
  if (servers.some((server) => server.type === 'RSSecondary'))
    return 'only secondaries answer, which can be read but not written. Name all members in the URL, or check the replica set (rs.status())';
  const last = causes.at(-1)?.message;
  return `it does not answer${last === undefined ? '' : ` (${last})`}. Check that it runs, the address, and the network between`;
};

/** Says of the driver's errors what is wrong, where, and what to do; other errors are returned as they are. */
export const explained = (error: unknown, url: string, hellos: readonly Document[] = []): Error => {
  if (!(error instanceof MongoError)) return error instanceof Error ? error : new Error(String(error));
  const authentication = causesOf(error).find((each) => each.code === 18 || each.code === 13);
  let reason: string | undefined;
  if (authentication !== undefined) reason = reasons[Number(authentication.code)];
  else if (error instanceof MongoServerSelectionError) reason = selectionReason(error, hellos);
  else if (error instanceof MongoServerError) reason = reasons[Number(error.code)];
  else if (isTooOld(causesOf(error))) reason = tooOld;
  return new Error(`MongoDB at ${hostsOf(url)}: ${reason ?? error.message}.`.replace(/\.\.$/, '.'), { cause: error });
};

const connect = (options: OpenOptions): MongoClient => {
  try {
    return new MongoClient(options.url, {
      appName: 'careledger',
      serverSelectionTimeoutMS: options.connectTimeoutMs ?? 10_000,
      connectTimeoutMS: options.connectTimeoutMs ?? 10_000,
      socketTimeoutMS: options.answerTimeoutMs ?? 120_000,
      // What was read or acknowledged must outlive a change of primary.
      readPreference: 'primary',
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', journal: true },
      retryReads: true,
      retryWrites: true,
    });
  } catch (error) {
    throw new Error(
      `MongoDB at ${hostsOf(options.url)}: the URL cannot be used (${(error as Error).message}). Expected: mongodb://host:27017/database?replicaSet=name.`,
      { cause: error },
    );
  }
};

const checkServer = async (database: Db, url: string): Promise<void> => {
  const hello = await database.command({ hello: 1 });
  const refuse = (reason: string) => new Error(`MongoDB at ${hostsOf(url)}: ${reason}.`);
  if (Number(hello.maxWireVersion) < leastWireVersion) throw refuse(tooOld);
  if (isStandalone(hello)) throw refuse(reasons[20]!);
  if (hello.isWritablePrimary !== true)
    throw refuse(
      'it is a secondary, which can be read but not written. Name all members of the replica set in the URL, without directConnection',
    );
};

interface Schema {
  readonly _id: string;
  readonly version: number;
  readonly cursorSecret: string;
}

/** Makes the schema document once; reads it. */
const readSchema = async (database: Db, url: string): Promise<Schema> => {
  const meta = database.collection<Schema>('meta');
  const fresh = { version: schemaVersion, cursorSecret: randomBytes(32).toString('hex') };
  const schema =
    (await meta.findOne({ _id: 'schema' })) ??
    (await meta.findOneAndUpdate(
      { _id: 'schema' },
      { $setOnInsert: fresh },
      { upsert: true, returnDocument: 'after' },
    ));
  if (schema === null) throw new Error(`MongoDB at ${hostsOf(url)}: the schema document could not be made.`);
  if (schema.version > schemaVersion)
    throw new Error(
      `MongoDB at ${hostsOf(url)}: database ${database.databaseName} has read-model schema ${schema.version}, this CareLedger knows ${schemaVersion}: run the newer CareLedger that wrote it, or rebuild the read models into another database.`,
    );
  return schema;
};

/** A connection that has been checked: to a replica set's primary, new enough, with a schema that is known. */
export const connected = async (
  options: OpenOptions,
): Promise<{ readonly client: MongoClient; readonly database: Db; readonly cursorSecret: string }> => {
  const client = connect(options);
  const hellos = new Map<string, Document>();
  client.on('serverHeartbeatSucceeded', ({ connectionId, reply }) => hellos.set(connectionId, reply));
  try {
    const database = client.db(options.database ?? databaseOf(options.url) ?? 'careledger');
    await client.connect();
    await checkServer(database, options.url);
    const { cursorSecret } = await readSchema(database, options.url);
    client.removeAllListeners('serverHeartbeatSucceeded');
    return { client, database, cursorSecret };
  } catch (error) {
    await client.close();
    throw explained(error, options.url, [...hellos.values()]);
  }
};
