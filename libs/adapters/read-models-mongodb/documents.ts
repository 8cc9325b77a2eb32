import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';

/** JSON as MongoDB keeps it: the same values, under names that MongoDB and its driver give no meaning to. */
export type Stored = string | number | boolean | null | Stored[] | { [name: string]: Stored };

// `.` and `$` mean paths and operators, a NUL ends a name, and the driver takes an object with `_bsontype` for one of its own.
const meaningful = /[%$.\0]|^_(?=bsontype$)/g;

export const escapeName = (name: string): string =>
  name.replace(meaningful, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
const unescapeName = (name: string): string =>
  name.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

const renamed = (value: unknown, rename: (name: string) => string): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => renamed(each, rename));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [rename(name), renamed(each, rename)]));
};

/** Throws a TypeError on what JSON cannot carry. Members come in canonical order, so equal objects are stored equal. */
export const encode = (document: Document): Stored =>
  renamed(JSON.parse(canonicalJson(document)), escapeName) as Stored;
export const decode = (stored: unknown): JsonValue => renamed(stored, unescapeName) as JsonValue;

/** Paths that have held lists or objects: MongoDB sorts these in its own way, so they are sorted here. */
export interface Composites {
  readonly lists: readonly string[];
  readonly objects: readonly string[];
  /** There were too many to keep: every path may hold them. */
  readonly anywhere?: boolean;
}
export const maxComposites = 2_000;

const names = /^[A-Za-z0-9_-]+$/;

/** Adds the paths of a stored document's lists and objects that a query can name. */
export const addComposites = (
  value: Stored,
  into: { readonly lists: Set<string>; readonly objects: Set<string> },
  prefix = '',
): void => {
  for (const [name, each] of Object.entries(value as { readonly [name: string]: Stored })) {
    if (typeof each !== 'object' || each === null || !names.test(name)) continue;
    if (Array.isArray(each)) into.lists.add(prefix + name);
    else {
      into.objects.add(prefix + name);
      addComposites(each, into, `${prefix}${name}.`);
    }
  }
};

/** Whether MongoDB's order of the field's values is the port's: no list on the way, no list or object at its end. */
export const sortsPlainly = (path: string, { lists, objects, anywhere }: Composites): boolean =>
  path === '_id' ||
  (anywhere !== true && !objects.includes(path) && !lists.some((list) => path === list || path.startsWith(`${list}.`)));
