import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { features } from '#libs/features/features.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { reservationEvents } from '#libs/runtime/reservation.events.ts';

/*
 * Adds a sample of every event type that has none yet; what is recorded is never changed. Run after adding an event:
 * npx node test/recorded-events/record.ts
 */

interface Shape {
  readonly type?: string;
  readonly const?: JsonValue;
  /** A value that fits where the schema alone does not say so: an index into a list of one. */
  readonly examples?: readonly JsonValue[];
  readonly anyOf?: readonly Shape[];
  readonly enum?: readonly JsonValue[];
  readonly properties?: { readonly [name: string]: Shape };
  readonly items?: Shape;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly patternProperties?: { readonly [pattern: string]: Shape };
  readonly 'x-data-class'?: string;
}

const texts = [
  '2026-03-02T01:00:00.000Z',
  '2026-03-02',
  '2026-03',
  '19.99',
  'CNY',
  '09:00',
  '91350100M000100Y43',
  'INC0000073',
  'a',
  '0',
  'A01',
  'P1Y',
  'a'.repeat(64),
];

/** A value that fits the schema; personal values as the sealed tokens that the store holds. */
const sample = (schema: Shape, at: string): JsonValue => {
  const dataClass = schema['x-data-class'];
  if (dataClass === 'personal' || dataClass === 'sensitive')
    return { $sealed: 'c2VhbGVk', by: 'event-0', at, of: 'subject-0', as: dataClass };
  if (schema.const !== undefined) return schema.const;
  if (schema.examples !== undefined) return schema.examples[0]!;
  if (schema.enum !== undefined) return schema.enum[0]!;
  if (schema.anyOf !== undefined) return sample(schema.anyOf[0]!, at);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [
          name,
          sample(inner, at === '' ? name : `${at}.${name}`),
        ]),
      );
    case 'array':
      return schema.items === undefined ? [] : [sample(schema.items, `${at}.0`)];
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string': {
      if (schema.pattern === undefined) return 'text';
      const fits = texts.find((text) => new RegExp(schema.pattern!, 'u').test(text));
      if (fits === undefined) throw new Error(`${at}: no sample text fits ${schema.pattern}: add one.`);
      return fits;
    }
    default:
      throw new Error(`${at}: no sample for ${JSON.stringify(schema)}`);
  }
};

const file = join(import.meta.dirname, 'recorded-events.jsonl');
const known = new Set(
  (existsSync(file) ? readFileSync(file, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { type: string }).type),
);
for (const [type, { data }] of registryOf(features, [reservationEvents]).definitions)
  if (!known.has(type)) appendFileSync(file, `${canonicalJson({ type, data: sample(data, '') as JsonObject })}\n`);
