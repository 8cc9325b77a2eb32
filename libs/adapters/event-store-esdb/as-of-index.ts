import type { Instant } from '#libs/kernel/instant.ts';
import type { StoredEvent } from '#libs/ports/event-store.ts';

/** A stretch of the store: everything after the entry before, up to and with `end`. */
interface Stretch {
  readonly end: number;
  /** The latest recordedAt of this stretch and all before it. */
  readonly latest: Instant;
}

const STRETCH_EVENTS = 1_000;

const recordedAtOf = ({ metadata }: StoredEvent): Instant =>
  (JSON.parse(metadata) as { readonly recordedAt?: Instant }).recordedAt ?? '';

/**
 * Which prefix of the store was recorded by when. recordedAt may go backwards from stream to stream, so it cannot be searched
 * itself; its running maximum only grows and can. That maximum is kept for every thousandth event, in memory, and is extended
 * by whatever reads the store in order: 1 000 entries for 1 000 000 events, made in one pass, then a thousand events per question.
 */
export class AsOfIndex {
  readonly #stretches: Stretch[] = [];
  /** Events after the last whole stretch. */
  #open: { readonly position: number; readonly recordedAt: Instant }[] = [];
  #end = 0;

  /** Position of the last event that the index knows. */
  get end(): number {
    return this.#end;
  }

  /** The latest recordedAt known so far. */
  get latest(): Instant {
    let latest = this.#stretches.at(-1)?.latest ?? '';
    for (const { recordedAt } of this.#open) if (recordedAt > latest) latest = recordedAt;
    return latest;
  }

  /** Takes events that follow `after` without a gap; ignored where the index is not there yet, or already beyond. */
  extend(after: number, events: readonly StoredEvent[]): void {
    if (after > this.#end) return;
    for (const event of events) {
      if (event.position <= this.#end) continue;
      this.#open.push({ position: event.position, recordedAt: recordedAtOf(event) });
      this.#end = event.position;
      if (this.#open.length < STRETCH_EVENTS) continue;
      this.#stretches.push({ end: this.#end, latest: this.latest });
      this.#open = [];
    }
  }

  /**
   * Where the first event recorded after `instant` stands. `settled`: the last position before it. `between`: it is in that
   * stretch, whose events must be read. `beyond`: not among the events that the index knows.
   */
  search(
    instant: Instant,
  ): { settled: number } | { between: readonly [after: number, upTo: number] } | { beyond: number } {
    let low = 0;
    let high = this.#stretches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#stretches[middle]!.latest > instant) high = middle;
      else low = middle + 1;
    }
    const before = this.#stretches[low - 1]?.end ?? 0;
    const found = this.#stretches[low];
    if (found !== undefined) return { between: [before, found.end] };
    let last = before;
    for (const { position, recordedAt } of this.#open) {
      if (recordedAt > instant) return { settled: last };
      last = position;
    }
    return { beyond: last };
  }
}

/** The last of the events before the first one recorded after `instant`; `before` where that is the first. */
export const lastRecordedBy = (instant: Instant, events: readonly StoredEvent[], before: number): number => {
  let last = before;
  for (const event of events) {
    if (recordedAtOf(event) > instant) return last;
    last = event.position;
  }
  return last;
};
