import type { JsonValue } from '#libs/kernel/json.ts';

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
