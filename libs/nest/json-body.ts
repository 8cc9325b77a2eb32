import type { FastifyInstance } from 'fastify';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { Problem } from './problem.ts';

/** How deep objects and arrays may stand in one another. */
export const MAX_DEPTH = 20;

const REFUSED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const refuse = (code: string, detail: string, field = ''): Problem =>
  new Problem(400, code, detail, field === '' ? {} : { field });

/** Throws a Problem for what JSON can say but the ledger cannot keep, or what is only ever sent to do harm. */
const check = (value: JsonValue, path: string, depth: number): void => {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw refuse('json.text', 'A text holds half of a character (a lone surrogate).', path);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw refuse('json.number', 'A number is beyond what can be kept exactly: send it as a text.', path);
  } else if (typeof value === 'object' && value !== null) {
    if (depth >= MAX_DEPTH) throw refuse('json.too-deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    for (const [name, member] of Object.entries(value)) {
      if (REFUSED_NAMES.has(name)) throw refuse('json.name', `A field may not be called ${name}.`, path);
      check(member, path === '' ? name : `${path}.${name}`, depth + 1);
    }
  }
};

/** Node's message quotes the body, which may hold personal values: only the place is told. */
const placeOf = (error: unknown): string => {
  const place = /\(line (\d+) column (\d+)\)/.exec((error as Error).message);
  return place === null ? 'it ends too early' : `see line ${place[1]}, column ${place[2]}`;
};

/** The JSON object that a body holds; none is the empty object. Throws a Problem with status 400. */
export const parseJsonBody = (bytes: Uint8Array): JsonObject => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('json.encoding', 'The body is not UTF-8.');
  }
  if (text.trim() === '') return {};
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw refuse('json.malformed', `The body is not JSON: ${placeOf(error)}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('json.not-an-object', 'The body must be a JSON object, {…}.');
  check(value, '', 0);
  return value as JsonObject;
};

/** JSON objects are the only bodies; everything else is answered 415. */
export const acceptJsonOnly = (instance: FastifyInstance): void => {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseJsonBody(body),
  );
};
