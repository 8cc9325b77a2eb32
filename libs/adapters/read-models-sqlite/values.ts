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

export const compareValues = (a: JsonValue, b: JsonValue): number => {
  const ranks = rankOf(a) - rankOf(b);
  if (ranks !== 0 || a === null || b === null) return ranks;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return Buffer.compare(Buffer.from(canonicalJson(a)), Buffer.from(canonicalJson(b)));
};

/** Which types a path has held, as bits: it tells the compiler which cases a query must provide for. */
export const shape = { number: 1, text: 2, boolean: 4, array: 8, object: 16, any: 31 } as const;

const names = /^[A-Za-z0-9_-]+$/;
const firstNames = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Adds the types of a document's fields by path. Fields that no query can name are left out. */
export const addShapes = (document: JsonValue, into: Map<string, number>, prefix = ''): void => {
  for (const [name, value] of Object.entries(document as { readonly [name: string]: JsonValue | undefined })) {
    if (value === undefined || value === null || !(prefix === '' ? firstNames : names).test(name)) continue;
    const path = prefix + name;
    const bit =
      typeof value === 'number'
        ? shape.number
        : typeof value === 'string'
          ? shape.text
          : typeof value === 'boolean'
            ? shape.boolean
            : Array.isArray(value)
              ? shape.array
              : shape.object;
    into.set(path, (into.get(path) ?? 0) | bit);
    if (bit === shape.object) addShapes(value, into, `${path}.`);
  }
};
