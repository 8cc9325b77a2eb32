import { BSONRegExp } from 'mongodb';
import type { Filter as MongoFilter } from 'mongodb';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { CollectionSpec } from '#libs/kernel/projection.ts';
import type { Sort } from '#libs/ports/read-models.ts';
import type { Condition, Scalar } from '#libs/ports/checked-query.ts';
import { rankOf } from '#libs/ports/value-order.ts';
import { escapeName } from './documents.ts';

/** What MongoDB keeps: one document of a `current` collection (`_id`: its id), or one version of one. */
export interface StoredVersion {
  readonly _id: string | { readonly id: string; readonly from: number };
  readonly id: string;
  /** The position of the event that made this version. */
  readonly from: number;
  /** The position that ended it; Infinity: it stands. */
  readonly to: number;
  /** The latest version of its document; it may have ended with the document. */
  readonly last?: true;
  readonly doc?: unknown;
}
export type Where = MongoFilter<StoredVersion>;

export const nothing: Where = { _id: { $in: [] } };

/** Where MongoDB finds a field. */
export const fieldOf = (path: string): string =>
  path === '_id' ? 'id' : `doc.${path.split('.').map(escapeName).join('.')}`;

/** The objects that a path goes through. Where one of them is a list there is no value for the port, but one for MongoDB. */
export const stepsOf = (path: string): string[] => {
  const names = path === '_id' ? [] : path.split('.');
  return names.slice(1).map((_, index) => fieldOf(names.slice(0, index + 1).join('.')));
};

const where = (parts: readonly object[], operator: '$and' | '$or'): Where =>
  (parts.length === 1 ? parts[0] : { [operator]: parts }) as Where;

const straight = (path: string, test: object): Where =>
  where(
    [{ [fieldOf(path)]: test }, ...stepsOf(path).map((step) => ({ [step]: { $not: { $type: 'array' } } }))],
    '$and',
  );
const straightOrMissing = (path: string, test: object): Where =>
  where([{ [fieldOf(path)]: test }, ...stepsOf(path).map((step) => ({ [step]: { $type: 'array' } }))], '$or');

const isOneOf = (path: string, values: readonly Scalar[]): Where => {
  const test = values.length === 1 ? { $eq: values[0] } : { $in: values };
  return values.includes(null) ? straightOrMissing(path, test) : straight(path, test);
};

// A pattern ends at a NUL, so that is written as an escape.
const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\0', '\\x00');

/** The condition in MongoDB's language. */
export const toWhere = (condition: Condition): Where => {
  if ('all' in condition) return condition.all.length === 0 ? {} : where(condition.all.map(toWhere), '$and');
  if ('any' in condition) return where(condition.any.map(toWhere), '$or');
  const { path } = condition;
  switch (condition.is) {
    case 'one-of':
      return isOneOf(path, condition.values);
    case 'not':
      return { $nor: [isOneOf(path, condition.values)] };
    case 'there':
      return condition.there ? straight(path, { $exists: true }) : straightOrMissing(path, { $exists: false });
    case 'prefixed':
      return straight(path, { $regex: new BSONRegExp(`^${literally(condition.prefix)}`) });
    default:
      return straight(path, { [condition.is]: condition.bound });
  }
};

const typesByRank = [[], ['number'], ['string'], ['bool']] as const;

/** The values that come after this one, of its own type and of the types after it. */
const beyond = (field: string, value: JsonValue, direction: 'asc' | 'desc'): Where => {
  const rank = rankOf(value);
  const ascending = direction === 'asc';
  if (rank === 0) return ascending ? { [field]: { $ne: null } } : nothing;
  const types = typesByRank.flatMap((names, each) => ((ascending ? each > rank : each < rank) ? [...names] : []));
  const parts: object[] = [{ [field]: { [ascending ? '$gt' : '$lt']: value } }];
  if (field !== 'id') {
    if (types.length > 0) parts.push({ [field]: { $type: types } });
    if (!ascending) parts.push({ [field]: null });
  }
  return where(parts, '$or');
};

/** What comes after the given values of the sort's fields; these must sort plainly. */
export const afterWhere = (sort: Sort, after: readonly JsonValue[]): Where =>
  where(
    sort.map(({ field, direction }, index) => {
      const same = sort.slice(0, index).map((each, at) => ({ [fieldOf(each.field)]: { $eq: after[at] ?? null } }));
      return where([...same, beyond(fieldOf(field), after[index] ?? null, direction)], '$and');
    }),
    '$or',
  );

export const toMongoSort = (sort: Sort): [string, 1 | -1][] =>
  sort.map(({ field, direction }) => [fieldOf(field), direction === 'asc' ? 1 : -1]);

/** The documents at a position; undefined: those of the present. */
export const visible = (kind: CollectionSpec['kind'], position: number | undefined): Where => {
  if (kind === 'current') return {};
  return position === undefined ? { last: true, to: Infinity } : { from: { $lte: position }, to: { $gt: position } };
};

export const both = (...parts: readonly Where[]): Where => {
  const given = parts.filter((part) => Object.keys(part).length > 0);
  return given.length === 0 ? {} : where(given, '$and');
};
