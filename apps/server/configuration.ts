import { PARTITION_COUNTS } from '#libs/runtime/partitions.ts';
import type { PartitionCount } from '#libs/runtime/partitions.ts';
import { LOG_LEVELS } from './log.ts';
import type { LogLevel } from './log.ts';

/** Where events, or read models, are kept. */
export type StoreAddress =
  | { readonly kind: 'sqlite'; readonly folder: string }
  | { readonly kind: 'esdb'; readonly url: string }
  | { readonly kind: 'mongodb'; readonly url: string };

/** What this process does: answer requests, keep the read models up to date, or both. */
export const SERVER_ROLES = ['all', 'api', 'worker'] as const;
export type ServerRole = (typeof SERVER_ROLES)[number];

export interface Configuration {
  readonly role: ServerRole;
  readonly port: number;
  readonly host: string;
  /** The folder of the embedded stores, the key vault and the key that signs tokens. */
  readonly dataFolder: string;
  readonly tenant: string;
  readonly eventStore: StoreAddress;
  readonly readModels: StoreAddress;
  /** Base64 of 32 bytes, in place of the key vault's own file. */
  readonly masterKey?: string;
  /** The file that lists whose keys were destroyed; default: beside the keys. */
  readonly erasureList?: string;
  /** How long a worker's lease lasts without being renewed. */
  readonly leaseSeconds?: number;
  /** In how many partitions workers share read models and processes. */
  readonly partitions?: PartitionCount;
  readonly jwks?: { readonly url: URL; readonly issuer: string };
  readonly logLevel: LogLevel;
  /** Requests that one actor may send. */
  readonly requestsPerMinute?: number;
}

/** A variable of the environment holds what cannot be used. Nothing was started. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(variable: string, value: string, allowed: string) {
    super(`${variable}=${withoutPassword(value)} cannot be used: ${allowed}. Correct it and start again.`);
  }
}

type Environment = { readonly [name: string]: string | undefined };

/** Addresses may carry credentials; a sentence on a screen or in a log must not. */
const withoutPassword = (value: string): string => value.replace(/\/\/[^@/]*@/g, '//…@');

const integer = (env: Environment, variable: string, minimum: number, maximum: number): number | undefined => {
  const value = env[variable];
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= minimum && number <= maximum) return number;
  throw new ConfigurationError(variable, value, `allowed is a whole number from ${minimum} to ${maximum}`);
};

const matching = (env: Environment, variable: string, pattern: RegExp, allowed: string): string | undefined => {
  const value = env[variable];
  if (value !== undefined && !pattern.test(value)) throw new ConfigurationError(variable, value, allowed);
  return value;
};

const storeOf = (
  env: Environment,
  variable: string,
  dataFolder: string,
  remote: 'esdb' | 'mongodb',
  schemes: readonly string[],
): StoreAddress => {
  const value = env[variable] ?? `sqlite:${dataFolder}`;
  if (/^sqlite:.+/.test(value)) return { kind: 'sqlite', folder: value.slice('sqlite:'.length) };
  if (schemes.some((scheme) => value.startsWith(scheme) && value.length > scheme.length))
    return { kind: remote, url: value };
  throw new ConfigurationError(
    variable,
    value,
    `allowed are sqlite:<folder>, ${schemes.map((each) => `${each}…`).join(', ')}`,
  );
};

const oneOf = <T extends string>(env: Environment, variable: string, allowed: readonly T[], otherwise: T): T => {
  const value = env[variable] ?? otherwise;
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new ConfigurationError(variable, value, `allowed are ${allowed.join(', ')}`);
  return found;
};

/** Processes apart share nothing but servers. */
const roleOf = (env: Environment, eventStore: StoreAddress, readModels: StoreAddress): ServerRole => {
  const role = oneOf(env, 'CARE_ROLE', SERVER_ROLES, 'all');
  if (role !== 'all' && (eventStore.kind !== 'esdb' || readModels.kind !== 'mongodb'))
    throw new ConfigurationError(
      'CARE_ROLE',
      role,
      `api and worker apart need EVENT_STORE=esdb://… and READ_MODELS=mongodb://…; with a store in a file allowed is all`,
    );
  return role;
};

const partitionsOf = (env: Environment): PartitionCount | undefined => {
  const value = env.CARE_PARTITIONS;
  if (value === undefined) return undefined;
  const found = PARTITION_COUNTS.find((count) => String(count) === value);
  if (found !== undefined) return found;
  throw new ConfigurationError('CARE_PARTITIONS', value, `allowed are ${PARTITION_COUNTS.join(', ')}`);
};

const jwksOf = (env: Environment): Configuration['jwks'] => {
  const { CARE_JWKS_URL: address, CARE_ISSUER: issuer } = env;
  if (address === undefined && issuer === undefined) return undefined;
  if (address === undefined || issuer === undefined || issuer === '')
    throw new ConfigurationError(
      address === undefined ? 'CARE_JWKS_URL' : 'CARE_ISSUER',
      '',
      'CARE_JWKS_URL and CARE_ISSUER are set together, or neither',
    );
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const loopback = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  // Keys fetched over an open wire could be anybody's.
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback)))
    throw new ConfigurationError('CARE_JWKS_URL', address, 'allowed is an https address, or http on this machine');
  return { url, issuer };
};

/** What the environment asks for. Throws ConfigurationError: which variable, its value, what is allowed. */
export const configurationOf = (env: Environment): Configuration => {
  const dataFolder = matching(env, 'CARE_DATA', /\S/, 'allowed is the path of a folder') ?? 'care-data';
  const logLevel = oneOf(env, 'LOG_LEVEL', LOG_LEVELS, 'info');
  const eventStore = storeOf(env, 'EVENT_STORE', dataFolder, 'esdb', ['esdb://', 'esdb+discover://']);
  const readModels = storeOf(env, 'READ_MODELS', dataFolder, 'mongodb', ['mongodb://', 'mongodb+srv://']);
  const leaseSeconds = integer(env, 'CARE_LEASE_SECONDS', 1, 600);
  const erasureList = matching(env, 'CARE_ERASURE_LIST', /\S/, 'allowed is the path of a file');
  const partitions = partitionsOf(env);
  const jwks = jwksOf(env);
  const requestsPerMinute = integer(env, 'CARE_REQUESTS_PER_MINUTE', 1, 100_000_000);
  return {
    role: roleOf(env, eventStore, readModels),
    port: integer(env, 'PORT', 0, 65_535) ?? 8080,
    host: matching(env, 'HOST', /^[\w.:-]{1,255}$/, 'allowed is a host name or an address') ?? '127.0.0.1',
    dataFolder,
    tenant:
      matching(env, 'CARE_TENANT', /^[a-z0-9][a-z0-9-]{0,62}$/, 'allowed are a-z, 0-9 and -, up to 63 characters') ??
      'careledger',
    eventStore,
    readModels,
    ...(env.CARE_MASTER_KEY === undefined ? {} : { masterKey: env.CARE_MASTER_KEY }),
    ...(erasureList === undefined ? {} : { erasureList }),
    ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
    ...(partitions === undefined ? {} : { partitions }),
    ...(jwks === undefined ? {} : { jwks }),
    logLevel,
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  };
};
