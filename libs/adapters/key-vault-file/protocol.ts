import type { KeyObject } from 'node:crypto';
import type { Foundation } from './wrapping.ts';

export interface WorkerOptions {
  readonly file: string;
  /** Present: the vault is new. */
  readonly foundation?: Foundation;
}

export type Change =
  | { readonly kind: 'insert'; readonly keys: readonly (readonly [subject: string, wrapped: Uint8Array])[] }
  | { readonly kind: 'erase'; readonly subject: string }
  | { readonly kind: 'rewrap'; readonly from: KeyObject; readonly to: KeyObject }
  | { readonly kind: 'close' };

export type Request = Change & { readonly call: number };

/** Call 0 tells that the vault is open, or why not. */
export interface Response {
  readonly call: number;
  readonly error?: string;
}
