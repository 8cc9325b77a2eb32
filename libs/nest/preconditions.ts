import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.ts';

const VISIBLE = /^[\x21-\x7e]{1,200}$/;

/** A header of 1 to 200 visible ASCII characters; undefined where it is absent. Throws a Problem with status 400. */
const visibleHeader = (headers: IncomingHttpHeaders, name: string, example: string): string | undefined => {
  const value = headers[name.toLowerCase()];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !VISIBLE.test(value))
    throw new Problem(
      400,
      'request.header',
      `${name} must be 1 to 200 visible ASCII characters, sent once, e.g. ${example}.`,
      { field: name },
    );
  return value;
};

/** The command's id as the caller chose it. */
export const idempotencyKeyOf = (headers: IncomingHttpHeaders): string | undefined =>
  visibleHeader(headers, 'Idempotency-Key', '6f3c4c1e-5d0b-4a53-9d3a-1f3b7f0c2a11');

export const correlationIdOf = (headers: IncomingHttpHeaders): string | undefined =>
  visibleHeader(headers, 'X-Correlation-Id', 'order-4711');

/** A stream's revision as an entity tag: `"7"`. */
export const etagOf = (revision: number): string => `"${revision}"`;

/**
 * The revision that the caller saw; undefined where it does not say (no `If-Match`, or `*`). Throws a Problem: 412 for a
 * weak tag (which never matches), 400 for anything that is not one tag of ours.
 */
export const expectedRevisionOf = (headers: IncomingHttpHeaders): number | undefined => {
  const value = headers['if-match'];
  if (value === undefined || value === '*') return undefined;
  const revision = /^"(0|[1-9]\d{0,15})"$/.exec(value)?.[1];
  if (revision !== undefined && Number.isSafeInteger(Number(revision))) return Number(revision);
  if (value.startsWith('W/'))
    throw new Problem(
      412,
      'request.if-match',
      'If-Match takes the strong ETag of a state or of a command’s answer, e.g. "7"; a weak one never matches.',
      { field: 'If-Match' },
    );
  throw new Problem(
    400,
    'request.if-match',
    'If-Match takes one ETag as this server gave it: a revision in double quotes, e.g. "7".',
    { field: 'If-Match' },
  );
};
