import { randomUUID } from 'node:crypto';

/** An event as the server keeps it; `position` is its place in the log, counted in bytes. */
export interface LoggedEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly position: number;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly customMetadata: Uint8Array;
  /** .NET ticks (100 ns) since 1970. */
  readonly created: bigint;
}

export type ProposedEvent = Pick<LoggedEvent, 'id' | 'type' | 'contentType' | 'data' | 'customMetadata'>;

export type Expected = bigint | 'no-stream' | 'any' | 'exists';

export type AppendOutcome =
  | { readonly kind: 'success'; readonly revision: bigint; readonly position: number }
  | { readonly kind: 'nothing'; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly current: bigint | undefined }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'too-large' };

export const MAX_APPEND_SIZE = 1024 * 1024;
/** What a real node holds of its own before the first user writes: that many events, ending at that place. */
const SYSTEM_EVENTS = 25;
const FIRST_USER_POSITION = 3522;
const TOMBSTONE_REVISION = 9_223_372_036_854_775_807n;
const SOFT_DELETED = Number(TOMBSTONE_REVISION);
const RECORD_OVERHEAD = 90;

const empty = new Uint8Array();
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

interface StreamLimits {
  readonly $tb?: number;
  readonly $maxCount?: number;
  readonly $maxAge?: number;
}

/** The log of one node: streams in one order, with the server's rules of versions, idempotency and deletion. */
export class EsdbLog {
  readonly events: LoggedEvent[] = [];
  readonly #streams = new Map<string, LoggedEvent[]>();
  readonly #tombstoned = new Set<string>();
  readonly #byId = new Map<string, LoggedEvent>();
  readonly #listeners = new Set<() => void>();
  #end = 0;

