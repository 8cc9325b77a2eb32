import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { InvalidQuery } from '#libs/ports/read-models.ts';
import type { Sort } from '#libs/ports/read-models.ts';
import { rankOf, shape } from './values.ts';

/** SQL with its parameters, in order. */
export interface Fragment {
  readonly sql: string;
  readonly params: readonly (string | number)[];
}

/** The types (bits of `shape`) that a path has ever held in the collection. */
export type ShapeOf = (path: string) => number;

const allowedOperators = '$in, $ne, $gt, $gte, $lt, $lte, $exists, $prefix';
const fieldPath = /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);
const maxDepth = 10;
const maxConditions = 200;
const maxValues = 5_000;

/** A field path that may stand in SQL text; everything else is refused. */
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

const describe = (value: unknown): string => {
  const text = value === undefined ? 'undefined' : typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  return text === undefined ? typeof value : text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

const jsonPath = (path: string) =>
  `'$.${path
    .split('.')
    .map((name) => `"${name}"`)
    .join('.')}'`;

/** The SQL value of a field; the expression indexes are made on the same text. `path` must have been checked. */
export const valueSql = (path: string) => (path === '_id' ? 'id' : `json_extract(document, ${jsonPath(path)})`);
const typeSql = (path: string) => (path === '_id' ? `'text'` : `json_type(document, ${jsonPath(path)})`);
/** The field's JSON text, NULL and JSON's null as one. */
export const jsonSql = (path: string) =>
  path === '_id' ? 'json_quote(id)' : `coalesce(document -> ${jsonPath(path)}, 'null')`;

const sql = (text: string, ...params: (string | number)[]): Fragment => ({ sql: text, params });
const join = (fragments: readonly Fragment[], by: 'AND' | 'OR', none: string): Fragment =>
  fragments.length === 0
    ? sql(none)
    : {
        sql: `(${fragments.map((each) => each.sql).join(` ${by} `)})`,
        params: fragments.flatMap((each) => each.params),
      };

type Scalar = string | number | boolean | null;
const isScalar = (value: unknown): value is Scalar =>
  value === null ||
  (typeof value === 'string' && value.isWellFormed()) ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  typeof value === 'boolean';

/** Where a value is looked at: the field itself, or one element of the array that it holds. */
interface Target {
  readonly value: string;
  readonly type: string;
}
type Test = (target: Target) => Fragment;

// Numbers go through SQLite's own JSON parser on both sides, so that equal texts are equal numbers.
const numberParam = `json_extract(?, '$')`;
const isNumber = (type: string) => `${type} IN ('integer', 'real')`;

const isOneOf =
  (values: readonly Scalar[]): Test =>
  ({ value, type }) => {
    const parts: Fragment[] = [];
    const texts = values.filter((each) => typeof each === 'string');
    const numbers = values.filter((each) => typeof each === 'number');
    const list = (items: readonly unknown[], param: string) =>
      items.length === 1 ? `= ${param}` : `IN (${items.map(() => param).join(', ')})`;
    if (values.includes(null)) parts.push(sql(`${value} IS NULL`));
    if (texts.length > 0) parts.push(sql(`(${value} ${list(texts, '?')} AND ${type} = 'text')`, ...texts));
    if (numbers.length > 0)
      parts.push(sql(`(${value} ${list(numbers, numberParam)} AND ${isNumber(type)})`, ...numbers.map(canonicalJson)));
    if (values.includes(true)) parts.push(sql(`(${value} = 1 AND ${type} = 'true')`));
    if (values.includes(false)) parts.push(sql(`(${value} = 0 AND ${type} = 'false')`));
    return join(parts, 'OR', '0');
  };

const comparison = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' } as const;

const isInRange =
  (operator: string, bound: string | number): Test =>
  ({ value, type }) =>
    typeof bound === 'string'
      ? sql(`(${value} ${operator} ? AND ${type} = 'text')`, bound)
      : sql(`(${value} ${operator} ${numberParam} AND ${isNumber(type)})`, canonicalJson(bound));

/** The least text after all texts with this beginning, by code point; undefined: there is none. */
const afterPrefix = (prefix: string): string | undefined => {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
};

const hasPrefix =
  (prefix: string): Test =>
  ({ value, type }) => {
    const end = afterPrefix(prefix);
    return end === undefined
      ? sql(`(${value} >= ? AND ${type} = 'text')`, prefix)
      : sql(`(${value} >= ? AND ${value} < ? AND ${type} = 'text')`, prefix, end);
  };

export const compileFilter = (filter: unknown, shapeOf: ShapeOf): Fragment => {
  let conditions = 0;
  let values = 0;

  const onField = (path: string, test: Test): Fragment => {
    const own = test({ value: valueSql(path), type: typeSql(path) });
    if (path === '_id' || (shapeOf(path) & shape.array) === 0) return own;
    const element = test({ value: 'e.value', type: 'e.type' });
    return join(
      [
        // An array's SQL value is its JSON text: one that happens to compare with the operand is told by its type.
        own,
        {
          sql: `(${typeSql(path)} = 'array' AND EXISTS (SELECT 1 FROM json_each(document, ${jsonPath(path)}) AS e WHERE ${element.sql}))`,
          params: element.params,
        },
      ],
      'OR',
      '0',
    );
  };

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

  const operation = (path: string, operator: string, operand: unknown, where: string): Fragment => {
    count(where);
    switch (operator) {
      case '$in': {
        if (!Array.isArray(operand) || operand.length > 1_000)
          throw new InvalidQuery(`${where}: $in takes a list of at most 1000 values, not ${describe(operand)}.`);
        return onField(path, isOneOf(Array.from(operand, (each, index) => scalar(each, `${where}[${index}]`))));
      }
      case '$ne': {
        const equal = onField(path, isOneOf([scalar(operand, where)]));
        return { sql: `(${equal.sql} IS NOT TRUE)`, params: equal.params };
      }
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte': {
        const bound = scalar(operand, where);
        if (typeof bound !== 'string' && typeof bound !== 'number')
          throw new InvalidQuery(`${where}: ${operator} takes a text or a number, not ${describe(operand)}.`);
        return onField(path, isInRange(comparison[operator], bound));
      }
      case '$exists':
        if (typeof operand !== 'boolean')
          throw new InvalidQuery(`${where}: $exists takes true or false, not ${describe(operand)}.`);
        return sql(`${typeSql(path)} IS ${operand ? 'NOT ' : ''}NULL`);
      case '$prefix': {
        const prefix = scalar(operand, where);
        if (typeof prefix !== 'string')
          throw new InvalidQuery(`${where}: $prefix takes a text, not ${describe(operand)}.`);
        return onField(path, hasPrefix(prefix));
      }
      default:
        throw new InvalidQuery(
          operator.startsWith('$')
            ? `${where}: there is no operator ${describe(operator)}. Allowed: ${allowedOperators}; $and and $or around conditions.`
            : `${where}: a field is not compared with an object; name the field inside by its dotted path (customer.tier). Allowed operators: ${allowedOperators}.`,
        );
    }
  };

  const compile = (node: unknown, where: string, depth: number): Fragment => {
    if (typeof node !== 'object' || node === null || Array.isArray(node))
      throw new InvalidQuery(`${where}: a filter is an object of conditions by field, not ${describe(node)}.`);
    if (depth > maxDepth) throw new InvalidQuery(`${where}: $and and $or nest at most ${maxDepth} deep.`);
    const parts = Object.entries(node).map(([key, value]: [string, unknown]): Fragment => {
      const here = `${where}.${key.length > 80 ? `${key.slice(0, 80)}…` : key}`;
      if (key === '$and' || key === '$or') {
        if (!Array.isArray(value) || value.length === 0)
          throw new InvalidQuery(`${here}: ${key} takes a list of at least one filter, not ${describe(value)}.`);
        const inner = value.map((each: unknown, index) => {
          count(here);
          return compile(each, `${here}[${index}]`, depth + 1);
        });
        return join(inner, key === '$and' ? 'AND' : 'OR', '1');
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
        return join(
          operations.map(([operator, operand]) => operation(path, operator, operand, `${here}.${operator}`)),
          'AND',
          '1',
        );
      }
      count(here);
      return onField(path, isOneOf([scalar(value, here)]));
    });
    return join(parts, 'AND', '1');
  };

  return compile(filter, 'filter', 0);
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
  return own === -1 ? [...fields, { field: '_id', direction: 'asc' }] : fields.slice(0, own + 1);
};

