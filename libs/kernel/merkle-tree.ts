import { hash } from 'node:crypto';

/** SHA-256 digests throughout, 32 bytes each. [RFC 6962, 2.1] */
export type Digest = Buffer;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** The tree's hash of one entry; the prefix keeps an entry from passing for an inner node. */
export const entryHash = (entry: Uint8Array | string): Digest =>
  hash('sha256', typeof entry === 'string' ? `\0${entry}` : Buffer.concat([LEAF, entry]), 'buffer');

export const nodeHash = (left: Uint8Array, right: Uint8Array): Digest =>
  hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');

/** Of the tree without entries. */
export const EMPTY_ROOT: Digest = hash('sha256', '', 'buffer');

/** The largest power of two below `size`, which must be at least 2. */
const splitOf = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);

/** A perfect subtree: `2 ** level` entries from entry `index * 2 ** level` on. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** The perfect subtrees that a range of entries consists of, left to right. `from` must be a multiple of what follows it. */
const subtreesOf = (from: number, to: number): readonly Subtree[] => {
  const found: Subtree[] = [];
  for (let at = from; at < to;) {
    const level = Math.floor(Math.log2(to - at));
    found.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
};

/** The perfect subtrees of which a tree of this size consists, the largest first. */
export const frontierOf = (size: number): readonly Subtree[] => subtreesOf(0, size);

/** A root from the hashes of a range's perfect subtrees, left to right. */
const rootOf = (hashes: readonly Uint8Array[]): Digest => {
  if (hashes.length === 0) return EMPTY_ROOT;
  return hashes.slice(0, -1).reduceRight<Uint8Array>((right, left) => nodeHash(left, right), hashes.at(-1)!) as Digest;
};

/** A tree that only grows, by its perfect subtrees: what is needed to go on, some twenty hashes for a million entries. */
export class GrowingTree {
  readonly #hashes: { readonly level: number; readonly hash: Digest }[] = [];
  #size = 0;

  /** From the hashes of `frontierOf(size)`. */
  static from(size: number, hashes: readonly Digest[]): GrowingTree {
    const tree = new GrowingTree();
    tree.#size = size;
    for (const [place, { level }] of frontierOf(size).entries()) tree.#hashes.push({ level, hash: hashes[place]! });
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  get root(): Digest {
    return rootOf(this.#hashes.map((each) => each.hash));
  }

  add(leaf: Digest): void {
    let top = { level: 0, hash: leaf };
    for (let before = this.#hashes.at(-1); before?.level === top.level; before = this.#hashes.at(-1)) {
      this.#hashes.pop();
      top = { level: top.level + 1, hash: nodeHash(before.hash, top.hash) };
    }
    this.#hashes.push(top);
    this.#size += 1;
  }
}

/** Answers the hash of a perfect subtree that lies within the tree. */
export type HashOf = (subtree: Subtree) => Promise<Uint8Array>;

const rangeHash = async (from: number, to: number, hashOf: HashOf): Promise<Digest> =>
  rootOf(await Promise.all(subtreesOf(from, to).map(hashOf)));

/** The root of the first `size` entries. */
export const rootAt = (size: number, hashOf: HashOf): Promise<Digest> => rangeHash(0, size, hashOf);

const insideTree = (index: number, size: number): void => {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size)
    throw new RangeError(`There is no entry ${index} in a tree of ${size} entries.`);
};

/** The audit path of an entry, from its neighbour up. [RFC 6962, 2.1.1] */
export const inclusionProof = async (index: number, size: number, hashOf: HashOf): Promise<readonly Digest[]> => {
  insideTree(index, size);
  const path: Promise<Digest>[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      path.push(rangeHash(middle, to, hashOf));
      to = middle;
    } else {
      path.push(rangeHash(from, middle, hashOf));
      from = middle;
    }
  }
  return (await Promise.all(path)).reverse();
};

/** Proves that the tree of `first` entries is the beginning of the one of `second`. [RFC 6962, 2.1.2] */
export const consistencyProof = async (first: number, second: number, hashOf: HashOf): Promise<readonly Digest[]> => {
  if (!Number.isSafeInteger(first) || first < 0 || first > second)
    throw new RangeError(`A tree of ${first} entries is no beginning of one of ${second}.`);
  if (first === 0 || first === second) return [];
  const path: Promise<Digest>[] = [];
  let [from, to] = [0, second];
  // While the old tree's own subtrees are whole, its root says what the path would.
  let isWhole = true;
  while (first !== to) {
    const middle = from + splitOf(to - from);
    if (first <= middle) {
      path.push(rangeHash(middle, to, hashOf));
      to = middle;
    } else {
      path.push(rangeHash(from, middle, hashOf));
      from = middle;
      isWhole = false;
    }
  }
  if (!isWhole) path.push(rangeHash(from, to, hashOf));
  return (await Promise.all(path)).reverse();
};

const isDigest = (value: Uint8Array): boolean => value.length === 32;

/** The root that an audit path leads to; undefined for a path of the wrong length or form. [RFC 9162, 2.1.3.2] */
const rootOfPath = (
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined => {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return undefined;
  if (!isDigest(leaf) || !path.every(isDigest)) return undefined;
  let [node, last] = [index, size - 1];
  let root = leaf;
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else root = nodeHash(root, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
};

/** Is the entry with this hash entry `index` of the tree with this size and root? Every link is checked; never throws. */
export const isIncluded = (
  leaf: Uint8Array,
  index: number,
  { size, root }: TreeHead,
  path: readonly Uint8Array[],
): boolean => {
  const made = rootOfPath(leaf, index, size, path);
  return made !== undefined && Buffer.compare(made, root) === 0;
};

/** A tree's size and root. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Is the first tree the beginning of the second? [RFC 9162, 2.1.4.2] Every link is checked; never throws. */
export const isConsistent = (first: TreeHead, second: TreeHead, path: readonly Uint8Array[]): boolean => {
  const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
  if (!Number.isSafeInteger(first.size) || !Number.isSafeInteger(second.size)) return false;
  if (first.size < 0 || first.size > second.size || !path.every(isDigest)) return false;
  if (first.size === second.size) return path.length === 0 && same(first.root, second.root);
  if (first.size === 0) return path.length === 0 && same(first.root, EMPTY_ROOT);
  const isPerfect = Number.isInteger(Math.log2(first.size));
  const [start, ...rest] = isPerfect ? [first.root, ...path] : path;
  if (start === undefined) return false;
  let [node, last] = [first.size - 1, second.size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [old, grown] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old = nodeHash(sibling, old);
      grown = nodeHash(sibling, grown);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else grown = nodeHash(grown, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(old, first.root) && same(grown, second.root);
};
