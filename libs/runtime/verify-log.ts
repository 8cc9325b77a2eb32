import { entryHash, GrowingTree, inclusionProof, isIncluded } from '#libs/kernel/merkle-tree.ts';
import type { Digest } from '#libs/kernel/merkle-tree.ts';
import { continuedBy, nextKeyIn, parseHead, parseNote, signersAmong } from '#libs/kernel/signed-note.ts';
import type { LogHead, NoteKey, SignedNote } from '#libs/kernel/signed-note.ts';
import { TILE_WIDTH } from '#libs/kernel/tiles.ts';
import type { EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import type { ReadableLog } from '#libs/ports/transparency-log.ts';
import type { KeptHead } from '#libs/ports/witness.ts';
import { reasonOf } from './reason-of.ts';
import { loggedEvent } from './sequencer.ts';

/** What is wrong, in words that name the place. */
export interface LogFinding {
  readonly kind:
    | 'head'
    | 'kept-head'
    | 'changed'
    | 'removed'
    | 'inserted'
    | 'swapped'
    | 'cut-off'
    | 'rewritten'
    | 'restored'
    | 'stream'
    | 'log'
    | 'store';
  readonly message: string;
  /** Number in the log, from 0, of the first event that is not what was signed. */
  readonly index?: number;
  readonly position?: number;
}

export interface LogVerification {
  readonly origin?: string;
  /** In the store. */
  readonly events: number;
  /** Of them, under the newest head. */
  readonly signed: number;
  /** After the newest head, and since when the first of them waits. */
  readonly unsigned: number;
  readonly unsignedSince?: string;
  /** Kept heads that the store agrees with; the newest of them. */
  readonly keptHeads: number;
  readonly newestKept?: { readonly size: number; readonly keptAt: string };
  /** Nothing: the store is what was signed. The first bad event comes first. */
  readonly findings: readonly LogFinding[];
}

export interface ToVerify {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly log: ReadableLog;
  /** The keys that the auditor trusts. */
  readonly keys: readonly NoteKey[];
  /** Heads in which one key names the next, in order. */
  readonly rotations?: readonly string[];
  /** Heads that were kept outside. */
  readonly kept?: readonly KeptHead[];
  readonly onProgress?: (checked: number) => void;
}

/** The trusted keys, and those that they named in turn. A note that does not hold is passed over: what it names stays untrusted. */
export const trustedKeys = (keys: readonly NoteKey[], rotations: readonly string[]): readonly NoteKey[] => {
  const trusted = [...keys];
  for (const text of rotations)
    try {
      const note = parseNote(text);
      const head = parseHead(note.text);
      const next = nextKeyIn(head);
      if (isSignedBy(trusted, note, head) && isSignedBy([next], note, head)) trusted.push(next);
    } catch {
      continue;
    }
  return trusted;
};

/** A key's name is its log's origin; a restored ledger goes on under the same key by another name. */
export const isSignedBy = (keys: readonly NoteKey[], note: SignedNote, { origin }: LogHead): boolean =>
  signersAmong(
    note,
    keys.map((key) => ({ ...key, name: origin })),
  ).length > 0;

/** A root that the store must have had. */
interface Expected {
  readonly size: number;
  readonly root: Uint8Array;
  /** Who says so: `the head kept at …`. */
  readonly by: string;
  readonly kept?: KeptHead;
}

const named = (entry: string): { readonly stream: string; readonly revision: number; readonly id: string } =>
  JSON.parse(entry) as { stream: string; revision: number; id: string };

const inWords = (entry: string): string => {
  const { stream, revision, id } = named(entry);
  return `revision ${revision} of ${stream} (event ${id})`;
};

class Verifying {
  readonly #to: ToVerify;
  readonly #findings: LogFinding[] = [];
  #head: LogHead | undefined;
  #expected: Expected[] = [];

  constructor(to: ToVerify) {
    this.#to = to;
  }

  async run(): Promise<LogVerification> {
    const keys = trustedKeys(this.#to.keys, this.#to.rotations ?? []);
    this.#readHead(keys);
    this.#readKept(keys);
    this.#expected.sort((a, b) => a.size - b.size);
    const walked = await this.#walk();
    const signed = Math.min(this.#head?.size ?? 0, walked.events);
    const agreed = this.#expected.filter((each) => each.kept !== undefined && walked.agreed.has(each));
    const newest = agreed.at(-1);
    return {
      ...(this.#head === undefined ? {} : { origin: this.#head.origin }),
      ...{ events: walked.events, signed, unsigned: walked.events - signed },
      ...(walked.unsignedSince === undefined ? {} : { unsignedSince: walked.unsignedSince }),
      keptHeads: agreed.length,
      ...(newest === undefined ? {} : { newestKept: { size: newest.size, keptAt: newest.kept!.keptAt } }),
      findings: this.#findings,
    };
  }

  #found(finding: LogFinding): void {
    this.#findings.push(finding);
  }

  #readHead(keys: readonly NoteKey[]): void {
    const { head: text } = this.#to.log;
    if (text === undefined)
      return this.#found({
        kind: 'head',
        message: 'The log has no head: nothing was ever signed here, or its files are gone.',
      });
    try {
      const note = parseNote(text);
      this.#head = parseHead(note.text);
      this.#expected.push(
        { size: this.#head.size, root: this.#head.root, by: 'the newest head' },
        ...continuedBy(this.#head).map(({ origin, size, root }) => ({
          ...{ size, root },
          by: `the last head of ${origin}, before a restore`,
        })),
      );
      if (!isSignedBy(keys, note, this.#head))
        this.#found({
          kind: 'head',
          message:
            'The newest head is not signed by a key that is trusted here: it was forged, or the key is another log’s.',
        });
    } catch (error) {
      this.#found({ kind: 'head', message: `The newest head cannot be read: ${reasonOf(error)}` });
    }
  }

  #readKept(keys: readonly NoteKey[]): void {
    for (const kept of this.#to.kept ?? [])
      try {
        const note = parseNote(kept.head);
        const head = parseHead(note.text);
        const by = `the head kept at ${kept.keptAt}`;
        const before = this.#head === undefined ? [] : continuedBy(this.#head);
        const restored = before.find(({ origin }) => origin === head.origin);
        if (!isSignedBy(keys, note, head))
          this.#found({ kind: 'kept-head', message: `${capital(by)} is not signed by a key that is trusted here.` });
        else if (head.origin === this.#head?.origin || (restored !== undefined && head.size <= restored.size))
          this.#expected.push({ size: head.size, root: head.root, by, kept });
        else if (restored !== undefined)
          this.#found({
            kind: 'restored',
            message: `${capital(by)} covers ${head.size} events; the ledger was restored from a backup that held ${restored.size} of them. Events ${restored.size + 1} to ${head.size} are gone.`,
            index: restored.size,
          });
        else this.#found({ kind: 'kept-head', message: `${capital(by)} is of another log (${head.origin}).` });
      } catch (error) {
        this.#found({
          kind: 'kept-head',
          message: `The head kept at ${kept.keptAt} cannot be read: ${reasonOf(error)}`,
        });
      }
  }

  /** Makes every leaf again, and compares with what was signed. */
  async #walk() {
    const { store, onProgress = () => undefined } = this.#to;
    const tree = new GrowingTree();
    const agreed = new Set<Expected>();
    const revisions = new Map<string, number>();
    const signedSize = this.#head?.size ?? 0;
    let unsignedSince: string | undefined;
    let isBad = false;
    let next = 0;
    const compareRoots = () => {
      for (let each = this.#expected[next]; each?.size === tree.size; each = this.#expected[++next]) {
        if (Buffer.compare(tree.root, each.root) === 0) agreed.add(each);
        else if (!isBad) {
          isBad = true;
          const sound = this.#expected.findLast((one) => agreed.has(one))?.size ?? 0;
          this.#found({
            kind: 'rewritten',
            message: `The first ${each.size} events are not those that ${each.by} was signed over: the history was re-written. The first bad event is one of number ${sound + 1} to ${each.size}.`,
            index: sound,
          });
        }
      }
    };
    try {
      compareRoots();
      for await (const events of store.readAll()) {
        for (const [place, event] of events.entries()) {
          const index = tree.size;
          const entry = entryText(event);
          const leaf = entryHash(entry);
          if (!isBad && index < signedSize && !(await this.#isSigned(index, leaf))) {
            isBad = true;
            await this.#nameDifference(index, entry, events[place + 1], event.position);
          }
          if (index === signedSize) unsignedSince = recordedAtOf(event);
          const due = revisions.get(event.stream) ?? 0;
          if (event.revision !== due && !isBad) {
            isBad = true;
            this.#found({
              kind: 'stream',
              message: `${event.stream} goes from revision ${due - 1} to ${event.revision}: events of it are missing.`,
              index,
              position: event.position,
            });
          }
          revisions.set(event.stream, event.revision + 1);
          tree.add(leaf);
          compareRoots();
        }
        onProgress(tree.size);
      }
    } catch (error) {
      this.#found({
        kind: 'store',
        message: `The store cannot be read on after ${tree.size} events: ${reasonOf(error)}`,
      });
      isBad = true;
    }
    const missing = this.#expected.at(-1);
    if (missing !== undefined && missing.size > tree.size && !isBad)
      this.#found({
        kind: 'cut-off',
        message: `The store holds ${tree.size} events, ${missing.by} covers ${missing.size}: it was cut off, or is an old copy.${await this.#firstMissing(tree.size)}`,
        index: tree.size,
      });
    return { events: tree.size, agreed, ...(unsignedSince === undefined ? {} : { unsignedSince }) };
  }

  #tile: { readonly index: number; readonly hashes: readonly Uint8Array[] } | undefined;

  async #leafSigned(index: number): Promise<Uint8Array> {
    const { log } = this.#to;
    const tile = Math.floor(index / TILE_WIDTH);
    if (this.#tile?.index !== tile) {
      const count = Math.min(TILE_WIDTH, log.size - tile * TILE_WIDTH);
      const hashes = await Promise.all(
        Array.from({ length: count }, (_, place) => log.hashOf({ level: 0, index: tile * TILE_WIDTH + place })),
      );
      this.#tile = { index: tile, hashes };
    }
    return this.#tile.hashes[index - tile * TILE_WIDTH]!;
  }

  /** Where the log's own files were harmed it says so, once, and leaves the judgement to the roots. */
  #isLogSound = true;
  async #isSigned(index: number, leaf: Digest): Promise<boolean> {
    if (!this.#isLogSound) return true;
    try {
      const signed = await this.#leafSigned(index);
      if (leaf.equals(signed)) return true;
      const { log } = this.#to;
      const path = await inclusionProof(index, log.size, (subtree) => log.hashOf(subtree));
      if (isIncluded(signed, index, this.#head!, path)) return false;
      throw new Error(`what it says of event ${index + 1} is not what its head was signed over`);
    } catch (error) {
      this.#isLogSound = false;
      this.#found({ kind: 'log', message: `The log's own files were harmed: ${reasonOf(error)}.` });
      return true;
    }
  }

  async #signedEntry(index: number): Promise<string | undefined> {
    const { log } = this.#to;
    if (index >= log.size) return undefined;
    try {
      const [entry] = await log.entries(index, index + 1);
      return entry !== undefined && entryHash(entry).equals(await this.#leafSigned(index)) ? entry : undefined;
    } catch {
      return undefined;
    }
  }

  async #nameDifference(
    index: number,
    entry: string,
    following: StoredEvent | undefined,
    position: number,
  ): Promise<void> {
    const at = { index, position };
    const signed = await this.#signedEntry(index);
    if (signed === undefined)
      return this.#found({ kind: 'changed', message: `Event ${index + 1} is not the one that was signed.`, ...at });
    const [is, was] = [placeOf(entry), placeOf(signed)];
    const after = await this.#signedEntry(index + 1);
    if (is === was)
      this.#found({ kind: 'changed', message: `Event ${index + 1}, ${inWords(signed)}, was changed.`, ...at });
    else if (after !== undefined && placeOf(after) === is)
      this.#found({ kind: 'removed', message: `Event ${index + 1}, ${inWords(signed)}, was removed.`, ...at });
    else if (following !== undefined && placeOf(entryText(following)) === was)
      this.#found({ kind: 'inserted', message: `Event ${index + 1} was inserted: ${inWords(entry)}.`, ...at });
    else
      this.#found({
        kind: 'swapped',
        message: `In the place of event ${index + 1}, ${inWords(signed)}, stands another: ${inWords(entry)}.`,
        ...at,
      });
  }

  async #firstMissing(size: number): Promise<string> {
    const entry = await this.#signedEntry(size);
    return entry === undefined ? '' : ` The first one missing is ${inWords(entry)}.`;
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What cannot be a leaf (its metadata is damaged) still takes a place, under a text that no event of ours has. */
const entryText = (event: StoredEvent): string => {
  try {
    return loggedEvent(event).entry;
  } catch {
    const { id, stream, revision } = event;
    return JSON.stringify({ unreadable: true, id, stream, revision });
  }
};
const placeOf = (entry: string): string => {
  const { stream, revision, id } = named(entry);
  return JSON.stringify([stream, revision, id]);
};
const recordedAtOf = ({ metadata, storedAt }: StoredEvent): string => {
  try {
    return (JSON.parse(metadata) as { recordedAt: string }).recordedAt;
  } catch {
    return storedAt;
  }
};

/**
 * Compares a store, or a copy, with what was signed: the log beside it, and heads that were kept elsewhere. Reads only. A store
 * that is consistent in itself may still be an old copy, or re-written by somebody who holds the key: only heads kept outside tell.
 */
export const verifyLog = (to: ToVerify): Promise<LogVerification> => new Verifying(to).run();
