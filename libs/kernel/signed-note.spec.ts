import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  formatNoteKey,
  headText,
  keyOfSigner,
  MalformedNote,
  parseHead,
  parseNote,
  parseNoteKey,
  signNote,
  signersAmong,
} from './signed-note.ts';

// The key pair and note that the Go project publishes as the example of its note package.
const PUBLISHED_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PUBLISHED_SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const PUBLISHED_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PUBLISHED_NOTE = `${PUBLISHED_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), PUBLISHED_SEED]),
  format: 'der',
  type: 'pkcs8',
});
const signer = { name: 'PeterNeumann', privateKey };
const another = { name: 'PeterNeumann', privateKey: generateKeyPairSync('ed25519').privateKey };

describe('a signed note [C2SP signed-note]', () => {
  it('is what the published example is, byte for byte', () => {
    expect(formatNoteKey(keyOfSigner(signer))).toBe(PUBLISHED_KEY);
    expect(signNote(PUBLISHED_TEXT, [signer])).toBe(PUBLISHED_NOTE);
  });

  it('is checked by the published key', () => {
    const note = parseNote(PUBLISHED_NOTE);
    expect(note.text).toBe(PUBLISHED_TEXT);
    expect(signersAmong(note, [parseNoteKey(PUBLISHED_KEY)])).toHaveLength(1);
  });

  it('carries several signatures, each found by its own key', () => {
    const note = parseNote(signNote('one\n', [signer, another]));
    expect(signersAmong(note, [keyOfSigner(another)])).toHaveLength(1);
    expect(signersAmong(note, [keyOfSigner(another), keyOfSigner(signer)])).toHaveLength(2);
    expect(signersAmong(note, [])).toEqual([]);
  });

  it('is worthless once a letter of it is changed, or under a key of the same name', () => {
    const keys = [parseNoteKey(PUBLISHED_KEY)];
    expect(signersAmong(parseNote(PUBLISHED_NOTE.replace('answer', 'Answer')), keys)).toEqual([]);
    expect(signersAmong(parseNote(signNote(PUBLISHED_TEXT, [another])), keys)).toEqual([]);
  });

  it.each([
    ['no signature', 'text\n\n'],
    ['no empty line', 'text\n— name AAAAAAAA\n'],
    ['a signature that is no base64', 'text\n\n— name !!!\n'],
    ['a name with a plus', 'text\n\n— na+me AAAAAAAA\n'],
    ['a control character', 'te\u0008xt\n\n— name AAAAAAAA\n'],
    ['no end of the last line', 'text\n\n— name AAAAAAAA'],
  ])('is refused with %s', (_what, text) => expect(() => parseNote(text)).toThrow(MalformedNote));

  it.each(['', 'name', PUBLISHED_KEY.replace('c74f20a3', 'c74f20a4'), PUBLISHED_KEY.slice(0, -4)])(
    'knows that %j is no key',
    (text) => expect(() => parseNoteKey(text)).toThrow(MalformedNote),
  );
});

describe('the head of a log [C2SP tlog-checkpoint]', () => {
  const root = Buffer.alloc(32, 7);
  it('is read as it was written', () => {
    const head = { origin: 'careledger/acme/4f1d', size: 20_852_163, root, extensions: ['continues x 3 y'] };
    expect(headText(head)).toBe(`careledger/acme/4f1d\n20852163\n${root.toString('base64')}\ncontinues x 3 y\n`);
    expect(parseHead(headText(head))).toEqual(head);
  });

  it.each([
    ['a size with a zero before it', `log\n07\n${root.toString('base64')}\n`],
    ['a negative size', `log\n-7\n${root.toString('base64')}\n`],
    ['a short root', 'log\n7\nAAAA\n'],
    ['an empty line', `log\n7\n${root.toString('base64')}\n\nx\n`],
    ['no origin', `\n7\n${root.toString('base64')}\n`],
  ])('is refused with %s', (_what, text) => expect(() => parseHead(text)).toThrow(MalformedNote));
});
