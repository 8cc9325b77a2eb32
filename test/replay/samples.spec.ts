import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import type { LedgerEvent } from '#libs/kernel/event.ts';
import { instantOf } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { foldEvent, isUnprojectable } from '#libs/kernel/projection.ts';
import type { Document, Projection } from '#libs/kernel/projection.ts';
import { manualClock } from '#libs/ports/clock.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { careJson, sampleOr, temporaryFolder } from '../import/care.ts';
import { momentsLookedAt, shownOf, viewer } from './captured.ts';

const samples = {
  incidents: { file: sampleOr('incident_event_log.sample.csv.gz'), lines: 300 },
  complaints: { file: sampleOr('cfpb_boa_complaints.sample.csv.gz'), lines: 60 },
  transactions: { file: sampleOr('online_retail.sample.csv.gz'), lines: 300 },
} as const;
const isThere = Object.values(samples).every(({ file }) => file !== undefined);
const moments = momentsLookedAt(8);

/** Documents that only ever saw these events, by id. Nothing here is the ledger's own way of doing it. */
const foldedBy = (projection: Projection, events: readonly LedgerEvent[]) => {
  const documents = new Map<string, { id: string; position: number; document: Document }>();
  for (const event of events) {
    if (projection.on[event.type] === undefined) continue;
    for (const id of projection.keysOf(event)) {
      const before = documents.get(id)?.document;
      const document = foldEvent(projection, before, event, id);
      // An entry of the log may have happened before the one that the case was received by.
      if (isUnprojectable(document)) continue;
      if (document === undefined) documents.delete(id);
      else if (document !== before) documents.set(id, { id, position: event.position, document });
    }
  }
  return [...documents.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};

(isThere ? describe : describe.skip)('the samples, which were recorded at their import', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const clock = manualClock(instantOf(Date.now()));
  const events: LedgerEvent[] = [];
  let ledger: Ledger;
  let asked: readonly string[];
  beforeAll(async () => {
    for (const [kind, { file, lines }] of Object.entries(samples)) {
      const text = gunzipSync(await readFile(file!)).toString('utf8');
      const part = join(folder.path, `${kind}.csv`);
      await writeFile(part, `${text.split('\n').slice(0, lines).join('\n')}\n`);
      await careJson('import', kind, part, '--data', data);
    }
    clock.set(instantOf(Date.now()));
    ledger = await openEmbeddedLedger({ folder: data, readOnly: true, clock, clearance: 'assumed' });
    const decode = decoderOf(registryOf(ledger.features));
    const store = await openSqliteEventStore({ file: join(data, 'ledger.db'), readOnly: true });
    for await (const page of store.readAll()) events.push(...page.map(decode));
    await store.close();
    const times = events.map(({ occurredAt }) => occurredAt).sort();
    asked = Array.from({ length: moments }, (_, nth) => times[Math.floor(((nth + 0.5) * times.length) / moments)]!);
  }, 300_000);
  afterAll(async () => {
    await ledger.close();
    folder.remove();
  });

  it('show, as at any moment, what the events up to then make of every read model', async () => {
    expect(new Set(asked).size).toBeGreaterThan(moments / 2);
    const projections = ledger.features.flatMap((feature): readonly Projection[] => feature.projections ?? []);
    let compared = 0;
    for (const asAt of asked) {
      clock.set(asAt);
      const known = events.filter(({ occurredAt }) => occurredAt <= asAt);
      for (const projection of projections) {
        const { name } = projection.collection;
        const expected = foldedBy(projection, known);
        const ends = new Set([...expected.slice(0, 25), ...expected.slice(-25)]);
        const documents = new Map<string, string>();
        for (const { document, ...each } of ends)
          documents.set(each.id, canonicalJson({ ...each, document: await ledger.present(name, document, viewer) }));
        const shown = await shownOf(ledger, name, { asAt });
        expect({ asAt, name, count: shown.count }).toEqual({ asAt, name, count: expected.length });
        for (const [id, text] of documents)
          expect({ asAt, name, id, document: shown.documents.get(id) }).toEqual({ asAt, name, id, document: text });
        const [first] = expected;
        if (first !== undefined)
          expect(canonicalJson(await ledger.document(name, first.id, viewer, { asAt }))).toBe(documents.get(first.id));
        compared += ends.size;
      }
    }
    expect(compared).toBeGreaterThan(moments * 50);
  }, 300_000);

  it('show nothing as of a moment before their import, whatever had happened by then', async () => {
    clock.set(instantOf(Date.now()));
    expect(await ledger.count('service-cases', {}, viewer, { asOf: '2020-01-01T00:00:00.000Z' })).toBe(0);
    expect(await ledger.count('service-cases', {}, viewer, { asAt: '2020-01-01T00:00:00.000Z' })).toBeGreaterThan(0);
    const both = { asOf: '2020-01-01T00:00:00.000Z', asAt: '2020-01-01T00:00:00.000Z' };
    expect(await ledger.count('service-cases', {}, viewer, both)).toBe(0);
  });
});
