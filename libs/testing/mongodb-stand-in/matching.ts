import { BSON } from 'mongodb';
import { evaluate } from './expressions.ts';
import {
  badValue,
  compare,
  equal,
  failedToParse,
  isDocument,
  isNumeric,
  toNumber,
  typeAlias,
  typeNumbers,
  typeRank,
} from './values.ts';
import type { Collator, Doc } from './values.ts';

const { BSONRegExp, MaxKey, MinKey } = BSON;

export interface MatchOptions {
  readonly collator?: Collator;
  /** `let`, for $expr. */
  readonly variables?: Doc | undefined;
}
export type Predicate = (document: unknown) => boolean;
type Test = (value: unknown) => boolean;

const index = (name: string) => (/^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : undefined);

/**
 * Whether a value at the path passes: paths go through arrays, by position and into their documents; at the path's end an
 * array is looked at as a whole and by element. A value that is missing is looked at as undefined.
 */
export const someAt = (value: unknown, path: readonly string[], test: Test, elements = true, from = 0): boolean => {
  if (from === path.length)
    return test(value) || (elements && Array.isArray(value) && value.some((element: unknown) => test(element)));
  const name = path[from]!;
  if (Array.isArray(value)) {
    const at = index(name);
    if (at !== undefined && at < value.length && someAt(value[at], path, test, elements, from + 1)) return true;
    return value.some((element: unknown) => isDocument(element) && someAt(element, path, test, elements, from));
  }
  if (isDocument(value))
    return someAt(Object.hasOwn(value, name) ? value[name] : undefined, path, test, elements, from + 1);
  return test(undefined);
};

