import type { EventSet } from '#libs/kernel/event.ts';
import { DATA_CLASS } from '#libs/kernel/fields.ts';
import { alternativeSchemas, elementSchemas, memberSchemas, otherMemberSchemas } from './personal-fields.ts';

/** The schema keyword that says why a field with a personal name is not personal: `'the name of an organisation'`. */
export const NOT_PERSONAL = 'x-not-personal';

/** Last words of names of fields that a person writes, or that tell one person from another. */
const PERSONAL_WORDS = new Set(
  (
    'name surname nickname forename fullname username contact caller representative recipient signatory ' +
    'phone telephone mobile fax email mail wechat qq address street postcode location ' +
    'birthday birthdate passport iban signature ' +
    'note notes text body remark remarks description feedback comment comments message transcript content excerpt quote ' +
    'answer answers reply statement opinion detail details explanation'
  ).split(' '),
);
/** Whole names whose last word alone says nothing. */
const PERSONAL_NAMES = new Set(
  'idnumber nationalid taxnumber socialcreditcode bankaccount accountnumber cardnumber postalcode licenseplate birthplace'.split(
    ' ',
  ),
);

const soundsPersonal = (name: string): boolean =>
  PERSONAL_NAMES.has(name.toLowerCase()) ||
  PERSONAL_WORDS.has(
    name
      .split(/(?=[A-Z])|[-_]/)
      .at(-1)!
      .toLowerCase(),
  );

type Schema = { readonly [keyword: string]: unknown };

/** A text that could say anything: not a code from a list, not a number or date by its pattern. */
const isFreeText = (schema: Schema) =>
  schema.type === 'string' &&
  !('enum' in schema) &&
  !('const' in schema) &&
  !('pattern' in schema) &&
  !('format' in schema);

const isKnown = (schema: Schema) => ['personal', 'sensitive'].includes(schema[DATA_CLASS] as string);

const unmarkedIn = (schema: Schema, path: string, personal: boolean): readonly string[] => {
  if (NOT_PERSONAL in schema || isKnown(schema)) return [];
  return [
    ...(personal && isFreeText(schema) ? [path] : []),
    ...memberSchemas(schema).flatMap(([name, each]) =>
      unmarkedIn(each, path === '' ? name : `${path}.${name}`, personal || soundsPersonal(name)),
    ),
    ...[...otherMemberSchemas(schema), ...elementSchemas(schema)].flatMap((each) =>
      unmarkedIn(each, `${path}.*`, personal),
    ),
    ...alternativeSchemas(schema).flatMap((each) => unmarkedIn(each, path, personal)),
  ];
};

/** A field that would stand in the ledger in clear although its name sounds personal. */
export interface UnmarkedField {
  readonly type: string;
  /** `contacts.*.name` */
  readonly path: string;
}

/**
 * The event fields that sound personal by their own name or that of an object around them, hold free text, and are marked
 * neither `personal` nor `sensitive` nor NOT_PERSONAL. None may be left: the ledger never forgets what is written in clear.
 */
export const unmarkedPersonalFields = (eventSets: readonly EventSet[]): readonly UnmarkedField[] =>
  eventSets.flatMap(({ definitions }) =>
    Object.entries(definitions).flatMap(([type, { data }]) =>
      [...new Set(unmarkedIn(data as Schema, '', false))].map((path) => ({ type, path })),
    ),
  );
