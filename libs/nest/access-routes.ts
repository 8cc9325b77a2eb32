import type { AccessQuery } from '#libs/ports/access-log.ts';
import { ACCESS_AUDITORS } from '#libs/runtime/access.ts';
import { instant, ref } from './answer-schemas.ts';
import { momentOf } from './moments.ts';
import type { Parameters } from './parameters.ts';
import type { Call, Route, RouteParameter } from './route.ts';

const query = (name: string, description: string, schema: RouteParameter['schema'] = { type: 'string' }) =>
  ({ in: 'query', name, description, schema }) as const;

const momentIn = (parameters: Parameters, name: string) => {
  const text = parameters.text(name);
  return text === undefined ? undefined : momentOf(name, text);
};

const accesses = (call: Call): Promise<unknown> => {
  const { parameters, viewer } = call;
  const asked: { -readonly [Name in keyof AccessQuery]: AccessQuery[Name] | undefined } = {
    subject: parameters.text('subject'),
    actor: parameters.text('actor'),
    from: momentIn(parameters, 'from'),
    to: momentIn(parameters, 'to'),
    after: parameters.integer('after', 0, Number.MAX_SAFE_INTEGER),
    limit: parameters.integer('limit', 1, 1_000),
  };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return call.ask((ledger) => ledger.accesses(given, viewer));
};

/** Who saw whose personal values. [G2] */
export const accessRoutes: readonly Route[] = [
  {
    method: 'get',
    path: 'access-records',
    operation: 'accessRecords',
    summary: 'Who saw whose personal values in clear: when, of what, why; the oldest first.',
    description:
      'Needs the role in every team. `care access verify` proves that no record was changed, removed or slipped in.',
    access: ACCESS_AUDITORS,
    parameters: [
      query('subject', 'Whose values: the id of a customer or another person.'),
      query('actor', 'Who looked.'),
      query('from', 'Inclusive.', instant('Inclusive.')),
      query('to', 'Exclusive.', instant('Exclusive.')),
      query('after', 'The next of the page before.', { type: 'integer', minimum: 0 }),
      query('limit', 'Per page; default 100.', { type: 'integer', minimum: 1, maximum: 1_000 }),
    ],
    answer: { description: 'A page of the records.', schema: ref('AccessRecordsAnswer') },
    handle: accesses,
  },
];
