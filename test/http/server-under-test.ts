import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createServer } from '#apps/server/create-server.ts';
import type { ServerOptions } from '#apps/server/create-server.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import type { EmbeddedOptions } from '#apps/server/embedded-ledger.ts';
import { makeLogger } from '#apps/server/log.ts';
import { issueToken, loadOrCreateTokenKey } from '#apps/server/tokens.ts';
import type { TokenKey } from '#apps/server/tokens.ts';

import type { Ledger } from '#libs/runtime/ledger.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; fails where it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

interface Request {
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServerUnderTest {
  readonly url: string;
  readonly ledger: Ledger;
  readonly key: TokenKey;
  readonly folder: string;
  readonly openApi: object;
  /** Everything logged so far, line by line. */
  readonly log: readonly string[];
  token(
    grants: readonly string[],
    options?: { subject?: string; tenant?: string; ttlSeconds?: number },
  ): Promise<string>;
  get(path: string, request?: Request): Promise<Answer>;
  /** A body that is a text or bytes is sent as it is. */
  post(path: string, request?: Request): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * A real server over a real embedded ledger in a folder of its own, on a free port. Whoever asks has signed, where the test is not
 * about signing.
 */
export const serve = async ({
  clearance = 'assumed',
  ...options
}: Partial<ServerOptions> & Pick<EmbeddedOptions, 'clearance'> = {}): Promise<ServerUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), 'care-http-'));
  const key = await loadOrCreateTokenKey(join(folder, 'token-key.pem'));
  const ledger = await openEmbeddedLedger({ folder, tenant: 'acme', clearance });
  const log: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const dispose = async () => {
    await ledger.close();
    await rm(folder, { recursive: true });
  };
  const server = await createServer({
    ledger,
    port: 0,
    auth: { localKey: key },
    logger: makeLogger('info', sink),
    ...options,
  }).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  const token: ServerUnderTest['token'] = (
    grants,
    { subject = 'wang', tenant = ledger.tenant, ttlSeconds = 600 } = {},
  ) => issueToken({ key, tenant, subject, grants, ttlSeconds });
  const everything = await token(['operator@*', 'hr@*', 'supervisor@*', 'agent@*', 'auditor@*']);
  const send = async (
    method: string,
    path: string,
    { as = everything, body, headers }: Request = {},
  ): Promise<Answer> => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(server.url + path, {
      method,
      headers: {
        ...(as === '' ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as unknown;
      },
    };
  };
  return {
    url: server.url,
    ledger,
    key,
    folder,
    openApi: server.openApi,
    log,
    token,
    get: (path, request) => send('GET', path, request),
    post: (path, request) => send('POST', path, request),
    close: async () => {
      await server.close();
      await dispose();
    },
  };
};
