import { InvalidQuery } from './read-models.ts';
import type { Query, Sort } from './read-models.ts';

/** A filter that has been checked: nothing in it is taken for language by accident. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly path: string; readonly is: 'one-of' | 'not'; readonly values: readonly Scalar[] }
  | { readonly path: string; readonly is: RangeOperator; readonly bound: string | number }
  | { readonly path: string; readonly is: 'there'; readonly there: boolean }
  | { readonly path: string; readonly is: 'prefixed'; readonly prefix: string };
export type Scalar = string | number | boolean | null;
export type RangeOperator = '$gt' | '$gte' | '$lt' | '$lte';

const allowedOperators = '$in, $ne, $gt, $gte, $lt, $lte, $exists, $prefix';
const fieldPath = /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);
const maxDepth = 10;
const maxConditions = 200;
const maxValues = 5_000;

const describe = (value: unknown): string => {
  const text = value === undefined ? 'undefined' : typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  return text === undefined ? typeof value : text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

/** A field path; whatever else a store might read as language is refused. */
export const checkedPath = (path: unknown, where: string): string => {
  if (
    typeof path !== 'string' ||
    path.length > 200 ||
    !fieldPath.test(path) ||
    path.split('.').some((name) => forbiddenNames.has(name))
  )
    throw new InvalidQuery(
      `${where}: ${describe(path)} is not a field. Allowed: names of letters, digits, _ and -, joined by dots (dueAt, customer.tier), or _id.`,
    );
  return path;
};

const isScalar = (value: unknown): value is Scalar =>
  value === null ||
  (typeof value === 'string' && value.isWellFormed()) ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  typeof value === 'boolean';

/** The documented subset of the query language, read once for every store. Throws InvalidQuery: what, where, what is allowed. */
export const checkedFilter = (filter: unknown): Condition => {
  let conditions = 0;
  let values = 0;

  const scalar = (value: unknown, where: string): Scalar => {
    if (!isScalar(value))
      throw new InvalidQuery(
        `${where}: cannot compare with ${describe(value)}. Allowed: a text, a number, true, false or null; several values with $in; a field inside an object by its dotted path.`,
      );
    values += 1;
    if (values > maxValues) throw new InvalidQuery(`${where}: more than ${maxValues} values in one filter.`);
    return value;
  };

  const count = (where: string) => {
    conditions += 1;
    if (conditions > maxConditions)
      throw new InvalidQuery(`${where}: more than ${maxConditions} conditions in one filter. Use $in for many values.`);
  };

  const operation = (path: string, operator: string, operand: unknown, where: string): Condition => {
    count(where);
    switch (operator) {
      case '$in': {
        if (!Array.isArray(operand) || operand.length > 1_000)
          throw new InvalidQuery(`${where}: $in takes a list of at most 1000 values, not ${describe(operand)}.`);
        return {
          path,
          is: 'one-of',
          values: Array.from(operand, (each, index) => scalar(each, `${where}[${index}]`)),
        };
      }
      case '$ne':
        return { path, is: 'not', values: [scalar(operand, where)] };
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte': {
        const bound = scalar(operand, where);
        if (typeof bound !== 'string' && typeof bound !== 'number')
          throw new InvalidQuery(`${where}: ${operator} takes a text or a number, not ${describe(operand)}.`);
        return { path, is: operator, bound };
      }
      case '$exists':
        if (typeof operand !== 'boolean')
          throw new InvalidQuery(`${where}: $exists takes true or false, not ${describe(operand)}.`);
        return { path, is: 'there', there: operand };
      case '$prefix': {
        const prefix = scalar(operand, where);
        if (typeof prefix !== 'string')
          throw new InvalidQuery(`${where}: $prefix takes a text, not ${describe(operand)}.`);
        return { path, is: 'prefixed', prefix };
      }
      default:
        throw new InvalidQuery(
          operator.startsWith('$')
            ? `${where}: there is no operator ${describe(operator)}. Allowed: ${allowedOperators}; $and and $or around conditions.`
            : `${where}: a field is not compared with an object; name the field inside by its dotted path (customer.tier). Allowed operators: ${allowedOperators}.`,
        );
    }
  };

  const check = (node: unknown, where: string, depth: number): Condition => {
    if (typeof node !== 'object' || node === null || Array.isArray(node))
      throw new InvalidQuery(`${where}: a filter is an object of conditions by field, not ${describe(node)}.`);
    if (depth > maxDepth) throw new InvalidQuery(`${where}: $and and $or nest at most ${maxDepth} deep.`);
    const parts = Object.entries(node).map(([key, value]: [string, unknown]): Condition => {
      const here = `${where}.${key.length > 80 ? `${key.slice(0, 80)}…` : key}`;
      if (key === '$and' || key === '$or') {
        if (!Array.isArray(value) || value.length === 0)
          throw new InvalidQuery(`${here}: ${key} takes a list of at least one filter, not ${describe(value)}.`);
        const inner = value.map((each: unknown, index) => {
          count(here);
          return check(each, `${here}[${index}]`, depth + 1);
        });
        return key === '$and' ? { all: inner } : { any: inner };
      }
      if (key.startsWith('$'))
        throw new InvalidQuery(
          `${here}: there is no operator ${describe(key)} here. Allowed: $and, $or, and fields by name.`,
        );
      const path = checkedPath(key, here);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        const operations = Object.entries(value);
        if (operations.length === 0)
          throw new InvalidQuery(`${here}: an empty object is no condition. Allowed operators: ${allowedOperators}.`);
        return {
          all: operations.map(([operator, operand]) => operation(path, operator, operand, `${here}.${operator}`)),
        };
      }
      count(here);
      return { path, is: 'one-of', values: [scalar(value, here)] };
    });
    return parts.length === 1 ? parts[0]! : { all: parts };
  };

  return check(filter, 'filter', 0);
};

