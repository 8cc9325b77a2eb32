import { createHash } from 'node:crypto';
import { leafOf } from '#libs/kernel/leaf.ts';
import type { EventStore, EventToAppend, StoredEvent } from '#libs/ports/event-store.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { Problem, wrongUsage } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';
import { openSource, openTarget } from './stores.ts';

export interface CopyOptions {
  /** `sqlite:<folder>`, `esdb://…` or `esdb+discover://…`. */
  readonly from: string;
  readonly to: string;
}

export interface Copied {
  /** Events in both stores. */
  readonly events: number;
  /** Written by this run; the others were there. */
  readonly copied: number;
  /** SHA-256, in hexadecimal, over the leaf hashes of all events in store order: the same on both sides. */
  readonly fingerprint: string;
}

/** As many neighbours of one stream as go into one append. */
const APPEND_EVENTS = 100;
const APPEND_BYTES = 256 * 1024;

async function* eventsOf(store: EventStore, after = 0): AsyncGenerator<StoredEvent> {
  for await (const page of store.readAll({ after })) yield* page;
}

const sameLeaf = (one: StoredEvent, other: StoredEvent): boolean => leafOf(one).equals(leafOf(other));

const named = ({ revision, stream, id }: StoredEvent) => `event ${revision} of ${stream} (${id})`;

/** Appends neighbours of one stream together; the next only once these are durable, so that the order stays. */
const appendAll = async (
  target: EventStore,
  events: AsyncIterable<StoredEvent>,
  onCopied: (events: number) => void,
) => {
  let batch: StoredEvent[] = [];
  let bytes = 0;
  const flush = async () => {
    const [first] = batch;
    if (first === undefined) return;
    const toAppend: EventToAppend[] = batch.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }));
    await target.append(first.stream, first.revision === 0 ? 'no-stream' : first.revision - 1, toAppend);
    onCopied(batch.length);
    batch = [];
    bytes = 0;
  };
  for await (const event of events) {
    const size = Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);
    const last = batch.at(-1);
    const follows = last?.stream === event.stream && last.revision + 1 === event.revision;
    if (!follows || batch.length >= APPEND_EVENTS || bytes + size > APPEND_BYTES) await flush();
    batch.push(event);
    bytes += size;
  }
  await flush();
};

/** Goes through both stores side by side. Resolves with the common beginning; throws where they differ. */
const compare = async (source: EventStore, target: EventStore, onCompared: (events: number) => void) => {
  const fingerprint = createHash('sha256');
  const theirs = eventsOf(target);
  let events = 0;
  let reached = 0;
  let missing = false;
  for await (const event of eventsOf(source)) {
    const next = await theirs.next();
    if (next.done === true) {
      missing = true;
      break;
    }
    const there = next.value;
    if (!sameLeaf(event, there))
      throw new Problem(
        `The target differs from the source at event ${events + 1}: ${named(there)}, not ${named(event)}.`,
        {
          next: 'It holds another ledger. Copy into an empty store; nothing was changed.',
        },
      );
    fingerprint.update(leafOf(event));
    events += 1;
    reached = event.position;
    onCompared(events);
  }
  const more = missing ? undefined : await theirs.next();
  if (more !== undefined && more.done !== true)
    throw new Problem(`The target has more than the source: ${named(more.value)}.`, {
      next: 'It was written to since it was copied, or holds another ledger. Copy into an empty store.',
    });
  return { events, reached, complete: !missing, fingerprint: fingerprint.digest('hex') };
};

/**
 * Copies every event with its id, stream, revision, data and metadata, in store order, and compares the leaf hashes of all
 * events afterwards. What the target has already is compared, not written again: a run that was cut off is gone on with.
 */
export const copyLedger = async (
  source: EventStore,
  target: EventStore,
  onProgress: (what: 'copied' | 'compared', events: number) => void = () => undefined,
): Promise<Copied> => {
  const before = await compare(source, target, (events) => onProgress('compared', events));
  let copied = 0;
  if (!before.complete)
    await appendAll(target, eventsOf(source, before.reached), (events) => {
      copied += events;
      onProgress('copied', before.events + copied);
    });
  const after = copied === 0 ? before : await compare(source, target, (events) => onProgress('compared', events));
  if (!after.complete)
    throw new Problem('The source went on while it was copied.', {
      next: 'Stop what writes to it and run the same command again.',
    });
  return { events: after.events, copied, fingerprint: after.fingerprint };
};

export const copy = async (output: Output, globals: GlobalOptions, { from, to }: CopyOptions): Promise<void> => {
  if (globals.url !== undefined) throw wrongUsage('care copy works on stores, not on a server.', 'Leave out --url.');
  if (from === to) throw wrongUsage('--from and --to are the same.');
  const onAlarm = (message: string) => void process.stderr.write(`care: ${message}\n`);
  const source = await openSource('--from', from, onAlarm);
  try {
    const target = await openTarget('--to', to, onAlarm);
    const bars = new Map<string, Promise<Progress>>();
    try {
      let total = 0;
      for await (const page of source.store.readAll()) total += page.length;
      const result = await copyLedger(source.store, target.store, (what, events) => {
        const bar = bars.get(what) ?? startProgress(what, total, 'events', output.json);
        bars.set(what, bar);
        void bar.then((started) => started.update(events));
      });
      if (output.json) output.document(result);
      else {
        output.line(
          `${result.events} events are in both, ${result.copied} of them copied now; every leaf hash is the same.`,
        );
        output.line(`Fingerprint: ${result.fingerprint}`);
        output.line(
          'Keys are not copied: keep the keys folder (CARE_DATA). Read models are built anew at the next start.',
        );
      }
    } finally {
      for (const bar of bars.values()) (await bar).stop();
      await target.close();
    }
  } finally {
    await source.close();
  }
};
