import { readFile } from 'node:fs/promises';
import Type from 'typebox';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { Problem, notFound } from '../problem.ts';

/** Where a field's value comes from: a column, a column whose values are translated, or the same for every row. */
const source = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    { column: Type.String({ minLength: 1 }), values: Type.Optional(Type.Record(Type.String(), Type.String())) },
    { additionalProperties: false },
  ),
  Type.Object({ value: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
]);
type Source = Static<typeof source>;

/** The source system, as it stands in external ids: `crm`. */
const system = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$' });
const columnName = Type.String({ minLength: 1 });
const fields = Type.Record(Type.String(), source);

const customerMapping = Type.Object({ system, key: columnName, fields }, { additionalProperties: false });
export type CustomerMapping = Static<typeof customerMapping>;

const contactMapping = Type.Object(
  { system, key: columnName, customer: columnName, fields },
  { additionalProperties: false },
);
export type ContactMapping = Static<typeof contactMapping>;

const read = async <Schema extends TSchema>(
  file: string,
  schema: Schema,
  allowed: readonly string[],
): Promise<Static<Schema>> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw notFound(`There is no mapping file ${file}.`, 'Give it with --mapping; docs/guides/imports.md shows one.');
    throw error;
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Problem(`${file} is not JSON: ${(error as Error).message}.`, { next: 'Correct the mapping file.' });
  }
  if (!Value.Check(schema, content)) {
    const [fault] = Value.Errors(schema, content);
    throw new Problem(
      `${file}: ${fault?.instancePath === '' ? 'the mapping' : fault?.instancePath} ${fault?.message}.`,
      {
        next: 'docs/guides/imports.md says what a mapping holds.',
      },
    );
  }
  const named = Object.keys((content as { fields: object }).fields);
  const unknown = named.filter((name) => !allowed.includes(name));
  if (unknown.length > 0)
    throw new Problem(`${file}: there is no field ${unknown.join(', ')}.`, {
      next: `Fields are ${allowed.join(', ')}.`,
    });
  return content;
};

export const readCustomerMapping = (file: string, allowed: readonly string[]): Promise<CustomerMapping> =>
  read(file, customerMapping, allowed);
export const readContactMapping = (file: string, allowed: readonly string[]): Promise<ContactMapping> =>
  read(file, contactMapping, allowed);

const columnOf = (from: Source): string | undefined =>
  typeof from === 'string' ? from : 'column' in from ? from.column : undefined;

/** The columns that a mapping reads. */
export const columnsOf = (mapping: CustomerMapping | ContactMapping): readonly string[] => [
  ...new Set([
    mapping.key,
    ...('customer' in mapping ? [mapping.customer] : []),
    ...Object.values(mapping.fields).flatMap((from) => columnOf(from) ?? []),
  ]),
];

/** The fields of a row by the mapping; empty cells are left out. A value without a translation is the reason (a text). */
export const mapped = (
  { fields: sources }: CustomerMapping | ContactMapping,
  row: { readonly [column: string]: string },
): { readonly [field: string]: string } | string => {
  const result: { [field: string]: string } = {};
  for (const [name, from] of Object.entries(sources)) {
    if (typeof from === 'object' && 'value' in from) {
      result[name] = from.value;
      continue;
    }
    const column = columnOf(from)!;
    const text = row[column]!.trim();
    if (text === '') continue;
    const translations = typeof from === 'object' ? from.values : undefined;
    if (translations !== undefined && !Object.hasOwn(translations, text))
      return `${column} has a value that the mapping does not translate (known: ${Object.keys(translations).join(', ')})`;
    result[name] = translations?.[text] ?? text;
  }
  return result;
};
