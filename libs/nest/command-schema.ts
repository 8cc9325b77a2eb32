import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import type { ValidationError } from 'class-validator';

/** A JSON schema (2020-12), as OpenAPI 3.1 uses them. */
export type JsonSchema = { readonly [keyword: string]: unknown };

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Class = new (...args: any[]) => object;

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const metadataOf = (type: Class): Metadata[] =>
  getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);

const sourceOf = (pattern: unknown): string => (pattern instanceof RegExp ? pattern.source : String(pattern));

/** What each rule of class-validator says in a schema. Rules that are not listed are checked, but show in no schema. */
const KEYWORDS: { readonly [rule: string]: (constraints: readonly unknown[]) => JsonSchema } = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isArray: () => ({ type: 'array' }),
  isObject: () => ({ type: 'object' }),
  isNotEmpty: () => ({ minLength: 1 }),
  isIn: ([values]) => ({ enum: values }),
  isEnum: ([, values]) => ({ enum: values }),
  equals: ([value]) => ({ const: value }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  isPositive: () => ({ exclusiveMinimum: 0 }),
  minLength: ([minLength]) => ({ minLength }),
  maxLength: ([maxLength]) => ({ maxLength }),
  isLength: ([minLength, maxLength]) => ({ minLength, ...(maxLength === undefined ? {} : { maxLength }) }),
  matches: ([pattern]) => ({ pattern: sourceOf(pattern) }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isIso8601: () => ({ type: 'string', format: 'date-time' }),
  isRfc3339: () => ({ type: 'string', format: 'date-time' }),
  isDateString: () => ({ type: 'string', format: 'date-time' }),
  isMoment: () => ({ type: 'string', format: 'date-time' }),
  isDay: () => ({ type: 'string', format: 'date' }),
  isDecimal: () => ({ type: 'string', format: 'decimal' }),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayUnique: () => ({ uniqueItems: true }),
};

/** The class of a nested object, found by asking class-transformer to make one. */
const nestedClass = (type: Class, property: string, each: boolean): Class | undefined => {
  const made = plainToInstance(type, { [property]: each ? [{}] : {} }) as { readonly [name: string]: unknown };
  const value = each ? (made[property] as readonly unknown[])[0] : made[property];
  const found = (value as object).constructor as Class;
  return found === Object ? undefined : found;
};

const isOptional = (rules: readonly Metadata[]): boolean => rules.some((rule) => rule.type === 'conditionalValidation');

/** What @ApiProperty says for people; what is checked comes from the rules. */
const notesOn = (type: Class, property: string): JsonSchema => {
  const noted = (Reflect.getMetadata('swagger/apiModelProperties', type.prototype as object, property) ??
    {}) as JsonSchema;
  return Object.fromEntries(
    ['description', 'example', 'format'].filter((name) => name in noted).map((name) => [name, noted[name]]),
  );
};

const schemaOfProperty = (type: Class, property: string, rules: readonly Metadata[]): JsonSchema => {
  const own: { [keyword: string]: unknown } = {};
  const items: { [keyword: string]: unknown } = {};
  let each = false;
  for (const rule of rules) {
    const target = rule.each ? items : own;
    each ||= rule.each;
    if (rule.type === 'nestedValidation') {
      const listed = rule.each || rules.some((other) => other.name === 'isArray');
      const nested = nestedClass(type, property, listed);
      if (nested !== undefined) Object.assign(listed ? items : own, schemaOfClass(nested));
      each ||= listed;
    } else Object.assign(target, KEYWORDS[rule.name ?? '']?.((rule.constraints ?? []) as readonly unknown[]) ?? {});
  }
  const notes = notesOn(type, property);
  return each ? { type: 'array', ...own, items, ...notes } : { ...own, ...notes };
};

const byProperty = (type: Class): Map<string, Metadata[]> => {
  const grouped = Map.groupBy(metadataOf(type), (rule) => rule.propertyName);
  return new Map([...grouped].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The schema of a command's body, from the rules of its class. */
export const schemaOfClass = (type: Class): JsonSchema => {
  const properties: { [name: string]: JsonSchema } = {};
  const required: string[] = [];
  for (const [name, rules] of byProperty(type)) {
    properties[name] = schemaOfProperty(type, name, rules);
    if (!isOptional(rules)) required.push(name);
  }
  return {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
};

/** What is allowed where an error was found; for an unknown field, the names that are known. */
export const allowedAt = ({ target, property, constraints }: ValidationError): unknown => {
  const type = target?.constructor as Class | undefined;
  if (type === undefined) return undefined;
  const known = byProperty(type);
  if (constraints?.whitelistValidation !== undefined) return [...known.keys()];
  const rules = known.get(property);
  return rules === undefined ? undefined : schemaOfProperty(type, property, rules);
};
