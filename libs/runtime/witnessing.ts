import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#libs/ports/clock.ts';
import type { Witness } from '#libs/ports/witness.ts';
import { reasonOf } from './reason-of.ts';

export interface WitnessingOptions {
  readonly witnesses: readonly Witness[];
  readonly clock: Clock;
  readonly onAlarm: (message: string) => void;
  /** A witness is given a head at most so often, in milliseconds; default one a minute. */
  readonly everyMs?: number;
  /** After a failure, doubled up to ten minutes; default 5 s. */
  readonly againMs?: number;
}

const longestMs = 600_000;

/** Gives the newest head to each witness. One that is down holds up neither the others nor the ledger; it is told of, once. */
export class Witnessing {
  readonly #options: Required<WitnessingOptions>;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  #newest: string | undefined;
  #wake: (() => void)[] = [];

  constructor(options: WitnessingOptions) {
    this.#options = { everyMs: 60_000, againMs: 5_000, ...options };
    this.#running = Promise.all(options.witnesses.map((witness) => this.#serve(witness)));
  }

  offer(head: string): void {
    this.#newest = head;
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Each witness is given the newest head once more before the end; one that does not answer within 5 s is left. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const wake of this.#wake.splice(0)) wake();
    await this.#running;
  }

  async #serve(witness: Witness): Promise<void> {
    const { clock, onAlarm, everyMs, againMs } = this.#options;
    const { signal } = this.#stop;
    let kept: string | undefined;
    let failures = 0;
    const give = async (until: AbortSignal): Promise<void> => {
      const head = this.#newest;
      if (head === undefined || head === kept) return;
      try {
        await witness.keep({ head, keptAt: clock.now() }, until);
        if (failures > 0) onAlarm(`The witness ${witness.name} keeps heads again.`);
        [kept, failures] = [head, 0];
      } catch (error) {
        if (failures === 0)
          onAlarm(`The witness ${witness.name} does not keep the log's heads, trying again: ${reasonOf(error)}`);
        failures += 1;
      }
    };
    while (!signal.aborted) {
      if (this.#newest === undefined || this.#newest === kept) await this.#offered();
      if (signal.aborted) break;
      await give(signal);
      const waitMs = failures === 0 ? everyMs : Math.min(longestMs, againMs * 2 ** (failures - 1));
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
    await give(AbortSignal.timeout(5_000));
  }

  #offered(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}