/** SQLite's own order of the values is the port's, unless booleans meet other types or arrays and objects occur. */
const sortsPlainly = (types: number) =>
  (types & (shape.array | shape.object)) === 0 &&
  ((types & shape.boolean) === 0 || (types & (shape.number | shape.text)) === 0);

const rankSql = (path: string) =>
  `CASE ${typeSql(path)} WHEN 'integer' THEN 1 WHEN 'real' THEN 1 WHEN 'text' THEN 2 WHEN 'true' THEN 3 WHEN 'false' THEN 3 WHEN 'array' THEN 4 WHEN 'object' THEN 4 ELSE 0 END`;

const param = (value: JsonValue): Fragment => {
  if (value === null) return sql('NULL');
  if (typeof value === 'string') return sql('?', value);
  if (typeof value === 'number') return sql(numberParam, canonicalJson(value));
  if (typeof value === 'boolean') return sql(value ? '1' : '0');
  return sql('?', canonicalJson(value));
};

/** ORDER BY, and the condition for what comes after the given values of the sort's fields. */
export const compileSort = (
  sort: Sort,
  shapeOf: ShapeOf,
  after: readonly JsonValue[] | undefined,
): { readonly orderBy: string; readonly after: Fragment } => {
  const plain = sort.map(({ field }) => field === '_id' || sortsPlainly(shapeOf(field)));
  const orderBy = sort
    .flatMap(({ field, direction }, index) =>
      (plain[index] ? [valueSql(field)] : [rankSql(field), valueSql(field)]).map((each) => `${each} ${direction}`),
    )
    .join(', ');
  if (after === undefined) return { orderBy, after: sql('1') };

  const same: Fragment[] = [];
  const cases: Fragment[] = [];
  const bounds: Fragment[] = [];
  sort.forEach(({ field, direction }, index) => {
    const value = after[index] ?? null;
    const x = valueSql(field);
    const bound = param(value);
    const rank = rankOf(value);
    const sign = direction === 'asc' ? '>' : '<';
    let beyond: Fragment;
    if (plain[index]) {
      if (value === null) beyond = direction === 'asc' ? sql(`${x} IS NOT NULL`) : sql('0');
      else if (direction === 'asc') beyond = sql(`${x} > ${bound.sql}`, ...bound.params);
      else beyond = sql(`(${x} < ${bound.sql}${field === '_id' ? '' : ` OR ${x} IS NULL`})`, ...bound.params);
      // Says again what the cases imply, in a form that an index can seek by.
      if (index === 0 && value !== null && direction === 'asc')
        bounds.push(sql(`${x} >= ${bound.sql}`, ...bound.params));
      same.push(sql(`${x} IS ${bound.sql}`, ...bound.params));
    } else {
      const rankAt = rankSql(field);
      beyond =
        rank === 0
          ? sql(`${rankAt} ${sign} 0`)
          : sql(`(${rankAt} ${sign} ${rank} OR (${rankAt} = ${rank} AND ${x} ${sign} ${bound.sql}))`, ...bound.params);
      same.push(sql(`(${rankAt} = ${rank} AND ${x} IS ${bound.sql})`, ...bound.params));
    }
    cases.push(join([...same.slice(0, index), beyond], 'AND', '1'));
  });
  return { orderBy, after: join([...bounds, join(cases, 'OR', '0')], 'AND', '1') };
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
