import type { Aggregate, PublicView } from '#libs/kernel/aggregate.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { streamOf } from '#libs/kernel/event.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { Decode } from './codec.ts';
import { LruMap } from './lru-map.ts';

/** What is recorded in a stream under one command's id. */
export interface RecordedCommand {
  readonly hash: string;
  readonly revision: number;
  readonly position: number;
  readonly events: number;
}

/** An aggregate as its stream stands. */
export interface LoadedState {
  readonly state: unknown;
  /** −1: the stream does not exist. */
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: Instant;
  /** The commands of the stream's later part, by id: the stream itself tells a repeat, whatever crashed in between. */
  readonly commands: Map<string, RecordedCommand>;
}

const nothingOf = (aggregate: Aggregate): LoadedState => ({
  state: aggregate.initial as unknown,
  revision: -1,
  position: 0,
  recordedAt: '',
  commands: new Map(),
});
const rememberedCommands = 500;

const withCommand = (commands: Map<string, RecordedCommand>, event: LedgerEvent): void => {
  const { commandId, commandHash: hash } = event.metadata;
  const before = commands.get(commandId);
  commands.set(commandId, {
    hash,
    revision: event.revision,
    position: event.position,
    events: (before?.events ?? 0) + 1,
  });
  if (commands.size > rememberedCommands) commands.delete(commands.keys().next().value as string);
};

/** The states of aggregates, kept in memory while they are used: folded from their streams, never a source of truth. */
export class AggregateStates {
  readonly #store: EventStore;
  readonly #decode: Decode;
  readonly #states: LruMap<string, LoadedState>;
  readonly #views: LruMap<string, { readonly view: unknown; readonly revision: number; readonly readAt: number }>;
  /** Views that are being read since this turn of the event loop began. */
  readonly #consulting = new Map<string, Promise<unknown>>();

  constructor(store: EventStore, decode: Decode, capacity = 10_000) {
    this.#store = store;
    this.#decode = decode;
    this.#states = new LruMap(capacity);
    this.#views = new LruMap(capacity);
  }

  cached(stream: string): LoadedState | undefined {
    return this.#states.get(stream);
  }

  /** The state with everything that the store holds now: only the events after the cached ones are read. */
  async load(aggregate: Aggregate, stream: string): Promise<LoadedState> {
    const from = this.#states.get(stream) ?? nothingOf(aggregate);
    const { commands } = from;
    let { state, revision, position, recordedAt } = from;
    let changed = false;
    for await (const page of this.#store.readStream(stream, { from: revision + 1 }))
      for (const stored of page) {
        const event = this.#decode(stored);
        state = aggregate.evolve(state, event);
        ({ revision, position, recordedAt } = event);
        withCommand(commands, event);
        changed = true;
      }
    if (!changed) return from;
    const loaded = { state, revision, position, recordedAt, commands };
    this.#states.set(stream, loaded);
    return loaded;
  }

  /** After an append: what is known already need not be read again. */
  advance(stream: string, before: LoadedState, state: unknown, events: readonly LedgerEvent[]): LoadedState {
    const last = events.at(-1)!;
    const { commands } = before;
    for (const event of events) withCommand(commands, event);
    const after = { state, revision: last.revision, position: last.position, recordedAt: last.recordedAt, commands };
    this.#states.set(stream, after);
    return after;
  }

  forget(stream: string): void {
    this.#states.delete(stream);
  }

  /** Another feature's public view of an aggregate, as the store holds it now, or held it so many ms ago. */
  async consult(view: PublicView, id: string, mayLagMs = 0): Promise<unknown> {
    const key = `${view.name}/${id}`;
    const known = this.#views.get(key);
    // What was appended here is never missed.
    const appended = this.#states.get(streamOf(view.events.category, id))?.revision ?? -1;
    if (known !== undefined && performance.now() - known.readAt < mayLagMs && appended <= known.revision)
      return known.view;
    let reading = this.#consulting.get(key);
    if (reading === undefined) {
      reading = this.#readView(view, id, key);
      // Within one turn nothing reaches this thread that could have happened after the read: many commands at once share it.
      if (this.#consulting.set(key, reading).size === 1) process.nextTick(() => this.#consulting.clear());
    }
    return reading;
  }

  async #readView(view: PublicView, id: string, key: string): Promise<unknown> {
    const readAt = performance.now();
    let { view: folded, revision } = this.#views.get(key) ?? { view: view.initial as unknown, revision: -1 };
    for await (const page of this.#store.readStream(streamOf(view.events.category, id), { from: revision + 1 }))
      for (const stored of page) {
        const event = this.#decode(stored);
        folded = view.evolve(folded, event);
        revision = event.revision;
      }
    this.#views.set(key, { view: folded, revision, readAt });
    return folded;
  }
}
