import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { features } from '#libs/features/features.ts';
import { streamOf } from '#libs/kernel/event.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { foldEvent, isUnprojectable } from '#libs/kernel/projection.ts';
import type { Document } from '#libs/kernel/projection.ts';
import { eventChecker } from '#libs/runtime/check-event.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';

const registry = registryOf(features, [reservationEvents]);
const recorded = readFileSync(join(import.meta.dirname, 'recorded-events.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as { type: string; data: JsonObject });

const at = '2026-03-02T01:00:00.000Z';
const decode = decoderOf(registry);
const eventOf = ({ type, data }: { type: string; data: JsonObject }) =>
  decode({
    id: 'event-0',
    type,
    stream: streamOf(type.slice(0, type.indexOf('.')), '42'),
    revision: 0,
    position: 1,
    storedAt: at,
    data: canonicalJson(data),
    metadata: canonicalJson({ tenant: 'test', subject: '42', origin: 'command', occurredAt: at, recordedAt: at }),
  });
/** Sealed tokens stand for texts where the schema is asked. */
const unsealed = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : '$sealed' in value
      ? 'text'
      : Array.isArray(value)
        ? value.map(unsealed)
        : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unsealed(inner)]));

/** In the order of the file: what brings a document about stands before what changes it. */
const documents = new Map<string, Document>();

describe('every event version ever shipped', () => {
  it('has a recorded sample: run test/recorded-events/record.ts after adding one', () => {
    const types = new Set(recorded.map((event) => event.type));
    const shipped = [...registry.definitions.keys(), ...registry.upcasters.keys()];
    expect(shipped.filter((type) => !types.has(type))).toEqual([]);
  });

  it.each(recorded)('$type is still read, fits today’s schema and folds', (event) => {
    const read = eventOf(event);
    eventChecker(registry.definitions)(read.type, unsealed(read.data));
    const aggregate = registry.aggregates.get(event.type.slice(0, event.type.indexOf('.')));
    if (aggregate !== undefined) expect(aggregate.evolve(aggregate.initial, read)).toBeDefined();
    for (const projection of registry.projections.values()) {
      if (projection.on[read.type] === undefined) continue;
      for (const key of projection.keysOf(read)) {
        const place = `${projection.name}/${key}`;
        const after = foldEvent(projection, documents.get(place), read, key);
        if (isUnprojectable(after)) throw new Error(after.unprojectable);
        if (after !== undefined) documents.set(place, after);
      }
    }
  });
});
