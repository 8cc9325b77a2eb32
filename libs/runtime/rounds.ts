/**
 * When work that is done in rounds goes on: when somebody asks for it, or after a while; and who waits for what they asked for. A round
 * that began before somebody asked may have missed what they mean, so they wait for one that began afterwards.
 */
export class Rounds {
  #asked = 0;
  #stopped = false;
  #wake: () => void = () => undefined;
  readonly #waiting = new Set<{ readonly asked: number; readonly resolve: () => void }>();

  /** How often somebody asked: taken before a round, it tells afterwards whether anybody asked meanwhile. */
  get asked(): number {
    return this.#asked;
  }

  ask(): void {
    this.#asked += 1;
    this.#wake();
  }

  /** Asks, and resolves once a round that began afterwards is done. */
  askAndWait(): Promise<void> {
    return new Promise((resolve) => {
      this.ask();
      this.#waiting.add({ asked: this.#asked, resolve });
    });
  }

  /** The round that began when so often had been asked is done. */
  done(asked: number): void {
    for (const waiter of this.#waiting)
      if (waiter.asked <= asked) {
        this.#waiting.delete(waiter);
        waiter.resolve();
      }
  }

  /** Until somebody asks, so many milliseconds at the longest; not at all once it is stopped. */
  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopped) this.#wake();
    });
    this.#wake = () => undefined;
  }

  /** Ends a sleep, and lets no other begin. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** No round comes any more: nobody waits on. */
  release(): void {
    this.done(Number.MAX_SAFE_INTEGER);
  }
}
