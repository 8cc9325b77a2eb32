import type { Projection } from '#libs/kernel/projection.ts';
import { ref } from './answer-schemas.ts';
import { pascalCase } from './api-surface.ts';
import { fieldsOf, filterOf, queryOf, selectFields } from './list-query.ts';
import { Problem } from './problem.ts';
import { asAt, asOf, idParameter, minPosition, momentsOf } from './route-parameters.ts';
import type { Call, Route, RouteParameter } from './route.ts';

const text = { type: 'string' } as const;
const filter: RouteParameter = {
  in: 'query',
  name: 'filter[field]',
  description:
    'Equality; several values separated by commas or repeated: any of them. With an operator: filter[field][op]=…, op one of ne, gt, gte, lt, lte, prefix, exists. A value in double quotes is a text even where it reads as a number. Fields are dotted paths; several filters apply together.',
  schema: text,
};
const listing: readonly RouteParameter[] = [
  {
    in: 'query',
    name: 'sort',
    description: 'Fields separated by commas, - before a field for descending: -dueAt,reference.',
    schema: text,
  },
  {
    in: 'query',
    name: 'limit',
    description: 'Per page; default 50.',
    schema: { type: 'integer', minimum: 1, maximum: 1_000 },
  },
  { in: 'query', name: 'cursor', description: 'The next of the page before.', schema: text },
  { in: 'query', name: 'count', description: 'true: total is part of the answer.', schema: { type: 'boolean' } },
];
const fields: RouteParameter = {
  in: 'query',
  name: 'fields',
  description: 'Only these fields of each document, separated by commas.',
  schema: text,
};

const list = (name: string) => async (call: Call) => {
  const { viewer, parameters } = call;
  const query = queryOf(parameters);
  const selected = fieldsOf(parameters);
  const moment = momentsOf(parameters);
  const counted = parameters.flag('count');
  return call.ask(async (ledger) => {
    const [page, total] = await Promise.all([
      ledger.find(name, query, viewer, moment),
      counted ? ledger.count(name, query.filter ?? {}, viewer, moment) : undefined,
    ]);
    return {
      items: page.documents.map((each) => ({ ...each, document: selectFields(each.document, selected) })),
      position: page.position,
      ...(page.next === undefined ? {} : { next: page.next }),
      ...(total === undefined ? {} : { total }),
    };
  });
};

const one = (name: string) => async (call: Call) => {
  const id = call.pathId();
  const selected = fieldsOf(call.parameters);
  const moment = momentsOf(call.parameters);
  const found = await call.ask((ledger) => ledger.document(name, id, call.viewer, moment));
  if (found === undefined)
    throw new Problem(
      404,
      'document.unknown',
      `${name} has no such document${moment.asOf === undefined && moment.asAt === undefined ? '' : ' at that moment'}: check the id. One just made may need minPosition.`,
    );
  return { ...found, document: selectFields(found.document, selected) };
};

const count = (name: string) => async (call: Call) => {
  const condition = filterOf(call.parameters.raw);
  const moment = momentsOf(call.parameters);
  return { count: await call.ask((ledger) => ledger.count(name, condition, call.viewer, moment)) };
};

const groups = (name: string) => async (call: Call) => {
  const condition = filterOf(call.parameters.raw);
  const moment = momentsOf(call.parameters);
  const [by, ...more] = call.parameters.text('by')?.split(',') ?? [];
  if (by === undefined || by === '' || more.length > 0)
    throw new Problem(400, 'request.parameter', 'by must name the one field to group by.', { field: 'by' });
  // Passes the same check of names as a filter.
  filterOf({ [`filter[${by}]`]: '' });
  return { groups: await call.ask((ledger) => ledger.groupCounts(name, condition, by, call.viewer, moment)) };
};

/** How a read model is asked: list, one document, count, groups. */
export const readModelRoutes = ({ collection: { name }, access: { roles } }: Projection): Route[] => {
  const past = [asOf, asAt];
  const shared = { method: 'get', access: roles } as const;
  const operation = (what: string) => `${what}${pascalCase(name)}`;
  return [
    {
      ...shared,
      path: '',
      operation: operation('list'),
      summary: `List ${name}, filtered, sorted, page by page.`,
      parameters: [filter, ...listing, fields, ...past, minPosition],
      answer: { description: 'A page.', schema: ref('DocumentPage') },
      problems: [422, 504],
      handle: list(name),
    },
    {
      ...shared,
      path: 'count',
      operation: operation('count'),
      summary: `Count ${name}.`,
      parameters: [filter, ...past, minPosition],
      answer: { description: 'How many.', schema: ref('CountAnswer') },
      problems: [422, 504],
      handle: count(name),
    },
    {
      ...shared,
      path: 'groups',
      operation: operation('group'),
      summary: `Count ${name} per value of a field, largest first.`,
      parameters: [
        { in: 'query', name: 'by', description: 'The field.', required: true, schema: text },
        filter,
        ...past,
        minPosition,
      ],
      answer: { description: 'How many per value.', schema: ref('GroupsAnswer') },
      problems: [422, 504],
      handle: groups(name),
    },
    {
      ...shared,
      path: ':id',
      operation: operation('get'),
      summary: `One document of ${name}.`,
      parameters: [idParameter('The document.'), fields, ...past, minPosition],
      answer: { description: 'The document.', schema: ref('DocumentAnswer') },
      problems: [404, 422, 504],
      handle: one(name),
    },
  ];
};
