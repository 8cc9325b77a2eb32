import { BSON } from 'mongodb';
import { runStage } from './expressions.ts';
import { compileFilter, someAt } from './matching.ts';
import type { MatchOptions } from './matching.ts';
import { comparatorOf } from './sorting.ts';
import {
  ServerError,
  badValue,
  clone,
  compare,
  equal,
  failedToParse,
  identical,
  isDocument,
  isNumeric,
  toNumber,
  typeAlias,
  typeMismatch,
} from './values.ts';
import type { Doc } from './values.ts';

const { Decimal128, Long, Timestamp } = BSON;

/** Gives the document after the update. `inserting`: for an upsert. `filter`: what the document was found by. */
export type Update = (document: Doc, filter: Doc, inserting: boolean) => Doc;
export interface CompiledUpdate {
  readonly apply: Update;
  readonly replaces: boolean;
}

const stageNames = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);
const immutableId = () =>
  new ServerError(
    66,
    'ImmutableField',
    `Performing an update on the path '_id' would modify the immutable field '_id'`,
  );

/** After any update: the id stays. */
export const keepId = (before: Doc, after: Doc): Doc => {
  if (before._id === undefined) return after;
  if (after._id !== undefined && !identical(before._id, after._id)) throw immutableId();
  return { _id: before._id, ...after };
};

type Change = (current: unknown, inserting: boolean) => unknown;
const removed = Symbol('removed');

const toBigInt = (value: unknown) => (value instanceof Long ? value.toBigInt() : BigInt(toNumber(value)));

const numeric = (
  operator: string,
  operand: unknown,
  of: (a: number, b: number) => number,
  bigint: (a: bigint, b: bigint) => bigint,
  none: unknown,
): Change => {
  if (!isNumeric(operand))
    throw typeMismatch(`Cannot ${operator.slice(1)} with non-numeric argument: ${JSON.stringify(operand)}`);
  return (current) => {
    if (current === undefined) return none ?? operand;
    if (!isNumeric(current))
      throw typeMismatch(
        `Cannot apply ${operator} to a value of non-numeric type. The field has non-numeric type ${typeAlias(current)}`,
      );
    if (current instanceof Decimal128 || operand instanceof Decimal128)
      return Decimal128.fromString(String(of(toNumber(current), toNumber(operand))));
    if (current instanceof Long || operand instanceof Long)
      return Long.fromBigInt(bigint(toBigInt(current), toBigInt(operand)));
    return of(toNumber(current), toNumber(operand));
  };
};

const arrayFor = (operator: string, current: unknown): unknown[] => {
  if (current === undefined) return [];
  if (!Array.isArray(current))
    throw new ServerError(
      operator === '$push' || operator === '$pull' ? 2 : 14,
      operator === '$push' || operator === '$pull' ? 'BadValue' : 'TypeMismatch',
      `The field must be an array but is of type ${typeAlias(current)}`,
    );
  return current;
};

const push = (operand: unknown): Change => {
  const modifiers = isDocument(operand) && operand.$each !== undefined ? operand : { $each: [operand] };
  const unknown = Object.keys(modifiers).find((name) => !['$each', '$position', '$slice', '$sort'].includes(name));
  if (unknown !== undefined) throw badValue(`Unrecognized clause in $push: ${unknown}`);
  if (!Array.isArray(modifiers.$each)) throw badValue('The argument to $each in $push must be an array');
  const each = modifiers.$each as unknown[];
  return (current) => {
    let array = [...arrayFor('$push', current)];
    const position = modifiers.$position === undefined ? array.length : toNumber(modifiers.$position);
    array.splice(position < 0 ? Math.max(0, array.length + position) : position, 0, ...clone(each));
    if (modifiers.$sort !== undefined) {
      const by = isDocument(modifiers.$sort)
        ? comparatorOf(modifiers.$sort)
        : (a: unknown, b: unknown) => compare(a, b) * toNumber(modifiers.$sort);
      array = array.toSorted(by as (a: unknown, b: unknown) => number);
    }
    if (modifiers.$slice !== undefined) {
      const size = toNumber(modifiers.$slice);
      array = size < 0 ? array.slice(size) : array.slice(0, size);
    }
    return array;
  };
};

const pullTest = (operand: unknown, options: MatchOptions): ((element: unknown) => boolean) => {
  if (isDocument(operand) && !Object.keys(operand)[0]?.startsWith('$')) {
    const matches = compileFilter(operand, options);
    return (element) => isDocument(element) && matches(element);
  }
  const matches = compileFilter({ element: operand }, options);
  return (element) => (Array.isArray(element) && !isDocument(operand) ? equal(element, operand) : matches({ element }));
};

