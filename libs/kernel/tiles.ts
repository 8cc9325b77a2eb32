import { nodeHash } from './merkle-tree.ts';
import type { Subtree } from './merkle-tree.ts';

/** Hashes or entries in a whole tile. [C2SP tlog-tiles] */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const HASH_BYTES = 32;
/** The most bytes that an entry may have: its length stands in two bytes. */
export const MAX_ENTRY_BYTES = 65_535;

/** A file of the log: hashes of one level, or the entries themselves. `width` below 256: as far as the tree goes. */
export interface Tile {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** `1234067` → `x001/x234/067`. */
const pathOf = (index: number): string => {
  const digits = String(index).padStart(3, '0');
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!;
  return groups.map((group, place) => (place === groups.length - 1 ? group : `x${group}`)).join('/');
};

/** Where the tile stands below the log's folder or address: `tile/0/x001/067`, `tile/entries/001.p/17`. */
export const tilePath = ({ level, index, width }: Tile): string =>
  `tile/${level}/${pathOf(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;

/** How many hashes of a tile level a tree of `size` entries has. */
const hashesOn = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level);

/** The tile as it is in a tree of `size` entries. */
export const tileIn = (size: number, level: number | 'entries', index: number): Tile => {
  const left = hashesOn(level === 'entries' ? 0 : level, size) - index * TILE_WIDTH;
  return { level, index, width: Math.min(TILE_WIDTH, left) };
};

/** The tiles at the right edge of a tree: those that are not whole, one a level at most, lowest level first. */
export const edgeOf = (size: number): readonly (Tile & { readonly level: number })[] => {
  const found: (Tile & { readonly level: number })[] = [];
  for (let level = 0; hashesOn(level, size) > 0; level += 1) {
    const hashes = hashesOn(level, size);
    found.push({ level, index: Math.floor(hashes / TILE_WIDTH), width: hashes % TILE_WIDTH });
  }
  return found;
};

/** The tile that holds what a subtree's hash is made of. */
export const tileFor = ({ level, index }: Subtree, size: number): Tile => {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const first = index * 2 ** (level - tileLevel * TILE_HEIGHT);
  return tileIn(size, tileLevel, Math.floor(first / TILE_WIDTH));
};

export const hashesIn = (tile: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: tile.length / HASH_BYTES }, (_, place) =>
    tile.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );

/** The hash of hashes that stand side by side; their number is a power of two. */
export const hashOver = (hashes: readonly Uint8Array[]): Uint8Array => {
  let level = hashes;
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, place) => nodeHash(level[2 * place]!, level[2 * place + 1]!));
  return level[0]!;
};

/** A subtree's hash from its tile's bytes. */
export const hashFrom = (tile: Uint8Array, { level, index }: Subtree): Uint8Array => {
  const count = 2 ** (level % TILE_HEIGHT);
  const first = (index * count) % TILE_WIDTH;
  return hashOver(hashesIn(tile.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES)));
};

/** A bundle of entries: each after its length in two bytes. Throws a RangeError for an entry that is too long. */
export const bundleOf = (entries: readonly string[]): Buffer => {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const bytes = Buffer.from(entry);
    if (bytes.length > MAX_ENTRY_BYTES)
      throw new RangeError(`An entry of ${bytes.length} bytes is over the limit of ${MAX_ENTRY_BYTES} bytes.`);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
};

/** The entries of a bundle. Throws a RangeError where it was cut. */
export const entriesIn = (bundle: Uint8Array): readonly string[] => {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) throw new RangeError('The bundle of entries ends in the middle of one.');
    entries.push(bytes.toString('utf8', at + 2, end));
    at = end;
  }
  return entries;
};
