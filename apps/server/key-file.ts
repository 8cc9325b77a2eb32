import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';

/** An Ed25519 key pair in a file that only its owner may read. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const pairOf = (privateKey: KeyObject): KeyPair => ({ privateKey, publicKey: createPublicKey(privateKey) });

/** `whatFor` goes into the errors: `tokens are signed`. Rejects with the file system's error where the file is missing. */
const readKey = async (file: string, whatFor: string): Promise<KeyPair> => {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(await readFile(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw cause;
    throw new Error(
      `${file} does not hold a private key in PEM form, and ${whatFor} with it: put the right file there. ` +
        'Without the file a new key is made, and what the old one signed is no longer trusted.',
      { cause },
    );
  }
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new Error(`${file} holds a key of type ${privateKey.asymmetricKeyType}; ${whatFor} with ed25519.`);
  return pairOf(privateKey);
};

/** Makes a new pair in a file that is not there yet. Rejects with EEXIST where it is. */
const createKey = async (file: string): Promise<KeyPair> => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return pairOf(privateKey);
};

/** The key in the file; made at the first call. */
export const loadOrCreateKey = async (file: string, whatFor: string): Promise<KeyPair> => {
  try {
    return await readKey(file, whatFor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    return await createKey(file);
  } catch (error) {
    // Another process made one at the same moment: that one counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readKey(file, whatFor);
  }
};
