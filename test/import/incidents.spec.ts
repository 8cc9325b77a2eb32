import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '#libs/kernel/json.ts';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { openSqliteReadModels } from '#libs/adapters/read-models-sqlite/read-models-sqlite.ts';
import { folderPaths, holdDataFolder } from '#libs/adapters/data-folder/data-folder.ts';
import { careApart, careJson, careJsonApart, sampleOr, startCare, temporaryFolder } from './care.ts';
import { plainCases } from './incidents-plain.ts';

const file = sampleOr('incident_event_log.sample.csv.gz');
const withSample = file === undefined ? describe.skip : describe;

interface Summary {
  readonly rows: number;
  readonly imported: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly events: number;
  readonly customers: number;
}
type Row = { readonly [field: string]: unknown };

const importSample = (folder: string) => careJsonApart<Summary>('import', 'incidents', file!, '--data', folder);
const casesIn = (folder: string) =>
  careJson<{ documents: Row[] }>('query', 'service-cases', '--limit', '5000', '--data', folder);

interface Hashes {
  readonly [collection: string]: string;
}
/** Of every active read model, one hash over its documents in order of id: as they are, and in canonical form. */
const modelsIn = async (folder: string): Promise<{ readonly bytes: Hashes; readonly canonical: Hashes }> => {
  const models = await openSqliteReadModels({ file: folderPaths(folder).models, readOnly: true });
  const [bytes, canonical]: [{ [collection: string]: string }, { [collection: string]: string }] = [{}, {}];
  for (const { logical, physical, active } of await models.collections()) {
    if (!active) continue;
    const [asTheyAre, inCanonicalForm] = [createHash('sha256'), createHash('sha256')];
    for await (const page of models.scan(physical))
      for (const { id, position, document } of page) {
        asTheyAre.update(canonicalJson({ id, position, document }));
        inCanonicalForm.update(canonicalForm(id, document));
      }
    bytes[logical] = asTheyAre.digest('hex');
    canonical[logical] = inCanonicalForm.digest('hex');
  }
  await models.close();
  return { bytes, canonical };
};

/** Without what differs from one run to the next whatever happens: place, time of recording, and ciphertexts. */
const canonicalForm = (id: string, document: Row): string =>
  canonicalJson({
    id,
    document: JSON.parse(
      JSON.stringify(document, (name, value: unknown) =>
        name === 'position' || name === 'recordedAt' || name === '$sealed' ? undefined : value,
      ),
    ) as Row,
  });

withSample('care import incidents, the sample of a real service desk', () => {
  const folder = temporaryFolder();
  /** Ids of persons are made with a key of the vault: two runs give the same ones only from the same vault. */
  const emptyVault = temporaryFolder();
  const plain = file === undefined ? undefined : plainCases(file);
  let first: Summary;

  beforeAll(async () => {
    const { keys } = folderPaths(folder.path);
    const vault = await openFileKeyVault({ folder: keys });
    await vault.close();
    cpSync(keys, emptyVault.path, { recursive: true });
    first = await importSample(folder.path);
  }, 300_000);
  afterAll(() => {
    folder.remove();
    emptyVault.remove();
  });

  it('counts rows, cases and customers as they stand in the file', () => {
    expect(first).toMatchObject({ rows: 13_790, imported: 2_397, skipped: 0, rejected: 0, customers: plain!.callers });
    expect(plain!.cases.size).toBe(2_397);
    expect(plain!.rows).toBe(13_790);
  });

  it('gives every case the state, re-openings, assignments, response, solving and closing times that an independent script finds', async () => {
    const { documents } = await casesIn(folder.path);
    expect(documents).toHaveLength(2_397);
    const found = new Map(
      documents.map((row) => [
        row['reference'],
        {
          state: row['status'],
          reopenings: row['reopenCount'],
          assignments: row['assignmentCount'],
          receivedAt: row['receivedAt'],
          respondedAt: row['firstResponseAt'],
          solvedAt: row['solvedAt'],
          closedAt: row['closedAt'],
          priority: row['priority'],
          verdict: row['sourceVerdict'],
        },
      ]),
    );
    for (const [number, { caller: _, ...expected }] of plain!.cases)
      expect({ number, ...found.get(number) }).toEqual({ number, ...expected });
  });

  it('gives each caller one customer, and leaves unidentified callers without', async () => {
    const { documents } = await casesIn(folder.path);
    const byCaller = new Map<string, Set<unknown>>();
    for (const row of documents) {
      const caller = plain!.cases.get(row['reference'] as string)!.caller ?? '?';
      byCaller.set(caller, (byCaller.get(caller) ?? new Set()).add(row['customerId']));
    }
    expect([...byCaller].filter(([, ids]) => ids.size !== 1)).toEqual([]);
    expect(byCaller.get('?') ?? new Set([undefined])).toEqual(new Set([undefined]));
    expect(new Set([...byCaller.values()].map((ids) => [...ids][0])).size).toBe(byCaller.size);
  });

  it('adds nothing when it runs a second time', async () => {
    expect(await importSample(folder.path)).toMatchObject({
      ...{ rows: 13_790, imported: 0, skipped: 2_397, rejected: 0, events: 0, customers: 0 },
    });
    expect(await careJson('query', 'service-cases', '--count', '--data', folder.path)).toEqual({ count: 2_397 });
  });

  it('leaves no personal value in clear in any file of the data folder', () => {
    const personal = /(Caller|Resolver|Opened by|Created by|Updated by|Symptom) {1,2}\d+/;
    const clear = readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => personal.test(readFileSync(path, 'latin1')));
    expect(clear).toEqual([]);
  });

  it('killed five times at random and resumed, gives the read models of an undisturbed run, and a rebuild gives the same bytes', async () => {
    const killed = temporaryFolder();
    try {
      cpSync(emptyVault.path, folderPaths(killed.path).keys, { recursive: true });
      for (let kill = 0; kill < 5; kill += 1) {
        const child = startCare('import', 'incidents', file!, '--data', killed.path, '--json');
        await Promise.race([pause(700 + Math.random() * 2_000), once(child, 'exit')]);
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      const { imported, skipped, rejected } = await importSample(killed.path);
      expect({ cases: imported + skipped, rejected }).toEqual({ cases: 2_397, rejected: 0 });
      const before = await modelsIn(killed.path);
      expect(before.canonical).toEqual((await modelsIn(folder.path)).canonical);
      const { rebuilt } = await careJsonApart<{ rebuilt: { different: number }[] }>('rebuild', '--data', killed.path);
      expect(rebuilt.map(({ different }) => different)).toEqual(rebuilt.map(() => 0));
      expect((await modelsIn(killed.path)).bytes).toEqual(before.bytes);
      const { healthy } = await careJson<{ healthy: boolean }>('doctor', '--data', killed.path);
      expect(healthy).toBe(true);
    } finally {
      killed.remove();
    }
  }, 300_000);

  it('refuses a second writer and names the one that holds the folder', async () => {
    const held = await holdDataFolder(folder.path, { purpose: 'this test' });
    try {
      const { code, stderr } = await careApart('import', 'incidents', file!, '--data', folder.path);
      expect(code).toBe(5);
      expect(stderr).toContain(`in use by process ${process.pid}`);
      expect(stderr).toContain('this test');
    } finally {
      await held.release();
    }
  });
});
