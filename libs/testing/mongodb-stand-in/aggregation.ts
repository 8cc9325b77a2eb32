import { BSON } from 'mongodb';
import { checkedName, matchOptions } from './call.ts';
import type { Call } from './call.ts';
import { runStage } from './expressions.ts';
import { compileFilter } from './matching.ts';
import { comparatorOf } from './sorting.ts';
import { ServerError, badValue, failedToParse, isDocument, isNumeric, toNumber } from './values.ts';
import type { Doc } from './values.ts';

const optimizable = (stage: Doc | undefined) =>
  stage !== undefined && isDocument(stage.$match) ? stage.$match : undefined;

/** What a pipeline begins with: a collection's documents, a view's, or those a stage makes. */
const source = (
  call: Call,
  name: string | undefined,
  pipeline: readonly Doc[],
): { from: Doc[]; rest: readonly Doc[] } => {
  const first = pipeline[0] ?? {};
  if (name === undefined) {
    if (Array.isArray(first.$documents))
      return {
        from: runStage([{}], { $replaceWith: { all: first.$documents } }).flatMap((each) => each.all as Doc[]),
        rest: pipeline.slice(1),
      };
    // One is enough to tell that there is something.
    if (first.$listLocalSessions !== undefined || first.$currentOp !== undefined)
      return { from: [{}], rest: pipeline.slice(1) };
    throw new ServerError(
      73,
      'InvalidNamespace',
      `{aggregate: 1} is not valid for '${Object.keys(first)[0]}'; a collection is required.`,
    );
  }
  const collection = call.store.collection(call.database, name, call.transaction);
  if (first.$collStats !== undefined)
    return {
      from: [{ ns: `${call.database}.${name}`, count: collection?.find({}, call.view).length ?? 0 }],
      rest: pipeline.slice(1),
    };
  if (first.$indexStats !== undefined)
    return {
      from: [{ name: '_id_' }, ...(collection?.indexes ?? [])].map((index) => ({ name: index.name })),
      rest: pipeline.slice(1),
    };
  if (collection?.options.viewOn !== undefined) {
    const inner = [...((collection.options.pipeline as Doc[] | undefined) ?? []), ...pipeline];
    return source(call, collection.options.viewOn as string, inner);
  }
  const match = optimizable(first);
  const options = matchOptions(call, call.command.collation);
  if (match !== undefined) compileFilter(match, options);
  return {
    from: collection?.find(match ?? {}, call.view, options).map((each) => each.document) ?? [],
    rest: match === undefined ? pipeline : pipeline.slice(1),
  };
};

const amount = (value: unknown, stage: string, least: number): number => {
  const number = isNumeric(value) ? toNumber(value) : Number.NaN;
  if (!Number.isInteger(number) || number < least)
    throw new ServerError(15958, 'Location15958', `the ${stage} must be a whole number of at least ${least}`);
  return number;
};

const stageResult = (call: Call, documents: Doc[], stage: Doc): Doc[] => {
  const [operator, ...others] = Object.keys(stage);
  if (operator === undefined || others.length > 0)
    throw new ServerError(
      40323,
      'Location40323',
      'A pipeline stage specification object must contain exactly one field.',
    );
  const operand = stage[operator];
  const options = matchOptions(call, call.command.collation);
  switch (operator) {
    case '$match':
      return documents.filter(compileFilter(operand, options));
    case '$sort':
      return documents.toSorted(comparatorOf(operand, options.collator));
    case '$limit':
      return documents.slice(0, amount(operand, 'limit', 1));
    case '$skip':
      return documents.slice(amount(operand, 'skip', 0));
    case '$count':
      return documents.length === 0 ? [] : [{ [String(operand)]: documents.length }];
    case '$documents':
      throw new ServerError(40602, 'Location40602', '$documents is only valid as the first stage in a pipeline');
    case '$changeStream':
      throw new ServerError(40573, 'Location40573', 'This stand-in has no change streams.');
    default:
      return runStage(documents, stage, options.variables, (name) =>
        call.store.collection(call.database, name, call.transaction)?.options.viewOn !== undefined
          ? pipelineResult(call, name, [])
          : (call.store
              .collection(call.database, name)
              ?.find({}, call.view)
              .map((each) => each.document) ?? []),
      );
  }
};

