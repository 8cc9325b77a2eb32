import { aggregate } from 'mingo';
import { ServerError, clone, isDocument } from './values.ts';
import type { Doc } from './values.ts';

/** mingo evaluates expressions and the stages that this stand-in does not do itself; its errors become the server's. */
const translated = <T>(run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (error instanceof ServerError) throw error;
    const message = (error as Error).message;
    const stage = /unregistered pipeline operator (\$\w+)/.exec(message)?.[1];
    if (stage !== undefined)
      throw new ServerError(40324, 'Location40324', `Unrecognized pipeline stage name: '${stage}'`);
    const operator = /operator '?(\$\w+)'? is not registered|unregistered \w+ operator (\$\w+)/.exec(message);
    if (operator !== null)
      throw new ServerError(168, 'InvalidPipelineOperator', `Unrecognized expression '${operator[1] ?? operator[2]}'`);
    throw new ServerError(14, 'TypeMismatch', message);
  }
};

export type Resolver = (collection: string) => Doc[];

export const runStage = (
  documents: readonly Doc[],
  stage: Doc,
  variables?: Doc,
  collectionResolver?: Resolver,
): Doc[] =>
  translated(
    () =>
      aggregate(clone(documents) as Doc[], [stage], {
        ...(variables === undefined ? {} : { variables }),
        ...(collectionResolver === undefined ? {} : { collectionResolver }),
      }) as Doc[],
  );

/** The value of an aggregation expression on a document; undefined: missing. */
export const evaluate = (expression: unknown, document: Doc, variables?: Doc): unknown =>
  runStage([document], { $replaceWith: { value: expression } }, variables)[0]?.value;

/** The variables that `let` defines: its expressions see no document. */
export const letVariables = (given: unknown): Doc | undefined => {
  if (given === undefined) return undefined;
  if (!isDocument(given)) throw new ServerError(14, 'TypeMismatch', 'let: takes a document');
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, evaluate(value, {})]));
};
