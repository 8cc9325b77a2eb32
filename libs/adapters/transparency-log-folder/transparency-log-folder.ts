import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { entryHash, frontierOf, GrowingTree } from '#libs/kernel/merkle-tree.ts';
import type { Subtree, TreeHead } from '#libs/kernel/merkle-tree.ts';
import { headIn } from '#libs/kernel/signed-note.ts';
import {
  bundleOf,
  edgeOf,
  entriesIn,
  hashFrom,
  hashOver,
  TILE_WIDTH,
  tileFor,
  tileIn,
  tilePath,
} from '#libs/kernel/tiles.ts';
import type { Tile } from '#libs/kernel/tiles.ts';
import { LogDamaged } from '#libs/ports/transparency-log.ts';
import type { LoggedEvent, ReadableLog, TransparencyLog } from '#libs/ports/transparency-log.ts';

/** The names that C2SP tlog-tiles gives; `positions` is ours: eight bytes an entry, where its event stands in the store. */
const HEAD = 'checkpoint';
const POSITIONS = 'positions';
const POSITION_BYTES = 8;
const HASH_BYTES = 32;

const cachedTiles = 512;
const filesAtOnce = 16;

const missing = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};

/** All or nothing, and durable: a file that is read is whole. */
export const writeDurably = async (file: string, bytes: Uint8Array | string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** The files of a log, under one head. */
class FolderLog implements ReadableLog {
  readonly folder: string;
  head: string | undefined;
  size: number;
  lastPosition = 0;
  readonly #tiles = new Map<string, Promise<Uint8Array>>();

  constructor(folder: string, head: string | undefined) {
    this.folder = folder;
    this.head = head;
    this.size = head === undefined ? 0 : headIn(head).size;
  }

  async hashOf(subtree: Subtree): Promise<Uint8Array> {
    return hashFrom(await this.#tile(tileFor(subtree, this.size)), subtree);
  }

  async entries(from: number, to: number): Promise<readonly string[]> {
    const found: string[] = [];
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index += 1) {
      const bundle = await this.bundle(tileIn(this.size, 'entries', index));
      const first = index * TILE_WIDTH;
      found.push(...bundle.slice(Math.max(0, from - first), to - first));
    }
    return found;
  }

  async bundle(tile: Tile): Promise<readonly string[]> {
    const bytes = await this.#read(tile);
    try {
      const entries = entriesIn(bytes);
      if (entries.length >= tile.width) return entries.slice(0, tile.width);
    } catch {
      // Said below.
    }
    throw new LogDamaged(`The file ${tilePath(tile)} of the log was cut.`);
  }

  async indexOf(position: number): Promise<number | undefined> {
    const positions = await this.positions();
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Number(positions.readBigUInt64BE(middle * POSITION_BYTES)) < position) low = middle + 1;
      else high = middle;
    }
    const isThere = low < this.size && Number(positions.readBigUInt64BE(low * POSITION_BYTES)) === position;
    return isThere ? low : undefined;
  }

  #positions: { readonly size: number; readonly bytes: Promise<Buffer> } | undefined;

  positions(): Promise<Buffer> {
    if (this.#positions?.size !== this.size) this.#positions = { size: this.size, bytes: this.#readPositions() };
    return this.#positions.bytes;
  }

  async #readPositions(): Promise<Buffer> {
    const bytes = (await readFile(join(this.folder, POSITIONS)).catch(missing)) ?? Buffer.alloc(0);
    if (bytes.length < this.size * POSITION_BYTES)
      throw new LogDamaged(
        `The file ${POSITIONS} of the log was cut: ${bytes.length / POSITION_BYTES} of ${this.size}.`,
      );
    return bytes;
  }

  #tile(tile: Tile): Promise<Uint8Array> {
    const path = tilePath(tile);
    const known = this.#tiles.get(path);
    if (known !== undefined) return known;
    const read = this.#read(tile).then((bytes) => {
      if (bytes.length < tile.width * HASH_BYTES) throw new LogDamaged(`The file ${path} of the log was cut.`);
      return bytes;
    });
    if (this.#tiles.size >= cachedTiles) this.#tiles.delete(this.#tiles.keys().next().value!);
    this.#tiles.set(path, read);
    read.catch(() => this.#tiles.delete(path));
    return read;
  }

  /** A whole tile serves where a part of it is asked for: parts are cleared away once it is whole. */
  async #read(tile: Tile): Promise<Uint8Array> {
    for (const each of tile.width === TILE_WIDTH ? [tile] : [tile, { ...tile, width: TILE_WIDTH }]) {
      const bytes = await readFile(join(this.folder, tilePath(each))).catch(missing);
      if (bytes !== undefined) return bytes;
    }
    throw new LogDamaged(`The file ${tilePath(tile)} of the log is missing.`);
  }
}

/** One level of tiles as it grows: the hashes, or the entries, of the tile that is not whole yet. */
interface Edge {
  index: number;
  hashes: Uint8Array[];
}

class WrittenLog extends FolderLog implements TransparencyLog {
  readonly #edges: Edge[] = [];
  #bundle: string[] = [];
  #tree = new GrowingTree();
  /** Whole tiles that no head covers yet. */
  #whole: { readonly tile: Tile; readonly bytes: Uint8Array }[] = [];
  #places: number[] = [];

