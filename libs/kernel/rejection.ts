/**
 * An expected refusal: a value, never thrown inside the domain. `kind` decides the HTTP status: `invalid` 422, `state` 409,
 * `missing` 404, `forbidden` 403.
 */
export interface Rejection {
  readonly rejected: true;
  readonly kind: 'invalid' | 'state' | 'missing' | 'forbidden';
  /** Stable, for programs: `service-case.already-closed`. */
  readonly code: string;
  /** For people: what, where, what next. */
  readonly message: string;
  /** The wire names of the commands that would be accepted instead. */
  readonly allowed: readonly string[];
  /** Where in the input, for `invalid`: `assigneeId`. */
  readonly field?: string;
}

/** The aggregate is in a state that does not allow the command. */
export const reject = (code: string, message: string, allowed: readonly string[] = []): Rejection => ({
  rejected: true,
  kind: 'state',
  code,
  message,
  allowed,
});

/** The command's content is wrong whatever the state. */
export const invalid = (code: string, message: string, field?: string): Rejection => ({
  rejected: true,
  kind: 'invalid',
  code,
  message,
  allowed: [],
  ...(field === undefined ? {} : { field }),
});

export const missing = (code: string, message: string): Rejection => ({
  rejected: true,
  kind: 'missing',
  code,
  message,
  allowed: [],
});

export const forbidden = (code: string, message: string): Rejection => ({
  rejected: true,
  kind: 'forbidden',
  code,
  message,
  allowed: [],
});

export const isRejection = (value: unknown): value is Rejection =>
  typeof value === 'object' && value !== null && (value as { rejected?: unknown }).rejected === true;
