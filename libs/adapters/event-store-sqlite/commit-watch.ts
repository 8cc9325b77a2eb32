/** How often other threads' and processes' commits are looked for while someone waits, in milliseconds. */
const pollMs = 10;

/** Wakes those who wait for new events: at once on this process's own commits, soon on those of others. */
export class CommitWatch {
  readonly #dataVersion: () => number;
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #seen: number;
  #changes = 0;
  #closed = false;

  /** `dataVersion` changes with every commit of another connection. */
  constructor(dataVersion: () => number) {
    this.#dataVersion = dataVersion;
    this.#seen = dataVersion();
  }

  /** A mark to take before reading, so that no commit between the reading and the waiting is missed. */
  mark(): number {
    this.#poll();
    return this.#changes;
  }

  /** Resolves when something was committed since the mark, the signal aborts, or the watch is closed. */
  async changedSince(mark: number, signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted || this.#changes !== mark) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        if (this.#waiting.size === 0) this.#stop();
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
      this.#timer ??= setInterval(() => this.#poll(), pollMs).unref();
    });
  }

  /** Something was committed. */
  wake(): void {
    if (!this.#closed) this.#seen = this.#dataVersion();
    this.#changes += 1;
    for (const done of [...this.#waiting]) done();
  }

  close(): void {
    this.#closed = true;
    this.wake();
  }

  #poll(): void {
    if (this.#closed) return;
    if (this.#dataVersion() !== this.#seen) this.wake();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
