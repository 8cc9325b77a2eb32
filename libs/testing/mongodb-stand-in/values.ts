import { BSON } from 'mongodb';

const { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, BSONRegExp, DBRef, Code } = BSON;

/** A BSON document as the driver reads it. */
export type Doc = { [name: string]: unknown };

/** An error as the server answers it. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: number;
  readonly codeName: string;
  readonly details: Doc;
  constructor(code: number, codeName: string, message: string, details: Doc = {}) {
    super(message);
    this.code = code;
    this.codeName = codeName;
    this.details = details;
  }
}
export const badValue = (message: string) => new ServerError(2, 'BadValue', message);
export const failedToParse = (message: string) => new ServerError(9, 'FailedToParse', message);
export const typeMismatch = (message: string) => new ServerError(14, 'TypeMismatch', message);

/** An embedded document, not one of BSON's own kinds of values. */
export const isDocument = (value: unknown): value is Doc => {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.getPrototypeOf(value) === Object.prototype)
    return (value as { _bsontype?: unknown })._bsontype === undefined;
  return (
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    (value as { _bsontype?: unknown })._bsontype === undefined
  );
};

export const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  (value instanceof Long && !(value instanceof Timestamp)) ||
  value instanceof Int32 ||
  value instanceof Double ||
  value instanceof Decimal128;

/** The number, or its exact text where a double cannot hold it. */
export const toNumber = (value: unknown): number =>
  typeof value === 'number' ? value : value instanceof Decimal128 ? Number(value.toString()) : Number(value);

const compareNumbers = (a: unknown, b: unknown): number => {
  if (a instanceof Long && b instanceof Long) return a.compare(b);
  const [x, y] = [toNumber(a), toNumber(b)];
  // NaN comes before all numbers.
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  return x < y ? -1 : x > y ? 1 : 0;
};

/** BSON's order of types. https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/ */
export const typeRank = (value: unknown): number => {
  if (value === undefined || value === null) return 5;
  if (isNumeric(value)) return 10;
  if (typeof value === 'string') return 15;
  if (typeof value === 'boolean') return 40;
  if (Array.isArray(value)) return 25;
  if (value instanceof Date) return 45;
  if (value instanceof MinKey) return 0;
  if (value instanceof MaxKey) return 127;
  if (value instanceof Binary) return 30;
  if (value instanceof ObjectId) return 35;
  if (value instanceof Timestamp) return 47;
  if (value instanceof BSONRegExp || value instanceof RegExp) return 50;
  if (value instanceof DBRef) return 55;
  if (value instanceof Code) return 60;
  return 20;
};

/** A text comparison by the rules of a collation; undefined: by bytes. */
export type Collator = ((a: string, b: string) => number) | undefined;

const byBytes = (a: string, b: string) => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));

export const compare = (a: unknown, b: unknown, collator?: Collator): number => {
  const rank = typeRank(a);
  const ranks = rank - typeRank(b);
  if (ranks !== 0) return ranks;
  switch (rank) {
    case 10:
      return compareNumbers(a, b);
    case 15:
      return (collator ?? byBytes)(a as string, b as string);
    case 20: {
      const [left, right] = [Object.entries(a as Doc), Object.entries(b as Doc)];
      for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
        const [[nameA, valueA], [nameB, valueB]] = [left[index]!, right[index]!];
        const difference =
          typeRank(valueA) - typeRank(valueB) || byBytes(nameA, nameB) || compare(valueA, valueB, collator);
        if (difference !== 0) return difference;
      }
      return left.length - right.length;
    }
    case 25: {
      const [left, right] = [a as unknown[], b as unknown[]];
      for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
        const difference = compare(left[index], right[index], collator);
        if (difference !== 0) return difference;
      }
      return left.length - right.length;
    }
    case 30: {
      const [left, right] = [a as BSON.Binary, b as BSON.Binary];
      return (
        left.position - right.position ||
        left.sub_type - right.sub_type ||
        Buffer.compare(Buffer.from(left.value()), Buffer.from(right.value()))
      );
    }
    case 35:
      return byBytes((a as BSON.ObjectId).toHexString(), (b as BSON.ObjectId).toHexString());
    case 40:
      return Number(a) - Number(b);
    case 45:
      return (a as Date).getTime() - (b as Date).getTime();
    case 47:
      return (a as BSON.Timestamp).compare(b as BSON.Timestamp);
    case 50:
      return byBytes(regexText(a), regexText(b));
    default:
      return byBytes(BSON.EJSON.stringify(a), BSON.EJSON.stringify(b));
  }
};

