import { setTimeout as pause } from 'node:timers/promises';
import { leafMembersOf, leafText } from '#libs/kernel/leaf.ts';
import { headIn, headText, lineageOf, signNote } from '#libs/kernel/signed-note.ts';
import type { NoteSigner } from '#libs/kernel/signed-note.ts';
import { MAX_ENTRY_BYTES } from '#libs/kernel/tiles.ts';
import type { EventStore, StoredEvent } from '#libs/ports/event-store.ts';
import type { LoggedEvent, TransparencyLog } from '#libs/ports/transparency-log.ts';
import { reasonOf } from './reason-of.ts';

export interface SequencerParts {
  readonly store: Pick<EventStore, 'subscribe' | 'readAll' | 'head'>;
  readonly log: TransparencyLog;
  /** Signs the heads; its name is the log's origin. */
  readonly signer: NoteSigner;
  /** Told each new head. */
  readonly onHead?: (note: string) => void;
  readonly onAlarm?: (message: string) => void;
  /** How long an event may wait for a head, in milliseconds; default 500. */
  readonly everyMs?: number;
}

/** Entries under one head at the most: catching up, memory stays bounded. */
const mostUnpublished = 20_000;
const afterTroubleMs = 2_000;

/** The entry of an event. Throws a TypeError for one that the ledger did not write, or that is too long for the log. */
export const loggedEvent = (event: StoredEvent): LoggedEvent => {
  const { stream, revision, id, type, data, metadata } = event;
  const entry = leafText({ ...leafMembersOf(metadata), stream, revision, id, type, data, metadata });
  if (Buffer.byteLength(entry) > MAX_ENTRY_BYTES) throw new TypeError('its names are too long for the log.');
  return { entry, position: event.position };
};

/** The store is not what the log was signed over; nothing is signed until somebody has looked. */
class StoreDiverged extends Error {
  override readonly name = 'StoreDiverged';
}

const lookInto = 'Nothing more is signed. Keep a copy of the data folder as it is, then run: care verify';

/**
 * Numbers the store's events in its order and signs what they come to. One at a time works on a log; it goes on from the head
 * that was published last, and after an outage of the store or the disk by itself.
 */
export class Sequencer {
  readonly #parts: Required<SequencerParts>;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #waiting = new Set<{ readonly position: number; readonly resolve: () => void }>();
  #added: number;
  #signed: number;

  private constructor(parts: SequencerParts) {
    this.#parts = { everyMs: 500, onHead: () => undefined, onAlarm: () => undefined, ...parts };
    this.#added = this.#signed = parts.log.lastPosition;
    this.#running = this.#run();
  }

  /** Goes on by itself until it is closed. */
  static start(parts: SequencerParts): Sequencer {
    return new Sequencer(parts);
  }

  /** Resolves once a head covers the event at this position; never, where the store and the log have parted. */
  signed(position: number): Promise<void> {
    if (position <= this.#signed) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ position, resolve }));
  }

  /** Resolves once it works no more: it was closed, or the store and the log have parted. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** Signs what it has read, and stops. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, onAlarm } = this.#parts;
    for (let told = ''; !this.#stop.signal.aborted;) {
      try {
        await this.#checkContinues();
        if (log.head === undefined || this.#added > this.#signed) await this.#publish();
        await this.#follow();
        told = '';
      } catch (error) {
        const message = reasonOf(error);
        if (error instanceof StoreDiverged) {
          onAlarm(message);
          return;
        }
        if (message !== told) onAlarm(`Events wait to be signed, trying again: ${message}`);
        told = message;
        await pause(afterTroubleMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  /** Is the event that the log ends with still where it was? A store that was cut off, restored or changed there is not continued. */
  async #checkContinues(): Promise<void> {
    const { store, log } = this.#parts;
    const { lastPosition, size } = log;
    if (size === 0) return;
    const [last] = await log.entries(size - 1, size);
    for await (const [event] of store.readAll({ after: lastPosition - 1, upTo: lastPosition })) {
      if (event !== undefined && entryOf(event)?.entry === last) return;
      throw new StoreDiverged(`The event at position ${lastPosition} is not the one that was signed. ${lookInto}`);
    }
    throw new StoreDiverged(
      `The store ends at position ${await store.head()}, but events up to ${lastPosition} were signed. ${lookInto}`,
    );
  }

  /** Reads as events come; signs at most every `everyMs`, and at the end. */
  async #follow(): Promise<void> {
    const { store, log, everyMs } = this.#parts;
    const end = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, end.signal]);
    let unpublished = 0;
    let dueMs = 0;
    const signals = store.subscribe({ after: this.#added, signal })[Symbol.asyncIterator]();
    let next = signals.next();
    try {
      // What was added stays added, whatever ends this reading: the next head covers it.
      for (;;) {
        const untilDueMs = unpublished === 0 ? undefined : Math.max(0, dueMs - performance.now());
        const came = await withinMs(next, untilDueMs);
        if (came !== undefined) {
          if (came.done === true) break;
          next = signals.next();
          if (came.value.kind !== 'events') continue;
          if (unpublished === 0) dueMs = performance.now() + everyMs;
          log.add(came.value.events.map((event) => entryOf(event) ?? this.#foreign(event)));
          this.#added = came.value.events.at(-1)!.position;
          unpublished += came.value.events.length;
        }
        if (unpublished >= mostUnpublished || (unpublished > 0 && performance.now() >= dueMs)) {
          await this.#publish();
          unpublished = 0;
        }
      }
    } finally {
      end.abort();
      // Where the publishing failed, nobody waits for what is read any more.
      next.catch(() => undefined);
    }
    if (unpublished > 0) await this.#publish();
  }

  #foreign({ position, stream, type }: StoredEvent): never {
    throw new StoreDiverged(
      `The event ${type} of ${stream} at position ${position} was not written by the ledger. ${lookInto}`,
    );
  }

  async #publish(): Promise<void> {
    const { log, signer, onHead } = this.#parts;
    const extensions = log.head === undefined ? [] : lineageOf(headIn(log.head));
    const note = signNote(headText({ origin: signer.name, ...log.tree, extensions }), [signer]);
    await log.publish(note);
    this.#signed = this.#added;
    onHead(note);
    for (const waiting of this.#waiting)
      if (waiting.position <= this.#signed) {
        this.#waiting.delete(waiting);
        waiting.resolve();
      }
  }
}

const entryOf = (event: StoredEvent): LoggedEvent | undefined => {
  try {
    return loggedEvent(event);
  } catch {
    return undefined;
  }
};

/** What the promise comes to; undefined where the time passes first. */
const withinMs = async <T>(promise: Promise<T>, ms: number | undefined): Promise<T | undefined> => {
  if (ms === undefined) return promise;
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, passed]);
  } finally {
    clearTimeout(timer);
  }
};
