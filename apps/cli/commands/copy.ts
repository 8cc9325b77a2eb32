import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { leafOf } from '#libs/kernel/leaf.ts';
import type { EventStore, EventToAppend, StoredEvent } from '#libs/ports/event-store.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { Problem, notFound, wrongUsage } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

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

const sqliteFolder = (address: string): string | undefined => /^sqlite:(.+)$/.exec(address)?.[1];

const openStore = async (
  option: '--from' | '--to',
  address: string,
  onAlarm: (message: string) => void,
): Promise<{ readonly store: EventStore; close(): Promise<void> }> => {
  const folder = sqliteFolder(address);
  if (folder !== undefined) {
    const { openSqliteEventStore } = await import('#libs/adapters/event-store-sqlite/event-store-sqlite.ts');
    const { ledger, models } = folderPaths(folder);
    const isSource = option === '--from';
    if (isSource && !existsSync(ledger))
      throw notFound(`There is no ledger in ${folder}.`, 'Name its folder in --from.');
    if (isSource) {
      const store = await openSqliteEventStore({ file: ledger, readOnly: true });
      return { store, close: () => store.close() };
    }
    if (existsSync(models))
      throw new Problem(`${folder} holds read models of another ledger.`, {
        next: 'Copy into a folder of its own, or remove models.db from it: read models are built anew.',
      });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const hold = await holdDataFolder(folder, { purpose: 'care copy' });
    const store = await openSqliteEventStore({ file: ledger });
    return {
      store,
      close: async () => {
        await store.close();
        await hold.release();
      },
    };
  }
  if (!/^esdb(\+discover)?:\/\/./.test(address))
    throw wrongUsage(
      `${option} ${address.replace(/:\/\/[^/?]*@/, '://…@')} is no event store.`,
      'Allowed are sqlite:<folder>, esdb://…, esdb+discover://….',
    );
  const { openEsdbEventStore } = await import('#libs/adapters/event-store-esdb/event-store-esdb.ts');
  const store = await openEsdbEventStore({ connectionString: address, alarm: onAlarm });
  return { store, close: () => store.close() };
};

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
  const source = await openStore('--from', from, onAlarm);
  try {
    const target = await openStore('--to', to, onAlarm);
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
