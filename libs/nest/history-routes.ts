import type { Aggregate } from '#libs/kernel/aggregate.ts';
import { streamOf } from '#libs/kernel/event.ts';
import { HISTORY_READERS } from '#libs/runtime/access.ts';
import { ref } from './answer-schemas.ts';
import { LANGUAGES } from '#libs/kernel/terms.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { pascalCase } from './api-surface.ts';
import { etagOf } from './preconditions.ts';
import { Problem } from './problem.ts';
import { asAt, asOf, idParameter, momentsOf } from './route-parameters.ts';
import type { Call, Route, RouteParameter } from './route.ts';

/** The language that `Accept-Language` ranks first among ours; English where it names none. */
export const preferredLanguage = (header = ''): Language => {
  const ranked = header
    .split(',')
    .map((range, index) => {
      const [tag = '', ...options] = range.trim().toLowerCase().split(';');
      const weight = /^\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*$/.exec(options[0] ?? 'q=1')?.[1] ?? '0';
      return { tag: tag.trim(), weight: Number(weight), index };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  for (const { tag } of ranked) {
    if (tag === 'zh' || tag.startsWith('zh-')) return 'zh-CN';
    if (tag === 'en' || tag.startsWith('en-')) return 'en';
  }
  return 'en';
};

const languageOf = ({ request, parameters }: Call): Language => {
  const asked = parameters.text('lang');
  if (asked === undefined) return preferredLanguage(request.headers['accept-language']);
  const language = LANGUAGES.find((each) => each === asked);
  if (language === undefined)
    throw new Problem(400, 'request.parameter', `lang must be one of ${LANGUAGES.join(', ')}.`, {
      field: 'lang',
      allowed: LANGUAGES,
    });
  return language;
};

const history = async (call: Call): Promise<unknown> => {
  const language = languageOf(call);
  const id = call.pathId();
  const after = call.parameters.integer('after', 0, Number.MAX_SAFE_INTEGER);
  const limit = call.parameters.integer('limit', 1, 1_000);
  const page = await call.ask((ledger) =>
    ledger.history(id, call.viewer, {
      ...momentsOf(call.parameters),
      ...(after === undefined ? {} : { after }),
      ...(limit === undefined ? {} : { limit }),
    }),
  );
  if (page === undefined) throw new Problem(404, 'history.unknown', 'Nothing is known under this id: check it.');
  void call.reply.header('Content-Language', language).header('Vary', 'Accept-Language');
  return {
    entries: page.entries.map(({ text, ...entry }) => ({ text: text[language], ...entry })),
    ...(page.next === undefined ? {} : { next: page.next }),
  };
};

const provenance = async (call: Call): Promise<unknown> => {
  const language = languageOf(call);
  const [collection, id] = [call.pathId('collection'), call.pathId()];
  const field = call.parameters.text('field');
  if (field === undefined || field === '')
    throw new Problem(400, 'request.parameter', 'field must name the field that is asked about.', { field: 'field' });
  const moment = momentsOf(call.parameters);
  const found = await call.ask((ledger) => ledger.provenance(collection, id, field, call.viewer, moment));
  if (found === undefined)
    throw new Problem(404, 'document.unknown', `${collection} has no such document: check the id and the moment.`);
  void call.reply.header('Content-Language', language).header('Vary', 'Accept-Language');
  const { lines, setBy, ...rest } = found;
  return {
    ...rest,
    ...(setBy === undefined ? {} : { setBy: { ...setBy, text: setBy.text[language] } }),
    lines: lines[language],
  };
};

const state = (aggregate: Aggregate) => async (call: Call) => {
  const id = call.pathId();
  const moment = momentsOf(call.parameters);
  const found = await call.ask((ledger) => ledger.stateOf(streamOf(aggregate.name, id), call.viewer, moment));
  if (found === undefined)
    throw new Problem(
      404,
      `${aggregate.name}.unknown`,
      `There is no such ${aggregate.name}: check the id and the moment.`,
    );
  const etag = etagOf(found.revision);
  void call.reply.header('ETag', etag);
  if (call.request.headers['if-none-match'] !== etag) return found;
  void call.reply.status(304);
  return undefined;
};

/** The state of one aggregate, now or in the past; its ETag is what `If-Match` takes. */
export const stateRoute = (aggregate: Aggregate): Route => ({
  method: 'get',
  path: ':id/state',
  operation: `stateOf${pascalCase(aggregate.name)}`,
  summary: `The state of one ${aggregate.name}, now or at a moment, with the commands that it allows.`,
  access: HISTORY_READERS,
  parameters: [idParameter(`The ${aggregate.name}.`), asOf, asAt],
  answer: { description: 'The state; its revision is the ETag.', schema: ref('StateAnswer') },
  problems: [404],
  handle: state(aggregate),
});

const lang: RouteParameter = {
  in: 'query',
  name: 'lang',
  description: 'Goes before Accept-Language.',
  schema: { enum: LANGUAGES },
};

/** What happened to a customer, or to one aggregate, in plain language. */
export const historyRoutes: readonly Route[] = [
  {
    method: 'get',
    path: 'history/:id',
    operation: 'history',
    summary: 'Everything about a customer across streams, or about one aggregate, in store order.',
    description: 'In English or Chinese, by Accept-Language or lang.',
    access: HISTORY_READERS,
    parameters: [
      idParameter('A customer, an aggregate, or a stream.'),
      lang,
      {
        in: 'query',
        name: 'after',
        description: 'The next of the page before.',
        schema: { type: 'integer', minimum: 0 },
      },
      {
        in: 'query',
        name: 'limit',
        description: 'Per page; default 100.',
        schema: { type: 'integer', minimum: 1, maximum: 1_000 },
      },
      asOf,
      asAt,
    ],
    answer: { description: 'A page of the history.', schema: ref('HistoryAnswer') },
    problems: [404],
    handle: history,
  },
  {
    method: 'get',
    path: 'provenance/:collection/:id',
    operation: 'provenance',
    summary: 'Where a field of a document has its value from.',
    description:
      'The event that set it last, the command, who acted, the policies with their approval, and the source; in English or Chinese.',
    access: HISTORY_READERS,
    parameters: [
      {
        in: 'path',
        name: 'collection',
        description: 'A read model.',
        required: true,
        schema: { type: 'string', minLength: 1, maxLength: 100 },
      },
      idParameter('The document.'),
      {
        in: 'query',
        name: 'field',
        description: 'Its name, with dots between levels: tier, details.size.',
        required: true,
        schema: { type: 'string', minLength: 1, maxLength: 200 },
      },
      lang,
      asOf,
      asAt,
    ],
    answer: { description: 'The value and its origin.', schema: ref('ProvenanceAnswer') },
    problems: [404, 422],
    handle: provenance,
  },
];
