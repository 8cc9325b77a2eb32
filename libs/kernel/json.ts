import canonicalize from 'canonicalize';

/** A value that JSON can carry. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };
export type JsonObject = { readonly [name: string]: JsonValue };

/**
 * The canonical JSON text of a value (RFC 8785): the same value always gives the same bytes, so hashes can be made again.
 * `undefined` members are left out. Throws a TypeError on what JSON cannot carry (NaN, Infinity, a function).
 */
export const canonicalJson = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('undefined has no canonical JSON');
  return text;
};
