import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  consistencyProof,
  entryHash,
  EMPTY_ROOT,
  frontierOf,
  GrowingTree,
  inclusionProof,
  isConsistent,
  isIncluded,
  rootAt,
} from './merkle-tree.ts';
import type { Subtree } from './merkle-tree.ts';

// The entries and roots that RFC 6962's authors publish with their implementations of it.
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leavesOf = (entries: readonly string[]) => entries.map((hex) => entryHash(Buffer.from(hex, 'hex')));

/** The definition of MTH, as it stands in the text of RFC 6962, 2.1. */
const plainRoot = (leaves: readonly Buffer[]): Buffer => {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [plainRoot(leaves.slice(0, split)), plainRoot(leaves.slice(split))];
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
};

const hashOver =
  (leaves: readonly Buffer[]) =>
  async ({ level, index }: Subtree) =>
    plainRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

const manyLeaves = (count: number) => Array.from({ length: count }, (_, index) => entryHash(`entry ${index}`));
const hex = (path: readonly Buffer[]) => path.map((each) => each.toString('hex'));

describe('the tree [RFC 6962]', () => {
  it('has the roots of the published test vectors', async () => {
    const tree = new GrowingTree();
    expect(tree.root.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const [index, leaf] of leavesOf(ENTRIES).entries()) {
      tree.add(leaf);
      expect(tree.root.toString('hex')).toBe(ROOTS[index]);
      expect((await rootAt(index + 1, hashOver(leavesOf(ENTRIES)))).toString('hex')).toBe(ROOTS[index]);
    }
  });

  it('proves inclusion as the published test vectors do', async () => {
    const hashOf = hashOver(leavesOf(ENTRIES));
    expect(await inclusionProof(0, 1, hashOf)).toEqual([]);
    expect(hex(await inclusionProof(0, 8, hashOf))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(hex(await inclusionProof(5, 8, hashOf))).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('proves consistency as the published test vectors do', async () => {
    const hashOf = hashOver(leavesOf(ENTRIES));
    expect(await consistencyProof(1, 1, hashOf)).toEqual([]);
    expect(hex(await consistencyProof(6, 8, hashOf))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(hex(await consistencyProof(2, 5, hashOf))).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });

  it('grows to the root that the definition gives, from any size on', () => {
    const leaves = manyLeaves(140);
    const whole = new GrowingTree();
    for (const [size, leaf] of leaves.entries()) {
      const before = leaves.slice(0, size);
      const again = GrowingTree.from(
        size,
        frontierOf(size).map(({ level, index }) =>
          plainRoot(before.slice(index * 2 ** level, (index + 1) * 2 ** level)),
        ),
      );
      expect(again.root).toEqual(plainRoot(before));
      expect(whole.root).toEqual(again.root);
      again.add(leaf);
      whole.add(leaf);
      expect(again.root).toEqual(whole.root);
    }
  });
});

const sizes = fc
  .integer({ min: 1, max: 90 })
  .chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));

describe('proofs', () => {
  const leaves = manyLeaves(90);
  const hashOf = hashOver(leaves);

  it('hold for every entry of every tree, and for no other entry, place, size or root', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.nat({ max: 89 }), async ([index, size], other) => {
        const path = await inclusionProof(index, size, hashOf);
        const head = { size, root: plainRoot(leaves.slice(0, size)) };
        expect(isIncluded(leaves[index]!, index, head, path)).toBe(true);
        if (other !== index) {
          expect(isIncluded(leaves[other]!, index, head, path)).toBe(false);
          expect(isIncluded(leaves[index]!, other, head, path)).toBe(false);
        }
        expect(isIncluded(leaves[index]!, index, { ...head, root: entryHash('another') }, path)).toBe(false);
      }),
    ));

  // immudb's clients took proofs whose links between went unchecked (GHSA-672p-m5jq-mrh8).
  it('need every link: a path with one left out, doubled, swapped or changed proves nothing', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat({ max: 31 }), async ([index, size], at, byte) => {
        const path = await inclusionProof(index, size, hashOf);
        fc.pre(path.length > 0);
        const head = { size, root: plainRoot(leaves.slice(0, size)) };
        const place = at % path.length;
        const flipped = Buffer.from(path[place]!);
        flipped[byte]! ^= 1;
        const wrong = [
          path.toSpliced(place, 1),
          path.toSpliced(place, 0, path[place]!),
          path.with(place, flipped),
          path.with(place, flipped.subarray(1)),
          [...path, EMPTY_ROOT],
        ];
        for (const each of wrong) expect(isIncluded(leaves[index]!, index, head, each)).toBe(false);
      }),
    ));

  it('of consistency hold between any two sizes, and fail for another beginning', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 }), fc.nat(), async (a, b, at) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const path = await consistencyProof(first, second, hashOf);
        const heads = [first, second].map((size) => ({ size, root: plainRoot(leaves.slice(0, size)) }));
        expect(isConsistent(heads[0]!, heads[1]!, path)).toBe(true);
        if (first > 0 && first < second) {
          const forged = { size: first, root: plainRoot(leaves.slice(1, first + 1)) };
          expect(isConsistent(forged, heads[1]!, path)).toBe(false);
          const place = at % path.length;
          expect(isConsistent(heads[0]!, heads[1]!, path.toSpliced(place, 1))).toBe(false);
          expect(isConsistent(heads[0]!, heads[1]!, path.with(place, entryHash('another')))).toBe(false);
        }
      }),
    ));
});
