import { createPublicKey, hash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { TreeHead } from './merkle-tree.ts';

/** A text under signatures, in the form of C2SP signed-note: the text ends with a line feed. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

interface NoteSignature {
  readonly name: string;
  /** The first four bytes of the key's id. */
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

/** An Ed25519 key that notes are checked by, under its name. */
export interface NoteKey {
  readonly name: string;
  readonly publicKey: KeyObject;
}

/** What is given as a note, head or key is none, or not of its form. */
export class MalformedNote extends Error {
  override readonly name = 'MalformedNote';
}

const ED25519 = Buffer.of(1);
const MARK = '— ';
/** What stands before the 32 bytes of a raw key in its SubjectPublicKeyInfo. [RFC 8410] */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

const rawKey = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length);

const keyIdOf = ({ name, publicKey }: NoteKey): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), ED25519, rawKey(publicKey)]), 'buffer').subarray(0, 4);

const isName = (name: string): boolean => name !== '' && !/[\s+]/u.test(name) && name.isWellFormed();

/** A key as people keep it: `name+id+key`. [C2SP signed-note, verifier keys] */
export const formatNoteKey = (key: NoteKey): string =>
  `${key.name}+${keyIdOf(key).toString('hex')}+${Buffer.concat([ED25519, rawKey(key.publicKey)]).toString('base64')}`;

/** Throws MalformedNote. */
export const parseNoteKey = (text: string): NoteKey => {
  const wrong = new MalformedNote(
    `"${text.trim().slice(0, 80)}" is no public key of a log: it reads name+id+key, as care verify --public-key prints it.`,
  );
  const [, name = '', id = '', base64 = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text.trim()) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 33 || bytes[0] !== 1 || bytes.toString('base64') !== base64) throw wrong;
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_HEAD, bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  const key = { name, publicKey };
  if (!isName(name) || keyIdOf(key).toString('hex') !== id) throw wrong;
  return key;
};

/** A private key and the name under which it signs. */
export interface NoteSigner {
  readonly name: string;
  readonly privateKey: KeyObject;
}

export const keyOfSigner = ({ name, privateKey }: NoteSigner): NoteKey => ({
  name,
  publicKey: createPublicKey(privateKey),
});

/** `text` must end with a line feed. */
export const signNote = (text: string, signers: readonly NoteSigner[]): string => {
  const lines = signers.map((signer) => {
    const bytes = Buffer.concat([keyIdOf(keyOfSigner(signer)), sign(null, Buffer.from(text), signer.privateKey)]);
    return `${MARK}${signer.name} ${bytes.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
};

/** Throws MalformedNote. */
export const parseNote = (note: string): SignedNote => {
  const wrong = (what: string) => new MalformedNote(`This is no signed note: ${what}.`);
  const split = note.lastIndexOf('\n\n');
  if (split === -1) throw wrong('an empty line stands before the signatures');
  // Control characters would let a text show otherwise than it was signed.
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/u.test(note)) throw wrong('it holds control characters');
  const lines = note.slice(split + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw wrong('each signature is a line of its own');
  const signatures = lines.map((line) => {
    const [, name = '', base64 = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    const bytes = Buffer.from(base64, 'base64');
    if (!isName(name) || bytes.length < 5 || bytes.toString('base64') !== base64)
      throw wrong(`"${line.slice(0, 80)}" is no signature`);
    return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
  return { text: note.slice(0, split + 1), signatures };
};

/** Which of the keys signed the note. A signature by one of them that does not fit makes the whole note worthless: none. */
export const signersAmong = ({ text, signatures }: SignedNote, keys: readonly NoteKey[]): readonly NoteKey[] => {
  const found: NoteKey[] = [];
  for (const { name, keyId, signature } of signatures) {
    const key = keys.find((each) => each.name === name && keyIdOf(each).equals(keyId));
    if (key === undefined) continue;
    if (!verify(null, Buffer.from(text), key.publicKey, signature)) return [];
    found.push(key);
  }
  return found;
};

/** The head of a log: how many entries its tree has and their root. [C2SP tlog-checkpoint] */
export interface LogHead extends TreeHead {
  /** Which log: unique in the world, one for each life of a store. */
  readonly origin: string;
  /** Lines of our own after the root: `continues …`, `next-key …`. */
  readonly extensions: readonly string[];
}

/** The head in a note's text. Throws MalformedNote. */
export const headIn = (note: string): LogHead => parseHead(parseNote(note).text);

/** What a restored ledger's log says of the log that it goes on from: `continues <origin> <size> <root>`. */
const CONTINUES = 'continues ';
/** How a key names the one that goes on after it: `next-key <name+id+key>`. */
const NEXT_KEY = 'next-key ';

/** The lines by which a log's heads cite the logs before it, oldest first: each head repeats them. */
export const lineageOf = ({ extensions }: LogHead): readonly string[] =>
  extensions.filter((line) => line.startsWith(CONTINUES));

/** The last heads of the logs before, oldest first. */
export const continuedBy = (head: LogHead): readonly Omit<LogHead, 'extensions'>[] =>
  lineageOf(head).map((line) => {
    const [, origin = '', size = '', root = ''] = line.split(' ');
    return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
  });

/** The line that cites a head, for the log that goes on from it. */
export const citing = ({ origin, size, root }: LogHead): string =>
  `${CONTINUES}${origin} ${size} ${Buffer.from(root).toString('base64')}`;

export const namingNextKey = (key: NoteKey): string => `${NEXT_KEY}${formatNoteKey(key)}`;

/** The key that a head names as the next. Throws MalformedNote where it names none. */
export const nextKeyIn = ({ extensions }: LogHead): NoteKey =>
  parseNoteKey(extensions.find((line) => line.startsWith(NEXT_KEY))?.slice(NEXT_KEY.length) ?? '');

/** The text that is signed. */
export const headText = ({ origin, size, root, extensions }: LogHead): string =>
  [origin, String(size), Buffer.from(root).toString('base64'), ...extensions, ''].join('\n');

/** From a note's text. Throws MalformedNote. */
export const parseHead = (text: string): LogHead => {
  const [origin = '', sizeText = '', base64 = '', ...rest] = text.split('\n');
  const root = Buffer.from(base64, 'base64');
  const isSize = /^(0|[1-9]\d{0,15})$/.test(sizeText) && Number.isSafeInteger(Number(sizeText));
  const isRoot = root.length === 32 && root.toString('base64') === base64;
  if (origin === '' || !isSize || !isRoot || rest.pop() !== '' || rest.includes(''))
    throw new MalformedNote('This is no head of a log: its lines are origin, size, root.');
  return { origin, size: Number(sizeText), root, extensions: rest };
};
