import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import rfc9162 from '@transmute/rfc9162';
import { join } from 'node:path';
import { readFolderLog } from '#libs/adapters/transparency-log-folder/transparency-log-folder.ts';
import {
  consistencyProof,
  entryHash,
  inclusionProof,
  isConsistent,
  isIncluded,
  rootAt,
} from '#libs/kernel/merkle-tree.ts';
import { parseHead, parseNote } from '#libs/kernel/signed-note.ts';
import type { ReadableLog } from '#libs/ports/transparency-log.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { growTo, newSigner, signedStoreIn } from './signed-store.ts';

const { RFC9162 } = rfc9162;

const EVENTS = 270;
let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let log: ReadableLog;
let entries: readonly Uint8Array[];
const upTo = (size: number) => [...entries.slice(0, size)];

beforeAll(async () => {
  temporary = await temporaryFolder();
  const store = signedStoreIn(join(temporary.folder, 'ledger'), newSigner());
  await growTo(store, EVENTS);
  log = await readFolderLog(store.log);
  entries = (await log.entries(0, EVENTS)).map((entry) => Buffer.from(entry));
});
afterAll(() => temporary.remove());

const INDEXES = [0, 1, 127, 128, 200, 255, 256, 268, 269];
const SIZES = [1, 2, 3, 128, 200, 255, 256, 257, 269];

/** It departs from the RFC in one point: where the first tree is perfect, its paths begin with that tree's root, which the RFC leaves out. */
const isPerfect = (size: number) => Number.isInteger(Math.log2(size));

describe('the log beside an independent implementation of RFC 9162', () => {
  it('has the same root', async () => {
    const theirs = await RFC9162.treeHead(upTo(EVENTS));
    expect(Buffer.from(theirs)).toEqual(parseHead(parseNote(log.head!).text).root);
  });

  it.each(INDEXES)('proves entry %i to it, and takes its proof', async (index) => {
    const root = await rootAt(EVENTS, (subtree) => log.hashOf(subtree));
    const leaf = entryHash(entries[index]!);
    const ours = await inclusionProof(index, EVENTS, (subtree) => log.hashOf(subtree));
    const asTheirs = { log_id: '', tree_size: EVENTS, leaf_index: index, inclusion_path: [...ours] };
    expect(await RFC9162.verifyInclusionProof(root, leaf, asTheirs)).toBe(true);
    const theirs = await RFC9162.inclusionProof(entries[index]!, upTo(EVENTS));
    expect(isIncluded(leaf, theirs.leaf_index, { size: EVENTS, root }, theirs.inclusion_path)).toBe(true);
  });

  it.each(SIZES)('proves to it that the log of %i entries is its beginning, and takes its proof', async (size) => {
    const hashOf = (subtree: Parameters<typeof log.hashOf>[0]) => log.hashOf(subtree);
    const [first, second] = await Promise.all([rootAt(size, hashOf), rootAt(EVENTS, hashOf)]);
    const ours = await consistencyProof(size, EVENTS, hashOf);
    const asTheirs = {
      log_id: '',
      tree_size_1: size,
      tree_size_2: EVENTS,
      consistency_path: isPerfect(size) ? [first, ...ours] : [...ours],
    };
    expect(await RFC9162.verifyConsistencyProof(first, second, asTheirs)).toBe(true);
    const before = await RFC9162.inclusionProof(entries[0]!, upTo(size));
    const theirs = await RFC9162.consistencyProof(before, upTo(EVENTS));
    const heads = [
      { size, root: first },
      { size: EVENTS, root: second },
    ] as const;
    expect(isConsistent(...heads, theirs.consistency_path.slice(isPerfect(size) ? 1 : 0))).toBe(true);
  });
});
