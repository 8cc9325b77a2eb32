import { ServerError, badValue, compare, isDocument, isNumeric, toNumber } from './values.ts';
import type { Collator, Doc } from './values.ts';

/** All values at a path: through arrays, and each element of an array at its end. */
export const valuesAt = (value: unknown, path: readonly string[], from = 0): unknown[] => {
  if (from === path.length) {
    if (!Array.isArray(value)) return [value];
    // An empty array sorts, and is indexed, as undefined.
    return value.length === 0 ? [undefined] : value;
  }
  const name = path[from]!;
  if (Array.isArray(value)) {
    if (/^\d+$/.test(name) && Number(name) < value.length) return valuesAt(value[Number(name)], path, from + 1);
    const found = value.flatMap((element: unknown) => (isDocument(element) ? valuesAt(element, path, from) : []));
    return found.length === 0 ? [undefined] : found;
  }
  return isDocument(value)
    ? valuesAt(Object.hasOwn(value, name) ? value[name] : undefined, path, from + 1)
    : [undefined];
};

export type Comparator = (a: Doc, b: Doc) => number;

/** A sort specification as a comparison: an array counts by its least element ascending, its greatest descending. */
export const comparatorOf = (sort: unknown, collator?: Collator): Comparator => {
  if (!isDocument(sort)) throw new ServerError(14, 'TypeMismatch', 'sort: takes a document');
  const fields = Object.entries(sort).map(([field, direction]) => {
    if (isDocument(direction)) throw badValue(`This stand-in does not sort by ${JSON.stringify(direction)}.`);
    const sign = isNumeric(direction) ? toNumber(direction) : Number.NaN;
    if (sign !== 1 && sign !== -1)
      throw badValue(`$sort key ordering must be 1 (for ascending) or -1 (for descending)`);
    return { path: field.split('.'), sign };
  });
  const key = (document: Doc, path: readonly string[], sign: number) =>
    valuesAt(document, path).reduce((best, value) => (compare(value, best, collator) * sign < 0 ? value : best));
  return (a, b) => {
    for (const { path, sign } of fields) {
      const difference = compare(key(a, path, sign), key(b, path, sign), collator) * sign;
      if (difference !== 0) return difference;
    }
    return 0;
  };
};
