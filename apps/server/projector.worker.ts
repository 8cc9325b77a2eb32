import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { features } from '#libs/features/features.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import { Projector } from '#libs/runtime/projector.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import type { FromProjector, ProjectorFiles, ToProjector } from './projector-thread.ts';

const port = parentPort!;
const tell = (message: FromProjector) => port.postMessage(message);
const { ledger, models: modelsFile } = workerData as ProjectorFiles;

try {
  const registry = registryOf(features);
  const store = await openSqliteEventStore({ file: ledger, readOnly: true, inline: true });
  const models = await openSqliteReadModels({ file: modelsFile, inline: true });
  const projector = await Projector.start({
    store,
    models,
    registry,
    decode: decoderOf(registry),
    onAlarm: (message) => tell({ kind: 'alarm', message }),
  });
  let listened = false;
  projector.onApplied((changes, position) => tell({ kind: 'applied', position, changes: listened ? changes : [] }));

  const answer = async (message: ToProjector): Promise<unknown> => {
    switch (message.kind) {
      case 'listen':
        listened = message.listened;
        return undefined;
      case 'caught-up':
        return projector.caughtUp(message.position, message.timeoutMs);
      case 'lag':
        return projector.lag();
      case 'rebuild':
        return projector.rebuild(message.collection, (done, total) =>
          tell({ kind: 'progress', call: message.call, done, total }),
        );
      case 'dead-letters':
        return projector.deadLetters();
      case 'retry':
        return projector.retryDeadLetters();
      case 'close':
        await projector.close();
        await store.close();
        await models.close();
        return undefined;
    }
  };
  port.on('message', (message: ToProjector) => {
    answer(message).then(
      (value) => {
        tell({ kind: 'answer', call: message.call, value });
        if (message.kind === 'close') port.close();
      },
      (error: unknown) => tell({ kind: 'failure', call: message.call, message: (error as Error).message }),
    );
  });
  tell({ kind: 'answer', call: 0, value: undefined });
} catch (error) {
  tell({ kind: 'failure', call: 0, message: (error as Error).message });
}
