/** Those who wait until a position is reached. */
export class PositionWaiters {
  readonly #waiting = new Set<{ readonly position: number; readonly resolve: () => void }>();

  /** Rejects with what `late` says then where it takes longer. */
  until(position: number, timeoutMs: number, late: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(late());
      }, timeoutMs);
      const waiter = {
        position,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiting.add(waiter);
    });
  }

  reached(position: number): void {
    for (const waiter of this.#waiting)
      if (waiter.position <= position) {
        this.#waiting.delete(waiter);
        waiter.resolve();
      }
  }
}
