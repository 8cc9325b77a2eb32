import { deriveId } from '#libs/kernel/identifiers.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { WrongExpectedRevision } from '#libs/ports/event-store.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { CHECKPOINTS } from './saga-events.ts';
import type { Checkpointed, Place } from './saga-events.ts';
import { processMetadata } from './saga-step.ts';

/** Where a starting runner goes on. */
export interface Resumption {
  /** By saga: the last event whose inputs are all taken. Missing: from the start of the ledger. */
  readonly cursors: ReadonlyMap<string, Place>;
  /** Everything that processes asked for up to this position has been carried out. */
  readonly settledUpTo: number;
}

/** The runner's durable mark. Whoever writes the next one is the runner: an earlier one that still runs learns it here. */
export class Checkpoints {
  readonly #store: EventStore;
  readonly #tenant: string;
  #revision = -1;
  #recordedAt = '';

  constructor(store: EventStore, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  async read(): Promise<Resumption> {
    for await (const page of this.#store.readStream(CHECKPOINTS, { direction: 'backwards', limit: 1 }))
      for (const event of page) {
        this.#revision = event.revision;
        this.#recordedAt = (JSON.parse(event.metadata) as { recordedAt: Instant }).recordedAt;
        const { cursors } = JSON.parse(event.data) as Checkpointed;
        return {
          cursors: new Map(cursors.flatMap(({ saga, place }) => (place === undefined ? [] : [[saga, place] as const]))),
          settledUpTo: event.position,
        };
      }
    return { cursors: new Map(), settledUpTo: 0 };
  }

  /** Rejects with Superseded where another runner has written since. */
  async write(cursors: ReadonlyMap<string, Place | undefined>, runner: string, now: Instant): Promise<void> {
    const data: Checkpointed = {
      cursors: [...cursors].map(([saga, place]) => ({ saga, ...(place === undefined ? {} : { place }) })),
    };
    const recordedAt = now > this.#recordedAt ? now : this.#recordedAt;
    const text = canonicalJson(data);
    // Named by the runner: another one's mark at the same place must not pass for this one's.
    const id = deriveId(this.#tenant, `${CHECKPOINTS}/${this.#revision + 1}/${runner}/${text}`);
    const of = { subject: CHECKPOINTS, inputId: id, correlationId: id, occurredAt: recordedAt, recordedAt };
    const event = { id, type: 'process.checkpointed.v1', data: text, metadata: processMetadata(this.#tenant, of) };
    try {
      const expected = this.#revision === -1 ? 'no-stream' : this.#revision;
      ({ revision: this.#revision } = await this.#store.append(CHECKPOINTS, expected, [event]));
      this.#recordedAt = recordedAt;
    } catch (error) {
      if (error instanceof WrongExpectedRevision) throw new Superseded();
      throw error;
    }
  }
}

/** Another runner works on this ledger, or may do so: this one stops. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
  constructor() {
    super('Another runner of processes has taken this ledger over: this one stops.');
  }
}

/** The position that a place has in this store; 0: it is not there. */
export const positionOf = async (store: EventStore, { stream, revision }: Place): Promise<number> => {
  for await (const page of store.readStream(stream, { from: revision, limit: 1 }))
    for (const event of page) if (event.revision === revision) return event.position;
  return 0;
};