  constructor() {
    const share = Math.floor(FIRST_USER_POSITION / SYSTEM_EVENTS);
    for (let i = 1; i <= SYSTEM_EVENTS; i++) {
      const size = i < SYSTEM_EVENTS ? share : FIRST_USER_POSITION - this.#end;
      const stream = `$$$system-${String(i).padStart(2, '0')}`;
      const data = bytes('0'.padEnd(size - RECORD_OVERHEAD - stream.length - '$metadata'.length, ' '));
      this.#write(stream, {
        id: randomUUID(),
        type: '$metadata',
        contentType: 'application/json',
        data,
        customMetadata: empty,
      });
    }
  }

  /** Called after each write; returns how to stop listening. */
  onWrite(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  append(stream: string, expected: Expected, proposed: readonly ProposedEvent[]): AppendOutcome {
    const size = proposed.reduce((sum, { data, customMetadata }) => sum + data.length + customMetadata.length, 0);
    if (size > MAX_APPEND_SIZE) return { kind: 'too-large' };
    if (this.#tombstoned.has(stream)) return { kind: 'deleted' };
    const last = this.#lastRevision(stream);
    const softDeleted = this.#isSoftDeleted(stream);
    const matches =
      expected === 'any' ||
      (expected === 'exists' && last >= 0n && !softDeleted) ||
      (expected === 'no-stream' && (last < 0n || softDeleted)) ||
      expected === last;
    const repeated = this.#alreadyWritten(stream, expected, proposed);
    if (repeated !== undefined && !(matches && typeof expected === 'bigint'))
      return { kind: 'success', revision: repeated.revision, position: repeated.position };
    // Known ids that do not stand together: the server takes it for a corrupted repeat.
    const corrupted =
      (expected === 'any' || expected === 'exists') && this.#byId.get(proposed[0]?.id ?? '')?.stream === stream;
    if (!matches || corrupted) return { kind: 'wrong-version', current: last < 0n ? undefined : last };
    if (proposed.length === 0) {
      const position = this.#end;
      this.#end += RECORD_OVERHEAD + Buffer.byteLength(stream);
      return { kind: 'nothing', position };
    }
    const written = proposed.map((event) => this.#write(stream, event)).at(-1)!;
    if (softDeleted) this.#writeMetadata(stream, `{"$tb":${last + 1n}}`);
    this.#notify();
    return { kind: 'success', revision: written.revision, position: written.position };
  }

  /** Soft: the stream seems not to exist, and goes on counting when it is written again. */
  delete(stream: string, expected: Expected): AppendOutcome {
    return this.#deletion(stream, expected, () => this.#writeMetadata(stream, `{"$tb":${TOMBSTONE_REVISION}}`));
  }

  tombstone(stream: string, expected: Expected): AppendOutcome {
    return this.#deletion(stream, expected, () => {
      this.#tombstoned.add(stream);
      return this.#write(
        stream,
        {
          id: randomUUID(),
          type: '$streamDeleted',
          contentType: 'application/octet-stream',
          data: empty,
          customMetadata: empty,
        },
        TOMBSTONE_REVISION,
      );
    });
  }

  /** What a reader of the stream may see; undefined where there is no such stream. */
  visible(stream: string): readonly LoggedEvent[] | 'deleted' | undefined {
    if (this.#tombstoned.has(stream)) return 'deleted';
    const events = this.#streams.get(stream);
    if (events === undefined || this.#isSoftDeleted(stream)) return undefined;
    const { $tb = 0, $maxCount = Infinity, $maxAge = Infinity } = this.#limits(stream);
    const oldest = Date.now() - $maxAge * 1000;
    return events
      .slice(Math.max(0, events.length - $maxCount))
      .filter((event) => event.revision >= BigInt($tb) && Number(event.created / 10_000n) >= oldest);
  }

  #deletion(stream: string, expected: Expected, write: () => LoggedEvent): AppendOutcome {
    if (this.#tombstoned.has(stream)) return { kind: 'deleted' };
    const last = this.#lastRevision(stream);
    const matches = expected === 'any' || expected === last || (expected === 'exists' ? last >= 0n : last < 0n);
    if (!matches) return { kind: 'wrong-version', current: last < 0n ? undefined : last };
    const { revision, position } = write();
    this.#notify();
    return { kind: 'success', revision, position };
  }

  /** The same ids in the same order at the expected place (or, for ANY, wherever the first of them stands). */
  #alreadyWritten(stream: string, expected: Expected, proposed: readonly ProposedEvent[]): LoggedEvent | undefined {
    const events = this.#streams.get(stream);
    const [first] = proposed;
    if (events === undefined || first === undefined) return undefined;
    const known = this.#byId.get(first.id);
    const from =
      typeof expected === 'bigint' ? expected + 1n : expected === 'no-stream' ? 0n : (known?.revision ?? -1n);
    if (from < 0n) return undefined;
    const standing = events.slice(Number(from), Number(from) + proposed.length);
    const same = standing.length === proposed.length && standing.every(({ id }, i) => id === proposed[i]?.id);
    return same ? standing.at(-1) : undefined;
  }

  #lastRevision(stream: string): bigint {
    return this.#streams.get(stream)?.at(-1)?.revision ?? -1n;
  }

  #limits(stream: string): StreamLimits {
    const latest = this.#streams.get(`$$${stream}`)?.at(-1);
    return latest === undefined ? {} : (JSON.parse(Buffer.from(latest.data).toString()) as StreamLimits);
  }

  #isSoftDeleted(stream: string): boolean {
    return (this.#limits(stream).$tb ?? 0) >= SOFT_DELETED;
  }

  #writeMetadata(stream: string, json: string): LoggedEvent {
    return this.#write(`$$${stream}`, {
      id: randomUUID(),
      type: '$metadata',
      contentType: 'application/json',
      data: bytes(json),
      customMetadata: empty,
    });
  }

  #write(stream: string, proposed: ProposedEvent, revision = this.#lastRevision(stream) + 1n): LoggedEvent {
    const event: LoggedEvent = {
      ...proposed,
      stream,
      revision,
      position: this.#end,
      created: BigInt(Date.now()) * 10_000n,
    };
    this.#end +=
      RECORD_OVERHEAD +
      Buffer.byteLength(stream) +
      Buffer.byteLength(event.type) +
      event.data.length +
      event.customMetadata.length;
    this.events.push(event);
    const events = this.#streams.get(stream);
    if (events === undefined) this.#streams.set(stream, [event]);
    else events.push(event);
    this.#byId.set(event.id, event);
    return event;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
