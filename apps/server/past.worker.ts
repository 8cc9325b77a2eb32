import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { features } from '#libs/features/features.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import { PastFolds } from '#libs/runtime/past-collections.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import type { PastRequest, PastResponse, PastWork } from './past-thread.ts';

const port = parentPort!;
const tell = (message: PastResponse) => port.postMessage(message);
const { events, cursorSecret, foldMs } = workerData as PastWork;

const openStore = async (): Promise<EventStore> => {
  if (events.kind === 'sqlite') {
    const { openSqliteEventStore } = await import('#libs/adapters/event-store-sqlite/event-store-sqlite.ts');
    return openSqliteEventStore({ file: events.file, readOnly: true, inline: true });
  }
  const { openEsdbEventStore } = await import('#libs/adapters/event-store-esdb/event-store-esdb.ts');
  return openEsdbEventStore({ connectionString: events.url });
};

const failure = (call: number, error: unknown) => {
  const { name, message, retryable } = error as Error & { readonly retryable?: boolean };
  tell({ call, error: { name, message, ...(retryable === undefined ? {} : { retryable }) } });
};

/** Begun at once: questions wait for it. */
const opening = openStore().then((store) => {
  const registry = registryOf(features);
  const folds = new PastFolds({
    ...{ store, registry, decode: decoderOf(registry) },
    openModels: () => openSqliteReadModels({ file: '', inline: true, cursorSecret }),
    ...(foldMs === undefined ? {} : { limits: { foldMs } }),
  });
  return { store, folds };
});

port.on('message', ({ call, method, args }: PastRequest) => {
  const answer = async (): Promise<unknown> => {
    const { store, folds } = await opening;
    const value = await (folds[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    if (method === 'close') await store.close();
    return value;
  };
  answer()
    .then((value) => tell({ call, value }))
    .catch((error: unknown) => failure(call, error))
    .finally(() => {
      if (method === 'close') port.close();
    });
});
opening.catch((error: unknown) => {
  failure(0, error);
  port.close();
});
