import { CheckpointMismatch, InvalidQuery, UnknownCollection } from '#libs/ports/read-models.ts';
import type { SqliteCollections } from './sqlite-collections.ts';

export type Method = Exclude<
  {
    [K in keyof SqliteCollections]: SqliteCollections[K] extends (...args: never[]) => unknown ? K : never;
  }[keyof SqliteCollections],
  'getMany'
>;

export interface Request {
  readonly call: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
}

/** Call 0 tells that the file is open, or why not. */
export type Response =
  { readonly call: number; readonly value: unknown } | { readonly call: number; readonly error: ErrorMessage };

export const toMessage = (error: unknown): ErrorMessage =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };

/** The error on the caller's side, of the class that the port promises. */
export const fromMessage = ({ name, message }: ErrorMessage): Error => {
  switch (name) {
    case 'InvalidQuery':
      return new InvalidQuery(message);
    case 'CheckpointMismatch':
      return Object.assign(new CheckpointMismatch('', undefined, undefined), { message });
    case 'UnknownCollection':
      return Object.assign(new UnknownCollection('', []), { message });
    case 'TypeError':
      return new TypeError(message);
    default:
      return new Error(message);
  }
};
