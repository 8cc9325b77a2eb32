import { STATUS_CODES } from 'node:http';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { StreamDeleted, TooLarge, Unavailable, WrongExpectedRevision } from '#libs/ports/event-store.ts';
import { SubjectErased, VaultLocked } from '#libs/ports/key-vault.ts';
import { InvalidQuery, UnknownCollection } from '#libs/ports/read-models.ts';
import { AccessDenied, InvalidMoment, PastTooLong } from '#libs/runtime/ledger.ts';

/** One field of the input that is wrong, and what would be right. */
export interface FieldProblem {
  /** Dotted path: `contacts.0.name`. */
  readonly field: string;
  readonly problems: readonly string[];
  /** The JSON schema of what is allowed, or the names that are known. */
  readonly allowed?: unknown;
}

export interface ProblemMembers {
  readonly field?: string;
  readonly fields?: readonly FieldProblem[];
  /** What would be accepted instead: commands, parameters, operators. */
  readonly allowed?: readonly string[];
  /** The stream's revision, where another one was expected. */
  readonly actualRevision?: number;
}

/** An answer that is not the one asked for: RFC 9457 problem details. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Stable, for programs: `request.unknown-parameter`. */
  readonly code: string;
  readonly members: ProblemMembers;
  readonly headers: { readonly [name: string]: string };
  constructor(
    status: number,
    code: string,
    detail: string,
    members: ProblemMembers = {},
    headers: { readonly [name: string]: string } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.members = members;
    this.headers = headers;
  }
}

/** The body of `application/problem+json`. `instance` names the request, as the log does. */
export const problemBody = ({ status, code, message, members }: Problem, requestId: string): object => ({
  type: `urn:careledger:problem:${code}`,
  title: STATUS_CODES[status] ?? 'Problem',
  status,
  detail: message,
  code,
  ...members,
  instance: `urn:uuid:${requestId}`,
});

const REJECTION_STATUS = { invalid: 422, state: 409, missing: 404, forbidden: 403 } as const;

/** A refusal of the domain. A revision that is not the one of `If-Match` is a failed precondition, not a conflict. */
export const problemOfRejection = ({ kind, code, message, allowed, field }: Rejection): Problem => {
  const status = code === 'stream.wrong-revision' ? 412 : REJECTION_STATUS[kind];
  const actual = status === 412 ? /at revision (\d+)/.exec(message)?.[1] : undefined;
  return new Problem(status, code, message, {
    ...(field === undefined ? {} : { field }),
    ...(kind === 'state' ? { allowed } : {}),
    ...(actual === undefined ? {} : { actualRevision: Number(actual) }),
  });
};

const ofFastify: { readonly [code: string]: (message: string) => Problem } = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Problem(415, 'request.content-type', 'Only bodies of content type application/json are understood.', {
      allowed: ['application/json'],
    }),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new Problem(413, 'request.too-large', 'The body is larger than the server takes: split it, or shorten its texts.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Problem(400, 'request.content-length', 'The body is not as long as Content-Length says: send it again.'),
  FST_ERR_BAD_URL: () =>
    new Problem(400, 'request.path', 'The path is not a valid one: percent-encode special characters.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new Problem(400, 'request.path', 'A part of the path is too long to be an id.'),
};

/**
 * What the caller is told of an error. Undefined: it was not expected, and its message is nobody's business but the
 * operator's.
 */
export const problemOf = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidQuery) return new Problem(400, 'query.invalid', error.message);
  if (error instanceof InvalidMoment) return new Problem(400, 'query.invalid-moment', error.message);
  if (error instanceof PastTooLong) return new Problem(422, 'query.past-too-long', error.message);
  if (error instanceof UnknownCollection) return new Problem(404, 'read-model.unknown', error.message);
  if (error instanceof AccessDenied) return new Problem(403, 'access.denied', error.message);
  if (error instanceof TooLarge) return new Problem(413, 'command.too-large', error.message);
  if (error instanceof SubjectErased) return new Problem(409, 'subject.erased', error.message);
  if (error instanceof WrongExpectedRevision)
    return new Problem(
      412,
      'stream.wrong-revision',
      error.message,
      error.actual === 'no-stream' ? {} : { actualRevision: error.actual },
    );
  if (error instanceof StreamDeleted || error instanceof VaultLocked)
    return new Problem(503, 'store.damaged', error.message);
  if (error instanceof Unavailable)
    return new Problem(
      503,
      'store.unavailable',
      'The store does not answer or cannot write at the moment. Nothing is lost: send the same request again, with the same Idempotency-Key.',
      {},
      error.retryable ? { 'retry-after': '2' } : { 'retry-after': '60' },
    );
  const code = (error as { code?: unknown } | null)?.code;
  const known = typeof code === 'string' ? ofFastify[code] : undefined;
  if (known !== undefined) return known((error as Error).message);
  const status =
    (error as { status?: unknown } | null)?.status ?? (error as { statusCode?: unknown } | null)?.statusCode;
  if (status === 404)
    return new Problem(404, 'request.no-such-route', 'There is no such path: /v1/openapi.json lists those there are.');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem(status, 'request.refused', (error as Error).message);
  return undefined;
};

export const unexpected = (requestId: string): Problem =>
  new Problem(
    500,
    'server.unexpected',
    `Something unexpected happened; the log has it under ${requestId}. Send the same request again with the same Idempotency-Key, or tell the operator.`,
  );
