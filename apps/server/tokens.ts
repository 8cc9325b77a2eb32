import { hash } from 'node:crypto';
import { SignJWT, createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Grant, Role } from '#libs/kernel/actor.ts';
import { InvalidToken } from '#libs/nest/authentication.ts';
import type { Authenticate, AuthenticatedViewer } from '#libs/nest/authentication.ts';
import { Problem } from '#libs/nest/problem.ts';
import { LruMap } from '#libs/runtime/lru-map.ts';
import { loadOrCreateKey } from './key-file.ts';
import type { KeyPair } from './key-file.ts';

/** The issuer of tokens that a ledger signs itself. */
export const LOCAL_ISSUER = 'careledger';

/** The file, in the data folder, with the key that signs the ledger's own tokens. */
export const TOKEN_KEY_FILE = 'token-key.pem';

export type TokenKey = KeyPair;

/** The key that signs this ledger's tokens; made at the first call. */
export const loadOrCreateTokenKey = (file: string): Promise<TokenKey> => loadOrCreateKey(file, 'tokens are signed');

const TEAM = /^(?:\*|[\x21-\x7e]{1,100})$/;

/** `agent@team-1`, `auditor@*`. Throws an Error that says what is allowed. */
export const parseGrant = (text: string): Grant => {
  const at = text.indexOf('@');
  const role = ROLES.find((each) => each === text.slice(0, at));
  const team = text.slice(at + 1);
  if (at < 1 || role === undefined || !TEAM.test(team))
    throw new Error(
      `A grant reads role@team, or role@* for every team; roles are ${ROLES.join(', ')}. This is none: ${text}`,
    );
  return { role: role satisfies Role, team };
};

/** Signs a token. Throws on a grant that is none. */
export const issueToken = async (options: {
  readonly key: TokenKey;
  readonly tenant: string;
  readonly subject: string;
  /** `role@team`. */
  readonly grants: readonly string[];
  readonly ttlSeconds: number;
  readonly purpose?: string;
}): Promise<string> => {
  options.grants.forEach(parseGrant);
  const { key, tenant, subject, grants, ttlSeconds, purpose } = options;
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ grants, ...(purpose === undefined ? {} : { purpose }) })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setIssuer(LOCAL_ISSUER)
    .setAudience(tenant)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + ttlSeconds)
    .sign(key.privateKey);
};

export interface TokenTrust {
  /** The audience that a token must be for. */
  readonly tenant: string;
  /** Tokens that this ledger signed. */
  readonly localKey?: TokenKey;
  /** Tokens of an OpenID Connect provider. */
  readonly jwks?: { readonly url: URL; readonly issuer: string };
}

const CLOCK_TOLERANCE_SECONDS = 5;
/** How many verified tokens are remembered, and those of a provider for how long: it may take a key back at any time. */
const REMEMBERED_TOKENS = 10_000;
const PROVIDER_MEMORY_MS = 60_000;
const MAX_GRANTS = 200;

/** Sentences without quotes or non-ASCII characters: they travel in a header. */
const reasonOf = (error: unknown): string | undefined => {
  if (error instanceof errors.JWTExpired) return 'The token has expired: get a new one.';
  if (error instanceof errors.JWTClaimValidationFailed)
    switch (error.claim) {
      case 'aud':
        return 'The token is meant for another tenant.';
      case 'iss':
        return 'The token comes from an issuer that is not trusted here.';
      case 'nbf':
        return 'The token is not valid yet.';
      default:
        return `The token has no valid claim ${error.claim}.`;
    }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'The token is signed with an algorithm that is not accepted.';
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return 'The signature of the token is not from a trusted key.';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'The token is malformed.';
  return undefined;
};

/** Not the caller's fault: the provider's keys did not come, or made no sense. */
const providerFault = (cause: unknown): Problem => {
  const problem = new Problem(
    503,
    'authentication.unavailable',
    'The keys of the identity provider cannot be fetched at the moment: try again later.',
    {},
    { 'retry-after': '5' },
  );
  problem.cause = cause;
  return problem;
};

const viewerOf = (claims: JWTPayload): AuthenticatedViewer => {
  const { sub, exp, grants = [], purpose } = claims;
  if (sub === undefined || !/^[\x21-\x7e]{1,200}$/.test(sub))
    throw new InvalidToken('The claim sub must be 1 to 200 visible ASCII characters.');
  if (!Array.isArray(grants) || grants.length > MAX_GRANTS || !grants.every((each) => typeof each === 'string'))
    throw new InvalidToken('The claim grants must be a list of texts like agent@team-1.');
  if (purpose !== undefined && (typeof purpose !== 'string' || purpose.length > 200))
    throw new InvalidToken('The claim purpose must be a text of at most 200 characters.');
  let parsed: Grant[];
  try {
    parsed = grants.map(parseGrant);
  } catch {
    throw new InvalidToken('The claim grants holds something that is not role@team with a known role.');
  }
  return {
    actor: { id: sub, grants: parsed },
    expiresAtMs: exp! * 1_000,
    ...(purpose === undefined ? {} : { purpose }),
  };
};

/**
 * Checks signature, algorithm, issuer, audience and expiry. Rejects with InvalidToken. A token that held is remembered by its
 * hash until it expires (a provider's for a minute at most), since a signature costs more to check than a command does.
 */
export const tokenVerifier = ({ tenant, localKey, jwks }: TokenTrust): Authenticate => {
  const remote = jwks === undefined ? undefined : createRemoteJWKSet(jwks.url, { timeoutDuration: 5_000 });
  const verify = (token: string): Promise<{ payload: JWTPayload }> => {
    const shared = {
      audience: tenant,
      requiredClaims: ['sub', 'exp', 'aud', 'iss'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    };
    const issuer = decodeJwt(token).iss;
    if (localKey !== undefined && issuer === LOCAL_ISSUER)
      return jwtVerify(token, localKey.publicKey, { ...shared, issuer: LOCAL_ISSUER, algorithms: ['EdDSA'] });
    if (remote !== undefined && jwks !== undefined && issuer === jwks.issuer)
      return jwtVerify(token, remote, { ...shared, issuer: jwks.issuer, algorithms: ['EdDSA', 'RS256', 'ES256'] });
    throw new InvalidToken('The token comes from an issuer that is not trusted here.');
  };
  const known = new LruMap<string, { readonly viewer: AuthenticatedViewer; readonly untilMs: number }>(
    REMEMBERED_TOKENS,
  );
  return async (token) => {
    const digest = hash('sha256', token, 'base64url');
    const before = known.get(digest);
    if (before !== undefined) {
      if (Date.now() < before.untilMs) return before.viewer;
      known.delete(digest);
    }
    let claims: JWTPayload;
    try {
      ({ payload: claims } = await verify(token));
    } catch (error) {
      const reason = error instanceof InvalidToken ? error.message : reasonOf(error);
      if (reason === undefined) throw providerFault(error);
      throw new InvalidToken(reason);
    }
    const viewer = viewerOf(claims);
    const endsMs = viewer.expiresAtMs + CLOCK_TOLERANCE_SECONDS * 1_000;
    const untilMs =
      claims.iss === LOCAL_ISSUER && localKey !== undefined
        ? endsMs
        : Math.min(endsMs, Date.now() + PROVIDER_MEMORY_MS);
    known.set(digest, { viewer, untilMs });
    return viewer;
  };
};