export const toRegExp = (value: unknown, options?: unknown): RegExp => {
  if (value instanceof RegExp) return value;
  const pattern = value instanceof BSONRegExp ? value.pattern : value;
  const flags = typeof options === 'string' ? options : value instanceof BSONRegExp ? value.options : '';
  if (typeof pattern !== 'string') throw badValue('$regex has to be a string');
  if (/[^imsxu]/.test(flags)) throw badValue(` invalid flag in regex options: ${flags}`);
  const text = flags.includes('x') ? pattern.replaceAll(/(?<!\\)(\s+|#.*$)/gm, '') : pattern;
  try {
    return new RegExp(text, flags.replaceAll(/[xu]/g, ''));
  } catch (error) {
    throw badValue(`Regular expression is invalid: ${(error as Error).message}`);
  }
};

const isRegex = (value: unknown) => value instanceof RegExp || value instanceof BSONRegExp;

const equals = (operand: unknown, collator: Collator): Test => {
  if (isRegex(operand)) {
    const regex = toRegExp(operand);
    return (value) => (typeof value === 'string' ? regex.test(value) : isRegex(value) && equal(value, operand));
  }
  return (value) => equal(value, operand, collator);
};

const ordered = (operand: unknown, collator: Collator, holds: (order: number) => boolean): Test => {
  if (isRegex(operand)) throw badValue("Can't have RegEx as arg to predicate over field");
  const acrossTypes = operand instanceof MinKey || operand instanceof MaxKey;
  const rank = typeRank(operand);
  const nan = isNumeric(operand) && Number.isNaN(toNumber(operand));
  return (value) => {
    // Missing is null here only where null is asked for.
    if (!acrossTypes && typeRank(value) !== rank) return false;
    if (rank === 10 && Number.isNaN(toNumber(value)) !== nan) return false;
    return holds(compare(value, operand, collator));
  };
};

const ofType = (operand: unknown): Test => {
  const wanted = (Array.isArray(operand) ? operand : [operand]).map((each: unknown) => {
    if (each === 'number') return 'number';
    if (typeof each === 'string' && Object.hasOwn(typeNumbers, each)) return each;
    const alias = isNumeric(each)
      ? Object.keys(typeNumbers).find((name) => typeNumbers[name] === toNumber(each))
      : undefined;
    if (alias === undefined) throw badValue(`Unknown type name alias: ${String(each)}`);
    return alias;
  });
  return (value) => wanted.includes(typeAlias(value)) || (wanted.includes('number') && isNumeric(value));
};

const bits = (operand: unknown): bigint => {
  if (Array.isArray(operand)) return operand.reduce<bigint>((mask, bit) => mask | (1n << BigInt(toNumber(bit))), 0n);
  if (isNumeric(operand)) return BigInt(toNumber(operand));
  throw badValue('a bit mask is a number or a list of bit positions here');
};
const bitTest = (operand: unknown, holds: (masked: bigint, mask: bigint) => boolean): Test => {
  const mask = bits(operand);
  return (value) =>
    isNumeric(value) && Number.isInteger(toNumber(value)) && holds(BigInt(toNumber(value)) & mask, mask);
};

const isOperators = (value: unknown): value is Doc => {
  if (!isDocument(value)) return false;
  const first = Object.keys(value)[0];
  return first !== undefined && first.startsWith('$') && !['$ref', '$id', '$db'].includes(first);
};

const list = (operand: unknown, operator: string): unknown[] => {
  if (!Array.isArray(operand)) throw badValue(`${operator} needs an array`);
  return operand;
};

/** A condition on one field. The operand of $elemMatch may be such a condition, on the elements. */
const onPath = (
  path: readonly string[],
  operator: string,
  operand: unknown,
  all: Doc,
  options: MatchOptions,
): Predicate => {
  const { collator } = options;
  const some =
    (test: Test, elements = true): Predicate =>
    (document) =>
      someAt(document, path, test, elements);
  switch (operator) {
    case '$eq':
      return some(isRegex(operand) ? (value) => equal(value, operand) : equals(operand, collator));
    case '$ne': {
      if (isRegex(operand)) throw badValue("Can't have regex as arg to $ne.");
      const same = some(equals(operand, collator));
      return (document) => !same(document);
    }
    case '$gt':
      return some(ordered(operand, collator, (order) => order > 0));
    case '$gte':
      return some(ordered(operand, collator, (order) => order >= 0));
    case '$lt':
      return some(ordered(operand, collator, (order) => order < 0));
    case '$lte':
      return some(ordered(operand, collator, (order) => order <= 0));
    case '$in':
    case '$nin': {
      const tests = list(operand, operator).map((each) => {
        if (isOperators(each)) throw badValue(`cannot nest $ under ${operator}`);
        return equals(each, collator);
      });
      const within = some((value) => tests.some((test) => test(value)));
      return operator === '$in' ? within : (document) => !within(document);
    }
    case '$exists': {
      const exists = some((value) => value !== undefined, false);
      const wanted = Boolean(isNumeric(operand) ? toNumber(operand) : operand);
      return (document) => exists(document) === wanted;
    }
    case '$type':
      return some(ofType(operand));
    case '$regex': {
      const regex = toRegExp(operand, all.$options);
      return some((value) => (typeof value === 'string' ? regex.test(value) : isRegex(value) && equal(value, operand)));
    }
    case '$options':
      if (all.$regex === undefined) throw badValue('$options needs a $regex');
      return () => true;
    case '$not': {
      if (!isRegex(operand) && !isOperators(operand)) throw badValue('$not needs a regex or a document');
      const positive = condition(path, operand, options);
      return (document) => !positive(document);
    }
    case '$all': {
      const parts = list(operand, '$all').map((each) =>
        isDocument(each) && each.$elemMatch !== undefined
          ? onPath(path, '$elemMatch', each.$elemMatch, each, options)
          : some(equals(each, collator)),
      );
      return (document) => parts.length > 0 && parts.every((part) => part(document));
    }
    case '$elemMatch': {
      if (!isDocument(operand)) throw badValue('$elemMatch needs an Object');
      const onValues = isOperators(operand) && !['$and', '$or', '$nor'].includes(Object.keys(operand)[0]!);
      const element = onValues ? condition([], operand, options) : compileFilter(operand, options);
      return some(
        (value) =>
          Array.isArray(value) &&
          value.some((each: unknown) => (onValues || isDocument(each) || Array.isArray(each)) && element(each)),
        false,
      );
    }
    case '$size': {
      const size = toNumber(operand);
      if (!isNumeric(operand) || !Number.isInteger(size) || size < 0)
        throw failedToParse('Failed to parse $size. Expected a non-negative integer.');
      return some((value) => Array.isArray(value) && value.length === size, false);
    }
    case '$mod': {
      const [divisor, remainder, ...rest] = list(operand, '$mod').map((each) => Math.trunc(toNumber(each)));
      if (divisor === undefined || remainder === undefined || rest.length > 0)
        throw badValue('malformed mod, not enough elements');
      if (divisor === 0) throw badValue('divisor cannot be 0');
      return some((value) => isNumeric(value) && Math.trunc(toNumber(value)) % divisor === remainder);
    }
    case '$bitsAllSet':
      return some(bitTest(operand, (masked, mask) => masked === mask));
    case '$bitsAnySet':
      return some(bitTest(operand, (masked) => masked !== 0n));
    case '$bitsAllClear':
      return some(bitTest(operand, (masked) => masked === 0n));
    case '$bitsAnyClear':
      return some(bitTest(operand, (masked, mask) => masked !== mask));
    default:
      throw badValue(`unknown operator: ${operator}`);
  }
};

const condition = (path: readonly string[], operand: unknown, options: MatchOptions): Predicate => {
  if (!isOperators(operand)) {
    const test = equals(operand, options.collator);
    return (document) => someAt(document, path, test);
  }
  const parts = Object.entries(operand).map(([operator, each]) => onPath(path, operator, each, operand, options));
  return (document) => parts.every((part) => part(document));
};

/** A query of MongoDB's language as a test of one document. Throws the server's error for what it does not take. */
export const compileFilter = (filter: unknown, options: MatchOptions = {}): Predicate => {
  if (!isDocument(filter)) throw typeMismatch(filter);
  const parts = Object.entries(filter).map(([key, operand]): Predicate => {
    switch (key) {
      case '$and':
      case '$or':
      case '$nor': {
        const inner = list(operand, key).map((each) => compileFilter(each, options));
        if (inner.length === 0) throw badValue(`${key} argument must be a non-empty array`);
        if (key === '$and') return (document) => inner.every((each) => each(document));
        return (document) => inner.some((each) => each(document)) === (key === '$or');
      }
      case '$expr':
        return (document) => isTrue(evaluate(operand, document as Doc, options.variables));
      case '$comment':
      case '$alwaysTrue':
        return () => true;
      case '$alwaysFalse':
        return () => false;
      default:
        if (key.startsWith('$'))
          throw badValue(
            `unknown top level operator: ${key}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
          );
        return condition(key.split('.'), operand, options);
    }
  });
  return (document) => parts.every((part) => part(document));
};

const isTrue = (value: unknown) =>
  value !== false && value !== null && value !== undefined && !(isNumeric(value) && toNumber(value) === 0);
const typeMismatch = (value: unknown) =>
  failedToParse(`Expected field filter to be of type object, not ${typeAlias(value)}`);
