import type { Instant } from '#libs/kernel/instant.ts';
import { Timers } from './timers.ts';

/** A message that waits to be sent. */
export interface Queued {
  readonly id: string;
  readonly nextAttemptAt: Instant;
  /** Messages of one key go one after the other. */
  readonly orderKey: string;
  /** Who takes it: only so many messages are under way to one receiver. */
  readonly receiver: string;
}

/**
 * Which message may be sent now: of each order key the first only, of each receiver so many at a time. One that waits for its next attempt
 * holds up those behind it, and nobody else.
 */
export class DeliveryQueue {
  readonly #mostPerReceiver: number;
  /** By order key; none is empty. */
  readonly #lines = new Map<string, Queued[]>();
  /** The first of each line, by due time, where it is neither under way nor due already. */
  readonly #timers = new Timers();
  /** Lines whose first is due, by receiver. */
  readonly #due = new Map<string, string[]>();
  readonly #underWay = new Map<string, number>();

  constructor(mostPerReceiver: number) {
    this.#mostPerReceiver = mostPerReceiver;
  }

  /** Behind those of the same key that are here already. */
  add(message: Queued): void {
    const { orderKey } = message;
    const line = this.#lines.get(orderKey);
    if (line !== undefined) {
      line.push(message);
      return;
    }
    this.#lines.set(orderKey, [message]);
    this.#timers.put(orderKey, [{ key: message.id, dueAt: message.nextAttemptAt }]);
  }

  /** The next one to be sent, which is under way from then on until `done` or `again` is told. */
  take(nowMs: number): Queued | undefined {
    for (let due = this.#timers.first(); due !== undefined && due.dueMs <= nowMs; due = this.#timers.first()) {
      this.#timers.put(due.stream, []);
      const { receiver } = this.#lines.get(due.stream)![0]!;
      const others = this.#due.get(receiver);
      if (others === undefined) this.#due.set(receiver, [due.stream]);
      else others.push(due.stream);
    }
    for (const [receiver, lines] of this.#due) {
      const underWay = this.#underWay.get(receiver) ?? 0;
      if (underWay >= this.#mostPerReceiver) continue;
      const orderKey = lines.shift()!;
      if (lines.length === 0) this.#due.delete(receiver);
      this.#underWay.set(receiver, underWay + 1);
      return this.#lines.get(orderKey)![0]!;
    }
    return undefined;
  }

  /** It needs no further attempt. */
  done({ orderKey, receiver }: Queued): void {
    this.#lines.get(orderKey)!.shift();
    this.#landed(orderKey, receiver);
  }

  /** It stays the first of its line until then. */
  again(message: Queued, nextAttemptAt: Instant): void {
    const { orderKey, receiver } = message;
    this.#lines.get(orderKey)![0] = { ...message, nextAttemptAt };
    this.#landed(orderKey, receiver);
  }

  /** When the next becomes due; undefined: all are under way, or there is none. */
  nextDueMs(): number | undefined {
    return this.#timers.first()?.dueMs;
  }

  #landed(orderKey: string, receiver: string): void {
    this.#underWay.set(receiver, this.#underWay.get(receiver)! - 1);
    const first = this.#lines.get(orderKey)![0];
    if (first === undefined) this.#lines.delete(orderKey);
    else this.#timers.put(orderKey, [{ key: first.id, dueAt: first.nextAttemptAt }]);
  }
}
