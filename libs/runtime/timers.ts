import type { Instant } from '#libs/kernel/instant.ts';
import { epochMsOf } from '#libs/kernel/instant.ts';

/** The earliest timer of one process instance. */
export interface Due {
  readonly dueMs: number;
  readonly stream: string;
  readonly timer: string;
}

interface Waiting {
  readonly due: Due;
  /** Timers that the instance has set in all. */
  readonly count: number;
}

const isBefore = (a: Due, b: Due): boolean =>
  a.dueMs !== b.dueMs ? a.dueMs < b.dueMs : a.stream !== b.stream ? a.stream < b.stream : a.timer < b.timer;

/**
 * Which process instance is due next, by (due time, stream, timer's key). It mirrors what the instances' streams say; each
 * instance stands in it with its earliest timer only.
 */
export class Timers {
  readonly #waiting = new Map<string, Waiting>();
  /** A binary heap, the earliest first. It may hold entries that are no longer true; they are dropped when met. */
  #heap: Due[] = [];
  #timers = 0;

  /** Timers set. */
  get size(): number {
    return this.#timers;
  }

  /** Process instances that wait for a timer. */
  get instances(): number {
    return this.#waiting.size;
  }

  /** The timers that an instance has set now; none: it waits for nothing. */
  put(stream: string, timers: readonly { readonly key: string; readonly dueAt: Instant }[]): void {
    const before = this.#waiting.get(stream);
    this.#timers += timers.length - (before?.count ?? 0);
    let first: Due | undefined;
    for (const { key, dueAt } of timers) {
      const due = { dueMs: epochMsOf(dueAt), stream, timer: key };
      if (first === undefined || isBefore(due, first)) first = due;
    }
    if (first === undefined) {
      this.#waiting.delete(stream);
      return;
    }
    const same = before !== undefined && before.due.dueMs === first.dueMs && before.due.timer === first.timer;
    this.#waiting.set(stream, { due: same ? before.due : first, count: timers.length });
    if (!same) this.#push(first);
  }

  /** The earliest of all. */
  first(): Due | undefined {
    for (;;) {
      const due = this.#heap[0];
      if (due === undefined || this.#waiting.get(due.stream)?.due === due) return due;
      this.#drop();
    }
  }

  /** About the next so many, in no order. */
  soon(count: number): readonly Due[] {
    return this.#heap.slice(0, count);
  }

  #push(due: Due): void {
    if (this.#heap.length > 2 * this.#waiting.size + 1_000) {
      // Sorted, a list is a heap.
      this.#heap = [...this.#waiting.values()].map((each) => each.due);
      this.#heap.sort((a, b) => (isBefore(a, b) ? -1 : 1));
      return;
    }
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  #drop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