const changeFor = (operator: string, operand: unknown, options: MatchOptions): Change => {
  switch (operator) {
    case '$set':
      return () => clone(operand);
    case '$setOnInsert':
      return (current, inserting) => (inserting ? clone(operand) : current);
    case '$unset':
      return () => removed;
    case '$inc':
      return numeric(
        '$inc',
        operand,
        (a, b) => a + b,
        (a, b) => a + b,
        undefined,
      );
    case '$mul':
      return numeric(
        '$mul',
        operand,
        (a, b) => a * b,
        (a, b) => a * b,
        0,
      );
    case '$min':
      return (current) => (current === undefined || compare(operand, current) < 0 ? clone(operand) : current);
    case '$max':
      return (current) => (current === undefined || compare(operand, current) > 0 ? clone(operand) : current);
    case '$currentDate': {
      const type = operand === true ? 'date' : isDocument(operand) ? operand.$type : undefined;
      if (type !== 'date' && type !== 'timestamp')
        throw badValue(`The '$type' string field is required to be 'date' or 'timestamp'`);
      return () => (type === 'date' ? new Date() : new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 }));
    }
    case '$push':
      return push(operand);
    case '$addToSet': {
      const each = isDocument(operand) && operand.$each !== undefined ? operand.$each : [operand];
      if (!Array.isArray(each)) throw typeMismatch('The argument to $each in $addToSet must be an array');
      return (current) => {
        const array = [...arrayFor('$addToSet', current)];
        for (const value of each as unknown[]) if (!array.some((has) => equal(has, value))) array.push(clone(value));
        return array;
      };
    }
    case '$pop': {
      const end = toNumber(operand);
      if (end !== 1 && end !== -1) throw failedToParse(`$pop expects 1 or -1, found: ${String(operand)}`);
      return (current) => {
        if (current === undefined) return removed;
        const array = arrayFor('$pop', current);
        return end === 1 ? array.slice(0, -1) : array.slice(1);
      };
    }
    case '$pull': {
      const test = pullTest(operand, options);
      return (current) =>
        current === undefined ? removed : arrayFor('$pull', current).filter((element) => !test(element));
    }
    case '$pullAll': {
      if (!Array.isArray(operand)) throw badValue('$pullAll requires an array argument');
      return (current) =>
        current === undefined
          ? removed
          : arrayFor('$pullAll', current).filter((element) => !operand.some((each: unknown) => equal(each, element)));
    }
    case '$bit': {
      if (!isDocument(operand)) throw badValue('The $bit modifier takes a document');
      const steps = Object.entries(operand);
      return (current) =>
        steps.reduce(
          (value, [name, bits]) => {
            const [a, b] = [value, toNumber(bits)];
            if (name === 'and') return a & b;
            if (name === 'or') return a | b;
            if (name === 'xor') return a ^ b;
            throw badValue(`The $bit modifier only supports 'and', 'or', and 'xor', not '${name}'`);
          },
          current === undefined ? 0 : toNumber(current),
        );
    }
    default:
      throw failedToParse(
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
  }
};

interface Positions {
  readonly filters: ReadonlyMap<string, (element: unknown) => boolean>;
  /** The index that `$` stands for: of the first element that the query matched. */
  readonly matched: () => number | undefined;
}

/** Applies a change at a path, making documents on the way where values are missing. */
const changeAt = (
  parent: unknown,
  path: readonly string[],
  change: Change,
  inserting: boolean,
  positions: Positions,
  whole: string,
): void => {
  const [name, ...rest] = path as [string, ...string[]];
  const on = (holder: Doc | unknown[], key: string | number) => {
    const box = holder as { [key: string | number]: unknown };
    const own = Object.hasOwn(holder, key) ? box[key] : undefined;
    if (rest.length > 0) {
      let next = own;
      if (next === undefined || (Array.isArray(holder) && next === null && false)) {
        const probe = change(undefined, inserting);
        if (probe === removed || probe === undefined) return;
        next = {};
        fill(holder, key);
        box[key] = next;
      } else if (!isDocument(next) && !Array.isArray(next)) {
        if (change(undefined, inserting) === removed) return;
        throw new ServerError(
          28,
          'PathNotViable',
          `Cannot create field '${rest[0]}' in element {${String(key)}: ${JSON.stringify(next)}}`,
        );
      }
      changeAt(next, rest, change, inserting, positions, whole);
      return;
    }
    const after = change(own, inserting);
    if (after === removed) {
      // An element that is unset leaves null: the others keep their places.
      if (Array.isArray(holder)) {
        if (own !== undefined) box[key] = null;
      } else delete box[key];
    } else if (after !== undefined) {
      fill(holder, key);
      box[key] = after;
    }
  };
  const fill = (holder: Doc | unknown[], key: string | number) => {
    if (Array.isArray(holder)) for (let at = holder.length; at < Number(key); at += 1) holder[at] = null;
  };
  if (name === '$' || name.startsWith('$[')) {
    if (!Array.isArray(parent))
      throw badValue(
        name === '$' && positions.matched() === undefined
          ? 'The positional operator did not find the match needed from the query.'
          : `The path '${whole}' must exist in the document in order to apply array updates.`,
      );
    if (name === '$') {
      const at = positions.matched();
      if (at === undefined) throw badValue('The positional operator did not find the match needed from the query.');
      on(parent, at);
      return;
    }
    const identifier = name.slice(2, -1);
    const test = identifier === '' ? () => true : positions.filters.get(identifier);
    if (test === undefined) throw badValue(`No array filter found for identifier '${identifier}' in path '${whole}'`);
    parent.forEach((element: unknown, at) => {
      if (test(element)) on(parent, at);
    });
    return;
  }
  if (Array.isArray(parent)) {
    if (!/^\d+$/.test(name)) {
      if (change(undefined, inserting) === removed) return;
      throw new ServerError(28, 'PathNotViable', `Cannot create field '${name}' in element {${whole}}`);
    }
    on(parent, Number(name));
  } else on(parent as Doc, name);
};

