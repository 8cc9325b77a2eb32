import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import type { Condition, Scalar } from '#libs/ports/checked-query.ts';
import type { Sort } from '#libs/ports/read-models.ts';
import { rankOf } from '#libs/ports/value-order.ts';
import { shape } from './values.ts';

/** SQL with its parameters, in order. */
export interface Fragment {
  readonly sql: string;
  readonly params: readonly (string | number)[];
}

/** The types (bits of `shape`) that a path has ever held in the collection. */
export type ShapeOf = (path: string) => number;

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

/** A condition, given the types that its fields have held. */
export const compileFilter = (condition: Condition, shapeOf: ShapeOf): Fragment => {
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

  const compile = (node: Condition): Fragment => {
    if ('all' in node) return join(node.all.map(compile), 'AND', '1');
    if ('any' in node) return join(node.any.map(compile), 'OR', '1');
    const { path } = node;
    switch (node.is) {
      case 'one-of':
        return onField(path, isOneOf(node.values));
      case 'not': {
        const equal = onField(path, isOneOf(node.values));
        return { sql: `(${equal.sql} IS NOT TRUE)`, params: equal.params };
      }
      case 'there':
        return sql(`${typeSql(path)} IS ${node.there ? 'NOT ' : ''}NULL`);
      case 'prefixed':
        return onField(path, hasPrefix(node.prefix));
      default:
        return onField(path, isInRange(comparison[node.is], node.bound));
    }
  };

  return compile(condition);
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