const targetOf = (call: Call, target: unknown, stage: string): { database: string; name: string } => {
  if (typeof target === 'string') return { database: call.database, name: checkedName(target) };
  if (isDocument(target) && typeof target.db === 'string' && typeof target.coll === 'string')
    return { database: target.db, name: checkedName(target.coll) };
  throw failedToParse(`${stage}: takes a collection's name or { db, coll }`);
};

const withId = (document: Doc): Doc =>
  document._id === undefined ? { _id: new BSON.ObjectId(), ...document } : document;

const out = (call: Call, documents: readonly Doc[], operand: unknown): void => {
  const { database, name } = targetOf(call, operand, '$out');
  const before = call.store.collection(database, name);
  const collection = call.store.create(database, name, before?.options);
  for (const { name: index, key, spec } of before?.indexes ?? []) collection.addIndex(index, key, spec);
  for (const document of documents) collection.insert(withId(document), undefined);
};

const merge = (call: Call, documents: readonly Doc[], operand: unknown): void => {
  const spec: Doc = isDocument(operand) && operand.into !== undefined ? operand : { into: operand };
  const { database, name } = targetOf(call, spec.into, '$merge');
  const collection = call.store.collection(database, name) ?? call.store.create(database, name);
  const on = spec.on === undefined ? ['_id'] : Array.isArray(spec.on) ? (spec.on as string[]) : [spec.on as string];
  const { whenMatched = 'merge', whenNotMatched = 'insert' } = spec;
  for (const each of documents) {
    const document = withId(each);
    const [known] = collection.find(Object.fromEntries(on.map((field) => [field, { $eq: document[field] ?? null }])), {
      at: Infinity,
    });
    if (known === undefined) {
      if (whenNotMatched === 'fail')
        throw new ServerError(
          13113,
          'MergeStageNoMatchingDocument',
          '$merge could not find a matching document in the target collection for at least one document in the source collection',
        );
      if (whenNotMatched === 'insert') collection.insert(document, undefined);
    } else if (whenMatched === 'fail') collection.insert({ ...document, _id: known.document._id }, undefined);
    else if (whenMatched === 'replace')
      collection.replace(known.record, { ...document, _id: known.document._id }, undefined);
    else if (whenMatched === 'merge')
      collection.replace(known.record, { ...known.document, ...document, _id: known.document._id }, undefined);
    else if (Array.isArray(whenMatched)) {
      const variables = { new: document };
      const after = (whenMatched as Doc[]).reduce(
        (current, stage) => runStage([current], stage, variables)[0] ?? {},
        known.document,
      );
      collection.replace(known.record, after, undefined);
    } else if (whenMatched !== 'keepExisting') throw badValue(`$merge: whenMatched ${String(whenMatched)}`);
  }
};

/** What a pipeline gives; $out and $merge write and give nothing. */
export const pipelineResult = (call: Call, name: string | undefined, pipeline: readonly Doc[]): Doc[] => {
  const { from, rest } = source(call, name, pipeline);
  let documents = from;
  for (const [index, stage] of rest.entries()) {
    const writes = stage.$out !== undefined ? out : stage.$merge !== undefined ? merge : undefined;
    if (writes === undefined) {
      documents = stageResult(call, documents, stage);
      continue;
    }
    const operator = Object.keys(stage)[0]!;
    if (index < rest.length - 1)
      throw new ServerError(40601, 'Location40601', `${operator} can only be the final stage in the pipeline`);
    if (call.transaction !== undefined)
      throw new ServerError(
        263,
        'OperationNotSupportedInTransaction',
        `Stage not supported inside of a multi-document transaction: ${operator}`,
      );
    writes(call, documents, stage[operator]);
    return [];
  }
  return documents;
};
