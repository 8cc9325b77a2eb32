import type {} from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Viewer } from '#libs/runtime/ledger.ts';
import { Problem } from './problem.ts';

/** Who sent the request, as the token proves it. */
export interface AuthenticatedViewer extends Viewer {
  /** When the token ends, in milliseconds since 1970; live streams end with it. */
  readonly expiresAtMs: number;
}

/** Checks a bearer token. Rejects with InvalidToken. */
export type Authenticate = (token: string) => Promise<AuthenticatedViewer>;

/** The token proves nothing. The message says why, in a sentence, and repeats nothing of the token's content. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

declare module 'fastify' {
  interface FastifyRequest {
    viewer: AuthenticatedViewer | undefined;
  }
}

const challenge = (detail: string, error = ''): Problem =>
  new Problem(
    401,
    error === '' ? 'authentication.missing' : 'authentication.invalid',
    detail,
    {},
    {
      'www-authenticate': `Bearer realm="careledger"${error}`,
    },
  );

const authenticated = async (request: FastifyRequest, authenticate: Authenticate): Promise<AuthenticatedViewer> => {
  const header = request.headers.authorization;
  if (header === undefined)
    throw challenge('Send a token: Authorization: Bearer … (an operator makes one: care token).');
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(header)?.[1];
  if (token === undefined) throw challenge('The Authorization header must read: Bearer, a space, and a token.');
  try {
    return await authenticate(token);
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error;
    throw challenge(error.message, `, error="invalid_token", error_description="${error.message}"`);
  }
};

export interface RateLimit {
  /** Requests that one actor (before authentication: one address) may send per minute. */
  readonly perMinute: number;
}

/**
 * Finds out who asks before a body is read, for paths that exist and paths that do not. Only the routes in `anonymous`
 * are answered without a token. Needs @fastify/rate-limit on the instance.
 */
export const authenticateRequests = (
  instance: FastifyInstance,
  options: { readonly authenticate: Authenticate; readonly anonymous: ReadonlySet<string>; readonly limit: RateLimit },
): void => {
  const limiter = instance.createRateLimit({
    max: options.limit.perMinute,
    timeWindow: '1 minute',
    keyGenerator: (request) =>
      request.viewer === undefined ? `address ${request.ip}` : `actor ${request.viewer.actor.id}`,
  });
  instance.decorateRequest('viewer', undefined);
  instance.addHook('onRequest', async (request) => {
    if (options.anonymous.has(request.routeOptions.url ?? '')) return;
    let refused: unknown;
    try {
      request.viewer = await authenticated(request, options.authenticate);
    } catch (error) {
      refused = error;
    }
    // Counted before the refusal is told, so that guessing tokens is limited too.
    const verdict = await limiter(request);
    if (!verdict.isAllowed && verdict.isExceeded)
      throw new Problem(
        429,
        'request.too-many',
        `More than ${options.limit.perMinute} requests in a minute: wait ${verdict.ttlInSeconds} seconds.`,
        {},
        { 'retry-after': String(verdict.ttlInSeconds) },
      );
    if (refused !== undefined) throw refused as Error;
  });
};
