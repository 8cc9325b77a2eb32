import { ROLES } from '#libs/kernel/actor.ts';
import type { Role } from '#libs/kernel/actor.ts';
import type { EventSet } from '#libs/kernel/event.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { HISTORY_READERS, maySeeClass } from '#libs/runtime/access.ts';
import { personalFieldsByType } from '#libs/runtime/personal-fields.ts';
import type { PersonalFields } from '#libs/runtime/personal-fields.ts';

/** What an answer may show of people: their values, or none whoever asks. */
export type Shows = 'personal values' | 'nothing personal';

/**
 * The rule of each kind of answer, by its schema in the OpenAPI document, or by operation where it has none of that name. An
 * operation without a rule fails the build: whoever adds one says here what it shows.
 */
const RULES: { readonly [schemaOrOperation: string]: Shows } = {
  StateAnswer: 'personal values',
  HistoryAnswer: 'personal values',
  DocumentAnswer: 'personal values',
  DocumentPage: 'personal values',
  ProvenanceAnswer: 'personal values',
  // Names of those who were called.
  explainEscalation: 'personal values',
  discloseEvidence: 'personal values',
  // Ids and counts.
  AccessRecordsAnswer: 'nothing personal',
  BulkAnswer: 'nothing personal',
  CommandAnswer: 'nothing personal',
  CountAnswer: 'nothing personal',
  DeadLettersAnswer: 'nothing personal',
  GroupsAnswer: 'nothing personal',
  HealthAnswer: 'nothing personal',
  LagAnswer: 'nothing personal',
  RebuildAnswer: 'nothing personal',
  RetryAnswer: 'nothing personal',
  StandingProcessesAnswer: 'nothing personal',
  docs: 'nothing personal',
  openApi: 'nothing personal',
  metrics: 'nothing personal',
  policySchema: 'nothing personal',
  // Deadlines, classes, and the rules they come from.
  explainDeadlines: 'nothing personal',
  explainTier: 'nothing personal',
  // Hashes and signatures.
  logHead: 'nothing personal',
  logKey: 'nothing personal',
  logKeyRotations: 'nothing personal',
  logTile: 'nothing personal',
};

/** What a role gets of an operation's personal values, once the undertaking is on record. */
export type Sight = 'seen' | 'masked' | 'refused' | 'none';

export interface TableRow {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly shows: Shows;
  readonly sights: { readonly [R in Role]: Sight };
}

interface Operation {
  readonly operationId: string;
  readonly 'x-roles': readonly Role[] | 'any role' | 'anonymous';
  readonly responses: {
    readonly [status: string]: {
      readonly content?: { readonly [type: string]: { readonly schema?: { readonly $ref?: string } } };
    };
  };
}

const ruleOf = ({ operationId, responses }: Operation): Shows => {
  const [, answer] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const [type, media] = Object.entries(answer?.content ?? {})[0] ?? [];
  if (type === 'text/event-stream') return 'personal values';
  const schema = media?.schema?.$ref?.replace(/^.*\//, '');
  const rule = RULES[operationId] ?? RULES[schema ?? ''];
  if (rule === undefined)
    throw new Error(
      `Nothing says what ${operationId} shows of people (its answer: ${schema ?? type ?? 'none'}): add a rule to apps/server/access-table.ts.`,
    );
  return rule;
};

const sees = (role: Role, dataClass: 'personal' | 'sensitive'): boolean =>
  maySeeClass({ id: role, grants: [{ role, team: '*' }] })(dataClass);

const forRoles = <T>(of: (role: Role) => T) =>
  Object.fromEntries(ROLES.map((role) => [role, of(role)])) as { readonly [R in Role]: T };

/** A row for every operation of the OpenAPI document. Throws where one has no rule. */
export const accessTable = (openApi: object): readonly TableRow[] => {
  const { paths } = openApi as {
    readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const access = operation['x-roles'];
      const shows = ruleOf(operation);
      return {
        ...{ operation: operation.operationId, method, path, shows },
        sights: forRoles((role): Sight =>
          typeof access !== 'string' && !access.includes(role)
            ? 'refused'
            : shows === 'nothing personal'
              ? 'none'
              : sees(role, 'personal')
                ? 'seen'
                : 'masked',
        ),
      };
    }),
  );
};

const pathsIn = (
  fields: PersonalFields,
  at = '',
): readonly (readonly [path: string, as: 'personal' | 'sensitive'])[] => [
  ...(fields.mark === undefined ? [] : [[at, fields.mark.as] as const]),
  ...[...(fields.members ?? [])].flatMap(([name, inner]) => pathsIn(inner, at === '' ? name : `${at}.${name}`)),
  ...(fields.others === undefined ? [] : pathsIn(fields.others, `${at}.*`)),
  ...(fields.elements === undefined ? [] : pathsIn(fields.elements, `${at}[]`)),
];

/** Every personal field that events of these sets carry, each once, with its class. */
const fieldsOf = (sets: readonly EventSet[]): ReadonlyMap<string, 'personal' | 'sensitive'> => {
  const found = [...personalFieldsByType(sets).values()].flatMap((fields) =>
    fields === undefined ? [] : pathsIn(fields),
  );
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
};

const SIGN: { readonly [S in Sight]: string } = { seen: '●', masked: '***', refused: '–', none: '○' };

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (heading: readonly string[], rows: readonly (readonly string[])[]) =>
  [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');

const fieldRows = (name: string, sets: readonly EventSet[], readers: readonly Role[]): readonly (readonly string[])[] =>
  [...fieldsOf(sets)].map(([path, as]) => [
    `${name}: \`${path}\``,
    as,
    ...ROLES.map((role) => SIGN[!readers.includes(role) ? 'refused' : sees(role, as) ? 'seen' : 'masked']),
  ]);

/** The page of who sees what, complete: every operation of the document, every personal field of the features. */
export const accessPage = (openApi: object, features: readonly Feature[]): string => {
  const rows = accessTable(openApi);
  const rowsOf = (some: readonly TableRow[]) =>
    some.map(({ operation, method, path, sights }) => [
      `\`${method.toUpperCase()} ${path}\` (${operation})`,
      ...ROLES.map((role) => SIGN[sights[role]]),
    ]);
  const questions = rows.filter(({ method }) => method === 'get');
  const commands = rows.filter(({ method }) => method !== 'get');
  const aggregates = features.flatMap((feature) => feature.aggregates ?? []);
  const projections = features.flatMap((feature) => feature.projections ?? []);
  return `# Who sees what

Generated from what the features and the API declare (\`npm run api\`); do not edit. For every role:

- ● seen in clear, once the person’s confidentiality undertaking is on record (programs, role \`service\`, sign none), and with an access
  record of each look. [G1, G2]
- \\*\\*\\* masked: the answer comes, with \`***\` in place of each such value. A single approval opens the values of the people that it names.
- – refused: 403.
- ○ answered; nothing personal is in it.

A role granted in one team shows that team’s documents and those without a team.

## Personal fields

In states and histories, by aggregate, and in read models, by the events that they are folded from.

${table(
  ['field', 'class', ...ROLES],
  [
    ...aggregates.flatMap(({ name, events }) => fieldRows(name, [events], HISTORY_READERS)),
    ...projections.flatMap(({ collection, reads, access }) => fieldRows(collection.name, reads, access.roles)),
  ],
)}

## Questions

${table(['question', ...ROLES], rowsOf(questions))}

## Commands

Answers of commands hold ids; only evidence that is handed out holds values.

${table(['command', ...ROLES], rowsOf(commands))}
`;
};
