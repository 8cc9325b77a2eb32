import { hash } from 'node:crypto';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import type { CommandRequest } from './ledger.ts';

const textOf = ({ name, id, body, actor }: CommandRequest): string =>
  canonicalJson({ name, id: id ?? null, body, actor: actor.id });

/**
 * What tells a repeat from another command under the same id. Keyed: a body may hold little but a person's name, and a plain hash of it,
 * which the log keeps for ever, would be guessed after the name itself was erased.
 */
export const commandHashOf = (vault: Pick<KeyVault, 'blindIndex'>, request: CommandRequest): string =>
  vault.blindIndex('command', textOf(request));

const PLAIN_LENGTH = 64;

/** Whether a recorded hash is this command's. Those recorded first were plain SHA-256. */
export const isHashOf = (recorded: string, request: CommandRequest, keyed: string): boolean =>
  recorded === keyed || (recorded.length === PLAIN_LENGTH && recorded === hash('sha256', textOf(request), 'hex'));
