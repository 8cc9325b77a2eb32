import type { JsonValue } from '#libs/kernel/json.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { Filter, Query, Sort } from '#libs/ports/read-models.ts';
import { filterParameter } from './parameters.ts';
import type { Parameters, RawParameters } from './parameters.ts';
import { Problem } from './problem.ts';

/** As they stand in the address, and as the store knows them. */
const OPERATORS = ['eq', 'ne', 'in', 'gt', 'gte', 'lt', 'lte', 'prefix', 'exists'] as const;
type Operator = (typeof OPERATORS)[number];

const FIELD = /^(?:_id|[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)*)$/;
const REFUSED_NAMES = ['constructor', 'prototype'];
const MAX_VALUES = 100;

const fieldName = (parameter: string, text: string): string => {
  if (text.length > 200 || !FIELD.test(text) || text.split('.').some((part) => REFUSED_NAMES.includes(part)))
    throw new Problem(
      400,
      'query.invalid-field',
      `${JSON.stringify(text)} in ${parameter} is not a field: give letters, digits, - and _, and dots between levels.`,
      { field: parameter },
    );
  return text;
};

/** `a,"b,c"` → a and "b,c", each as sent. */
const split = (text: string): string[] => text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [''];

const QUOTED = /^"(?:[^"\\]|\\.)*"$/;
const unquoted = (text: string): string => (QUOTED.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);

/**
 * Addresses carry texts only. One that reads as a number, true, false or null may mean either; in double quotes it is the
 * text.
 */
const meanings = (text: string): readonly JsonValue[] => {
  if (QUOTED.test(text)) return [unquoted(text)];
  if (text === 'true' || text === 'false') return [text, text === 'true'];
  if (text === 'null') return [null];
  if (/^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(text)) return [text, Number(text)];
  return [text];
};

const condition = (parameter: string, field: string, operator: Operator, texts: readonly string[]): Filter => {
  const values = operator === 'prefix' ? texts : texts.flatMap(split);
  const single = (): string => {
    const [first] = values;
    if (first === undefined || values.length > 1)
      throw new Problem(400, 'query.invalid-filter', `${parameter} takes one value.`, { field: parameter });
    return first;
  };
  if (values.length > MAX_VALUES)
    throw new Problem(400, 'query.invalid-filter', `${parameter} takes ${MAX_VALUES} values at most.`, {
      field: parameter,
    });
  switch (operator) {
    case 'eq':
    case 'in': {
      const all = values.flatMap(meanings);
      return { [field]: all.length === 1 ? all[0]! : { $in: all } };
    }
    case 'ne': {
      const all = meanings(single()).map((value): Filter => ({ [field]: { $ne: value } }));
      return all.length === 1 ? all[0]! : { $and: all };
    }
    case 'exists': {
      const text = single();
      if (text !== 'true' && text !== 'false')
        throw new Problem(400, 'query.invalid-filter', `${parameter} must be true or false.`, { field: parameter });
      return { [field]: { $exists: text === 'true' } };
    }
    case 'prefix':
      return { [field]: { $prefix: unquoted(single()) } };
    default: {
      const all = meanings(single()).map((value): Filter => ({ [field]: { [`$${operator}`]: value } }));
      return all.length === 1 ? all[0]! : { $or: all };
    }
  }
};

/** The filter that the parameters say, all of them together. Throws a Problem with status 400. */
export const filterOf = (raw: RawParameters): Filter => {
  const conditions: Filter[] = [];
  for (const [name, value] of Object.entries(raw)) {
    const parsed = filterParameter(name);
    if (parsed === undefined) continue;
    const field = fieldName(name, parsed.field);
    const operator = OPERATORS.find((each) => each === (parsed.operator ?? 'eq'));
    if (operator === undefined)
      throw new Problem(400, 'query.invalid-filter', `${JSON.stringify(parsed.operator)} is no operator.`, {
        field: name,
        allowed: OPERATORS,
      });
    conditions.push(condition(name, field, operator, typeof value === 'string' ? [value] : value));
  }
  return conditions.length === 0 ? {} : conditions.length === 1 ? conditions[0]! : { $and: conditions };
};

const namesOf = (parameter: string, text: string): string[] => {
  const names = text.split(',');
  if (names.length > 50)
    throw new Problem(400, 'query.invalid-field', `${parameter} takes 50 fields at most.`, { field: parameter });
  return names;
};

const sortOf = (text: string): Sort =>
  namesOf('sort', text).map((each) =>
    each.startsWith('-')
      ? { field: fieldName('sort', each.slice(1)), direction: 'desc' }
      : { field: fieldName('sort', each), direction: 'asc' },
  );

/** `filter[…]`, `sort=-dueAt,reference`, `limit`, `cursor`. Throws a Problem with status 400. */
export const queryOf = (parameters: Parameters): Omit<Query, 'asOfPosition'> => {
  const sort = parameters.text('sort');
  const limit = parameters.integer('limit', 1, 1_000);
  const cursor = parameters.text('cursor');
  return {
    filter: filterOf(parameters.raw),
    ...(sort === undefined ? {} : { sort: sortOf(sort) }),
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
  };
};

/** Keeps the fields named in `fields=a,b.c`; undefined: all of them. */
export const fieldsOf = (parameters: Parameters): readonly string[] | undefined => {
  const text = parameters.text('fields');
  return text === undefined ? undefined : namesOf('fields', text).map((each) => fieldName('fields', each));
};

/** A document with the named fields only; nested ones keep their place. */
export const selectFields = (document: Document, fields: readonly string[] | undefined): Document => {
  if (fields === undefined) return document;
  const selected: { [name: string]: JsonValue | undefined } = {};
  for (const path of fields) {
    const names = path.split('.');
    let from: unknown = document;
    for (const name of names)
      from =
        typeof from === 'object' && from !== null && Object.hasOwn(from, name)
          ? (from as { readonly [name: string]: unknown })[name]
          : undefined;
    if (from === undefined) continue;
    let to: { [name: string]: unknown } = selected;
    for (const name of names.slice(0, -1)) to = (to[name] ??= {}) as { [name: string]: unknown };
    to[names.at(-1)!] = from;
  }
  return selected;
};
