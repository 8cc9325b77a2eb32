import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeYear } from '#apps/cli/demo/year.ts';
import type { Action } from '#apps/cli/demo/company.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { manualClock } from '#libs/ports/clock.ts';
import { decoderOf } from '#libs/runtime/codec.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { registryOf } from '#libs/runtime/registry.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';
import { collectionsOf, momentsLookedAt, shownOf, viewer } from './captured.ts';
import type { Shown } from './captured.ts';

const end = '2026-11-01T00:00:00.000Z';
const actions: readonly Action[] = makeYear({
  seed: 7,
  end: epochMsOf(end),
  customers: 15,
  cases: 50,
  nameId: (name) => deriveId('test', name),
});
const moments = momentsLookedAt(8);

/** Spread over the year; never between two commands of one millisecond, which a moment cannot tell apart. */
const capturedAfter = new Set(
  Array.from({ length: moments }, (_, nth) => {
    let index = Math.floor(((nth + 0.5) * actions.length) / moments);
    while (index < actions.length - 1 && actions[index + 1]!.at === actions[index]!.at) index += 1;
    return index;
  }),
);

interface Capture {
  readonly at: string;
  readonly models: ReadonlyMap<string, Shown>;
  readonly stream: string;
  readonly state: string;
}

const capture = async (ledger: Ledger, at: string, stream: string): Promise<Capture> => {
  // What the moment brings about is part of it: escalations, notices, deadlines missed.
  await ledger.processes!.settle();
  await ledger.caughtUp();
  const models = new Map<string, Shown>();
  for (const name of collectionsOf(ledger)) models.set(name, await shownOf(ledger, name));
  return { at, models, stream, state: canonicalJson(await ledger.stateOf(stream, viewer)) };
};

/** The demo's customers never complain. */
const complain = async (ledger: Ledger, nth: number): Promise<void> => {
  const body = { channel: 'phone', category: 'delivery', severity: 'serious', description: '送错货' };
  const outcome = await ledger.execute({ name: 'complaint.file', body, commandId: `complaint-${nth}`, ...viewer });
  if (!outcome.accepted) throw new Error(outcome.message);
};

describe('a year of the demo company', () => {
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  let ledger: Ledger;
  const captures: Capture[] = [];
  beforeAll(async () => {
    temporary = await temporaryFolder();
    const clock = manualClock(instantOf(actions[0]!.at));
    ledger = await openEmbeddedLedger({
      folder: temporary.folder,
      clock,
      tenant: 'test',
      runsProcesses: true,
      clearance: 'assumed',
    });
    for (const [index, { at, name, id, body, actor }] of actions.entries()) {
      clock.set(instantOf(at));
      const outcome = await ledger.execute({ name, id, body, actor, commandId: `demo-${index}`, purpose: 'demo' });
      if (!outcome.accepted) throw new Error(`${name}: ${outcome.message}`);
      if (index % 40 === 0) await complain(ledger, index);
      if (capturedAfter.has(index)) captures.push(await capture(ledger, instantOf(at), outcome.stream));
    }
    await ledger.processes!.settle();
  }, 300_000);
  afterAll(async () => {
    await ledger.close();
    await temporary.remove();
  });

  it('shows every aggregate, document and list of every read model as it was captured at that moment', async () => {
    expect(captures.length).toBeGreaterThanOrEqual(moments * 0.8);
    const compared = new Map<string, number>();
    for (const { at, models, stream, state } of captures) {
      expect(canonicalJson(await ledger.stateOf(stream, viewer, { asOf: at }))).toBe(state);
      for (const [name, then] of models) {
        expect({ at, name, ...(await shownOf(ledger, name, { asOf: at })) }).toEqual({ at, name, ...then });
        for (const [id, document] of [...then.documents].slice(0, 2))
          expect(canonicalJson(await ledger.document(name, id, viewer, { asOf: at }))).toBe(document);
        compared.set(name, (compared.get(name) ?? 0) + then.documents.size);
      }
    }
    for (const name of ['customers', 'complaints', 'service-cases', 'sla-status', 'sla-board', 'sla-compliance'])
      expect({ name, compared: compared.get(name) }).not.toEqual({ name, compared: 0 });
    for (const name of ['escalations', 'inbox', 'deliveries', 'users', 'teams', 'audit-trail'])
      expect({ name, compared: compared.get(name) }).not.toEqual({ name, compared: 0 });
  }, 300_000);

  it('knows for every document which streams it is folded from, where it says so', async () => {
    const named = ledger.features.flatMap(({ projections = [] }) => projections.filter((each) => each.streamsOf));
    expect(named.length).toBeGreaterThanOrEqual(10);
    const decode = decoderOf(registryOf(ledger.features));
    const store = await openSqliteEventStore({ file: join(temporary.folder, 'ledger.db'), readOnly: true });
    const wrong: object[] = [];
    for await (const page of store.readAll())
      for (const event of page.map(decode))
        for (const { collection, on, keysOf, streamsOf } of named)
          if (on[event.type] !== undefined)
            for (const key of keysOf(event))
              if (!streamsOf!(key).includes(event.stream)) wrong.push({ collection, key, stream: event.stream });
    await store.close();
    expect(wrong).toEqual([]);
  });

  it('equals a rebuild, document by document', async () => {
    const reports = await ledger.rebuild();
    expect(reports.filter((each) => each.different > 0)).toEqual([]);
    expect(reports.map((each) => each.collection)).toEqual(expect.arrayContaining([...collectionsOf(ledger)]));
  });

  it('holds no personal value in clear in any file of its folder [G1]', async () => {
    const personal = new Set<string>();
    const personalFields = /^(displayName|personName|phone|email|text|body|description|subjectLine|solution|comment)$/;
    const walk = (value: unknown, name: string): void => {
      if (typeof value === 'string') {
        if (personalFields.test(name) && value.length >= 3) personal.add(value);
      } else if (typeof value === 'object' && value !== null)
        for (const [key, inner] of Object.entries(value)) walk(inner, Array.isArray(value) ? name : key);
    };
    for (const { body } of actions) walk(body, '');
    expect(personal.size).toBeGreaterThan(50);
    const files = (await readdir(temporary.folder, { withFileTypes: true, recursive: true })).filter((each) =>
      each.isFile(),
    );
    expect(files.map((each) => each.name)).toEqual(expect.arrayContaining(['ledger.db', 'models.db', 'vault.db']));
    for (const file of files) {
      // Never lock.db or vault.db by hand in the holder's process: closing such a handle drops SQLite's lock.
      if (/^(lock|vault)\.db/.test(file.name)) continue;
      const bytes = await readFile(join(file.parentPath, file.name));
      const found = [...personal].filter((value) => bytes.includes(value));
      expect({ file: file.name, found }).toEqual({ file: file.name, found: [] });
    }
  }, 120_000);
});
