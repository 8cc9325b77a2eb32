import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeYear } from '#apps/cli/demo/year.ts';
import type { Action } from '#apps/cli/demo/company.ts';
import { openEmbeddedLedger } from '#apps/server/embedded-ledger.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import { manualClock } from '#libs/ports/clock.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { temporaryFolder } from '#libs/testing/test-ledger.ts';

const end = '2026-11-01T00:00:00.000Z';
const actions: readonly Action[] = makeYear({
  seed: 7,
  end: epochMsOf(end),
  customers: 15,
  cases: 50,
  nameId: (name) => deriveId('test', name),
});
const viewer = { actor: { id: 'auditor', grants: ROLES.map((role) => ({ role, team: '*' })) } };
const moments = 100;

/** Spread over the year; never between two commands of one millisecond, which a moment cannot tell apart. */
const capturedAfter = new Set(
  Array.from({ length: moments * 2 }, (_, nth) => Math.floor(((nth + 0.5) * actions.length) / (moments * 2)))
    .filter((index) => index === actions.length - 1 || actions[index + 1]!.at > actions[index]!.at)
    .slice(0, moments),
);

interface Capture {
  readonly at: string;
  /** By read model: how many documents, and the text of some of them. */
  readonly models: ReadonlyMap<string, { readonly count: number; readonly documents: ReadonlyMap<string, string> }>;
  readonly stream: string;
  readonly state: string;
}

const collectionsOf = (ledger: Ledger) =>
  ledger.features.flatMap((feature) => (feature.projections ?? []).map((each) => each.collection));

const capture = async (ledger: Ledger, at: string, stream: string): Promise<Capture> => {
  await ledger.caughtUp();
  const models = new Map<string, { count: number; documents: Map<string, string> }>();
  for (const { name } of collectionsOf(ledger)) {
    const count = await ledger.count(name, {}, viewer);
    const descending = [{ field: '_id', direction: 'desc' }] as const;
    const pages = [
      await ledger.find(name, { limit: 2 }, viewer),
      await ledger.find(name, { limit: 2, sort: descending }, viewer),
    ];
    const documents = new Map(
      pages.flatMap((page) => page.documents.map((each) => [each.id, canonicalJson(each)] as const)),
    );
    models.set(name, { count, documents });
  }
  return { at, models, stream, state: canonicalJson(await ledger.stateOf(stream, viewer)) };
};

describe('a year of the demo company', () => {
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  let ledger: Ledger;
  const captures: Capture[] = [];
  beforeAll(async () => {
    temporary = await temporaryFolder();
    const clock = manualClock(instantOf(actions[0]!.at));
    ledger = await openEmbeddedLedger({ folder: temporary.folder, clock, tenant: 'test' });
    for (const [index, { at, name, id, body, actor }] of actions.entries()) {
      clock.set(instantOf(at));
      const outcome = await ledger.execute({ name, id, body, actor, commandId: `demo-${index}`, purpose: 'demo' });
      if (!outcome.accepted) throw new Error(`${name}: ${outcome.message}`);
      if (capturedAfter.has(index)) captures.push(await capture(ledger, instantOf(at), outcome.stream));
    }
  }, 300_000);
  afterAll(async () => {
    await ledger.close();
    await temporary.remove();
  });

  it('shows every aggregate and every document of every read model, at 100 moments, as it was captured then', async () => {
    expect(captures.length).toBeGreaterThanOrEqual(moments * 0.8);
    let compared = 0;
    for (const { at, models, stream, state } of captures) {
      expect(canonicalJson(await ledger.stateOf(stream, viewer, { asOf: at }))).toBe(state);
      for (const { name, kind } of collectionsOf(ledger)) {
        const then = models.get(name)!;
        if (kind === 'versioned') expect(await ledger.count(name, {}, viewer, { asOf: at })).toBe(then.count);
        for (const [id, document] of then.documents) {
          expect(canonicalJson(await ledger.document(name, id, viewer, { asOf: at }))).toBe(document);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(captures.length * 10);
  }, 300_000);

  it('equals a rebuild, document by document', async () => {
    const reports = await ledger.rebuild();
    expect(reports.filter((each) => each.different > 0)).toEqual([]);
    expect(reports.map((each) => each.collection)).toEqual(
      expect.arrayContaining(collectionsOf(ledger).map(({ name }) => name)),
    );
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
