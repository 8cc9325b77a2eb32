import { setTimeout as pause } from 'node:timers/promises';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { Checkpoint, ReadModels } from '#libs/ports/read-models.ts';
import { LEASE_MS, Lease, leaseName } from './lease.ts';
import { reasonOf } from './reason-of.ts';

/** Whether this worker still has the right to the work, as far as it knows. */
export interface Right {
  readonly held: boolean;
}

/** The pieces of work that are shared. */
export interface SharedWork {
  /** Begins these. What is not under way then is asked for again at the next round. */
  takeUp(names: readonly string[]): Promise<void>;
  /** Finishes what is under way and ends it. */
  layDown(name: string): Promise<void>;
  isUnderWay(name: string): boolean;
  /** Told after each look at the shares, and whenever a piece was taken up or failed to be. */
  onChange?(): void;
}

export interface LeaseShareOptions {
  readonly models: ReadModels;
  /** The pieces of work, in the order in which they are taken. */
  readonly names: readonly string[];
  /** Begins the names of the seats that the workers count each other by: workers of the same seats share the same names. */
  readonly seats: string;
  readonly leaseMs?: number | undefined;
  readonly work: SharedWork;
  readonly onAlarm: (message: string) => void;
  readonly leaseOn?: (name: string, durationMs: number) => Lease;
}

/** Workers that share the load at most; more stand by. */
const SEATS = 64;

const shareName = (seats: string, name: string): string => `share/${seats}${name}`;

/** Who holds a piece of work: a seat's number, and the epoch of whoever sits in it. As a checkpoint's position; 0: nobody. */
const markOf = (seat: number, epoch: number): number => epoch * SEATS + seat + 1;

type Checkpoints = ReadonlyMap<string, Checkpoint>;

const isAlive = (checkpoints: Checkpoints, seats: string, mark: number, now: number): boolean => {
  if (mark === 0) return false;
  const [seat, epoch] = [(mark - 1) % SEATS, Math.floor((mark - 1) / SEATS)];
  const lease = checkpoints.get(leaseName(`${seats}${seat}`));
  return lease !== undefined && lease.epoch === epoch && lease.position > now;
};

/** How many workers sit in these seats. */
const workersIn = (checkpoints: Checkpoints, seats: string, now: number): number =>
  [...checkpoints].filter(([name, { position }]) => name.startsWith(leaseName(seats)) && position > now).length;

/** The pieces of work, by name, that live workers of these seats hold. */
export const sharesHeld = async (models: ReadModels, seats: string, now = Date.now()): Promise<ReadonlySet<string>> => {
  const checkpoints = await models.checkpoints();
  return new Set(
    [...checkpoints].flatMap(([name, { position }]) =>
      name.startsWith(shareName(seats, '')) && isAlive(checkpoints, seats, position, now)
        ? [name.slice(shareName(seats, '').length)]
        : [],
    ),
  );
};

/**
 * One worker's share of pieces of work. Each worker has a seat, the one lease that it renews; each piece bears the mark of the seat
 * that holds it. The seats taken are the number of workers: each holds no more than its share, gives the rest away and takes what
 * nobody alive holds, so that one that comes or goes is made up for within the time of a lease.
 */
