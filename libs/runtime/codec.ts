import type { EventMetadata, EventSet, LedgerEvent, Upcaster } from '#libs/kernel/event.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { StoredEvent } from '#libs/ports/event-store.ts';

/** Parsed and brought up to the versions that are written today; personal values stay sealed. */
export type Decode = (stored: StoredEvent) => LedgerEvent;

const maxUpcasts = 50;

export const decoderOf = ({ upcasters }: { readonly upcasters: ReadonlyMap<string, Upcaster> }): Decode => {
  const upcast = (type: string, data: JsonObject, metadata: EventMetadata): { type: string; data: JsonObject } => {
    for (let steps = 0; ; steps += 1) {
      const upcaster = upcasters.get(type);
      if (upcaster === undefined) return { type, data };
      if (steps === maxUpcasts) throw new Error(`The upcasters of ${type} go round in a circle.`);
      ({ type, data } = upcaster(data, metadata));
    }
  };
  return (stored) => {
    const metadata = JSON.parse(stored.metadata) as EventMetadata;
    const data = JSON.parse(stored.data) as JsonObject;
    const present = upcasters.size === 0 ? { type: stored.type, data } : upcast(stored.type, data, metadata);
    return {
      id: stored.id,
      type: present.type,
      stream: stored.stream,
      streamId: streamIdOf(stored.stream, stored.type),
      revision: stored.revision,
      position: stored.position,
      subject: metadata.subject,
      occurredAt: metadata.occurredAt,
      recordedAt: metadata.recordedAt,
      data: present.data,
      metadata,
    };
  };
};

/** The wire name begins with the category: `service-case.received.v1` stands in `service-case-<id>`. */
const streamIdOf = (stream: string, type: string): string => {
  const category = type.slice(0, type.indexOf('.'));
  return stream.startsWith(`${category}-`) ? stream.slice(category.length + 1) : stream;
};

/** The prefixes of the streams in which the sets' events stand. */
export const prefixesOf = (sets: readonly EventSet[]): string[] => [...new Set(sets.map((set) => `${set.category}-`))];
