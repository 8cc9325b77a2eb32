/**
 * A personal value as the ledger keeps it: encrypted under a key derived for one event and one field from its subject's
 * key. The token says by itself how it is opened, so that read models can copy it without understanding it. Once the
 * subject's key is destroyed, the value is gone everywhere at once. (A type and no interface: so it counts as JSON.)
 */
export type Sealed = {
  /** base64url of key commitment (32 bytes), nonce (12), ciphertext, tag (16). */
  readonly $sealed: string;
  /** Id of the event that carried the value first. */
  readonly by: string;
  /** Where in that event's data the value stood, e.g. `contacts.0.name`. */
  readonly at: string;
  /** The subject whose key it is. */
  readonly of: string;
  /** The value's class; decides who sees it. */
  readonly as: 'personal' | 'sensitive';
};

/** A personal text: clear while a command is decided, sealed in every event, state, document and file. */
export type Personal = string | Sealed;

export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && typeof (value as { $sealed?: unknown }).$sealed === 'string';

/** Does a sealed value stand anywhere in it? */
export const holdsSealed = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (isSealed(value) || Object.values(value).some(holdsSealed));
