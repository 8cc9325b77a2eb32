import { createCipheriv, createHmac, createSecretKey, hash, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const label = Buffer.from('bare field keys');
const keys = new Map<string, KeyObject>();

/**
 * The encryption that 4-platform.md asks for, and nothing around it: a key per event and field (HKDF from the subject's),
 * a key commitment, a nonce from the text, AES-256-GCM.
 */
export const bareSeal = (subject: string, eventId: string, path: string, text: string): object => {
  let key = keys.get(subject);
  if (key === undefined) keys.set(subject, (key = createSecretKey(randomBytes(32))));
  const derived = Buffer.from(hkdfSync('sha256', key, label, `${eventId}/${path}`, 64));
  const fieldKey = derived.subarray(0, 32);
  const nonce = createHmac('sha256', derived.subarray(32)).update(text).digest().subarray(0, 12);
  const cipher = createCipheriv('aes-256-gcm', fieldKey, nonce).setAAD(Buffer.from(`${eventId}/${path}`));
  const sealed = Buffer.concat([
    hash('sha256', fieldKey, 'buffer'),
    nonce,
    cipher.update(text, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]).toString('base64url');
  return { $sealed: sealed, by: eventId, at: path, of: subject, as: 'personal' };
};
