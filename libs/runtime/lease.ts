import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { Checkpoint, ReadModels } from '#libs/ports/read-models.ts';

/** How long a lease lasts without being renewed, in milliseconds. A third of it passes between renewals. */
export const LEASE_MS = 15_000;

export interface LeaseOptions {
  readonly models: ReadModels;
  /** What is leased: kept under the checkpoint `lease/<name>`. */
  readonly name: string;
  readonly durationMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * The right to work on one thing for a while. It is a checkpoint, set by compare-and-set: its position is the moment at which it
 * ends, in milliseconds since 1970, and its epoch grows with each take-over.
 *
 * A lease keeps workers out of each other's way; it is no lock. A worker that was frozen and believes that it still holds it
 * can write for a moment more: what it writes must be fenced by itself (checkpoints of projections by their epoch, streams by
 * their expected revision). Clocks that differ make take-overs early or late, never wrong.
 */
export class Lease {
  readonly name: string;
  readonly durationMs: number;
  readonly #models: ReadModels;
  readonly #now: () => number;
  #held: Checkpoint | undefined;

  constructor({ models, name, durationMs = LEASE_MS, now = Date.now }: LeaseOptions) {
    this.name = name;
    this.durationMs = durationMs;
    this.#models = models;
    this.#now = now;
  }

  /** Held as far as this worker knows: not yet ended by its own clock, and nobody was seen to have taken it. */
  get held(): boolean {
    return this.#held !== undefined && this.#held.position > this.#now();
  }

  /** Grows with each take-over; 0 while not held. */
  get epoch(): number {
    return this.#held?.epoch ?? 0;
  }

  /** Takes the lease where nobody holds it (or it ended), or renews it. Resolves with whether it is held. */
  async take(): Promise<boolean> {
    if (this.#held !== undefined) return this.renew();
    const found = await this.#models.checkpoint(this.#key);
    if (found !== undefined && found.position > this.#now()) return false;
    return this.#set(found, { position: this.#now() + this.durationMs, epoch: (found?.epoch ?? 0) + 1 });
  }

  /** False: another worker took over, the lease is lost. Rejects where the store does not answer: it is held until it ends. */
  async renew(): Promise<boolean> {
    if (this.#held === undefined) return false;
    const { epoch } = this.#held;
    if (await this.#set(this.#held, { position: this.#now() + this.durationMs, epoch })) return true;
    // An earlier renewal may have taken though its answer was lost: the epoch is nobody else's.
    const found = await this.#models.checkpoint(this.#key);
    if (found === undefined || found.epoch !== epoch || found.position === 0) return false;
    return this.#set(found, { position: this.#now() + this.durationMs, epoch });
  }

  /** Lets others have it at once. */
  async release(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    await this.#set(held, { position: 0, epoch: held.epoch });
    this.#held = undefined;
  }

  get #key(): string {
    return leaseName(this.name);
  }

  async #set(expected: Checkpoint | undefined, next: Checkpoint): Promise<boolean> {
    try {
      await this.#models.apply({ projection: this.#key, expected, next, writes: [] });
      this.#held = next;
      return true;
    } catch (error) {
      if (!(error instanceof CheckpointMismatch)) throw error;
      this.#held = undefined;
      return false;
    }
  }
}

const LEASES = 'lease/';

/** The checkpoint that a lease is. */
export const leaseName = (name: string): string => `${LEASES}${name}`;

/** The leases that have not ended, by name. */
export const leasesHeld = async (models: ReadModels, now = Date.now()): Promise<ReadonlySet<string>> =>
  new Set(
    [...(await models.checkpoints())].flatMap(([name, { position }]) =>
      name.startsWith(LEASES) && position > now ? [name.slice(LEASES.length)] : [],
    ),
  );
