import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;
/** Length of a wrapped 32-byte key: nonce, ciphertext, tag. All have it, so one overwrites another in place. */
export const wrappedBytes = nonceBytes + 32 + tagBytes;

/** What a wrapped key is for; covered by its tag, so that no row can stand in for another. */
export const purposeOf = {
  subject: (subject: string) => `subject ${subject}`,
  check: 'check',
  blindIndex: 'blind index',
};

/** AES-256-GCM under the master key, the purpose as additional data. */
export const wrap = (master: KeyObject, purpose: string, key: Uint8Array): Buffer => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', master, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose));
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
};

/** Undefined when the master key is another one or the bytes were changed. */
export const unwrap = (master: KeyObject, purpose: string, wrapped: Uint8Array): Buffer | undefined => {
  const bytes = Buffer.from(wrapped);
  if (bytes.length !== wrappedBytes) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
};

export const isMasterKeyOf = (check: Uint8Array, master: KeyObject): boolean =>
  unwrap(master, purposeOf.check, check) !== undefined;

/** The first rows of a new vault. */
export const foundation = (master: KeyObject): Foundation => ({
  check: wrap(master, purposeOf.check, Buffer.alloc(32)),
  blindIndex: wrap(master, purposeOf.blindIndex, randomBytes(32)),
});

export interface Foundation {
  readonly check: Uint8Array;
  readonly blindIndex: Uint8Array;
}

/** From base64; undefined unless it is exactly 32 bytes. */
export const masterKeyFrom = (base64: string): KeyObject | undefined => {
  const text = base64.trim();
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text ? createSecretKey(bytes) : undefined;
};
