import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CheckpointMismatch } from '#libs/ports/read-models.ts';
import type { ReadModels } from '#libs/ports/read-models.ts';
import { describeReadModels } from '#libs/testing/read-models.contract.ts';
import { openSqliteReadModels } from './read-models-sqlite.ts';

const temporary = () => mkdtemp(join(tmpdir(), 'read-models-'));

for (const inline of [false, true])
  describeReadModels(inline ? 'SQLite on the calling thread' : 'SQLite', async () => {
    const folder = await temporary();
    const models = await openSqliteReadModels({ file: join(folder, 'models.db'), inline });
    return {
      models,
      dispose: async () => {
        await models.close();
        await rm(folder, { recursive: true });
      },
    };
  });

describe('SQLite read models: the file', () => {
  let folder: string;
  let file: string;
  const opened: ReadModels[] = [];
  const open = async (readOnly = false) => {
    const models = await openSqliteReadModels({ file, readOnly });
    opened.push(models);
    return models;
  };
  const spec = { name: 'cases', kind: 'versioned', indexes: [['status', 'dueAt']] } as const;
  const fill = (models: ReadModels) =>
    models.apply({
      projection: 'cases@1',
      expected: undefined,
      next: { position: 3, epoch: 1 },
      writes: ['a', 'b', 'c'].map((id, index) => ({
        collection: 'cases@1',
        id,
        versions: [{ position: index + 1, document: { status: 'open', secret: `confidential-${id}` } }],
      })),
    });

  beforeEach(async () => {
    folder = await temporary();
    file = join(folder, 'models.db');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((models) => models.close()));
    await rm(folder, { recursive: true });
  });

  it('keeps documents, checkpoints and the validity of cursors over a reopening', async () => {
    const before = await open();
    await before.ensure('cases@1', spec);
    await fill(before);
    const { next } = await before.find('cases', { limit: 1 });
    await before.close();
    const after = await open();
    expect(await after.checkpoint('cases@1')).toEqual({ position: 3, epoch: 1 });
    const page = await after.find('cases', { cursor: next! });
    expect(page.documents.map((each) => each.id)).toEqual(['b', 'c']);
  });

  it('refuses a file of a newer schema and leaves it as it is', async () => {
    await (await open()).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(open()).rejects.toThrow(/schema 99, this CareLedger knows 1/);
    await expect(open(true)).rejects.toThrow(/schema 99/);
  });

  it('is written in WAL mode', async () => {
    await open();
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('PRAGMA journal_mode').get()?.journal_mode).toBe('wal');
    database.close();
  });

  it('is read but not written when opened read-only', async () => {
    const writer = await open();
    await writer.ensure('cases@1', spec);
    await fill(writer);
    const reader = await open(true);
    expect((await reader.find('cases', {})).documents).toHaveLength(3);
    expect((await reader.get('cases', 'a'))?.position).toBe(1);
    for (const attempt of [
      () => fill(reader),
      () => reader.ensure('cases@2', spec),
      () => reader.activate('cases', 'cases@1'),
      () => reader.drop('cases@1'),
    ])
      await expect(attempt()).rejects.toThrow(/read-only/);
  });

  it('says so when there is nothing to read', async () => {
    await expect(open(true)).rejects.toThrow();
  });

  it('lets exactly one of two openings win the same checkpoint', async () => {
    const both = await Promise.all([open(), open()]);
    await both[0].ensure('cases@1', spec);
    const outcomes = await Promise.allSettled(both.map(fill));
    const lost = outcomes.filter((each) => each.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toBeInstanceOf(CheckpointMismatch);
  });

  it('seeks by index for a filter and sort that have one', async () => {
    const models = await open();
    await models.ensure('cases@1', spec);
    await fill(models);
    const database = new DatabaseSync(file, { readOnly: true });
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT id FROM docs_1 WHERE to_position IS NULL
         AND (json_extract(document, '$."status"') = ? AND json_type(document, '$."status"') = 'text')
         ORDER BY json_extract(document, '$."dueAt"') asc, id asc LIMIT 10`,
      )
      .all('open')
      .map((row) => String(row.detail))
      .join('\n');
    database.close();
    expect(plan).toMatch(/USING (COVERING )?INDEX docs_1_\w+_now/);
    expect(plan).not.toMatch(/TEMP B-TREE/);
  });

  it('keeps nothing of a dropped collection', async () => {
    const models = await open();
    await models.ensure('cases@1', spec);
    await models.ensure('cases@2', spec);
    await fill(models);
    await models.activate('cases', 'cases@2');
    await models.drop('cases@1');
    const { readFile, readdir } = await import('node:fs/promises');
    for (const name of await readdir(folder))
      expect((await readFile(join(folder, name))).includes('confidential-a')).toBe(false);
  });
});