const firstMatch = (document: Doc, filter: Doc, path: readonly string[], options: MatchOptions): number | undefined => {
  const array = path.reduce<unknown>(
    (value, name) => (isDocument(value) || Array.isArray(value) ? (value as Doc)[name] : undefined),
    document,
  );
  if (!Array.isArray(array)) return undefined;
  const prefix = path.join('.');
  const conditions = (node: Doc): [string, unknown][] =>
    Object.entries(node).flatMap(([key, operand]) =>
      (key === '$and' || key === '$or') && Array.isArray(operand)
        ? operand.flatMap((each) => conditions(each as Doc))
        : [[key, operand] as [string, unknown]],
    );
  for (const [key, operand] of conditions(filter)) {
    if (key !== prefix && !key.startsWith(`${prefix}.`)) continue;
    const inner = key.slice(prefix.length + 1);
    const test =
      key !== prefix
        ? compileFilter({ [inner]: operand }, options)
        : isDocument(operand) && operand.$elemMatch !== undefined
          ? (element: unknown) =>
              compileFilter({ element: { $elemMatch: operand.$elemMatch } }, options)({ element: [element] })
          : (element: unknown) => compileFilter({ element: operand }, options)({ element });
    const at = array.findIndex((element: unknown) => test(element));
    if (at !== -1) return at;
  }
  return undefined;
};

const arrayFiltersOf = (given: unknown, options: MatchOptions): Map<string, (element: unknown) => boolean> => {
  const filters = new Map<string, (element: unknown) => boolean>();
  if (given === undefined) return filters;
  if (!Array.isArray(given)) throw typeMismatch('arrayFilters: takes an array');
  for (const each of given as Doc[]) {
    const names = (node: Doc): string[] =>
      Object.entries(node).flatMap(([key, value]) =>
        key.startsWith('$') ? (value as Doc[]).flatMap(names) : [key.split('.')[0]!],
      );
    const identifiers = new Set(names(each));
    const [identifier, ...others] = identifiers;
    if (identifier === undefined)
      throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
    if (others.length > 0)
      throw failedToParse(
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${others[0]}'`,
      );
    if (filters.has(identifier))
      throw failedToParse(`Found multiple array filters with the same top-level field name ${identifier}`);
    const matches = compileFilter(each, options);
    filters.set(identifier, (element) => matches({ [identifier]: element }));
  }
  return filters;
};

const overlap = (a: string, b: string) => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);

