import { CommandRecorded } from '#libs/ports/command-results.ts';
import { Unavailable, WrongExpectedRevision } from '#libs/ports/event-store.ts';
import type { ExpectedRevision } from '#libs/ports/event-store.ts';
import type { Outcome, ResultWrite, Write } from './append-batch.ts';

/** Writes as one flat list: what crosses to the writer's thread is copied, and texts in a list are copied fastest. */
export type FlatWrites = (string | number)[];

const resultMark = '';
/** In the place of a stream's name: texts are none. */
const forgetMark = 1;
/** In the place of the command's id, which may be empty: a number is none. */
const noResult = 0;

const flattenResult = ({ commandId, bodyHash, outcome, recordedAt }: ResultWrite, flat: FlatWrites): void => {
  flat.push(commandId, bodyHash, outcome, recordedAt);
};

export const flatten = (writes: readonly Write[]): FlatWrites => {
  const flat: FlatWrites = [];
  for (const write of writes)
    if ('stream' in write) {
      flat.push(write.stream, write.expected, write.events.length);
      for (const { id, type, data, metadata } of write.events) flat.push(id, type, data, metadata);
      if (write.result === undefined) flat.push(noResult);
      else flattenResult(write.result, flat);
    } else if ('forget' in write) flat.push(forgetMark, write.before, write.forget.length, ...write.forget);
    else {
      flat.push(resultMark);
      flattenResult(write, flat);
    }
  return flat;
};

/** Adds the writes of a flat list. No stream has an empty name, so an empty one marks a command's result. */
export const unflatten = (flat: FlatWrites, into: Write[]): void => {
  let at = 0;
  const text = () => flat[at++] as string;
  const result = (): ResultWrite => ({ commandId: text(), bodyHash: text(), outcome: text(), recordedAt: text() });
  while (at < flat.length) {
    if (flat[at] === forgetMark) {
      at += 1;
      const before = text();
      into.push({ before, forget: Array.from({ length: flat[at++] as number }, text) });
      continue;
    }
    const stream = text();
    if (stream === resultMark) {
      into.push(result());
      continue;
    }
    const expected = flat[at++] as ExpectedRevision;
    const events = Array.from({ length: flat[at++] as number }, () => ({
      id: text(),
      type: text(),
      data: text(),
      metadata: text(),
    }));
    const own = flat[at] === noResult ? undefined : result();
    if (own === undefined) at += 1;
    into.push({ stream, expected, events, result: own });
  }
};

/** An error as it crosses between threads. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stream?: string;
  readonly expected?: ExpectedRevision;
  readonly actual?: number | 'no-stream';
  readonly retryable?: boolean;
}

/** Outcomes of the next writes in order: revision and position, one after the other; failures by their place. */
export interface Answer {
  readonly places: readonly number[];
  readonly failures: readonly { readonly index: number; readonly error: ErrorMessage }[];
}

export const toAnswer = (outcomes: readonly Outcome[]): Answer => {
  const places: number[] = [];
  const failures: { index: number; error: ErrorMessage }[] = [];
  for (const [index, outcome] of outcomes.entries())
    if (outcome instanceof Error) {
      places.push(-1, 0);
      failures.push({ index, error: toMessage(outcome) });
    } else places.push(outcome.revision, outcome.position);
  return { places, failures };
};

export const fromAnswer = ({ places, failures }: Answer): Outcome[] => {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < places.length; at += 2) outcomes.push({ revision: places[at]!, position: places[at + 1]! });
  for (const { index, error } of failures) outcomes[index] = fromMessage(error);
  return outcomes;
};

export const toMessage = (error: unknown): ErrorMessage => {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  if (error instanceof WrongExpectedRevision) {
    const { stream, expected, actual } = error;
    return { name, message, stream, expected, actual };
  }
  return error instanceof Unavailable ? { name, message, retryable: error.retryable } : { name, message };
};

/** The error on the caller's side, of the class that the port promises. */
export const fromMessage = ({ name, message, stream, expected, actual, retryable }: ErrorMessage): Error => {
  switch (name) {
    case 'WrongExpectedRevision':
      return new WrongExpectedRevision(stream!, expected!, actual!);
    case 'Unavailable':
      return new Unavailable(message, { retryable: retryable! });
    case 'CommandRecorded':
      return Object.assign(new CommandRecorded(''), { message });
    case 'TypeError':
      return new TypeError(message);
    default:
      return new Error(message);
  }
};