export class LeaseShare {
  readonly #options: LeaseShareOptions;
  readonly #everyMs: number;
  readonly #seats: readonly Lease[];
  /** What this worker holds, as it was written. */
  readonly #held = new Map<string, Checkpoint>();
  readonly #takingUp = new Map<string, Promise<void>>();
  /** Being taken, or laid down and given away. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #troubled = new Set<string>();
  /** Seized for what was asked for here: kept, whatever the share. */
  readonly #pinned = new Set<string>();
  readonly #stop = new AbortController();
  #seat: number | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeaseShareOptions) {
    const { models, seats, leaseMs = LEASE_MS } = options;
    const { leaseOn = (name: string, durationMs: number) => new Lease({ models, name, durationMs }) } = options;
    this.#options = options;
    this.#everyMs = leaseMs / 3;
    this.#seats = Array.from({ length: SEATS }, (_, index) => leaseOn(`${seats}${index}`, leaseMs));
  }

  /** Takes what is free, up to the share, and goes on by itself. Rejects where the read models cannot be reached. */
  async start(): Promise<void> {
    await this.#round();
    this.#running = this.#run(this.#everyMs);
  }

  /** As `start`, also where the read models cannot be reached yet. */
  begin(): void {
    this.#running = this.#run(0);
  }

  get names(): readonly string[] {
    return this.#options.names;
  }

  /** Held, with the work under way. */
  get held(): readonly string[] {
    const { names, work } = this.#options;
    return names.filter((name) => this.#holds(name) && work.isUnderWay(name));
  }

  get hasAll(): boolean {
    return this.held.length === this.names.length;
  }

  get isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  rightTo(name: string): Right {
    const holds = () => this.#holds(name);
    return {
      get held() {
        return holds();
      },
    };
  }

  /** The work has ended by itself: others may have it at once. */
  giveUp(name: string): void {
    void (this.#busy.get(name) ?? Promise.resolve()).then(() => this.#attend(name, () => this.#free(name)));
  }

  /** Takes these over from whichever workers hold them, and keeps them until the work is done. */
  async seizing<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const name of names) this.#pinned.add(name);
    try {
      for (const name of names) {
        await this.#busy.get(name);
        if (!(await this.#seize(name)))
          throw new Error(`${name} was taken by another worker at the same moment: try again.`);
        await this.#takingUp.get(name);
      }
      return await work();
    } finally {
      for (const name of names) this.#pinned.delete(name);
    }
  }

  /** Takes and takes up nothing more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** After the work has come to rest: lets the others have everything at once. */
  async release(): Promise<void> {
    await Promise.allSettled([...this.#takingUp.values(), ...this.#busy.values()]);
    // What cannot be given back ends with the seat, which ends by itself. What the seat held is free without it.
    await Promise.allSettled(this.#seats.map((lease) => lease.release()));
  }

  async #run(firstAfterMs: number): Promise<void> {
    const signal = this.#stop.signal;
    for (let waitMs = firstAfterMs; !signal.aborted; waitMs = this.#everyMs) {
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#round();
        this.#troubled.delete('');
      } catch (error) {
        this.#trouble('', `The leases of workers cannot be kept, trying again: ${reasonOf(error)}`);
      }
    }
  }

  /**
   * Renews the seat, gives away what is more than the share, takes what nobody alive holds. Each piece by itself: one that waits
   * for a frozen worker's transaction to time out does not hold up the others, nor the seat.
   */
  async #round(): Promise<void> {
    const { models, names, seats, work } = this.#options;
    await this.#takeSeat();
    const checkpoints = await models.checkpoints();
    const now = Date.now();
    const share = Math.ceil(names.length / Math.max(1, workersIn(checkpoints, seats, now)));
    let count = names.filter((name) => this.#held.has(name) || this.#busy.has(name)).length;
    for (const name of names) {
      if (this.#busy.has(name) || this.#stop.signal.aborted) continue;
      const found = checkpoints.get(shareName(seats, name));
      if (this.#held.has(name)) {
        if (!this.#isOwn(name, found)) {
          count -= 1;
          this.#attend(name, () => this.#lose(name));
        } else if (count > share && !this.#takingUp.has(name) && !this.#pinned.has(name)) {
          count -= 1;
          this.#attend(name, async () => {
            await work.layDown(name);
            await this.#free(name);
          });
        }
      } else if (count < share && this.#seat !== undefined && this.#isFree(checkpoints, found, now)) {
        count += 1;
        this.#attend(name, async () => void (await this.#take(name, found)));
      }
    }
    await Promise.race([Promise.all(this.#busy.values()), pause(this.#everyMs)]);
    const free = names.filter((name) => !this.#takingUp.has(name) && !this.#busy.has(name));
    this.#takeUp(free.filter((name) => this.#holds(name) && !work.isUnderWay(name)));
    work.onChange?.();
  }

  /** Seat and mark, as far as this worker knows. */
  #holds(name: string): boolean {
    return this.#held.has(name) && this.#seat !== undefined && this.#seats[this.#seat]!.held;
  }

  #isOwn(name: string, found: Checkpoint | undefined): boolean {
    const own = this.#held.get(name)!;
    return this.#mark === own.position && found?.position === own.position && found.epoch === own.epoch;
  }

  /** Nobody alive holds it; or this worker does and was never told, because the answer to its taking was lost. */
  #isFree(checkpoints: ReadonlyMap<string, Checkpoint>, found: Checkpoint | undefined, now: number): boolean {
    return found?.position === this.#mark || !isAlive(checkpoints, this.#options.seats, found?.position ?? 0, now);
  }

  get #mark(): number {
    return this.#seat === undefined ? 0 : markOf(this.#seat, this.#seats[this.#seat]!.epoch);
  }

  async #lose(name: string): Promise<void> {
    const { models, seats } = this.#options;
    // It may have been seized here since the round looked.
    if (this.#isOwn(name, await models.checkpoint(shareName(seats, name)))) return;
    this.#held.delete(name);
    await this.#options.work.layDown(name);
    this.#options.onAlarm(`${name} went to another worker, this one stands by.`);
  }

  async #take(name: string, found: Checkpoint | undefined): Promise<boolean> {
    const next = { position: this.#mark, epoch: (found?.epoch ?? 0) + 1 };
    if (next.position === 0 || !(await this.#set(name, found, next))) return false;
    this.#held.set(name, next);
    return true;
  }

  async #seize(name: string): Promise<boolean> {
    if (this.#seat === undefined) await this.#takeSeat();
    const { models, seats } = this.#options;
    const found = await models.checkpoint(shareName(seats, name));
    return (this.#held.has(name) && this.#isOwn(name, found)) || this.#take(name, found);
  }

  /** Lets others have it. */
  async #free(name: string): Promise<void> {
    const own = this.#held.get(name);
    if (own === undefined) return;
    await this.#set(name, own, { position: 0, epoch: own.epoch });
    this.#held.delete(name);
  }

  async #set(name: string, expected: Checkpoint | undefined, next: Checkpoint): Promise<boolean> {
    const { models, seats } = this.#options;
    try {
      await models.apply({ projection: shareName(seats, name), expected, next, writes: [] });
      return true;
    } catch (error) {
      if (error instanceof CheckpointMismatch) return false;
      throw error;
    }
  }

  #takeUp(names: readonly string[]): void {
    if (names.length === 0 || this.#stop.signal.aborted) return;
    const { work } = this.#options;
    const key = 'taking up';
    const takingUp = work
      .takeUp(names)
      .then(() => void this.#troubled.delete(key))
      .catch((error: unknown) =>
        this.#trouble(key, `${names.join(', ')} stand still, trying again: ${reasonOf(error)}`),
      )
      .finally(() => {
        for (const name of names) this.#takingUp.delete(name);
        work.onChange?.();
      });
    for (const name of names) this.#takingUp.set(name, takingUp);
  }

  #attend(name: string, work: () => Promise<void>): void {
    const attending = work()
      .then(() => void this.#troubled.delete(name))
      .catch((error: unknown) =>
        this.#trouble(name, `${name} could not be taken or given away, trying again: ${reasonOf(error)}`),
      )
      .finally(() => this.#busy.delete(name));
    this.#busy.set(name, attending);
  }

  /** Said once, until it works again. */
  #trouble(about: string, message: string): void {
    if (this.#troubled.has(about) || this.#stop.signal.aborted) return;
    this.#troubled.add(about);
    this.#options.onAlarm(message);
  }

  /** Renews it, or takes the first that is free; what was held from another seat is then lost. */
  async #takeSeat(): Promise<void> {
    if (this.#seat !== undefined && (await this.#seats[this.#seat]!.renew())) return;
    this.#seat = undefined;
    for (const [index, lease] of this.#seats.entries())
      if (await lease.take()) {
        this.#seat = index;
        return;
      }
  }
}
