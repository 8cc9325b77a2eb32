import type { AllStreamResolvedEvent } from '@eventstore/db-client';

/** What a subscription's own stream carries, in its order, besides events. */
export type Marker = { readonly marker: 'caught-up' } | { readonly marker: 'checkpoint'; readonly position: number };
export type Item = AllStreamResolvedEvent | Marker;
type Arrived = IteratorResult<Item> | { readonly error: unknown };

/** Waits for a stream's next item, for a while, or until stopped. */
export class Inbox {
  readonly #items: AsyncIterator<Item>;
  readonly #stop: AbortSignal;
  #asked = false;
  #arrived: Arrived | undefined;
  #wake = (): void => {};

  constructor(stream: AsyncIterable<Item>, stop: AbortSignal) {
    this.#items = stream[Symbol.asyncIterator]();
    this.#stop = stop;
  }

  /** `quiet`: nothing came for that long. `ended`: stopped, or the stream is over. Throws the stream's error. */
  async next(ms: number): Promise<Item | 'quiet' | 'ended'> {
    if (!this.#asked) {
      this.#asked = true;
      const arrived = (what: Arrived) => {
        this.#arrived = what;
        this.#wake();
      };
      this.#items.next().then(arrived, (error: unknown) => arrived({ error }));
    }
    if (this.#arrived === undefined && !this.#stop.aborted)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#stop.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        this.#stop.addEventListener('abort', done, { once: true });
        this.#wake = done;
      });
    this.#wake = () => {};
    const arrived = this.#arrived;
    if (this.#stop.aborted) return 'ended';
    if (arrived === undefined) return 'quiet';
    this.#asked = false;
    this.#arrived = undefined;
    if ('error' in arrived) throw arrived.error;
    return arrived.done === true ? 'ended' : arrived.value;
  }
}