  async load(): Promise<void> {
    const { size } = this;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    if (size === 0) return;
    for (const tile of edgeOf(size)) {
      const { level, index, width } = tile;
      const hashes = await Promise.all(
        Array.from({ length: width }, (_, place) =>
          this.hashOf({ level: level * 8, index: index * TILE_WIDTH + place }),
        ),
      );
      this.#edges.push({ index, hashes: hashes.map((each) => Buffer.from(each)) });
    }
    const edge = tileIn(size, 'entries', Math.floor(size / TILE_WIDTH));
    if (edge.width > 0) this.#bundle = [...(await this.bundle(edge))];
    const hashes = await Promise.all(frontierOf(size).map((each) => this.hashOf(each)));
    this.#tree = GrowingTree.from(
      size,
      hashes.map((each) => Buffer.from(each)),
    );
    const positions = await this.positions();
    this.lastPosition = Number(positions.readBigUInt64BE((size - 1) * POSITION_BYTES));
    const root = headIn(this.head!).root;
    if (Buffer.compare(this.#tree.root, root) !== 0)
      throw new LogDamaged(`The tiles in ${this.folder} are not what its head was signed over.`);
  }

  get tree(): TreeHead {
    return { size: this.#tree.size, root: this.#tree.root };
  }

  add(events: readonly LoggedEvent[]): void {
    for (const { entry, position } of events) {
      const leaf = entryHash(entry);
      this.#tree.add(leaf);
      this.#places.push(position);
      this.#bundle.push(entry);
      if (this.#bundle.length === TILE_WIDTH) {
        const index = this.#tree.size / TILE_WIDTH - 1;
        this.#whole.push({ tile: { level: 'entries', index, width: TILE_WIDTH }, bytes: bundleOf(this.#bundle) });
        this.#bundle = [];
      }
      this.#grow(0, leaf);
    }
  }

  #grow(level: number, hash: Uint8Array): void {
    const edge = (this.#edges[level] ??= { index: 0, hashes: [] });
    edge.hashes.push(hash);
    if (edge.hashes.length < TILE_WIDTH) return;
    this.#whole.push({
      tile: { level, index: edge.index, width: TILE_WIDTH },
      bytes: Buffer.concat(edge.hashes),
    });
    const up = hashOver(edge.hashes);
    edge.index += 1;
    edge.hashes = [];
    this.#grow(level + 1, up);
  }

  async publish(note: string): Promise<void> {
    // Cleared only once the head stands: what a full disk refused is written with the next head.
    const whole = this.#whole;
    const parts = this.#edges.flatMap(({ index, hashes }, level) =>
      hashes.length === 0 ? [] : [{ tile: { level, index, width: hashes.length }, bytes: Buffer.concat(hashes) }],
    );
    const bundle = { level: 'entries', index: Math.floor(this.#tree.size / TILE_WIDTH) } as const;
    const open = this.#bundle.length;
    const bundles = open === 0 ? [] : [{ tile: { ...bundle, width: open }, bytes: bundleOf(this.#bundle) }];
    await this.#writeAll([...whole, ...parts, ...bundles]);
    await this.#writePositions();
    await writeDurably(join(this.folder, HEAD), note);
    await syncFolder(this.folder);
    this.head = note;
    this.size = this.#tree.size;
    this.lastPosition = this.#places.at(-1) ?? this.lastPosition;
    this.#whole = [];
    this.#places = [];
    for (const { tile } of whole)
      await rm(dirname(join(this.folder, tilePath({ ...tile, width: 1 }))), { recursive: true, force: true });
  }

  async #writeAll(files: readonly { readonly tile: Tile; readonly bytes: Uint8Array }[]): Promise<void> {
    const queue = files.values();
    const work = async () => {
      for (const { tile, bytes } of queue) await writeDurably(join(this.folder, tilePath(tile)), bytes);
    };
    await Promise.all(Array.from({ length: filesAtOnce }, work));
  }

  /** Written at their place, over what a head that never came left behind. */
  async #writePositions(): Promise<void> {
    const places = this.#places;
    if (places.length === 0) return;
    const bytes = Buffer.alloc(places.length * POSITION_BYTES);
    for (const [place, position] of places.entries()) bytes.writeBigUInt64BE(BigInt(position), place * POSITION_BYTES);
    const file = join(this.folder, POSITIONS);
    const handle = await open(file, 'r+').catch(async (error: unknown) => {
      missing(error);
      return open(file, 'w+', 0o600);
    });
    try {
      await handle.write(bytes, 0, bytes.length, this.size * POSITION_BYTES);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

const noteIn = (folder: string): Promise<string | undefined> => readFile(join(folder, HEAD), 'utf8').catch(missing);

/** The log in a folder or a copy of one, to be read. A folder without a log gives an empty one. Throws MalformedNote. */
export const readFolderLog = async (folder: string): Promise<ReadableLog> =>
  new FolderLog(folder, await noteIn(folder));

/**
 * The log in a folder, for its one sequencer; the folder is made where it is missing. Rejects with LogDamaged where what the
 * head covers is not there as a whole.
 */
export const openFolderLog = async (folder: string): Promise<TransparencyLog> => {
  const log = new WrittenLog(folder, await noteIn(folder));
  await log.load();
  return log;
};

const logPath = /^(?:checkpoint|key|rotations|tile\/(?:\d{1,2}|entries)\/(?:x\d{3}\/)*\d{3}(?:\.p\/\d{1,3})?)$/;

/** One file of the log as it is given to whoever verifies; undefined where there is none of that name. */
export const readLogFile = async (folder: string, path: string): Promise<Uint8Array | undefined> =>
  logPath.test(path) ? readFile(join(folder, path)).catch(missing) : undefined;