const regexText = (value: unknown) =>
  value instanceof BSONRegExp ? `${value.pattern}/${value.options}` : String(value);

export const equal = (a: unknown, b: unknown, collator?: Collator): boolean => compare(a, b, collator) === 0;

/** Equal in content and in the order of fields, missing told from null: what makes an update a modification. */
export const identical = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => identical(value, b[index]));
  if (isDocument(a) && isDocument(b)) {
    const [left, right] = [Object.keys(a), Object.keys(b)];
    return left.length === right.length && left.every((name, i) => name === right[i] && identical(a[name], b[name]));
  }
  return (a === undefined) === (b === undefined) && equal(a, b) && typeAlias(a) === typeAlias(b);
};

/** A text that is the same for values that MongoDB holds equal. */
export const keyOf = (value: unknown): string => {
  if (value === undefined || value === null) return 'z';
  if (typeof value === 'string') return `s${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Long && !(value instanceof Timestamp)) {
    const number = value.toNumber();
    return Number.isSafeInteger(number) ? `n${number}` : `n${value.toString()}`;
  }
  if (isNumeric(value)) {
    const number = toNumber(value);
    return `n${number === 0 ? 0 : number}`;
  }
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (Array.isArray(value)) return `[${value.map(keyOf).join(',')}]`;
  if (isDocument(value))
    return `{${Object.entries(value)
      .map(([name, each]) => `${JSON.stringify(name)}:${keyOf(each)}`)
      .join(',')}}`;
  return `x${BSON.EJSON.stringify({ value }, { relaxed: false })}`;
};

const int32 = (value: number) => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;

/** The name that $type knows the value's type by. */
export const typeAlias = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return int32(value) ? 'int' : 'double';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Long || typeof value === 'bigint') return 'long';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof Int32) return 'int';
  if (value instanceof Double) return 'double';
  if (value instanceof Binary) return 'binData';
  if (value instanceof BSONRegExp || value instanceof RegExp) return 'regex';
  if (value instanceof MinKey) return 'minKey';
  if (value instanceof MaxKey) return 'maxKey';
  if (value instanceof Code) return 'javascript';
  return 'object';
};

export const typeNumbers: { readonly [alias: string]: number } = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  javascript: 13,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};

/** A copy whose documents and arrays may be changed; BSON's own values are shared, they never change. */
export const clone = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map((each: unknown) => clone(each)) as T;
  if (isDocument(value)) {
    const copy: Doc = {};
    for (const [name, each] of Object.entries(value))
      if (name === '__proto__')
        Object.defineProperty(copy, name, { value: clone(each), enumerable: true, writable: true, configurable: true });
      else copy[name] = clone(each);
    return copy as T;
  }
  return value;
};

/** Collations by strength, case level, case first and numeric order, through the runtime's own rules. */
export const collatorOf = (collation: unknown): Collator => {
  if (collation === undefined) return undefined;
  if (!isDocument(collation) || typeof collation.locale !== 'string')
    throw failedToParse('collation: takes a document with a locale.');
  if (collation.locale === 'simple') return undefined;
  const unsupported = ['alternate', 'maxVariable', 'backwards', 'normalization'].filter((name) => collation[name]);
  if (unsupported.length > 0) throw badValue(`This stand-in knows no collation with ${unsupported.join(', ')}.`);
  const strength = collation.strength === undefined ? 3 : toNumber(collation.strength);
  const sensitivity =
    strength === 1 ? (collation.caseLevel === true ? 'case' : 'base') : strength === 2 ? 'accent' : 'variant';
  let locale: string;
  try {
    locale = Intl.getCanonicalLocales(collation.locale.replaceAll('_', '-'))[0]!;
  } catch {
    throw badValue(`Field 'locale' is invalid in: ${JSON.stringify(collation)}`);
  }
  const collator = new Intl.Collator(locale, {
    sensitivity,
    numeric: collation.numericOrdering === true,
    caseFirst: collation.caseFirst === 'upper' ? 'upper' : collation.caseFirst === 'lower' ? 'lower' : 'false',
  });
  return (a, b) => collator.compare(a, b);
};
