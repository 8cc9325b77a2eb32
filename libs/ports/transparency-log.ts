import type { Subtree, TreeHead } from '#libs/kernel/merkle-tree.ts';

/** What stands for one event in the log. */
export interface LoggedEvent {
  /** The leaf's text: `leafText` of the event. */
  readonly entry: string;
  /** The event's place in the store. */
  readonly position: number;
}

/** What a log consists of, for those who only read: as it was when it was opened. */
export interface ReadableLog {
  /** The newest head, a signed note; undefined before the first. */
  readonly head: string | undefined;
  /** Entries under that head. */
  readonly size: number;
  /** The store's position of the last entry; 0 where there is none. */
  readonly lastPosition: number;
  /** The hash of a perfect subtree within the head's tree. Rejects with LogDamaged. */
  hashOf(subtree: Subtree): Promise<Uint8Array>;
  /** The texts of entries `from` up to, not including, `to`. Rejects with LogDamaged. */
  entries(from: number, to: number): Promise<readonly string[]>;
  /** The entry's number of the event at this position; undefined where it is not under the head. */
  indexOf(position: number): Promise<number | undefined>;
}

/** A log that its sequencer writes. Nothing of what was added counts before a head over it is published. */
export interface TransparencyLog extends ReadableLog {
  /** Over everything added so far, published or not. */
  readonly tree: TreeHead;
  add(events: readonly LoggedEvent[]): void;
  /** Keeps what was added, then the head: after a crash there is the head before, or this one, each with all it covers. */
  publish(note: string): Promise<void>;
}

/** A file of the log is missing, cut or not what it was. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
}
