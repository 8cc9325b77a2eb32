import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SubjectErased } from '#libs/ports/key-vault.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import { addToErasureList, erasureListIn, readErasureList } from './erasure-list.ts';
import { RecentlyUsed } from './key-cache.ts';
import { adoptMasterKey, dropPreparedMasterKey, prepareMasterKey, syncFolder } from './master-key-file.ts';
import { unlock } from './open-vault.ts';
import type { FileKeyVaultOptions } from './open-vault.ts';
import { VaultReader } from './vault-database.ts';
import { VaultWrites } from './vault-writes.ts';
import { masterKeyFrom, purposeOf, unwrap, wrap } from './wrapping.ts';

export type { FileKeyVaultOptions } from './open-vault.ts';

export interface FileKeyVault extends KeyVault {
  /**
   * Wraps every key anew, all or none. Where the master key stands in `master.key`, the file is replaced (by a random key if none
   * is given); where it was passed in, the new one must be given, and passed in from the next start on. Base64 of 32 bytes.
   */
  rotate(newMasterKey?: string): Promise<void>;
}

type Known = KeyObject | 'none' | 'erased';

const listOf = ({ folder, erasureList }: FileKeyVaultOptions): string => erasureList ?? erasureListIn(folder);

class Vault implements FileKeyVault {
  readonly #options: FileKeyVaultOptions;
  readonly #reader: VaultReader;
  readonly #writes: VaultWrites | undefined;
  readonly #known: RecentlyUsed<Known>;
  /** Keys on their way to the disk. */
  readonly #making = new Map<string, Promise<void>>();
  readonly #blindIndexKey: KeyObject;
  /** More than one only while they are exchanged. */
  #masters: readonly KeyObject[];
  #rotation: Promise<void> | undefined;
  /** Of those who were to be erased: no key is shown, whatever the file holds. */
  readonly #listed: Set<string>;
  /** Writes to the list, one after the other. */
  #listing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    options: FileKeyVaultOptions,
    master: KeyObject,
    reader: VaultReader,
    writes: VaultWrites | undefined,
    listed: Iterable<string>,
  ) {
    this.#listed = new Set(listed);
    this.#options = options;
    this.#masters = [master];
    this.#reader = reader;
    this.#writes = writes;
    // Another process may write beside a read-only vault: what it remembers could be a key destroyed since.
    this.#known = new RecentlyUsed(writes === undefined ? 0 : (options.cachedKeys ?? 200_000));
    const { blindIndex } = reader.foundation();
    this.#blindIndexKey = this.#unwrapped(purposeOf.blindIndex, blindIndex);
  }

  async ensure(subjects: readonly string[]): Promise<void> {
    const missing: string[] = [];
    for (const subject of subjects) {
      const known = this.#find(subject);
      if (known === 'erased') throw new SubjectErased(subject);
      if (known === 'none') missing.push(subject);
    }
    if (missing.length === 0) return;
    if (this.#rotation !== undefined) {
      await this.#rotation.catch(() => undefined);
      return this.ensure(subjects);
    }
    const fresh = [...new Set(missing)].filter((subject) => !this.#making.has(subject));
    if (fresh.length > 0) this.#make(fresh);
    await Promise.all(missing.flatMap((subject) => this.#making.get(subject) ?? []));
  }

  async key(subject: string): Promise<KeyObject | undefined> {
    const known = this.#find(subject);
    return typeof known === 'string' ? undefined : known;
  }

  cachedKey(subject: string): KeyObject | null | undefined {
    const known = this.#known.get(subject);
    return typeof known === 'string' ? null : known;
  }

  async destroy(subject: string): Promise<void> {
    const writes = this.#writable();
    await this.#list(subject);
    await this.#making.get(subject)?.catch(() => undefined);
    this.#known.set(subject, 'erased');
    try {
      await writes.send({ kind: 'erase', subject });
    } catch (error) {
      // The file decides: the write may have failed before or after its commit.
      this.#known.delete(subject);
      throw error;
    }
  }

  /** Destroys the keys that the list names and an older copy of the vault still holds. */
  async applyList(): Promise<void> {
    const present = [...this.#listed].filter((subject) => this.#reader.find(subject)?.erased !== 1);
    await Promise.all(present.map((subject) => this.#writable().send({ kind: 'erase', subject })));
  }

  blindIndex(kind: string, value: string): string {
    const hash = createHmac('sha256', this.#blindIndexKey).update(JSON.stringify([kind, value]));
    return hash.digest('hex').slice(0, 32);
  }

  async rotate(newMasterKey?: string): Promise<void> {
    if (this.#rotation !== undefined) throw new Error('A rotation is under way: wait for its end.');
    this.#rotation = this.#rotate(newMasterKey);
    try {
      await this.#rotation;
    } finally {
      this.#rotation = undefined;
    }
  }

  async close(): Promise<void> {
    if (!this.#closed) this.#reader.close();
    this.#closed = true;
    await this.#writes?.close();
  }

  #writable(): VaultWrites {
    if (this.#writes === undefined)
      throw new Error(
        `The key vault in ${this.#options.folder} is open for reading only: use the process that writes.`,
      );
    return this.#writes;
  }

  async #list(subject: string): Promise<void> {
    if (this.#listed.has(subject)) return;
    const at = new Date().toISOString();
    const listing = this.#listing.then(() => addToErasureList(listOf(this.#options), [subject], at));
    this.#listing = listing.catch(() => undefined);
    await listing;
    this.#listed.add(subject);
  }

  #find(subject: string): Known {
    const known = this.#known.get(subject);
    if (known !== undefined) return known;
    if (this.#listed.has(subject)) return 'erased';
    const stored = this.#reader.find(subject);
    const found: Known =
      stored === undefined
        ? 'none'
        : stored.erased === 1
          ? 'erased'
          : this.#unwrapped(purposeOf.subject(subject), stored.wrapped);
    this.#known.set(subject, found);
    return found;
  }

  #unwrapped(purpose: string, wrapped: Uint8Array): KeyObject {
    for (const master of this.#masters) {
      const key = unwrap(master, purpose, wrapped);
      if (key !== undefined) return createSecretKey(key);
    }
    throw new Error(
      `The key for "${purpose}" in ${join(this.#options.folder, 'vault.db')} is damaged: restore the vault from its own backup.`,
    );
  }

  #make(subjects: readonly string[]): void {
    const writes = this.#writable();
    const made = subjects.map((subject) => [subject, randomBytes(32)] as const);
    const keys = made.map(
      ([subject, key]) => [subject, wrap(this.#masters[0]!, purposeOf.subject(subject), key)] as const,
    );
    const written = writes
      .send({ kind: 'insert', keys })
      .then(() => {
        for (const [subject, key] of made) this.#known.set(subject, createSecretKey(key));
      })
      .finally(() => {
        for (const subject of subjects) this.#making.delete(subject);
      });
    for (const subject of subjects) this.#making.set(subject, written);
  }

  async #rotate(newMasterKey: string | undefined): Promise<void> {
    const writes = this.#writable();
    const { folder, masterKey } = this.#options;
    const inFile = masterKey === undefined;
    if (newMasterKey === undefined && !inFile)
      throw new Error('The master key is passed in as CARE_MASTER_KEY: give the new one to rotate to.');
    const base64 = newMasterKey?.trim() ?? randomBytes(32).toString('base64');
    const next = masterKeyFrom(base64);
    if (next === undefined)
      throw new Error('The new master key is not the base64 of 32 bytes: make one with: openssl rand -base64 32');
    const [current] = this.#masters;
    if (inFile) await prepareMasterKey(folder, base64);
    this.#masters = [current!, next];
    try {
      await writes.send({ kind: 'rewrap', from: current!, to: next });
    } catch (error) {
      // Both stay in use: whether the vault went over is decided by its file, at the next opening.
      if (this.#usesStill(current!)) {
        this.#masters = [current!];
        if (inFile) await dropPreparedMasterKey(folder);
        throw error;
      }
    }
    this.#masters = [next];
    if (inFile) await adoptMasterKey(folder);
  }

  #usesStill(master: KeyObject): boolean {
    return unwrap(master, purposeOf.check, this.#reader.foundation().check) !== undefined;
  }
}

/** SQLite would make it readable by the group. */
const makePrivateFile = async (file: string): Promise<void> => {
  const handle = await open(file, 'a', 0o600);
  await handle.close();
};

/**
 * Subject keys in `folder/vault.db`, wrapped by the master key (AES-256-GCM). Keys are read on the calling thread and
 * kept in memory; a worker thread writes, one commit for all that came during the last one. One process writes at a time: hold the
 * data folder. Throws VaultLocked, having touched nothing, when the vault or its master key is missing, wrong or newer.
 */
export const openFileKeyVault = async (options: FileKeyVaultOptions): Promise<FileKeyVault> => {
  const { master, foundation } = await unlock(options);
  const listed = (await readErasureList(listOf(options))).keys();
  const file = join(options.folder, 'vault.db');
  if (options.readOnly === true) return new Vault(options, master, new VaultReader(file), undefined, listed);
  if (foundation !== undefined) await makePrivateFile(file);
  const writes = new VaultWrites({ file, ...(foundation && { foundation }) });
  await writes.opened();
  try {
    if (foundation !== undefined) await syncFolder(options.folder);
    const vault = new Vault(options, master, new VaultReader(file), writes, listed);
    await vault.applyList();
    return vault;
  } catch (error) {
    await writes.close();
    throw error;
  }
};
