import type { Instant } from '#libs/kernel/instant.ts';
import { leafMembersOf, leafText } from '#libs/kernel/leaf.ts';
import { entryHash, isIncluded } from '#libs/kernel/merkle-tree.ts';
import { isSealed } from '#libs/kernel/sealed.ts';
import type { Sealed } from '#libs/kernel/sealed.ts';
import { parseHead, parseNote } from '#libs/kernel/signed-note.ts';
import type { LogHead, NoteKey } from '#libs/kernel/signed-note.ts';
import { openWith } from './field-cipher.ts';
import { reasonOf } from './reason-of.ts';
import { isSignedBy, trustedKeys } from './verify-log.ts';

export const BUNDLE_FORMAT = 'careledger-evidence.v1';

/** An event as the store holds it, and the path by which it belongs to the head. */
export interface ProvenEvent {
  /** Its number in the log, from 0. */
  readonly index: number;
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  /** Canonical JSON, personal values sealed. */
  readonly data: string;
  readonly metadata: string;
  /** The audit path, base64, from its neighbour up. [RFC 6962, 2.1.1] */
  readonly proof: readonly string[];
}

/** Everything about one customer, so that it can be checked without the ledger. */
export interface EvidenceBundle {
  readonly format: typeof BUNDLE_FORMAT;
  readonly tenant: string;
  /** The customer, or the aggregate that it is about. */
  readonly subject: string;
  readonly exportedAt: Instant;
  readonly exportedBy: string;
  readonly recipient: string;
  readonly purpose: string;
  /** In which words the reports are: another edition of the program tells the same facts in others. */
  readonly edition: string;
  /** The log's head, a signed note, and heads in which one key named the next. */
  readonly head: string;
  readonly rotations: readonly string[];
  /** The key that signed, for who was told none: then only accidents are found out. */
  readonly publicKey: string;
  /** Whole streams, in store order. */
  readonly events: readonly ProvenEvent[];
  /** The versions of policies by which it was decided. */
  readonly policies: readonly ProvenEvent[];
  /** By sealed value: what opens this one only, base64url. */
  readonly fieldKeys: { readonly [sealed: string]: string };
  /** What ids were called when it was made; not proven. */
  readonly names: { readonly [id: string]: string };
}

export interface BundleFinding {
  readonly message: string;
  /** The event's id. */
  readonly event?: string;
}

/** Every sealed value in a JSON value. */
export const sealedIn = (value: unknown): readonly Sealed[] => {
  if (typeof value !== 'object' || value === null) return [];
  return isSealed(value) ? [value] : Object.values(value).flatMap(sealedIn);
};

const inWords = ({ stream, revision, type }: ProvenEvent) => `revision ${revision} of ${stream} (${type})`;

const checkEvents = (events: readonly ProvenEvent[], head: LogHead): readonly BundleFinding[] => {
  const found: BundleFinding[] = [];
  const next = new Map<string, number>();
  let last = -1;
  for (const event of events) {
    const bad = (message: string) => found.push({ message: `${inWords(event)} ${message}`, event: event.id });
    if (event.index <= last) bad('stands out of the log’s order.');
    last = Math.max(last, event.index);
    const due = next.get(event.stream) ?? 0;
    if (event.revision !== due) bad(`follows revision ${due - 1}: events between are left out.`);
    next.set(event.stream, event.revision + 1);
    try {
      const leaf = entryHash(leafText({ ...event, ...leafMembersOf(event.metadata) }));
      const path = event.proof.map((each) => Buffer.from(each, 'base64'));
      if (!isIncluded(leaf, event.index, head, path))
        bad('is not in the log under this head: it, or its proof, was altered.');
    } catch (error) {
      bad(`cannot be read: ${reasonOf(error)}`);
    }
  }
  return found;
};

/** The keys must open what they say they open, and nothing may be said of a value that is not there. */
const checkKeys = ({ events, policies, fieldKeys }: EvidenceBundle): readonly BundleFinding[] => {
  const tokens = new Map<string, Sealed>();
  for (const { data } of [...events, ...policies])
    try {
      for (const token of sealedIn(JSON.parse(data))) tokens.set(token.$sealed, token);
    } catch {
      // Told of as an event that cannot be read.
    }
  return Object.entries(fieldKeys).flatMap(([sealed, key]): BundleFinding[] => {
    const token = tokens.get(sealed);
    if (token === undefined) return [{ message: 'A key opens a value that no event of the bundle holds.' }];
    try {
      openWith(token, key);
      return [];
    } catch {
      return [
        { message: `The key of the value at ${token.at} does not open it: one of them was altered.`, event: token.by },
      ];
    }
  });
};

const isProvenEvent = (value: unknown): value is ProvenEvent => {
  if (typeof value !== 'object' || value === null) return false;
  const { index, revision, proof, ...texts } = value as { readonly [name: string]: unknown };
  return (
    Number.isSafeInteger(index) &&
    Number.isSafeInteger(revision) &&
    Array.isArray(proof) &&
    proof.every((each) => typeof each === 'string') &&
    ['stream', 'id', 'type', 'data', 'metadata'].every((name) => typeof texts[name] === 'string')
  );
};

const isTextMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string');

/** A bundle from its text. Throws an Error that says what it is not. */
export const parseBundle = (text: string): EvidenceBundle => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('It is not JSON: name the bundle.json of an export.');
  }
  const bundle = (typeof value === 'object' && value !== null ? value : {}) as EvidenceBundle;
  if (bundle.format !== BUNDLE_FORMAT)
    throw new Error(`It is no bundle of the format ${BUNDLE_FORMAT}: name the bundle.json of an export.`);
  const lists = [bundle.events, bundle.policies];
  const isWhole =
    lists.every((list) => Array.isArray(list) && list.every(isProvenEvent)) &&
    [bundle.head, bundle.subject, bundle.tenant, bundle.exportedAt, bundle.publicKey].every(
      (each) => typeof each === 'string',
    ) &&
    Array.isArray(bundle.rotations) &&
    isTextMap(bundle.fieldKeys) &&
    isTextMap(bundle.names);
  if (!isWhole)
    throw new Error('Parts of the bundle are missing or of another form: get it once more from who made it.');
  return bundle;
};

/**
 * Checks a bundle by itself: each event is in the log under the signed head, no stream has a gap, each key opens its value and no
 * other. Nothing found: it holds. It cannot show that a whole stream was left out, or what came after its head.
 */
export const verifyBundle = (bundle: EvidenceBundle, keys: readonly NoteKey[]): readonly BundleFinding[] => {
  let head: LogHead;
  try {
    const note = parseNote(bundle.head);
    head = parseHead(note.text);
    if (!isSignedBy(trustedKeys(keys, bundle.rotations), note, head))
      return [
        {
          message: 'The head is not signed by a key that is trusted here: it was forged, or the key is another log’s.',
        },
      ];
  } catch (error) {
    return [{ message: `The head cannot be read: ${reasonOf(error)}` }];
  }
  const ofOthers = bundle.events.length === 0 ? [{ message: 'The bundle holds no event.' }] : [];
  return [
    ...ofOthers,
    ...checkEvents(bundle.events, head),
    ...checkEvents(bundle.policies, head),
    ...checkKeys(bundle),
  ];
};
