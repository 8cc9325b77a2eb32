import type { KeyObject } from 'node:crypto';

/**
 * Keeps one data key per subject, wrapped by a master key, and one key for blind indexes. Never part of data backups.
 */
export interface KeyVault {
  /** Makes sure that each subject has a key; resolved only once the keys survive a crash. Refused for an erased subject. */
  ensure(subjects: readonly string[]): Promise<void>;
  /** The subject's key; undefined when it never had one or it was destroyed. */
  key(subject: string): Promise<KeyObject | undefined>;
  /** As `key`, for those already in memory: undefined means "ask `key`", null "erased or never made". */
  cachedKey(subject: string): KeyObject | null | undefined;
  /**
   * Destroys the subject's key for good. It is noted apart first: a vault from an older backup destroys it again before it shows any.
   * Resolves once no file of the vault holds the key's bytes; rejects where another process keeps them there: call it again.
   */
  destroy(subject: string): Promise<void>;
  /** A keyed hash of a personal value, for exact lookups only: 32 hexadecimal characters. */
  blindIndex(kind: string, value: string): string;
  close(): Promise<void>;
}

/** The vault cannot be opened: master key missing or wrong. Nothing was touched. */
export class VaultLocked extends Error {
  override readonly name = 'VaultLocked';
}

/** The subject's key was destroyed: nothing personal can be recorded under it. */
export class SubjectErased extends Error {
  override readonly name = 'SubjectErased';
  readonly subject: string;
  constructor(subject: string) {
    super(`The personal data of ${subject} was erased: record the new facts under a new subject.`);
    this.subject = subject;
  }
}
