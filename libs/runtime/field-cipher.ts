import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Sealed } from '#libs/kernel/sealed.ts';

/** Where a value stands: everything in a token but its ciphertext. */
export type Place = Omit<Sealed, '$sealed'>;

/** The token was changed, cut, or moved to another event, field, subject or class. Never means "erased". */
export class TamperedValue extends Error {
  override readonly name = 'TamperedValue';
  constructor({ at, by }: Place) {
    super(
      `The sealed value at ${at} of event ${by} does not fit its key: it was changed or moved. ` +
        'Verify the ledger, then compare the event with a backup.',
    );
  }
}

const commitmentBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = commitmentBytes + nonceBytes;
const derivation = Buffer.from('careledger field keys 1');
const commitmentLabel = Buffer.from('careledger field key commitment 1');

/** Strings in a JSON array have one form only (RFC 8785), so neither can be mistaken for another. */
const bytesOf = (...parts: readonly string[]): Buffer => Buffer.from(JSON.stringify(parts));

const contextOf = ({ by, at, of, as }: Place): Buffer => bytesOf(by, at, of, as);

const derive = (subjectKey: KeyObject, { by, at }: Place): { fieldKey: Buffer; nonceKey: Buffer } => {
  const keys = Buffer.from(hkdfSync('sha256', subjectKey, derivation, bytesOf(by, at), 64));
  return { fieldKey: keys.subarray(0, 32), nonceKey: keys.subarray(32) };
};

const commitTo = (fieldKey: Buffer): Buffer => hash('sha256', Buffer.concat([commitmentLabel, fieldKey]), 'buffer');

// Node takes keys as KeyObjects two to three times as fast as it takes them as bytes.
const keyed = createSecretKey;

/** Text as UTF-8; half a surrogate pair, which is no Unicode text, becomes U+FFFD. */
export const encrypt = (subjectKey: KeyObject, place: Place, text: string): Sealed => {
  const { fieldKey, nonceKey } = derive(subjectKey, place);
  const context = contextOf(place);
  const clear = Buffer.from(text);
  const nonce = createHmac('sha256', keyed(nonceKey)).update(context).update(clear).digest().subarray(0, nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keyed(fieldKey), nonce, { authTagLength: tagBytes }).setAAD(context);
  const parts = [commitTo(fieldKey), nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()];
  return { $sealed: Buffer.concat(parts).toString('base64url'), ...place };
};

const decrypt = (fieldKey: Buffer, token: Sealed): string => {
  const bytes = Buffer.from(token.$sealed, 'base64url');
  // The decoder forgives stray characters and bits; a token has one spelling only.
  const wellSpelt = bytes.length >= headBytes + tagBytes && bytes.toString('base64url') === token.$sealed;
  if (!wellSpelt || !commitTo(fieldKey).equals(bytes.subarray(0, commitmentBytes))) throw new TamperedValue(token);
  const nonce = bytes.subarray(commitmentBytes, headBytes);
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyed(fieldKey), nonce, { authTagLength: tagBytes })
      .setAAD(contextOf(token))
      .setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(headBytes, -tagBytes)), decipher.final()]).toString();
  } catch {
    throw new TamperedValue(token);
  }
};

/** Opens a token with its subject's key. Throws TamperedValue. */
export const decryptWithSubjectKey = (subjectKey: KeyObject, token: Sealed): string =>
  decrypt(derive(subjectKey, token).fieldKey, token);

/** The key that opens this one token, base64url; proven to be the one that the token commits to. Throws TamperedValue. */
export const disclosedKey = (subjectKey: KeyObject, token: Sealed): string => {
  const { fieldKey } = derive(subjectKey, token);
  decrypt(fieldKey, token);
  return fieldKey.toString('base64url');
};

/**
 * Opens a token with its disclosed field key, without a vault: for bundles read offline. Only the key that the token
 * commits to opens it, so whoever holds the event's hash knows that no other text could have been shown.
 * Throws TamperedValue, for a wrong key too.
 */
export const openWith = (token: Sealed, fieldKey: string): string => {
  const key = Buffer.from(fieldKey, 'base64url');
  if (key.length !== 32) throw new TamperedValue(token);
  return decrypt(key, token);
};