const compileModifiers = (update: Doc, arrayFilters: unknown, options: MatchOptions): Update => {
  const filters = arrayFiltersOf(arrayFilters, options);
  const changes: { path: string; change: Change }[] = [];
  const renames: [string, string][] = [];
  for (const [operator, fields] of Object.entries(update)) {
    if (!operator.startsWith('$'))
      throw failedToParse(
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    changeFor(
      operator === '$rename' ? '$set' : operator,
      operator === '$currentDate'
        ? true
        : operator === '$pop'
          ? 1
          : operator === '$pullAll'
            ? []
            : operator === '$bit'
              ? {}
              : 1,
      options,
    );
    if (!isDocument(fields))
      throw failedToParse(
        `Modifiers operate on fields but we found type ${typeAlias(fields)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${JSON.stringify(fields)}}`,
      );
    for (const [path, operand] of Object.entries(fields)) {
      if (path === '' || path.split('.').includes(''))
        throw new ServerError(
          56,
          'EmptyFieldName',
          `The update path '${path}' contains an empty field name, which is not allowed.`,
        );
      if (path.startsWith('$'))
        throw new ServerError(
          52,
          'DollarPrefixedFieldName',
          `The dollar ($) prefixed field '${path}' is not allowed in the context of an update's replacement document.`,
        );
      if (operator === '$rename') {
        if (typeof operand !== 'string') throw badValue(`The 'to' field for $rename must be a string: ${path}`);
        renames.push([path, operand]);
      } else changes.push({ path, change: changeFor(operator, operand, options) });
    }
  }
  const paths = [...changes.map((each) => each.path), ...renames.flat()];
  paths.forEach((path, at) => {
    const other = paths.find((each, before) => before < at && overlap(each, path));
    if (other !== undefined)
      throw new ServerError(
        40,
        'ConflictingUpdateOperators',
        `Updating the path '${path}' would create a conflict at '${other}'`,
      );
  });
  for (const identifier of filters.keys())
    if (!paths.some((path) => path.split('.').includes(`$[${identifier}]`)))
      throw failedToParse(
        `The array filter for identifier '${identifier}' was not used in the update ${JSON.stringify(update)}`,
      );
  // The server adds new fields in the order of their paths.
  const ordered = changes.toSorted((a, b) => compare(a.path, b.path));
  return (before, filter, inserting) => {
    const document = clone(before);
    for (const { path, change } of ordered) {
      const names = path.split('.');
      const at = names.indexOf('$');
      const matched = () => (at === -1 ? undefined : firstMatch(before, filter, names.slice(0, at), options));
      changeAt(document, names, change, inserting, { filters, matched }, path);
    }
    for (const [from, to] of renames) {
      let value: unknown;
      changeAt(
        document,
        from.split('.'),
        (current) => ((value = current), removed),
        inserting,
        { filters, matched: () => undefined },
        from,
      );
      if (value !== undefined)
        changeAt(document, to.split('.'), () => value, inserting, { filters, matched: () => undefined }, to);
    }
    return document;
  };
};

/** An update as the server takes it: operators, a whole document, or a pipeline. */
export const compileUpdate = (update: unknown, arrayFilters: unknown, options: MatchOptions): CompiledUpdate => {
  if (Array.isArray(update)) {
    if (arrayFilters !== undefined) throw failedToParse('arrayFilters may not be specified for pipeline-style updates');
    for (const stage of update as Doc[]) {
      const name = Object.keys(stage)[0] ?? '';
      if (!stageNames.has(name))
        throw new ServerError(72, 'InvalidOptions', `${name} is not allowed to be used within an update`);
    }
    const apply: Update = (document) =>
      (update as Doc[]).reduce<Doc>(
        (current, stage) => runStage([current], stage, options.variables)[0] ?? {},
        document,
      );
    return { apply: (before) => keepId(before, apply(before, {}, false)), replaces: false };
  }
  if (!isDocument(update)) throw failedToParse(`Update argument must be either an object or an array`);
  if (Object.keys(update)[0]?.startsWith('$')) {
    const apply = compileModifiers(update, arrayFilters, options);
    return { apply: (before, filter, inserting) => keepId(before, apply(before, filter, inserting)), replaces: false };
  }
  const dollar = Object.keys(update).find((name) => name.startsWith('$'));
  if (dollar !== undefined)
    throw new ServerError(
      52,
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  if (arrayFilters !== undefined)
    throw failedToParse('arrayFilters may not be specified for replacement-style updates');
  return { apply: (before) => keepId(before, clone(update)), replaces: true };
};

/** What an upsert starts from: the query's equalities. */
export const documentFromFilter = (filter: Doc): Doc => {
  const document: Doc = {};
  const visit = (node: Doc): void => {
    for (const [key, operand] of Object.entries(node)) {
      if (key === '$and' && Array.isArray(operand)) operand.forEach((each) => visit(each as Doc));
      else if (key === '$or' && Array.isArray(operand) && operand.length === 1) visit(operand[0] as Doc);
      if (key.startsWith('$')) continue;
      let value: unknown = operand;
      if (isDocument(operand) && Object.keys(operand)[0]?.startsWith('$')) {
        const all = operand.$all;
        if (operand.$eq !== undefined) value = operand.$eq;
        else if (Array.isArray(operand.$in) && operand.$in.length === 1) value = operand.$in[0];
        else if (Array.isArray(all) && all.length === 1) value = all[0];
        else continue;
      } else if (operand instanceof RegExp || operand instanceof BSON.BSONRegExp) continue;
      if (someAt(document, key.split('.'), (existing) => existing !== undefined, false))
        throw new ServerError(
          54,
          'NotSingleValueField',
          `cannot infer query fields to set, path '${key}' is matched twice`,
        );
      changeAt(
        document,
        key.split('.'),
        () => clone(value),
        true,
        { filters: new Map(), matched: () => undefined },
        key,
      );
    }
  };
  visit(filter);
  return document;
};
