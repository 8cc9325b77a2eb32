import type { DocumentChange } from '#libs/runtime/ledger.ts';

interface Entry {
  readonly change: DocumentChange;
  /** The highest position told so far: what a stream that got this far gives as Last-Event-ID. */
  readonly mark: number;
}

/** The last changes of one collection, for streams that come back after a short break. */
export class RecentChanges {
  readonly #capacity: number;
  #entries: Entry[] = [];
  #mark = 0;
  /** Streams that stopped at this mark or later have missed nothing but what is kept here. */
  #completeFrom = Number.POSITIVE_INFINITY;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** In the order in which they are told. */
  add(change: DocumentChange): void {
    this.#mark = Math.max(this.#mark, change.position);
    if (this.#completeFrom === Number.POSITIVE_INFINITY) this.#completeFrom = this.#mark;
    this.#entries.push({ change, mark: this.#mark });
    // Dropping half at a time keeps this cheap.
    if (this.#entries.length > this.#capacity * 2) {
      const dropped = this.#entries.splice(0, this.#capacity);
      // A stream that stopped at the mark of a dropped change may have stopped before it.
      this.#completeFrom = dropped.at(-1)!.mark + 1;
    }
  }

  /** What was told after `mark`; undefined where it is too long ago to know. */
  since(mark: number): readonly DocumentChange[] | undefined {
    if (mark < this.#completeFrom) return undefined;
    // An earlier position told late (a dead letter taken at last) bears the mark of those before it: told again, to be safe.
    return this.#entries
      .filter((entry) => entry.mark > mark || (entry.mark === mark && entry.change.position < mark))
      .map((entry) => entry.change);
  }
}