/** A sort that has been checked, with `_id` last. */
export const checkedSort = (sort: unknown): Sort => {
  if (!Array.isArray(sort) || sort.length > 8)
    throw new InvalidQuery(`sort: takes a list of at most 8 fields, not ${describe(sort)}.`);
  const fields = sort.map((each: unknown, index) => {
    const where = `sort[${index}]`;
    if (typeof each !== 'object' || each === null)
      throw new InvalidQuery(`${where}: takes { field, direction }, not ${describe(each)}.`);
    const { field, direction, ...others } = each as { field?: unknown; direction?: unknown };
    if (direction !== 'asc' && direction !== 'desc')
      throw new InvalidQuery(`${where}.direction: ${describe(direction)} is not a direction. Allowed: asc, desc.`);
    if (Object.keys(others).length > 0)
      throw new InvalidQuery(`${where}: there is no ${describe(Object.keys(others)[0])}. Allowed: field, direction.`);
    return { field: checkedPath(field, `${where}.field`), direction } as const;
  });
  const own = fields.findIndex((each) => each.field === '_id');
  const decisive = own === -1 ? [...fields, { field: '_id', direction: 'asc' } as const] : fields.slice(0, own + 1);
  // A field that comes again decides nothing more, and some stores take each once.
  return decisive.filter((each, index) => decisive.findIndex((before) => before.field === each.field) === index);
};

export const checkedPosition = (position: unknown, where: string): number => {
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0)
    throw new InvalidQuery(`${where}: ${describe(position)} is not a position. Allowed: a whole number from 0.`);
  return position;
};

export const checkedLimit = (limit: unknown): number => {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > 1_000)
    throw new InvalidQuery(`limit: ${describe(limit)} is not a page size. Allowed: a whole number from 1 to 1000.`);
  return limit;
};

const queryKeys = new Set(['filter', 'sort', 'limit', 'cursor', 'asOfPosition']);

export const checkKeys = (query: Query): void => {
  for (const key of Object.keys(query))
    if (!queryKeys.has(key))
      throw new InvalidQuery(`${key}: is not part of a query. Allowed: ${[...queryKeys].join(', ')}.`);
};

/** The id of a document to look up; what is no text might be language. */
export const checkedId = (id: unknown): string => {
  if (typeof id !== 'string') throw new InvalidQuery(`id: ${describe(id)} is not a document's id: a text.`);
  return id;
};
