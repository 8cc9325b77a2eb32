import { PassThrough } from 'node:stream';
import type { DocumentChange, Ledger, Viewer } from '#libs/runtime/ledger.ts';
import { framesOf } from './problem.filter.ts';

export interface LiveLimits {
  readonly heartbeatMs: number;
  /** What may wait for a reader that does not keep up; more closes the stream, and it resumes by Last-Event-ID. */
  readonly maxWaitingBytes: number;
  readonly maxWaitingChanges: number;
  /** Changes kept per collection for streams that come back. */
  readonly recentChanges: number;
  /** How long they are kept once nobody listens any more. */
  readonly forgetAfterMs: number;
  readonly maxStreams: number;
}

export const LIVE_LIMITS: LiveLimits = {
  heartbeatMs: 15_000,
  maxWaitingBytes: 1024 * 1024,
  maxWaitingChanges: 5_000,
  recentChanges: 2_000,
  forgetAfterMs: 60_000,
  maxStreams: 500,
};

interface Dependencies {
  readonly ledger: Pick<Ledger, 'mayRead' | 'present' | 'find'>;
  readonly collection: string;
  readonly viewer: Viewer;
  readonly limits: LiveLimits;
  readonly log: { error(details: object, message: string): void };
}

const frame = (event: string, data: unknown, id?: number): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;

/**
 * One reader's stream of a collection's changes, as server-sent events. `change` carries a whole document, or null where it
 * is gone or no longer the reader's to see; `ready` says that what follows is live. The id of an event is a position: a
 * stream that comes back with it goes on from there. A document may come twice; never an older one after a newer.
 */
export class LiveStream {
  /** The bytes to send. */
  readonly output = new PassThrough({ highWaterMark: 64 * 1024 });
  readonly #needs: Dependencies;
  readonly #shown = new Set<string>();
  /** What a catch-up has told already, by document. */
  #told = new Map<string, number>();
  #waiting: DocumentChange[] = [];
  #mark = 0;
  #live = false;
  #pumping = false;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(needs: Dependencies) {
    this.#needs = needs;
    this.#heartbeat = setInterval(() => {
      if (this.output.writableNeedDrain) this.close();
      else this.output.write(': heartbeat\n\n');
    }, needs.limits.heartbeatMs);
    this.output.once('close', () => clearInterval(this.#heartbeat));
    // A reader that goes away is no error.
    this.output.on('error', () => {});
  }

  close(): void {
    clearInterval(this.#heartbeat);
    if (!this.output.writableEnded) this.output.end();
  }

  /** Live from here on. `missed`: everything told since the stream last stopped, what arrived meanwhile included. */
  start(position: number, missed?: readonly DocumentChange[]): void {
    if (missed !== undefined) this.#waiting = [...missed];
    this.#mark = Math.max(this.#mark, position);
    this.output.write(frame('ready', { position: this.#mark }, this.#mark));
    this.#live = true;
    void this.#pump();
  }

  /** Sends, page by page, every document that changed after `position`, then goes live. */
  async catchUp(position: number): Promise<void> {
    const { ledger, collection, viewer } = this.#needs;
    let cursor: string | undefined;
    let reached = position;
    do {
      const page = await ledger.find(collection, { limit: 500, ...(cursor === undefined ? {} : { cursor }) }, viewer);
      if (cursor === undefined) reached = Math.max(reached, page.position);
      for (const { id, position: at, document } of page.documents) {
        if (at <= position) continue;
        this.#told.set(id, at);
        this.#shown.add(id);
        if (!(await this.#write(frame('change', { collection, id, position: at, document })))) return;
      }
      cursor = page.next;
    } while (cursor !== undefined);
    this.start(reached);
  }

  /** Changes in the order in which they are to be told. */
  push(changes: readonly DocumentChange[]): void {
    if (this.output.writableEnded || this.output.destroyed) return;
    this.#waiting.push(...changes);
    const { maxWaitingBytes, maxWaitingChanges } = this.#needs.limits;
    if (this.#waiting.length > maxWaitingChanges || this.output.writableLength > maxWaitingBytes) this.close();
    else if (this.#live) void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let change = this.#waiting.shift(); change !== undefined; change = this.#waiting.shift())
        await this.#tell(change, this.#waiting[0]?.position === change.position);
      this.#told = new Map();
    } catch (error) {
      this.#needs.log.error(framesOf(error), 'live-stream.failed');
      this.close();
    } finally {
      this.#pumping = false;
    }
  }

  async #tell(change: DocumentChange, moreAtThisPosition: boolean): Promise<void> {
    const { ledger, collection, viewer } = this.#needs;
    const { id, position, document } = change;
    if (position <= (this.#told.get(id) ?? -1)) return;
    // The id promises everything up to it: only the last change of a position may carry it.
    const mark = position > this.#mark && !moreAtThisPosition ? position : undefined;
    if (mark !== undefined) this.#mark = mark;
    const visible = document !== null && ledger.mayRead(collection, document, viewer);
    const known = this.#shown.has(id);
    if (visible) {
      this.#shown.add(id);
      const shown = await ledger.present(collection, document, viewer);
      await this.#write(frame('change', { collection, id, position, document: shown }, mark));
    } else if (document === null || known) {
      this.#shown.delete(id);
      await this.#write(frame('change', { collection, id, position, document: null }, mark));
    }
  }

  /** Waits until the reader has room; false: it is gone. */
  async #write(text: string): Promise<boolean> {
    const { output } = this;
    if (output.writableEnded || output.destroyed) return false;
    if (!output.write(text))
      await new Promise<void>((resolve) => {
        const go = () => {
          output.off('drain', go).off('close', go).off('finish', go);
          resolve();
        };
        output.on('drain', go).on('close', go).on('finish', go);
      });
    return !output.writableEnded && !output.destroyed;
  }
}
