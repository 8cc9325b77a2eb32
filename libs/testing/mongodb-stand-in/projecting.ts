import { runStage } from './expressions.ts';
import { compileFilter } from './matching.ts';
import type { MatchOptions } from './matching.ts';
import { ServerError, badValue, isDocument, isNumeric, toNumber } from './values.ts';
import type { Doc } from './values.ts';

type Tree = { readonly [name: string]: Tree | true };

const tree = (paths: readonly string[]): Tree => {
  const root: { [name: string]: unknown } = {};
  for (const path of paths) {
    const names = path.split('.');
    let node = root;
    for (const name of names.slice(0, -1)) {
      if (node[name] === true) throw new ServerError(31249, 'Location31249', `Path collision at ${path}`);
      node = (node[name] ??= {}) as { [name: string]: unknown };
    }
    if (node[names.at(-1)!] !== undefined) throw new ServerError(31249, 'Location31249', `Path collision at ${path}`);
    node[names.at(-1)!] = true;
  }
  return root as Tree;
};

const keep = (value: unknown, fields: Tree): unknown => {
  if (Array.isArray(value))
    return value
      .filter((each: unknown) => isDocument(each) || Array.isArray(each))
      .map((each: unknown) => keep(each, fields));
  const kept: Doc = {};
  for (const [name, each] of Object.entries(value as Doc)) {
    const inner = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (inner === true) kept[name] = each;
    else if (inner !== undefined && (isDocument(each) || Array.isArray(each))) kept[name] = keep(each, inner);
  }
  return kept;
};

const omit = (value: unknown, fields: Tree): unknown => {
  if (Array.isArray(value)) return value.map((each: unknown) => omit(each, fields));
  if (!isDocument(value)) return value;
  const kept: Doc = {};
  for (const [name, each] of Object.entries(value)) {
    const inner = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (inner !== true) kept[name] = inner === undefined ? each : omit(each, inner);
  }
  return kept;
};

const slice = (value: unknown, operand: unknown): unknown => {
  if (!Array.isArray(value)) return value;
  const [first, second] = (Array.isArray(operand) ? operand : [operand]).map(toNumber);
  if (second === undefined) return first! < 0 ? value.slice(first) : value.slice(0, first);
  const from = first! < 0 ? Math.max(0, value.length + first!) : first!;
  return value.slice(from, from + second);
};

/** `find`'s projection: inclusion or exclusion, $slice, $elemMatch, the positional $, and expressions. */
export const compileProjection = (
  projection: unknown,
  filter: Doc,
  options: MatchOptions,
): ((document: Doc) => Doc) => {
  if (projection === undefined || (isDocument(projection) && Object.keys(projection).length === 0)) return (doc) => doc;
  if (!isDocument(projection)) throw new ServerError(14, 'TypeMismatch', 'projection: takes a document');
  const included: string[] = [];
  const excluded: string[] = [];
  const computed: Doc = {};
  const changes: ((document: Doc, original: Doc) => void)[] = [];
  let withId: boolean | undefined;
  const flatten = (node: Doc, prefix: string): [string, unknown][] =>
    Object.entries(node).flatMap(([name, value]): [string, unknown][] =>
      isDocument(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]!.startsWith('$')
        ? flatten(value, `${prefix}${name}.`)
        : [[prefix + name, value]],
    );
  for (const [path, value] of flatten(projection, '')) {
    const flag = typeof value === 'boolean' ? value : isNumeric(value) ? toNumber(value) !== 0 : undefined;
    if (path === '_id' && flag !== undefined) withId = flag;
    else if (path.endsWith('.$')) {
      const name = path.slice(0, -2);
      const condition = Object.entries(filter).find(([key]) => key === name || key.startsWith(`${name}.`));
      if (condition === undefined)
        throw new ServerError(
          51246,
          'Location51246',
          'positional operator needs a condition on the array in the query',
        );
      const [key, operand] = condition;
      const test =
        key === name
          ? isDocument(operand) && isDocument(operand.$elemMatch)
            ? compileFilter(operand.$elemMatch, options)
            : (element: unknown) => compileFilter({ element: operand }, options)({ element })
          : compileFilter({ [key.slice(name.length + 1)]: operand }, options);
      included.push(name);
      changes.push((document, original) => {
        const array = original[name];
        if (Array.isArray(array)) document[name] = array.filter((each: unknown) => test(each)).slice(0, 1);
      });
    } else if (flag === true) included.push(path);
    else if (flag === false) excluded.push(path);
    else if (
      isDocument(value) &&
      value.$slice !== undefined &&
      !(Array.isArray(value.$slice) && Array.isArray(value.$slice[0])) &&
      !(Array.isArray(value.$slice) && typeof value.$slice[0] === 'string')
    ) {
      if (path.includes('.')) throw badValue('This stand-in slices top-level arrays only.');
      changes.push((document, original) => {
        if (original[path] !== undefined) document[path] = slice(original[path], value.$slice);
      });
    } else if (isDocument(value) && value.$elemMatch !== undefined) {
      const test = compileFilter({ element: { $elemMatch: value.$elemMatch } }, options);
      included.push(path);
      changes.push((document, original) => {
        const array = original[path];
        const found: unknown = Array.isArray(array)
          ? array.find((each: unknown) => test({ element: [each] }))
          : undefined;
        if (found === undefined) delete document[path];
        else document[path] = [found];
      });
    } else computed[path] = value;
  }
  if (included.length > 0 && excluded.length > 0)
    throw new ServerError(
      31254,
      'Location31254',
      `Cannot do exclusion on field ${excluded[0]} in inclusion projection`,
    );
  const inclusive =
    included.length > 0 || Object.keys(computed).length > 0 || (withId === true && excluded.length === 0);
  const fields = inclusive
    ? tree([...(withId === false ? [] : ['_id']), ...included])
    : tree([...(withId === false ? ['_id'] : []), ...excluded]);
  return (original) => {
    const document = (inclusive ? keep(original, fields) : omit(original, fields)) as Doc;
    for (const change of changes) change(document, original);
    return Object.keys(computed).length === 0
      ? document
      : {
          ...document,
          ...runStage(
            [original],
            { $project: { ...computed, ...(computed._id === undefined ? { _id: 0 } : {}) } },
            options.variables,
          )[0],
        };
  };
};
