import { memberAt } from '#libs/kernel/json.ts';
import { Settings } from 'typebox/system';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { fault } from './finding.ts';
import type { Finding } from './finding.ts';
import { kindDefinition } from './policy-kinds.ts';
import type { PolicyDocument, PolicyKind, Surroundings } from './policy-kinds.ts';

/** More faults than that are not said at once. */
const MAX_FAULTS = 20;
/** One wrong value can be reported several times, for each branch that it does not fit. */
const MAX_ERRORS = 200;

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: { readonly [name: string]: unknown };
  readonly message: string;
}

const errorsOf = (schema: TSchema, value: unknown): SchemaError[] => {
  const before = Settings.Get().maxErrors;
  Settings.Set({ maxErrors: MAX_ERRORS });
  try {
    return Value.Errors(schema, value);
  } finally {
    Settings.Set({ maxErrors: before });
  }
};

const listOf = (values: unknown): string => (values as readonly unknown[]).map(String).join(', ');

/** What is wrong at a place, in words: the place itself is said beside it. */
const problemIn = (errors: readonly SchemaError[]): string => {
  const [first] = errors;
  const constants = errors.flatMap(({ keyword, params }) => (keyword === 'const' ? [params.allowedValue] : []));
  if (constants.length > 0) return `must be ${constants.length === 1 ? '' : 'one of '}${listOf(constants)}`;
  const { keyword, params, message } = first!;
  switch (keyword) {
    case 'enum':
      return `must be one of ${listOf(params.allowedValues)}`;
    case 'boolean':
      return 'is not known here: remove it';
    case 'pattern':
      return `must look like ${String(params.pattern)}`;
    default:
      return message;
  }
};

const schemaFaults = (schema: TSchema, document: unknown): Finding[] => {
  const errors = errorsOf(schema, document)
    // Said at the members themselves.
    .filter(({ keyword }) => keyword !== 'additionalProperties' && keyword !== 'anyOf')
    .flatMap((error): SchemaError[] =>
      error.keyword === 'required'
        ? (error.params.requiredProperties as string[]).map((name) => ({
            ...error,
            instancePath: `${error.instancePath}/${name}`,
            message: 'is missing',
          }))
        : [error],
    );
  const byPath = Map.groupBy(errors, ({ instancePath }) => instancePath);
  return [...byPath].map(([path, found]) => fault(path, problemIn(found)));
};

/** A mark on nothing would be one that is missing elsewhere. */
const strayMarks = ({ ours, ...document }: PolicyDocument): Finding[] =>
  ours.flatMap((path, index) =>
    memberAt(document, path) === undefined
      ? [fault(`/ours/${index}`, `${path} leads to no value of the document: correct the path.`)]
      : [],
  );

/**
 * Everything that is wrong with a document, up to 20 faults, and what is worth a warning. What the schema says comes first; the
 * meaning is only looked at where the form is right.
 */
export const findingsOn = (kind: PolicyKind, document: unknown, surroundings: Surroundings): readonly Finding[] => {
  const { schema, lint } = kindDefinition(kind);
  const malformed = schemaFaults(schema, document);
  if (malformed.length > 0) return malformed.slice(0, MAX_FAULTS);
  const known = document as PolicyDocument;
  return [...lint(known, surroundings), ...strayMarks(known)]
    .sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'fault' ? -1 : 1))
    .slice(0, MAX_FAULTS);
};

/** `/rules/0/calendar: There is no calendar night …`. */
export const findingInWords = ({ path, problem }: Finding): string => `${path === '' ? '/' : path}: ${problem}`;
