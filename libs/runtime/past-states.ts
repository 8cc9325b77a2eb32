import type { Aggregate } from '#libs/kernel/aggregate.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { Decode } from './codec.ts';
import { LruMap } from './lru-map.ts';
import { eventsOfStream } from './replay.ts';
import type { Past } from './replay.ts';

interface Mark {
  readonly revision: number;
  readonly position: number;
  readonly state: unknown;
}

/** Events between two marks: no question as of the past folds more than these once the stream was folded. */
const apart = 500;
const streamsKept = 200;

/**
 * States of aggregates in the past, folded from their streams. Of long streams the state after every so many events is kept, in memory
 * only: never trusted over the log or longer than the programme that folded it, and with personal values sealed as they are in the events.
 */
export class PastStates {
  readonly #store: EventStore;
  readonly #decode: Decode;
  readonly #marks = new LruMap<string, Mark[]>(streamsKept);

  constructor(store: EventStore, decode: Decode) {
    this.#store = store;
    this.#decode = decode;
  }

  /** Folds the stream as far as the question allows; undefined where no event of it is left. */
  async within(
    aggregate: Aggregate,
    stream: string,
    past: Past,
  ): Promise<{ readonly state: unknown; readonly revision: number } | undefined> {
    // What had happened by a moment stands anywhere in the stream: there is no state to go on from.
    const isPrefix = past.asAt === undefined;
    const from = isPrefix ? this.#marks.get(stream)?.findLast(({ position }) => position <= past.upTo) : undefined;
    let { state, revision } = from ?? { state: aggregate.initial as unknown, revision: -1 };
    for await (const event of eventsOfStream(this.#store, this.#decode, stream, past, revision + 1)) {
      state = aggregate.evolve(state, event);
      ({ revision } = event);
      if (isPrefix && (revision + 1) % apart === 0) this.#keep(stream, { revision, position: event.position, state });
    }
    return revision === -1 ? undefined : { state, revision };
  }

  /** Marks stand in order; another question may have been faster. */
  #keep(stream: string, mark: Mark): void {
    const marks = this.#marks.get(stream) ?? [];
    if ((marks.at(-1)?.revision ?? -1) < mark.revision) this.#marks.set(stream, [...marks, mark]);
  }
}
