import type { EventSet } from '#libs/kernel/event.ts';
import { DATA_CLASS, SUBJECT_FIELD } from '#libs/kernel/fields.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { isSealed } from '#libs/kernel/sealed.ts';
import type { Sealed } from '#libs/kernel/sealed.ts';

/** How a personal text is marked in its event's schema. */
export interface Mark {
  readonly as: Sealed['as'];
  readonly subjectField?: string;
}

/** The part of a schema that leads to personal texts. */
export interface PersonalFields {
  readonly mark?: Mark;
  readonly members?: ReadonlyMap<string, PersonalFields>;
  /** Members by any other name (records). */
  readonly others?: PersonalFields;
  readonly elements?: PersonalFields;
}

type Schema = { readonly [keyword: string]: unknown };

const schemas = (value: unknown): readonly Schema[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is Schema => typeof one === 'object' && one !== null);

const schemasByName = (value: unknown): readonly (readonly [string, Schema])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value as Record<string, Schema>) : [];

export const elementSchemas = (schema: Schema): readonly Schema[] =>
  [schema.items, schema.prefixItems, schema.additionalItems].flatMap(schemas);
export const memberSchemas = (schema: Schema) => schemasByName(schema.properties);
export const otherMemberSchemas = (schema: Schema): readonly Schema[] => [
  ...schemasByName(schema.patternProperties).map(([, each]) => each),
  ...schemas(schema.additionalProperties),
];
export const alternativeSchemas = (schema: Schema): readonly Schema[] =>
  [schema.anyOf, schema.oneOf, schema.allOf].flatMap(schemas);

const both = (a: PersonalFields | undefined, b: PersonalFields | undefined): PersonalFields | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  const members = new Map(a.members);
  for (const [name, fields] of b.members ?? []) members.set(name, both(members.get(name), fields)!);
  const others = both(a.others, b.others);
  const elements = both(a.elements, b.elements);
  const mark = a.mark ?? b.mark;
  return {
    ...(mark && { mark }),
    ...(members.size > 0 && { members }),
    ...(others && { others }),
    ...(elements && { elements }),
  };
};

const all = (found: readonly (PersonalFields | undefined)[]) => found.reduce(both, undefined);

const markOf = (schema: Schema, where: string): Mark | undefined => {
  const as = schema[DATA_CLASS];
  if (as !== 'personal' && as !== 'sensitive') return undefined;
  if (schema.type !== 'string') throw new Error(`${where} is marked ${as} but is no text: mark the texts in it.`);
  const subjectField = schema[SUBJECT_FIELD] as string | undefined;
  return { as, ...(subjectField !== undefined && { subjectField }) };
};

/**
 * Where a schema's personal texts are; undefined where it has none. Throws on a schema that cannot be kept: a mark on what is
 * no text, a subject field that does not exist, a reference (its target could hide a personal text).
 */
export const personalFieldsOf = (
  schema: Schema,
  where: string,
  siblings: ReadonlySet<string> = new Set(),
): PersonalFields | undefined => {
  if ('$ref' in schema) throw new Error(`${where} refers to another schema: write the fields out, or they stay clear.`);
  const mark = markOf(schema, where);
  if (mark?.subjectField !== undefined && !siblings.has(mark.subjectField))
    throw new Error(`${where} names ${mark.subjectField} as its subject's field, which does not stand beside it.`);

  const own = new Set(memberSchemas(schema).map(([name]) => name));
  const members = memberSchemas(schema).flatMap(([name, each]) => {
    const fields = personalFieldsOf(each, `${where}.${name}`, own);
    return fields === undefined ? [] : [[name, fields] as const];
  });
  const within = (each: Schema, names: ReadonlySet<string>) => personalFieldsOf(each, `${where}.*`, names);
  const others = all(otherMemberSchemas(schema).map((each) => within(each, own)));
  const elements = all(elementSchemas(schema).map((each) => within(each, siblings)));
  const here: PersonalFields = {
    ...(mark && { mark }),
    ...(members.length > 0 && { members: new Map(members) }),
    ...(others && { others }),
    ...(elements && { elements }),
  };
  const alternatives = alternativeSchemas(schema).map((each) =>
    personalFieldsOf(each, where, new Set([...siblings, ...own])),
  );
  return all([Object.keys(here).length > 0 ? here : undefined, ...alternatives]);
};

/** By event type; undefined: nothing personal in it. */
export const personalFieldsByType = (eventSets: readonly EventSet[]): ReadonlyMap<string, PersonalFields | undefined> =>
  new Map(
    eventSets.flatMap(({ definitions }) =>
      Object.entries(definitions).map(([type, { data }]) => [type, personalFieldsOf(data as Schema, type)] as const),
    ),
  );

type Replace = (text: string, mark: Mark, at: string, siblings: JsonObject) => JsonValue;

const replaceIn = (
  fields: PersonalFields,
  value: JsonValue | undefined,
  at: string,
  siblings: JsonObject,
  replace: Replace,
): JsonValue | undefined => {
  if (value === undefined || value === null || isSealed(value)) return value;
  const step = (name: string | number) => (at === '' ? String(name) : `${at}.${name}`);
  if (Array.isArray(value)) {
    const { elements } = fields;
    const items = value as readonly JsonValue[];
    if (elements === undefined) return items;
    return items.map((item, index) => replaceIn(elements, item, step(index), siblings, replace)!);
  }
  if (typeof value === 'object') {
    const object = value as JsonObject;
    return Object.fromEntries(
      Object.entries(object).map(([name, member]) => {
        const inner = fields.members?.get(name) ?? fields.others;
        return [name, inner === undefined ? member : replaceIn(inner, member, step(name), object, replace)!];
      }),
    );
  }
  if (fields.mark === undefined) return value;
  if (typeof value !== 'string') throw new TypeError(`${at} must be text: ${typeof value} cannot be sealed.`);
  return replace(value, fields.mark, at, siblings);
};

/** The data with each clear personal text replaced; tokens and all else stay as they are. */
export const replacePersonal = (fields: PersonalFields, data: JsonObject, replace: Replace): JsonObject =>
  replaceIn(fields, data, '', data, replace) as JsonObject;
