import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import type { StoreAddress } from './configuration.ts';

/** One document per event, with its place: what read models remember of the store that they were folded from. */
const AUDIT_TRAIL = 'audit-trail';

type Remembered = { readonly stream: string; readonly revision: number };

/**
 * Refuses read models that were folded from another event store: its positions mean nothing here, and events would be passed over
 * without a word. So it is after a ledger was copied, or restored elsewhere.
 */
export const checkReflects = async (store: EventStore, models: ReadModels, address: StoreAddress): Promise<void> => {
  const collections = await models.collections();
  if (!collections.some(({ logical, active }) => logical === AUDIT_TRAIL && active)) return;
  const [known] = (await models.find(AUDIT_TRAIL, { limit: 1 })).documents;
  if (known === undefined) return;
  const { stream, revision } = known.document as unknown as Remembered;
  for await (const [event] of store.readStream(stream, { from: revision, limit: 1 }))
    if (event!.id === known.id && event!.position === known.position) return;
  const [where, next] =
    address.kind === 'sqlite'
      ? [`the folder ${address.folder}`, 'READ_MODELS=sqlite:<a new folder>, or remove models.db from it']
      : ['that MongoDB database', 'READ_MODELS=mongodb://…/<a new database>'];
  throw new Error(
    `The read models in ${where} reflect another event store (${stream} has no such event here): they are built anew elsewhere with ${next}.`,
  );
};
