import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';

/** The value at a dotted path. Paths go through objects only, never into arrays; missing is undefined. */
export const valueAt = (document: JsonValue, path: string): JsonValue | undefined => {
  let value: JsonValue | undefined = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined;
    value = (value as { readonly [name: string]: JsonValue })[name];
  }
  return value;
};

/** The order of types in a sort: null or missing, numbers, text, booleans, then arrays and objects by their JSON text. */
export const rankOf = (value: JsonValue | undefined): number => {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number') return 1;
  if (typeof value === 'string') return 2;
  return typeof value === 'boolean' ? 3 : 4;
};

/** The order that the port promises for a sort, whatever the store's own is. */
export const compareValues = (a: JsonValue, b: JsonValue): number => {
  const ranks = rankOf(a) - rankOf(b);
  if (ranks !== 0 || a === null || b === null) return ranks;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return Buffer.compare(Buffer.from(canonicalJson(a)), Buffer.from(canonicalJson(b)));
};
