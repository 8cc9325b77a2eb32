import type { JsonValue } from '#libs/kernel/json.ts';

/** Which types a path has held, as bits: it tells the compiler which cases a query must provide for. */
export const shape = { number: 1, text: 2, boolean: 4, array: 8, object: 16, any: 31 } as const;

const names = /^[A-Za-z0-9_-]+$/;
const firstNames = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Where each name may stand that was seen lately: names are few, and a lookup is quicker than a pattern. */
const places = new Map<string, number>();
const mostPlaces = 5_000;
const place = { first: 1, inner: 2 } as const;

const placesOf = (name: string): number => {
  let found = places.get(name);
  if (found === undefined) {
    found = (firstNames.test(name) ? place.first : 0) | (names.test(name) ? place.inner : 0);
    if (places.size >= mostPlaces) places.clear();
    places.set(name, found);
  }
  return found;
};

/** Adds the types of a document's fields by path. Fields that no query can name are left out. */
export const addShapes = (document: JsonValue, into: Map<string, number>, prefix = ''): void => {
  const fields = document as { readonly [name: string]: JsonValue | undefined };
  const needed = prefix === '' ? place.first : place.inner;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined || value === null || (placesOf(name) & needed) === 0) continue;
    const path = prefix === '' ? name : prefix + name;
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
    const before = into.get(path) ?? 0;
    if ((before & bit) === 0) into.set(path, before | bit);
    if (bit === shape.object) addShapes(value, into, `${path}.`);
  }
};
