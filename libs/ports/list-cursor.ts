import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { InvalidQuery } from './read-models.ts';

export interface Cursor {
  readonly physical: string;
  /** Digest of the collection's name, the filter and the sort that the cursor belongs to. */
  readonly query: string;
  /** The state that the pages show; null in a collection without versions. */
  readonly position: number | null;
  /** The asOfPosition that was asked for; null: none. */
  readonly asked: number | null;
  /** The last document's values of the sort's fields. */
  readonly after: readonly JsonValue[];
}

const sign = (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('base64url');

export const writeCursor = (cursor: Cursor, secret: string): string => {
  const body = Buffer.from(canonicalJson(cursor)).toString('base64url');
  return `${body}.${sign(body, secret)}`;
};

/** Only what writeCursor made with the same secret is read; so its content needs no further checks. */
export const readCursor = (text: unknown, secret: string): Cursor => {
  const refuse = () =>
    new InvalidQuery('cursor: is not one that this store gave out. Use `next` of the page before, unchanged.');
  if (typeof text !== 'string') throw refuse();
  const [body, signature, ...rest] = text.split('.');
  if (body === undefined || signature === undefined || rest.length > 0) throw refuse();
  const expected = Buffer.from(sign(body, secret));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refuse();
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Cursor;
};
