import { features } from '#libs/features/features.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { foldEvent, isUnprojectable } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';

const registryWith = (extra: readonly Feature[]) => registryOf([...features, ...extra], [reservationEvents]);

/** By collection, `id position document` of each document. */
export type Documents = ReadonlyMap<string, readonly string[]>;

const lineOf = (id: string, position: number, document: Document) => canonicalJson({ id, position, document });

/** What the read models must hold: every event folded once, in store order, with nothing but the projections' own functions. */
export const foldedAnew = async (store: EventStore, extra: readonly Feature[] = []): Promise<Documents> => {
  const registry = registryWith(extra);
  const decode = decoderOf(registry);
  const folded = new Map([...registry.projections].map(([name]) => [name, new Map<string, [number, Document]>()]));
  for await (const page of store.readAll())
    for (const event of page.map(decode))
      for (const [name, projection] of registry.projections) {
        const wanted = projection.reads.some(({ category }) => event.stream.startsWith(`${category}-`));
        if (!wanted || projection.on[event.type] === undefined) continue;
        const documents = folded.get(name)!;
        for (const key of projection.keysOf(event)) {
          const before = documents.get(key)?.[1];
          const after = foldEvent(projection, before, event, key);
          if (isUnprojectable(after)) throw new Error(`${name}: ${after.unprojectable}`);
          if (after === before) continue;
          if (after === undefined) documents.delete(key);
          else documents.set(key, [event.position, after]);
        }
      }
  return new Map(
    [...folded].map(([name, documents]) => [
      name,
      [...documents].map(([id, [position, document]]) => lineOf(id, position, document)).sort(),
    ]),
  );
};

export const kept = async (models: ReadModels, extra: readonly Feature[] = []): Promise<Documents> => {
  const registry = registryWith(extra);
  const documents = new Map<string, readonly string[]>();
  for (const name of registry.projections.keys()) {
    const lines: string[] = [];
    for await (const page of models.scan(name))
      lines.push(...page.map(({ id, position, document }) => lineOf(id, position, document)));
    documents.set(name, lines.sort());
  }
  return documents;
};
